const { el } = Dom;
const { say } = Words;

const OTHER = { huma: "xledger", xledger: "huma" };

/** From where to where a step goes, in words. */
export const way = (step) => say(step.to === "xledger" ? "to_xledger" : "to_huma");

const total = (counts) => Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);

/**
 * What a direction came to, or would come to: a list of numbers with words, without those that are nought.
 *
 * @param {Object} summary As the destination sums it up.
 * @returns {string}
 */
export const numbers = (summary) => {
  const would = summary.mode === "preview" ? "would_" : "";
  const counts = {
    [`${would}created`]: summary.created,
    [`${would}updated`]: summary.updated,
    unchanged: summary.unchanged,
    skipped: total(summary.skipped),
    rejected: total(summary.rejected),
  };
  const told = Object.entries(counts).filter(([, n]) => n > 0).map(([what, n]) => say(what, { n }));
  return told.length ? Words.list(told) : say("nobody");
};

const doing = (step) => {
  const names = { source: say(OTHER[step.to]), destination: say(step.to) };
  if (step.state === "waiting") return say("waiting");
  if (step.state === "failed") return say("failed");
  if (step.state === "done") return step.summary ? numbers(step.summary) : say("done");
  if (step.at === "reading" && step.count) {
    return step.of ? say("read_of", { n: step.count, of: step.of, ...names }) : say("read", { n: step.count, ...names });
  }
  if (step.at === "writing") return say(step.doing === "sync" ? "writing" : "comparing", { n: step.count, ...names });
  return say(`at_${step.at ?? "starting"}`, names);
};

/** What goes on, in one sentence that stays the same while people come. */
export const inASentence = (step) => say(step.doing === "sync" ? "now_synchronising" : "now_reading", { way: way(step) });

const bar = (step) => {
  const known = step.state === "running" && step.at === "reading" && step.of;
  return el("progress", {
    "aria-label": way(step),
    max: known ? step.of : 1,
    value: known ? Math.min(step.count, step.of) : { waiting: 0, done: 1, failed: 0 }[step.state],
  });
};

/**
 * A direction, and how far it is.
 *
 * @param {Object} step
 * @returns {HTMLElement}
 */
export const card = (step) =>
  el("article", { class: `step ${step.state}` },
    el("h3", {}, way(step)),
    step.state === "failed" ? null : bar(step),
    el("p", { class: "doing" }, doing(step)),
    ...step.warnings.map((warning) => el("p", { class: "warning", lang: "en" }, warning)),
    step.problem ? el("p", { class: "problem", lang: "en" }, step.problem) : null,
  );

/** How many people a direction did not write although they came. */
export const rejected = (step) => total(step.summary?.rejected);
