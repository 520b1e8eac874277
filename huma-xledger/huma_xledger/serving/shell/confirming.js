const { byId, el, fill } = Dom;
const { say } = Words;

/** What is going to happen when the button is pressed, sentence by sentence. */
const sentences = (status, last) => {
  const { decided, undecided, comes } = last;
  const { created } = status.steps.find((step) => step.to === "xledger")?.summary ?? {};
  return [
    [
      say("confirm_decided", { decided: say("n_decided", { n: decided }), undecided: say("n_undecided", { n: undecided }) }),
      comes.length ? el("ul", {}, comes.map((line) => el("li", {}, line))) : null,
    ],
    say(status.both ? "confirm_both" : "confirm_one"),
    created ? say("confirm_created", { n: created }) : null,
    say(status.mode === "preview" ? "confirm_mode_preview" : "confirm_mode_sync"),
  ].filter(Boolean);
};

/**
 * The question before a sync.
 *
 * @param {() => void} synchronise What is done when somebody says yes.
 */
export const confirming = (synchronise) => {
  const dialog = byId("confirm");
  byId("cancel").addEventListener("click", () => dialog.close());
  byId("confirmed").addEventListener("click", () => {
    dialog.close();
    synchronise();
  });
  /** Says it anew where the question stands. */
  const show = (status, last) => {
    if (!dialog.open) return;
    if (status.phase !== "deciding" || last === null) dialog.close();
    else fill(byId("confirm_what"), sentences(status, last).map((sentence) => el("li", {}, sentence)));
  };
  return {
    show,
    ask: (status, last) => {
      dialog.showModal();
      show(status, last);
    },
  };
};
