/** Values as they are shown: what differs is marked, and what is sensitive is hidden until somebody asks for it. */
const Values = (() => {
  const asked = new Set();
  let all = false;

  const isHidden = (row) => Boolean(row.about?.sensitive) && !all && !asked.has(row.id);

  /** The value of a system, of a row. */
  const shown = (row, system) => {
    const [huma, xledger] = pair(row, row.value.huma, row.value.xledger);
    return system === "huma" ? huma : xledger;
  };

  /** Two values of a row, with what differs marked; of one that is hidden, nothing. */
  const pair = (row, one, other) => {
    if (isHidden(row) || !one || !other) return [plain(row, one), plain(row, other)];
    const marked = Differences.marked(one, other);
    return [Dom.own(marked.huma), Dom.own(marked.xledger)];
  };

  /** A text that is sensitive where the row's field is, outside of any comparison. */
  const plain = (row, text) => {
    if (text === null || text === undefined || text === "") return Dom.el("span", { class: "no-value" }, Words.say("value.none"));
    return isHidden(row) ? Dom.own(Differences.masked(text), { class: "masked" }) : Dom.own(text);
  };

  /** The button that shows what is hidden of a row, and hides it again; nothing where it is not sensitive. */
  const revealing = (row, changed, attributes = {}) => {
    if (!row.about.sensitive || all) return null;
    const isShown = asked.has(row.id);
    const label = Words.say(isShown ? "value.hide" : "value.show");
    return Dom.el("button", {
      type: "button", class: "quiet eye", "aria-label": label, title: label, "aria-pressed": String(isShown),
      "data-focus": "reveal",
      onclick: () => { toggle(row); changed(); },
      ...attributes,
    }, Words.say(isShown ? "value.hide.short" : "value.show.short"));
  };

  const toggle = (row) => {
    if (!asked.delete(row.id)) asked.add(row.id);
  };

  /** The button that shows everything that is hidden in a section, and hides it again; nothing where nothing is. */
  const revealingAll = (section, rows, changed) => {
    if (!rows.some(({ about }) => about.sensitive)) return null;
    return Dom.el("button", {
      type: "button", class: "quiet", id: "reveal-all", "aria-pressed": String(all),
      onclick: () => {
        all = !all;
        if (!all) asked.clear();
        changed();
        Workspace.go(section);
        Dom.byId("reveal-all").focus();
      },
    }, Words.say(all ? "value.hide.all" : "value.show.all"));
  };

  return { shown, pair, plain, revealing, revealingAll, toggle };
})();
