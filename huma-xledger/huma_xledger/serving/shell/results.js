import { numbers, rejected, way } from "./steps.js";

const { byId, el, fill } = Dom;
const { say } = Words;

/** Whether what comes next has room beside the numbers. */
const ROOMY = matchMedia("(min-width: 40rem)");

const KEYS = { ArrowRight: 1, ArrowLeft: -1 };

/** The results of a sync, a tab for each direction. */
export const results = () => {
  let shown = null;
  let loaded = null;

  const choose = (to, run) => {
    shown = to;
    const frame = byId("result");
    for (const tab of byId("tabs").children) {
      const isChosen = tab.id === `tab_${to}`;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    byId("panel").setAttribute("aria-labelledby", `tab_${to}`);
    frame.title = say(`result_in_${to}`);
    if (loaded !== `${to} ${run}`) frame.contentWindow.location.replace(`/result/${to}?of=${encodeURIComponent(run)}`);
    loaded = `${to} ${run}`;
  };

  const next = (status) => {
    const left = status.steps.reduce((sum, step) => sum + rejected(step), 0);
    return [
      left ? say("next_rejected", { n: left }) : null,
      say(status.mode === "preview" ? "next_mode_preview" : "next_mode_sync"),
      say("next_decisions"),
      say("next_end"),
    ].filter(Boolean);
  };

  const list = (lines) => el("ul", {}, lines.map((line) => el("li", {}, line)));

  /** What it came to, whether that was told, and what is to be done. */
  const outcome = (status) => [
    el("div", {},
      list(status.steps.filter((step) => step.summary).map((step) => [el("b", {}, way(step)), ": ", numbers(step.summary)])),
      el("p", { class: status.told === "failed" ? "warning" : "quiet" }, say(`told_${status.told ?? "nobody"}`)),
      status.told_problem ? el("p", { class: "problem", lang: "en" }, status.told_problem) : null),
    el("details", { open: ROOMY.matches }, el("summary", {}, say("next")), list(next(status))),
  ];

  let before = null;

  /** Shows the results that there are. Where nothing about them has changed, everything stays as it is. */
  const show = (status) => {
    const { phase, steps, told, told_problem } = status;
    const now = JSON.stringify([phase, steps, told, told_problem]);
    if (now === before) return;
    before = now;
    const there = steps.filter((step) => step.has_result);
    const run = steps.map((step) => step.began).join(" ");
    fill(byId("outcome"), phase === "done" ? outcome(status) : null);
    fill(byId("tabs"), there.map((step) =>
      el("button", {
        type: "button", role: "tab", id: `tab_${step.to}`, "aria-controls": "panel",
        onclick: () => choose(step.to, run),
      }, say(`result_in_${step.to}`))));
    byId("tabs").hidden = byId("panel").hidden = there.length === 0;
    if (there.length) choose(there.some((step) => step.to === shown) ? shown : there.at(-1).to, run);
  };

  byId("tabs").addEventListener("keydown", (event) => {
    if (!(event.key in KEYS)) return;
    const tabs = [...byId("tabs").children];
    const at = tabs.findIndex((tab) => tab.tabIndex === 0);
    const tab = tabs[(at + KEYS[event.key] + tabs.length) % tabs.length];
    tab.click();
    tab.focus();
    event.preventDefault();
  });

  return { show };
};
