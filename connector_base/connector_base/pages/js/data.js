/**
 * What a review is made from, as rows: of values that the two systems do not agree on, and of people.
 *
 * @typedef {Object} ValueRow
 * @property {string} id
 * @property {"value"} type
 * @property {Somebody} who
 * @property {Value} value
 * @property {About} about
 *
 * @typedef {Object} PersonRow
 * @property {string} id
 * @property {"person"} type
 * @property {Somebody|OnlyThere} who
 * @property {Told[]} told
 */
const Data = (() => {
  /** What people are found by in the other system. */
  const KEY = "employmentId";

  const KINDS = ["differs", "missing_in_huma", "missing_in_xledger"];

  /**
   * The rows of every section. Who is rejected is in no other one; of whom values differ or are left out, may be in
   * several.
   */
  const sections = (frame, people, only) => {
    const found = {
      differs: [], missing_in_huma: [], missing_in_xledger: [],
      only_huma: [], only_xledger: [], rejected: [], unchanged: [],
    };
    people.forEach((who, position) => {
      const told = who.told ?? [];
      const isMissing = who.employee === null || who.user === null;
      if (who.action === "reject") {
        found.rejected.push(person(who, `p${position}`, told));
        return;
      }
      for (const value of who.values ?? []) {
        const about = frame.fields[value.field];
        found[value.kind].push({ id: `${position}.${value.field}`, type: "value", who, value, about });
      }
      if (isMissing) found[who.employee === null ? "only_huma" : "only_xledger"].push(person(who, `p${position}`, told));
      if (told.length || (who.action === "skip" && !isMissing)) found.rejected.push(person(who, `t${position}`, told));
      if (who.action === "unchanged") found.unchanged.push(person(who, `u${position}`, told));
    });
    only.forEach((who, position) => {
      found["employee" in who ? "only_xledger" : "only_huma"].push(person(who, `o${position}`, []));
    });
    return found;
  };

  const person = (who, id, told) => ({ id, type: "person", who, told });

  /** Everything that something can be decided about: see `Decisions`. */
  const subjects = (frame, rows) => {
    const found = [];
    for (const kind of KINDS) {
      for (const row of rows[kind]) {
        const { who, value } = row;
        if (!value.seen || !who.user) continue;
        row.key = valueKey(who.user, value.field);
        const choices = ["huma", "xledger"].filter((system) => options(row)[system]);
        found.push({
          key: row.key, kind: "value", user: who.user, field: value.field, seen: value.seen,
          choices: [...choices, "later"], initial: value.stands ?? null, isByRules: isMissingKey(row),
        });
      }
    }
    for (const row of rows.rejected) {
      if (!row.who.renumber) continue;
      row.key = valueKey(row.who.user, KEY);
      found.push({
        key: row.key, kind: "renumber", user: row.who.user, field: KEY, seen: row.who.renumber,
        choices: ["huma"], initial: null,
      });
    }
    for (const row of rows.only_huma) {
      row.key = `leave ${row.who.user}`;
      found.push({
        key: row.key, kind: "leave", user: row.who.user, choices: ["leave"], initial: row.who.leave ? "leave" : null,
      });
    }
    for (const row of rows.only_xledger) {
      row.key = `add ${row.who.employee}`;
      found.push({
        key: row.key, kind: "add", employee: row.who.employee, choices: ["add"], initial: row.who.add ? "add" : null,
      });
    }
    return found;
  };

  /**
   * Whether a row is about what somebody is found by, which one system lacks. As long as it does, they are found by their
   * e-mail address alone, and would be created once more when that changes.
   */
  const isMissingKey = ({ value }) => value.field === KEY && value.kind !== "differs";

  /** What a decision about a field of somebody is known by. */
  const valueKey = (user, field) => `${field} ${user}`;

  /** What comes of a decision about a row, for each system; null where that is not possible. */
  const options = ({ about, value }) => value.options ?? about.options[value.kind];

  return { KINDS, sections, subjects, isMissingKey, valueKey, options };
})();
