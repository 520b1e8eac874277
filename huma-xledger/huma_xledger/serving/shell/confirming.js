const { byId, el, fill } = Dom;
const { say } = Words;

/** What comes of it when the button is pressed: who is new in either system, and what was decided and what was not. */
const what = (status, { comes }) => {
  const created = (to, key) => {
    const n = status.steps.find((step) => step.to === to)?.summary?.created;
    return n ? say(key, { n }) : null;
  };
  return [created("huma", "confirm_created_in_huma"), created("xledger", "confirm_created"), ...comes].filter(Boolean);
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
    else {
      fill(byId("confirm_way"), say(status.both ? "confirm_both" : "confirm_one"));
      fill(byId("confirm_what"), what(status, last).map((line) => el("li", {}, line)));
      fill(byId("confirm_after"), say(status.mode === "preview" ? "confirm_mode_preview" : "confirm_mode_sync"));
    }
  };
  return {
    show,
    ask: (status, last) => {
      dialog.showModal();
      show(status, last);
    },
  };
};
