/** Which rows are shown, and in which order: searched, filtered, sorted and grouped, without the page. */
const Rows = (() => {
  /** A text as it is searched: nobody need know how it is capitalised, or in which form its accents are typed. */
  const searchable = (parts) => parts.filter(Boolean).join("\n").normalize("NFKC").toLowerCase();

  /** The words of a search. */
  const wanted = (query) => searchable([query]).split(/\s+/).filter(Boolean);

  /**
   * Rows that hold every word of a search and pass every filter, in the order they have.
   *
   * @param {Row[]} rows
   * @param {string} query
   * @param {(row: Row) => string} text What is searched, made by `searchable`.
   * @param {Array<(row: Row) => boolean>} filters
   */
  const filtered = (rows, query, text, filters) => {
    const words = wanted(query);
    if (!words.length && !filters.length) return rows;
    return rows.filter(
      (row) => filters.every((passes) => passes(row)) && words.every((word) => text(row).includes(word)),
    );
  };

  /** Rows in the order of a column: texts as a reader sorts them, and those without one at the end. */
  const sorted = (rows, value, direction, language) => {
    const { compare } = new Intl.Collator(language, { numeric: true });
    const sign = direction === "desc" ? -1 : 1;
    const keyed = rows.map((row) => ({ row, key: value(row) ?? "" }));
    keyed.sort((a, b) => {
      if (a.key === "" || b.key === "") return (a.key === "") - (b.key === "");
      return sign * (typeof a.key === "number" ? a.key - b.key : compare(a.key, b.key));
    });
    return keyed.map(({ row }) => row);
  };

  /**
   * Rows by groups, each below a heading, which is a row as well.
   *
   * @param {Row[]} rows
   * @param {(row: Row) => string} of The group that a row is in.
   * @param {Set<string>} folded The groups whose heading is shown alone.
   * @param {string[]} [order] The groups in their order; otherwise that of their first rows.
   */
  const grouped = (rows, of, folded, order = []) => {
    const groups = new Map(order.map((name) => [name, []]));
    for (const row of rows) {
      const name = of(row);
      const group = groups.get(name);
      if (group) group.push(row);
      else groups.set(name, [row]);
    }
    const found = [];
    for (const [name, members] of groups) {
      if (!members.length) continue;
      found.push({ id: `group ${name}`, type: "group", name, rows: members, isFolded: folded.has(name) });
      if (!folded.has(name)) for (const row of members) found.push(row);
    }
    return found;
  };

  return { searchable, filtered, sorted, grouped };
})();
