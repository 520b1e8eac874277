/** The language, light and dark, and help: what every page has at the top; and the keys that every page has. */
const Tools = (() => {
  const THEMES = ["auto", "light", "dark"];

  let theme = "auto";

  /** @param {() => void} help What the question mark does. */
  const start = (texts, help) => {
    Words.start(texts, Kept.stored(Kept.LANGUAGE));
    paint(Kept.stored(Kept.THEME));
    draw(help);
    Words.changed(() => draw(help));
    listen(help);
  };

  /** Whether a key that was pressed is part of what somebody writes or chooses. */
  const isTyping = ({ target }) => Boolean(target.closest?.("input:not([type=checkbox]), select, textarea, dialog"));

  const listen = (help) => {
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.target.closest?.("dialog")) Panel.close();
      else if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      else if (event.key === "/") {
        event.preventDefault();
        Dom.byId("search")?.focus();
      } else if (event.key === "?") help();
    });
  };

  const paint = (chosen) => {
    theme = THEMES.includes(chosen) ? chosen : "auto";
    document.documentElement.dataset.theme = theme;
  };

  const draw = (help) => {
    const had = document.activeElement?.closest("#tools") ? document.activeElement.dataset.tool : null;
    Dom.fill(
      Dom.byId("tools"),
      segments("language", Words.LANGUAGES, Words.language, (language) => Words.say(`language.${language}`), (language) => {
        Kept.store(Kept.LANGUAGE, language);
        Words.set(language);
      }),
      segments("theme", THEMES, theme, (each) => Words.say(`theme.${each}`), (chosen) => {
        Kept.store(Kept.THEME, chosen);
        paint(chosen);
        draw(help);
      }),
      help && Dom.el("button", { type: "button", class: "quiet", "data-tool": "help", "aria-label": Words.say("help"), title: Words.say("help"), onclick: help }, "?"),
    );
    if (had) document.querySelector(`[data-tool="${had}"]`)?.focus();
  };

  const segments = (name, values, current, label, choose) =>
    Dom.el(
      "div",
      { class: "segments", role: "group", "aria-label": Words.say(name) },
      values.map((value) => Dom.el("button", {
        type: "button", "aria-pressed": String(value === current), "data-tool": `${name}-${value}`,
        lang: name === "language" ? value : null,
        onclick: () => value !== current && choose(value),
      }, label(value))),
    );

  return { start, isTyping };
})();
