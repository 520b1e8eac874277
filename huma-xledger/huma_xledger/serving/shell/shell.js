import { GoneError, RefusedError, StrangerError, ask } from "./asking.js";
import { confirming } from "./confirming.js";
import { keeping } from "./keeping.js";
import { listen } from "./news.js";
import { results } from "./results.js";
import { card, inASentence } from "./steps.js";

const { byId, el, fill } = Dom;
const { say } = Words;

const PHASES = ["reading", "deciding", "synchronising", "done"];

/** Where the review is, by the last that the server said; null before it did. */
let status = null;
/** What keeps the server from saying anything. */
let missing = null;
/** What the server has refused, until something happens. */
let refusal = null;
/** The preview that the frame shows. */
let reviewed = null;

const kept = keeping(byId("review"), {
  changed: () => show(),
  refused: (sentence) => {
    refusal = sentence;
    show();
  },
});

const press = async (button, content = {}) => {
  refusal = null;
  try {
    await ask("POST", `/api/${button}`, content);
  } catch (error) {
    if (error instanceof RefusedError) refusal = error.message;
    else if (error instanceof GoneError) missing = "server";
    else if (error instanceof StrangerError) missing = "key";
    else throw error;
  }
  show();
};

/** Presses a button that goes by the decisions, once they are kept. */
const pressWithDecisions = async (button) => {
  if (await kept.isKept()) await press(button, { onto: kept.onto });
};

const question = confirming(() => pressWithDecisions("synchronise"));
const outcome = results();

const isBehind = () => status.phase === "deciding" && kept.isBehind(status);

const now = () => {
  if (status.phase === "deciding") {
    if (kept.last === null) return say("now_loading");
    return say(missing === null && refusal === null ? "now_kept" : "now_not_kept", {
      decided: say("n_decided", { n: kept.last.decided }),
    });
  }
  const step = status.steps.find((each) => each.state === "running");
  return step ? inASentence(step) : say(`progress_${status.phase}`);
};

const notices = () => [
  missing === "server" ? el("p", { class: "problem" }, say("gone")) : null,
  missing === "key" ? el("p", { class: "problem" }, say("no_key")) : null,
  refusal === null || (status && isBehind()) ? null : el("p", { class: "warning", lang: "en" }, refusal),
  status && isBehind()
    ? el("p", { class: "warning" }, say("behind"), " ", el("button", { type: "button", onclick: reload }, say("behind_show")))
    : null,
  status?.phase === "deciding" && status.is_old ? el("p", { class: "warning" }, say("old")) : null,
];

const reload = () => {
  refusal = null;
  kept.load(reviewed);
  show();
};

/** Sets what differs alone: whatever is read aloud is read once. */
const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

const showStages = () => {
  const phase = status.phase === "failed" ? { preview: "reading", sync: "synchronising" }[status.failed_in] : status.phase;
  for (const stage of byId("stages").children) {
    const place = PHASES.indexOf(stage.dataset.phase) - PHASES.indexOf(phase);
    stage.className = place < 0 ? "over" : "";
    if (place === 0) stage.setAttribute("aria-current", "step");
    else stage.removeAttribute("aria-current");
  }
};

const showButtons = () => {
  const { phase } = status;
  const isAway = missing !== null;
  const shown = {
    retry: phase === "failed",
    again: ["deciding", "done", "failed"].includes(phase),
    save: phase === "deciding",
    synchronise: phase === "deciding",
  };
  const isSaved = status.saved && !kept.isPending;
  const isUnable = kept.last === null || isBehind();
  const unable = { save: isUnable || isSaved, synchronise: isUnable };
  for (const [name, isShown] of Object.entries(shown)) {
    byId(name).hidden = !isShown;
    byId(name).disabled = !isShown || isAway || Boolean(unable[name]);
  }
  setText(byId("save"), say(isSaved ? "saved" : "save"));
};

const showProgress = () => {
  const { phase } = status;
  byId("progress").hidden = !["reading", "synchronising", "failed"].includes(phase);
  if (byId("progress").hidden) return;
  setText(byId("progress_title"), say(`progress_${phase}`));
  setText(byId("progress_about"), say(phase === "failed" ? `about_failed_${status.failed_in}` : `about_${phase}`));
  fill(byId("steps"), status.steps.map(card));
  const own = status.steps.some((step) => step.problem);
  setText(byId("problem"), own ? "" : (status.problem ?? ""));
};

const showReview = () => {
  byId("review").hidden = status.phase !== "deciding";
  if (status.phase !== "deciding" || status.review === null || reviewed === status.review) return;
  reviewed = status.review;
  kept.load(reviewed);
};

const showResults = () => {
  const has = status.phase === "done" || (status.phase === "failed" && status.steps.some((step) => step.has_result));
  byId("results").hidden = !has;
  if (has) outcome.show(status);
};

const show = () => {
  fill(byId("notices"), notices());
  document.body.classList.toggle("away", missing !== null);
  if (status === null) return;
  byId("main").dataset.phase = status.phase;
  setText(byId("name"), status.name);
  setText(byId("now"), now());
  document.title = say("title", { at: say(`title_${status.phase}`), name: status.name });
  showStages();
  showButtons();
  showProgress();
  showReview();
  showResults();
  if (kept.last !== null) question.show(status, kept.last);
};

/** Takes the language and the colours that the page in the frame has. */
const follow = () => {
  document.documentElement.dataset.theme = Kept.stored(Kept.THEME) ?? "auto";
  const language = Kept.stored(Kept.LANGUAGE) ?? Words.preferred(navigator.languages);
  if (language === Words.language && document.body.dataset.isFilled) return;
  document.body.dataset.isFilled = "true";
  Words.set(language);
  Words.fill(document);
  show();
};

const begin = async () => {
  const texts = await (await fetch("/shell/texts.json")).json();
  Words.start(texts, null);
  follow();
  addEventListener("storage", follow);
  byId("synchronise").addEventListener("click", () => question.ask(status, kept.last));
  byId("save").addEventListener("click", () => pressWithDecisions("save"));
  byId("again").addEventListener("click", () => press("again"));
  byId("retry").addEventListener("click", () => press("retry"));
  addEventListener("beforeunload", (event) => kept.isPending && event.preventDefault());
  listen(
    (news) => {
      if (status?.phase !== news.phase) refusal = null;
      status = news;
      show();
    },
    (what) => {
      const isBack = missing !== null && what === null;
      if (missing !== what) {
        missing = what;
        show();
      }
      if (isBack && status?.phase === "deciding") kept.keep();
    },
  );
};

begin();
