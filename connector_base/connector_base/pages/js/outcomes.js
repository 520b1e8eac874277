/**
 * What became of people in a sync, as rows: the values that were written, those that were not, and who or what was
 * rejected.
 *
 * @typedef {Object} ChangeRow A field of somebody that was written, at one place or at several.
 * @property {string} id
 * @property {"change"} type
 * @property {Object} who
 * @property {string} field
 * @property {About} about
 * @property {Change[]} changes In their order.
 * @property {string|null|undefined} before What was there; undefined where nobody could see it.
 * @property {string|null} after
 * @property {"set"|"replaced"|"emptied"} kind
 * @property {boolean} isUnconfirmed Whether the answer about any of it got lost.
 *
 * @typedef {Object} ToldRow Why somebody, or something of theirs, was not written.
 * @property {string} id
 * @property {"told"} type
 * @property {Object} who
 * @property {string} code
 * @property {Told[]} told
 * @property {boolean} isRejected
 */
const Outcomes = (() => {
  const SECTIONS = ["written", "kept", "rejected"];

  /** The rows of every section, person by person, in the order in which people came. */
  const of = (frame, lines) => {
    const found = { written: [], kept: [], rejected: [] };
    people(lines).forEach((who, position) => {
      const fields = inOrder(frame, who.changes.map(({ field }) => field));
      found.written.push(...fields.map((field) => change(frame, who, position, field)));
      found.kept.push(...who.kept.map((value, at) => ({
        id: `k${position}.${at}`, type: "value", who, value, field: value.field, about: about(frame, value.field),
      })));
      for (const code of new Set(who.told.map((told) => told.code))) {
        const told = who.told.filter((each) => each.code === code);
        found.rejected.push({
          id: `t${position}.${code}`, type: "told", who, code, told, isRejected: told.some(({ rejected }) => rejected),
        });
      }
    });
    return found;
  };

  /** The lines of one person together: of one whom Huma knows by the id there, of others by what else they are known by. */
  const people = (lines) => {
    const found = new Map();
    lines.forEach((line, position) => {
      const key = line.user ? `user ${line.user}`
        : line.employee ? `employee ${line.employee}`
        : line.employmentId ? `id ${line.employmentId}` : `line ${position}`;
      if (!found.has(key)) found.set(key, { changes: [], kept: [], told: [] });
      const who = found.get(key);
      for (const known of ["user", "employee", "name", "employmentId"]) who[known] ??= line[known] ?? null;
      who.created ||= Boolean(line.created);
      for (const list of ["changes", "kept", "told"]) who[list].push(...(line[list] ?? []));
    });
    return [...found.values()];
  };

  /** Fields, each once, in the order of the field table. */
  const inOrder = (frame, fields) => {
    const known = Object.keys(frame.fields);
    return [...new Set(fields)].sort((one, other) => known.indexOf(one) - known.indexOf(other));
  };

  const about = (frame, field) => frame.fields[field] ?? { name: { en: field, nb: field }, sensitive: false };

  const change = (frame, who, position, field) => {
    const changes = who.changes.filter((each) => each.field === field);
    const there = changes.filter(({ target }) => target === changes[0].target);
    const [{ before }, { after }] = [there[0], there.at(-1)];
    return {
      id: `w${position}.${field}`, type: "change", who, field, about: about(frame, field), changes, before, after,
      kind: after === null ? "emptied" : before === null ? "set" : "replaced",
      at: changes.at(-1).at,
      isUnconfirmed: changes.some(({ unconfirmed }) => unconfirmed),
    };
  };

  /** Everything else that is told of the same person, each with its section. */
  const others = (rows, row) =>
    SECTIONS.flatMap((section) => rows[section].filter((each) => each.who === row.who && each !== row).map((each) => [section, each]));

  return { SECTIONS, of, others };
})();
