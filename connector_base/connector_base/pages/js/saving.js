/** The bar at the bottom: how far one is, undo and redo, and how what was decided gets out of the page and into it. */
const Saving = (() => {
  /** @param {Object} app See `Sections`; it has `undo`, `redo`, `leave` and `load` as well. */
  const draw = (app) => {
    const { state } = app;
    const bar = Dom.byId("bar");
    bar.hidden = !state;
    if (!state) return;
    const counts = state.counts();
    const had = bar.contains(document.activeElement) ? document.activeElement.id : null;
    const isServed = Kept.isServed();
    const rest = Dom.el("label", { class: "switch" }, Dom.el("input", {
      type: "checkbox", id: "rest", checked: state.rest === "rules",
      onchange: ({ target }) => app.leave(target.checked ? "rules" : "later"),
    }), Dom.el("span", {}, Words.say("rest")));
    const saving = isServed
      ? Dom.el("p", { class: "muted" }, Words.say("kept.served"))
      : Dom.el("button", { type: "button", id: "save", class: "primary", onclick: () => save(app) }, Words.say("save"), unsaved(state));
    Dom.fill(
      bar,
      Dom.el(
        "div",
        { class: "bar-main" },
        Dom.el("div", { class: "bar-progress" }, progress(counts), Dom.el("p", {}, told(counts))),
        button("undo", Words.say("undo"), Words.say("undo.hint"), app.undo, !state.canUndo),
        button("redo", Words.say("redo"), Words.say("redo.hint"), app.redo, !state.canRedo),
        button("everything", Words.say("everything"), Words.say("everything.hint"), () => Sections.everything(app), !counts.all),
        Dom.el("p", { class: "bar-said" }, app.said),
      ),
      Dom.el("div", { class: "bar-rest" }, rest, button("load", Words.say("load"), Words.say("load.hint"), () => choose(app))),
      Dom.el("div", { class: "bar-save" }, saving),
    );
    if (had) Dom.byId(had)?.focus();
  };

  const unsaved = (state) =>
    state.unsaved && Dom.el("span", { class: "dot" }, Dom.el("span", { class: "unseen" }, Words.say("save.unsaved")));

  const button = (id, text, hint, does, isOff = false) =>
    Dom.el("button", { type: "button", id, onclick: does, disabled: isOff, title: hint }, text);

  const told = ({ all, decided, later, undecided, people }) => [
    Dom.el("span", {}, Words.say("progress", { decided, n: all, undecided })),
    later > 0 && Dom.el("span", { class: "muted" }, " ", Words.say("progress.later", { n: later })),
    people > 0 && Dom.el("span", { class: "muted" }, " ", Words.say("progress.people", { n: people })),
  ];

  const progress = ({ all, decided, later }) => {
    const part = (n, kind) => Dom.el("span", { class: `part part-${kind}`, style: `width: ${all ? (100 * n) / all : 0}%` });
    return Dom.el("div", { class: "progress", "aria-hidden": "true" }, part(decided - later, "decided"), part(later, "later"));
  };

  /** Hands the file to the browser, and says what to do with it. */
  const save = (app) => {
    const { state } = app;
    const text = `${JSON.stringify(state.file(new Date()), null, 1)}\n`;
    const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    Dom.el("a", { href: address, download: "decisions.json" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    state.saved();
    app.changed(Words.say("save.done"));
    const { place, to } = app.frame;
    Dialogs.show(
      Words.say("save.title"),
      Dom.el(
        "ol",
        {},
        Dom.el("li", {}, place ? [Words.say("save.place"), " ", Dom.el("code", { class: "place" }, Dom.own(place))] : Words.say("save.setting")),
        Dom.el("li", {}, Words.say(`save.then.${to}`)),
      ),
      Dom.el("p", { class: "muted" }, Words.say("save.others")),
      Dom.el("h3", {}, Words.say("save.comes")),
      Dom.el("ul", { class: "comes" }, comes(app).map((line) => Dom.el("li", {}, line))),
    );
  };

  /** What comes of everything once both directions have run, in lines. */
  const comes = ({ rows, state }) => {
    const found = { xledger_gets_huma: 0, xledger_is_emptied: 0, huma_gets_xledger: 0, both_keep: 0, undecided: 0, rules: 0, leave: 0, add: 0, renumber: 0 };
    for (const row of [...Data.KINDS, "only_huma", "only_xledger", "rejected"].flatMap((kind) => rows[kind])) {
      if (!row.key) continue;
      const choice = state.choice(row.key);
      if (row.type === "person") {
        if (choice) found[choice === "huma" ? "renumber" : choice] += 1;
      } else if (choice === null) found[state.rest === "rules" || Data.isMissingKey(row) ? "rules" : "undecided"] += 1;
      else if (choice === "later") found.both_keep += 1;
      else found[Data.options(row)[choice]] += 1;
    }
    return Object.entries(found).filter(([, n]) => n).map(([what, n]) => Words.say(`comes.${what}`, { n }));
  };

  /** Lets somebody choose a file, and takes the decisions in it. */
  const choose = (app) => {
    Dom.el("input", {
      type: "file", accept: ".json,application/json",
      onchange: async ({ target }) => {
        if (target.files.length) app.load(await target.files[0].text());
      },
    }).click();
  };

  return { draw, comes };
})();
