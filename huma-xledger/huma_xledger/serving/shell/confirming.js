const { byId, el, fill } = Dom;
const { say } = Words;

/** What is going to happen when the button is pressed, sentence by sentence. */
const sentences = (status, last) => {
  const { decided, undecided, rules } = last;
  const people = JSON.parse(last.text).people;
  const count = (action) => people.filter((decision) => decision.action === action).length;
  const would = Object.fromEntries(status.steps.map((step) => [step.to, step.summary]));
  return [
    say("confirm_decided", { n: decided }),
    undecided ? say(rules ? "confirm_by_the_rules" : "confirm_undecided", { n: undecided }) : say("confirm_all_decided"),
    say(status.both ? "confirm_both" : "confirm_one"),
    would.xledger?.created ? say("confirm_created", { n: would.xledger.created }) : null,
    count("leave") ? say("confirm_leave", { n: count("leave") }) : null,
    status.both && count("add") ? say("confirm_add", { n: count("add") }) : null,
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
