/** What the page says, in the language on show: that of the browser, until somebody takes the other one. */
const Words = (() => {
  const LANGUAGES = ["en", "nb"];
  const NORWEGIAN = new Set(["nb", "nn", "no"]);

  let texts = null;
  let language = "en";
  const waiting = [];

  /** The language for what a browser prefers, in its order. */
  const preferred = (languages) => {
    for (const each of languages) {
      const base = each.toLowerCase().split("-")[0];
      if (NORWEGIAN.has(base)) return "nb";
      if (base === "en") return "en";
    }
    return "en";
  };

  const start = (content, chosen) => {
    texts = content;
    set(LANGUAGES.includes(chosen) ? chosen : preferred(navigator.languages ?? [navigator.language]));
  };

  /** Takes a language, and tells whoever asked to be told. */
  const set = (chosen) => {
    language = chosen;
    document.documentElement.lang = chosen;
    const region = regional(chosen);
    numbers = new Intl.NumberFormat(region);
    plurals = new Intl.PluralRules(region);
    days = new Intl.DateTimeFormat(region, { day: "numeric", month: "long", year: "numeric" });
    times = new Intl.DateTimeFormat(region, { hour: "2-digit", minute: "2-digit" });
    shortDays = new Intl.DateTimeFormat(region, { day: "numeric", month: "short", year: "numeric" });
    clocks = new Intl.DateTimeFormat(region, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    measures = (unit) => new Intl.NumberFormat(region, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 1 });
    lists = new Intl.ListFormat(region);
    for (const tell of waiting) tell();
  };

  /** How dates and numbers are written: as the browser has it for this language, or as in Europe. */
  const regional = (chosen) =>
    navigator.languages?.find((each) => each.split("-")[0] === chosen && each.includes("-")) ?? { en: "en-GB", nb: "nb-NO" }[chosen];

  let numbers, plurals, days, times, shortDays, clocks, measures, lists;

  const number = (value) => numbers.format(value);

  /** A day, of a date or of a time. */
  const date = (iso) => days.format(new Date(/^\d{4}-\d\d-\d\d$/.test(iso) ? `${iso}T12:00:00` : iso));

  /** A day and the time of day where the reader is. */
  const time = (iso) => say("time", { date: date(iso), time: times.format(new Date(iso)) });

  /** A day, in little room. */
  const day = (iso) => shortDays.format(new Date(iso));

  /** The time of day where the reader is, to the second. */
  const clock = (iso) => clocks.format(new Date(iso));

  /** So many seconds, or so much of anything else that there is a unit for. */
  const measure = (value, unit) => measures(unit).format(value);

  const list = (parts) => lists.format(parts);

  /** What something is called that has a name in each language. */
  const name = (names) => names[language];

  const has = (key) => Object.hasOwn(texts, key);

  /**
   * A text.
   *
   * @param {string} key Its key in texts.json.
   * @param {Object<string, string|number>} values What goes into its braces. Where the text has a plural, it goes by `n`.
   */
  const say = (key, values = {}) => {
    const entry = texts[key];
    if (!entry) throw new Error(`texts.json says nothing of ${key}`);
    const text = typeof entry[language] === "string" ? entry[language] : entry[language][plurals.select(values.n)];
    return (text ?? entry[language].other).replace(/\{(\w+)\}/g, (_, which) => {
      const value = values[which];
      return typeof value === "number" ? number(value) : value;
    });
  };

  /** Texts of the elements that name one: `data-say` what is in them, `data-label` what they are called. */
  const fill = (root) => {
    for (const element of root.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
    for (const element of root.querySelectorAll("[data-label]")) {
      element.setAttribute("aria-label", say(element.dataset.label));
    }
    for (const element of root.querySelectorAll("[data-hint]")) element.title = say(element.dataset.hint);
  };

  return {
    LANGUAGES, start, set, say, has, number, date, time, day, clock, measure, list, name, fill, preferred,
    get language() { return language; },
    /** Calls back when another language is taken. */
    changed: (tell) => waiting.push(tell),
  };
})();
