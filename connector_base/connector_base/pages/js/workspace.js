/**
 * Sections of rows as tabs: each is searched, filtered, grouped and sorted, and each row opens into the panel. What the
 * rows are, nobody here knows.
 *
 * @typedef {Object} Section
 * @property {string} id
 * @property {string} title
 * @property {string} about A sentence about what is in it.
 * @property {string} empty What is said where nothing is.
 * @property {Row[]} rows
 * @property {(grouping: string) => Column[]} columns Those of the table, for a grouping.
 * @property {(row: Row) => Node} card Everything about a row in one cell, where there is no room for columns.
 * @property {number} cardHeight
 * @property {(row: Row) => Array<string|null>} searched The texts of a row that a search looks at.
 * @property {(row: Row) => Node[]} details What the panel shows; the first is a heading.
 * @property {Filter[]} filters
 * @property {Grouping[]} groupings The first is the one that is taken; none for rows that are never grouped.
 * @property {(rows: Row[], isEverything: boolean) => Node[]} [bulk] What can be done about all rows that are shown.
 * @property {(row: Row, event: KeyboardEvent) => boolean} [pressed] Whether a key meant something.
 * @property {Node[]} [tools] What else there is beside the filters.
 *
 * @typedef {Object} Filter
 * @property {string} id
 * @property {string} label
 * @property {Array<{value: string, label: string, passes: (row: Row) => boolean}>} options Beside one for all rows.
 * @property {string} all What that one is called.
 *
 * @typedef {Object} Grouping
 * @property {string} id
 * @property {string} label
 * @property {(row: Row) => string} [of] The group of a row; without it, rows are not grouped.
 * @property {string[]} [order]
 * @property {(group: Row) => Node[]} [heading]
 */
