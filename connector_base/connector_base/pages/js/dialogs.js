/** What is said on top of the page, until it is closed. */
const Dialogs = (() => {
  /** Shows something modal; Esc closes it, and the focus goes back to where it was. */
  const show = (title, ...content) => {
    const heading = Dom.el("h2", { id: "dialog-title", tabindex: "-1" }, title);
    const dialog = Dom.el(
      "dialog",
      { "aria-labelledby": "dialog-title", onclose: () => dialog.remove() },
      heading,
      content,
      Dom.el("p", { class: "dialog-end" }, Dom.el(
        "button", { type: "button", class: "primary", onclick: () => dialog.close() }, Words.say("dialog.close"),
      )),
    );
    document.body.append(dialog);
    dialog.showModal();
    heading.focus();
    return dialog;
  };

  /** What keys do: each is one, or several with spaces between them. */
  const keys = (all) =>
    Dom.el("dl", { class: "keys" }, all.map((pressed) => Dom.el(
      "div",
      {},
      Dom.el("dt", {}, pressed.split(" ").map((key) => Dom.el("kbd", {}, key))),
      Dom.el("dd", {}, Words.say(`key.${pressed.replace(/ /g, "_")}`)),
    )));

  return { show, keys };
})();
