/** What can be chosen, and what comes of it, in sentences. */
const Choices = (() => {
  const KEYS = { huma: "h", xledger: "x", later: "l", leave: "l", add: "a" };

  /** What may stand for a row, whether or not it is possible there. */
  const of = (row) => {
    if (!row.key) return [];
    if (row.type === "value") return ["huma", "xledger", "later"];
    return [row.who.renumber ? "huma" : row.key.startsWith("leave ") ? "leave" : "add"];
  };

  const label = (row, choice) => Words.say(row.type === "person" && choice === "huma" ? "choice.renumber" : `choice.${choice}`);

  /** What comes of a choice. */
  const effect = (row, choice) => {
    if (row.type === "person") return Words.say(choice === "huma" ? "effect.renumber" : `effect.${choice}`);
    if (choice === "later") return Words.say("effect.later");
    return Words.say(`effect.${Data.options(row)[choice]}`);
  };

  /** Why something cannot be chosen; null where it can be. */
  const blocked = (frame, row, choice) => {
    if (row.type === "person" || choice === "later") return null;
    if (Data.options(row)[choice]) return null;
    if (row.value.then === "left_out" && choice === "huma") {
      return [Words.say("blocked.unusable"), meaning(frame, row.value.code)].join(" ");
    }
    return rule(row.about, choice === "huma" ? "xledger" : "huma");
  };

  /** The rule of a field for a system, as a sentence. */
  const rule = (about, system) => Words.say(system === "xledger" ? `rule.xledger.${about.rule}` : `rule.huma.${about.back ?? "none"}`);

  /** Why nothing can be decided about a value. */
  const fixed = (row) => [Words.say("blocked.fixed"), rule(row.about, "xledger"), rule(row.about, "huma")].join(" ");

  /** What becomes of a value if the rules decide, in sentences. */
  const byRules = (frame, { about, value }) => {
    if (value.then === "left_out") return [Words.say(`then.left_out.${frame.to}`), meaning(frame, value.code)].join(" ");
    const policy = Words.has(`rule.${frame.to}.${value.by}`) ? Words.say(`rule.${frame.to}.${value.by}`) : value.by;
    const why = Words.say(value.tightened ? "by.setting" : "by.rule", { field: Words.name(about.name), policy });
    return [Words.say(`then.${value.then}`), why].join(" ");
  };

  /** What a code means; nothing for one that nobody explains. */
  const meaning = (frame, code) => (frame.codes[code] ? Words.name(frame.codes[code]) : "");

  /** A code as a few words. */
  const title = (frame, code) => (frame.called[code] ? Words.name(frame.called[code]) : code.replace(/_/g, " "));

  /** What people call a field. */
  const fieldName = (frame, field) => (frame.fields[field] ? Words.name(frame.fields[field].name) : field);

  return { KEYS, of, label, effect, blocked, rule, fixed, byRules, meaning, title, fieldName };
})();
