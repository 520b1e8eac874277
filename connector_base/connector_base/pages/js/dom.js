/** Nodes, made of text and never of HTML: whatever somebody is called is shown, and nothing else happens. */
const Dom = (() => {
  /**
   * An element.
   *
   * @param {string} tag
   * @param {Object<string, string|number|boolean|Function|null|undefined>} attributes Those that are null, undefined or
   *   false are left out; `on…` is called when that happens.
   * @param {...(Node|string|number|null|undefined|false|Array)} children Texts become text.
   * @returns {HTMLElement}
   */
  const el = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (typeof value === "function") element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : String(value));
    }
    element.append(...nodes(children));
    return element;
  };

  /** What can be appended, of nodes, texts, lists of them, and nothing. */
  const nodes = (children) =>
    children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

  /** Replaces what is in an element. */
  const fill = (element, ...children) => {
    element.replaceChildren(...nodes(children));
    return element;
  };

  /** A text of somebody's, which has its own direction and leaves that of what stands around it alone. */
  const own = (text, attributes = {}) => el("bdi", attributes, text);

  const byId = (id) => document.getElementById(id);

  return { el, fill, own, byId };
})();
