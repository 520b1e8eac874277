/**
 * The page on paper: a table draws only what is in sight, so what is printed is one of its own, with every row of the
 * section that passes its search and its filters. What is hidden stays hidden.
 */
const Paper = (() => {
  /** A column of this width in pixels takes as much of a sheet as one with a share of 1. */
  const WIDE = 200;

  let folded = [];

  const start = () => {
    addEventListener("beforeprint", draw);
    addEventListener("afterprint", clear);
  };

  const draw = () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const details of folded) details.open = true;
    const shown = Workspace.shown();
    document.body.append(Dom.el("section", { id: "paper", class: "paper" }, shown && content(shown)));
  };

  const clear = () => {
    for (const details of folded) details.open = false;
    Dom.byId("paper")?.remove();
  };

  const content = ({ section, columns, groups, count, asked }) => [
    Dom.el("h2", {}, section.title),
    Dom.el("p", {}, section.about),
    asked.length > 0 && Dom.el("p", {}, Words.say("paper.asked"), " ", Words.list(asked)),
    Dom.el("p", {}, count === section.rows.length
      ? Words.say("paper.all", { n: count }) : Words.say("paper.some", { n: count, all: section.rows.length }), " ",
    Words.say("paper.printed", { time: Words.time(new Date().toISOString()) })),
    count > 0 && table(columns, groups),
  ];

  const table = (columns, groups) => {
    const part = ({ width, share = 1 }) => (width ? width / WIDE : share);
    const parts = columns.reduce((sum, column) => sum + part(column), 0);
    const row = (each) =>
      Dom.el("tr", {}, columns.map((column) => Dom.el("td", {}, (column.printed ?? column.cell)(each))));
    return Dom.el(
      "table",
      {},
      Dom.el("colgroup", {}, columns.map((column) => Dom.el("col", { style: `width: ${(100 * part(column)) / parts}%` }))),
      Dom.el("thead", {}, Dom.el("tr", {}, columns.map(({ title }) => Dom.el("th", { scope: "col" }, title)))),
      groups.map(({ heading, rows }) => Dom.el(
        "tbody",
        {},
        heading && Dom.el("tr", { class: "paper-group" }, Dom.el("th", { scope: "rowgroup", colspan: columns.length }, heading)),
        rows.map(row),
      )),
    );
  };

  return { start };
})();