const Workspace = (() => {
  const NARROW = matchMedia("(max-width: 759px)");
  const ROW = 52;
  const HEADING = 44;

  let sections = [];
  let current = null;
  let table = null;
  let opened = null;
  /** What was chosen in each section: it outlasts a change of the language. */
  const views = new Map();

  const view = () => {
    if (!views.has(current.id)) {
      views.set(current.id, {
        query: "", filters: {}, grouping: current.groupings[0]?.id ?? "", folded: new Set(), sort: [null, null], list: null,
      });
    }
    return views.get(current.id);
  };

  /** Shows sections; the one that was shown before stays where it is still there. */
  const show = (all) => {
    sections = all;
    for (const each of views.values()) each.list = null;
    const before = current?.id;
    drawTabs();
    go(sections.find(({ id }) => id === before)?.id ?? (sections.find(({ rows }) => rows.length) ?? sections[0]).id);
  };

  /**
   * Goes to a section.
   *
   * @param {string} id
   * @param {Object<string, string>} [filters] Values of its filters that are set; the others are not.
   */
  const go = (id, filters = null) => {
    const isOther = current?.id !== id;
    current = sections.find((section) => section.id === id);
    if (filters) Object.assign(view(), { filters, query: "", folded: new Set() });
    if (isOther) Panel.close();
    drawTabs();
    drawToolbar();
    drawTable();
    arrange();
    if (opened) reopen();
    prepare(current);
  };

  const drawTabs = () => {
    const tabs = sections.map((section) => {
      const isCurrent = section === current;
      return Dom.el(
        "button",
        {
          type: "button", role: "tab", id: `tab-${section.id}`, class: "tab", "aria-selected": String(isCurrent),
          "aria-controls": "section", tabindex: isCurrent ? "0" : "-1", onclick: () => go(section.id),
          onkeydown: moveAlong,
        },
        section.title,
        Dom.el("span", { class: section.rows.length ? "count" : "count none" }, Words.number(section.rows.length)),
      );
    });
    const had = document.activeElement?.getAttribute("role") === "tab";
    Dom.fill(Dom.byId("tabs"), tabs);
    if (!current) return;
    const tab = Dom.byId(`tab-${current.id}`);
    if (had) tab.focus();
    tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    Dom.byId("section").setAttribute("aria-labelledby", tab.id);
  };

  const moveAlong = (event) => {
    const position = sections.indexOf(current);
    const last = sections.length - 1;
    const to = {
      ArrowRight: position === last ? 0 : position + 1, ArrowLeft: position === 0 ? last : position - 1, Home: 0, End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(sections[to].id);
  };

  const drawToolbar = () => {
    const { query, filters, grouping } = view();
    Dom.byId("about").textContent = current.about;
    const search = Dom.el("input", {
      type: "search", id: "search", value: query, placeholder: Words.say("search.hint"),
      "aria-label": Words.say("search.label"), autocomplete: "off", spellcheck: "false",
      oninput: ({ target }) => {
        view().query = target.value;
        arrange();
        tellCount();
      },
    });
    const selects = current.filters.filter(({ options }) => options.length).map((filter) =>
      Dom.el(
        "select",
        {
          id: `filter-${filter.id}`, "aria-label": filter.label, class: filters[filter.id] ? "is-set" : null,
          onchange: ({ target }) => {
            view().filters = { ...view().filters, [filter.id]: target.value };
            target.classList.toggle("is-set", target.value !== "");
            arrange();
            tellCount();
          },
        },
        [{ value: "", label: filter.all }, ...filter.options].map(({ value, label }) =>
          Dom.el("option", { value, selected: (filters[filter.id] ?? "") === value }, label),
        ),
      ),
    );
    const groupings = current.groupings.length < 2 ? null : Dom.el(
      "div",
      { class: "segments", role: "group", "aria-label": Words.say("grouping.label") },
      current.groupings.map(({ id, label }) =>
        Dom.el("button", {
          type: "button", "aria-pressed": String(id === grouping), "data-grouping": id,
          onclick: () => {
            Object.assign(view(), { grouping: id, folded: new Set() });
            drawToolbar();
            drawTable();
            arrange();
            document.querySelector(`[data-grouping="${id}"]`).focus();
          },
        }, label),
      ),
    );
    Dom.fill(Dom.byId("toolbar"), Dom.el("div", { class: "filters" }, search, selects), groupings, current.tools);
    Dom.byId("toolbar").hidden = !current.rows.length;
  };

  const drawTable = () => {
    table?.destroy();
    table = null;
    const host = Dom.byId("table");
    host.hidden = !current.rows.length;
    if (!current.rows.length) return;
    const { grouping } = view();
    const section = current;
    table = Table.create(host, {
      label: section.title,
      columns: NARROW.matches
        ? [{ id: "card", title: section.title, cell: section.card, least: 200 }]
        : section.columns(grouping),
      height: (row) => (row.type === "group" ? (NARROW.matches ? 2 * HEADING : HEADING) : NARROW.matches ? section.cardHeight : ROW),
      heading: drawHeading,
      opened: (row, byKey) => (row.type === "group" ? fold(row) : open(row, byKey)),
      entered: (row) => Panel.isOpen && row.type !== "group" && row !== opened && open(row),
      pressed: (row, event) => {
        if (row.type === "group" && [" ", "ArrowLeft", "ArrowRight"].includes(event.key)) {
          if (event.key === " " || (event.key === "ArrowLeft") !== row.isFolded) fold(row);
        } else if (!section.pressed?.(row, event)) return;
        event.preventDefault();
      },
      sorted: (column, direction) => {
        Object.assign(view(), { sort: [column, direction], list: null });
        arrange();
      },
    });
  };

  const drawHeading = (group) => {
    const grouping = current.groupings.find(({ id }) => id === view().grouping);
    return Dom.el(
      "div",
      { class: "group", role: "gridcell", "aria-expanded": String(!group.isFolded) },
      Dom.el("span", { class: group.isFolded ? "fold folded" : "fold", "aria-hidden": "true" }),
      grouping.heading(group),
    );
  };

  const fold = (group) => {
    const { folded } = view();
    if (!folded.delete(group.name)) folded.add(group.name);
    arrange();
  };

  const textOf = (row, searched) => (row.searchable ??= Rows.searchable(searched(row)));

  /** Makes what is searched while there is nothing else to do, so that the first key is as fast as any other. */
  const prepare = (section, from = 0) => {
    globalThis.requestIdleCallback?.((time) => {
      let position = from;
      while (position < section.rows.length && time.timeRemaining() > 1) textOf(section.rows[position++], section.searched);
      if (position < section.rows.length && section === current) prepare(section, position);
    });
  };

  /** The rows that pass the search and the filters, in their order. */
  const passing = () => {
    const state = view();
    const { sort: [column, direction], filters, query } = state;
    if (!state.list) {
      const by = current.columns("").find(({ id }) => id === (column ?? "person"))?.sort;
      state.list = by ? Rows.sorted(current.rows, by, direction, Words.language) : current.rows;
    }
    const chosen = current.filters.map(({ id, options }) => options.find(({ value }) => value === filters[id])?.passes);
    const { searched } = current;
    const text = (row) => textOf(row, searched);
    return Rows.filtered(state.list, query, text, chosen.filter(Boolean));
  };

  const arrange = () => {
    const rows = passing();
    const { grouping, folded } = view();
    const { of, order } = current.groupings.find(({ id }) => id === grouping) ?? {};
    table?.show(of ? Rows.grouped(rows, of, folded, order) : rows);
    const isEverything = rows.length === current.rows.length;
    Dom.fill(Dom.byId("bulk"), rows.length ? current.bulk?.(rows, isEverything) : null);
    Dom.byId("bulk").hidden = !Dom.byId("bulk").childNodes.length;
    const empty = Dom.byId("empty");
    empty.hidden = rows.length > 0;
    Dom.byId("table").classList.toggle("nothing", !rows.length);
    Dom.fill(empty, current.rows.length ? [Words.say("search.nothing"), " ", everything()] : current.empty);
  };

  /**
   * What is shown now, whether or not it is in sight.
   *
   * @returns {{section: Section, columns: Column[], groups: Array<{heading: Node[]|null, rows: Row[]}>, count: number,
   *   asked: string[]}|null}
   *   The rows by the groups they are in, and what was searched and filtered for, in words. Null without a section.
   */
  const shown = () => {
    if (!current) return null;
    const { query, filters, grouping } = view();
    const rows = passing();
    const { of, order, heading } = current.groupings.find(({ id }) => id === grouping) ?? {};
    const groups = of
      ? Rows.grouped(rows, of, new Set(), order).filter(({ type }) => type === "group").map((group) => ({ heading: heading(group), rows: group.rows }))
      : [{ heading: null, rows }];
    const chosen = current.filters.map(({ id, options }) => options.find(({ value }) => value === filters[id])?.label);
    return { section: current, columns: current.columns(grouping), groups, count: rows.length, asked: [query.trim() && `“${query.trim()}”`, ...chosen].filter(Boolean) };
  };

  const everything = () =>
    Dom.el("button", {
      type: "button",
      onclick: () => {
        Object.assign(view(), { query: "", filters: {} });
        drawToolbar();
        arrange();
        Dom.byId("search").focus();
      },
    }, Words.say("search.everything"));

  const tellCount = () => tell(Words.say("search.found", { n: passing().length }));

  /** Says something to whoever cannot see it happen. */
  const tell = (text) => {
    Dom.byId("said").textContent = text;
  };

  const open = (row, byKey = false) => {
    opened = row;
    table?.mark(row.id);
    if (byKey) table?.reveal(row.id);
    const section = current;
    Panel.open(section.details(row), {
      focus: byKey,
      whenClosed: () => {
        const { id } = opened;
        opened = null;
        table?.mark(null);
        if (section === current && table?.api.getRowNode(id)) table.focus(id);
      },
    });
  };

  /** The panel anew, of the row that it shows. */
  const reopen = () => {
    const row = current.rows.find(({ id }) => id === opened.id);
    if (!row) return;
    const { activeElement } = document;
    const had = Dom.byId("panel").contains(activeElement) ? activeElement.dataset.focus : null;
    open(row);
    if (had) Dom.byId("panel").querySelector(`[data-focus="${had}"]`)?.focus();
  };

  /** Something about rows has changed: which pass a filter, or what they show. */
  const refresh = () => {
    arrange();
    if (opened) reopen();
  };

  const start = () => {
    Paper.start();
    NARROW.addEventListener("change", () => {
      drawTable();
      arrange();
    });
  };

  return { start, show, go, refresh, tell, open, shown, get current() { return current; } };
})();
