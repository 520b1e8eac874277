/** Everything about one row, beside the table. */
const Panel = (() => {
  let closed = () => {};

  const element = () => Dom.byId("panel");

  /**
   * Shows something.
   *
   * @param {Node[]} content The first of it is the heading.
   * @param {{focus: boolean, whenClosed: Function}} options Whether the focus goes to the heading, for whoever asked with
   *   the keyboard; and what happens when it is closed.
   */
  const open = (content, { focus = false, whenClosed = () => {} } = {}) => {
    closed = whenClosed;
    const button = Dom.el("button", { type: "button", class: "quiet close", "aria-label": Words.say("panel.close"), onclick: close }, "✕");
    Dom.fill(element(), button, content);
    element().hidden = false;
    document.body.classList.add("has-panel");
    if (focus) {
      const heading = element().querySelector("h2");
      heading.tabIndex = -1;
      heading.focus();
    }
  };

  const close = () => {
    if (element().hidden) return;
    element().hidden = true;
    document.body.classList.remove("has-panel");
    closed();
  };

  /** Terms and what they are, as a list; those without anything are left out. */
  const facts = (pairs) =>
    Dom.el(
      "dl",
      { class: "facts" },
      pairs.filter(([, what]) => what !== null && what !== undefined && what !== "")
        .map(([term, what]) => Dom.el("div", {}, Dom.el("dt", {}, term), Dom.el("dd", {}, what))),
    );

  return { open, close, facts, get isOpen() { return !element().hidden; } };
})();
