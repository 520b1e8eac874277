/** Values as they are shown: what differs is marked, and what is sensitive is hidden until somebody asks for it. */
const Values = (() => {
  const asked = new Set();
  let all = false;

  const isHidden = (row) => Boolean(row.about?.sensitive) && !all && !asked.has(row.id);

  /** The value of a system, of a row. */
  const shown = (row, system) => {
    const { huma, xledger } = row.value;
    const text = row.value[system];
    if (text === null || text === undefined || text === "") return Dom.el("span", { class: "no-value" }, Words.say("value.none"));
    if (isHidden(row)) return Dom.own(Differences.masked(text), { class: "masked" });
    if (huma === null || huma === undefined || xledger === null || xledger === undefined) return Dom.own(text);
    return Dom.own(Differences.marked(huma, xledger)[system]);
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

  const toggleAll = () => {
    all = !all;
    if (!all) asked.clear();
  };

  return { shown, plain, revealing, toggle, toggleAll, get all() { return all; } };
})();
