/**
 * A table of many rows, of which only those in sight are drawn: AG Grid, with what all pages have in common.
 *
 * @typedef {Object} Column
 * @property {string} id
 * @property {string} title
 * @property {(row: Row) => Node|string|Array} cell What is shown.
 * @property {number} [width] In pixels; a column without one takes its share of what is left.
 * @property {number} [share] How much of it, in relation to others; 1 unless it is said.
 * @property {number} [least] The least width.
 * @property {(row: Row) => Node|string|Array} [printed] The same on paper, where no button can be pressed.
 * @property {(row: Row) => string|number|null} [sort] What it is sorted by; without it, it is not.
 *
 * @typedef {Object} TableOptions
 * @property {string} label What the table is called.
 * @property {Column[]} columns
 * @property {(row: Row) => number} height In pixels.
 * @property {(group: Row) => Node} heading What a row of the type `group` shows.
 * @property {(row: Row) => void} opened A row was clicked, or Enter pressed on it.
 * @property {(row: Row) => void} entered The row has the focus now.
 * @property {(row: Row, event: KeyboardEvent) => void} pressed Any other key.
 * @property {(column: string|null, direction: "asc"|"desc"|null) => void} sorted
 */
const Table = (() => {
  const PARAMS = {
    browserColorScheme: "inherit",
    backgroundColor: "var(--surface)",
    foregroundColor: "var(--text)",
    headerTextColor: "var(--muted)",
    headerBackgroundColor: "var(--surface)",
    accentColor: "var(--accent)",
    borderColor: "var(--line)",
    rowHoverColor: "var(--over)",
    fontFamily: "inherit",
    fontSize: "14px",
    headerFontWeight: 600,
    headerFontSize: "12.5px",
    headerHeight: "36px",
    cellHorizontalPadding: "12px",
    wrapperBorder: false,
    wrapperBorderRadius: "0px",
    headerColumnResizeHandleColor: "var(--line)",
  };

  /** The row that is open in the panel: a style, which outlasts every drawing of the row. */
  const opened = new CSSStyleSheet();
  document.adoptedStyleSheets.push(opened);

  /** @param {TableOptions} options */
  const create = (host, options) => {
    const isGroup = ({ data }) => data?.type === "group";
    const definition = (column) => ({
      colId: column.id,
      headerName: column.title,
      cellRenderer: ({ data }) => Dom.el("div", { class: `cell cell-${column.id}` }, column.cell(data)),
      sortable: Boolean(column.sort),
      comparator: () => 0,
      resizable: true,
      ...(column.width ? { width: column.width, minWidth: column.width } : {
        flex: column.share ?? 1, minWidth: column.least ?? 120,
      }),
    });

    const api = agGrid.createGrid(host, {
      theme: agGrid.theme.withParams(PARAMS),
      columnDefs: options.columns.map(definition),
      rowData: [],
      getRowId: ({ data }) => data.id,
      getRowHeight: ({ data }) => options.height(data),
      isFullWidthRow: ({ rowNode }) => isGroup(rowNode),
      fullWidthCellRenderer: ({ data }) => options.heading(data),
      animateRows: false,
      enableCellTextSelection: true,
      ensureDomOrder: true,
      suppressColumnVirtualisation: true,
      suppressMovableColumns: true,
      suppressScrollOnNewData: true,
      suppressNoRowsOverlay: true,
      // The table is one stop for the Tab key; within it, arrows move.
      tabToNextCell: () => false,
      tabToNextHeader: () => false,
      onCellFocused: ({ rowIndex }) => {
        const row = rowIndex === null ? null : api.getDisplayedRowAtIndex(rowIndex);
        if (row?.data) options.entered(row.data);
      },
      onCellKeyDown: ({ data, event }) => {
        if (!event || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "Enter" && !event.target.closest("button, a")) options.opened(data, true);
        else options.pressed(data, event);
      },
      onSortChanged: ({ columns = [] }) => {
        const column = columns.find((each) => each.getSort());
        options.sorted(column?.getColId() ?? null, column?.getSort() ?? null);
      },
    });
    api.setGridAriaProperty("label", options.label);
    // The grid's own event is left out now and then where rows have just been replaced.
    host.addEventListener("click", clicked);

    function clicked({ target }) {
      const id = target.closest(".ag-row")?.getAttribute("row-id");
      const row = id && !target.closest("button, a, input") && !selected() ? api.getRowNode(id) : null;
      if (row) options.opened(row.data);
    }

    /** Somebody is selecting text to copy it. */
    const selected = () => {
      const selection = getSelection();
      return Boolean(selection && !selection.isCollapsed && host.contains(selection.anchorNode));
    };

    /** Draws something anew; whoever had the focus in the table keeps it, on the same row or where that was. */
    const keepingFocus = (draw) => {
      const had = host.contains(document.activeElement) ? api.getFocusedCell() : null;
      const id = had && api.getDisplayedRowAtIndex(had.rowIndex)?.id;
      draw();
      if (!had) return;
      const row = id === undefined ? null : api.getRowNode(id);
      focusAt(row?.rowIndex ?? Math.min(had.rowIndex, api.getDisplayedRowCount() - 1), had.column);
    };

    /** Draws anew what is in sight. */
    const drawn = () => {
      api.refreshCells({ force: true });
      const headings = api.getRenderedNodes().filter(isGroup);
      if (headings.length) api.redrawRows({ rowNodes: headings });
    };

    const focusAt = (position, column = options.columns[0].id) => {
      if (position < 0) return;
      api.ensureIndexVisible(position);
      api.setFocusedCell(position, column);
    };

    return {
      /** Shows these rows, and keeps the place. */
      show: (rows) => {
        keepingFocus(() => {
          api.setGridOption("rowData", rows);
          drawn();
        });
      },
      /** Shows which row is open; null for none. */
      mark: (id) => opened.replaceSync(id === null ? "" : `.ag-row[row-id="${CSS.escape(id)}"] { background: var(--opened); box-shadow: inset 3px 0 0 var(--accent); }`),
      /** Goes to a row, with the focus. */
      focus: (id) => focusAt(id === undefined ? 0 : (api.getRowNode(id)?.rowIndex ?? 0)),
      /** Scrolls to a row, if it is not in sight. */
      reveal: (id) => {
        const position = api.getRowNode(id)?.rowIndex;
        if (position !== undefined && position !== null) api.ensureIndexVisible(position);
      },
      destroy: () => {
        host.removeEventListener("click", clicked);
        api.destroy();
      },
      api,
    };
  };

  return { create };
})();
