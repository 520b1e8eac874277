import { GoneError, RefusedError, StrangerError, ask } from "./asking.js";

/**
 * Keeps what is decided in the page of the review, as it is decided, and brings it back.
 *
 * @param {HTMLIFrameElement} frame The page.
 * @param {{changed: () => void, refused: (sentence: string) => void}} told Hears that something is to be shown anew.
 */
export const keeping = (frame, told) => {
  /** The page's last word: `{text, draft, decided, undecided, rules}`. */
  let last = null;
  /** What of it is not kept yet. */
  let pending = null;
  /** What was kept last, as far as this window knows: what it is called, and the page's own form of it. */
  let onto = null;
  let kept = null;
  /** Everything that was kept last at some time, by this window or when it was loaded. */
  const known = new Set();
  /** Whether the page that was asked for is there. What comes before is the last word of the one before it. */
  let isThere = false;
  /** Whether the page has been told what is kept. What it says before that is older. */
  let isRestored = false;
  /** How often the page was loaded: what was asked for an earlier one is no answer for this one. */
  let loads = 0;
  let running = null;
  /** Goes on once the page has said what is decided. */
  let answered = () => {};

  /** Seconds, in thousandths, after which a page that is asked and says nothing has nothing to say. */
  const PATIENCE = 2000;

  const load = (review) => {
    last = pending = onto = kept = null;
    known.clear();
    isThere = isRestored = false;
    loads += 1;
    frame.contentWindow.location.replace(`/review?of=${encodeURIComponent(review)}&load=${loads}#kept`);
  };

  const restore = async () => {
    const load = loads;
    const answer = await ask("GET", "/api/draft");
    if (load !== loads || isRestored) return;
    ({ onto, draft: kept } = answer);
    known.add(onto);
    isRestored = true;
    frame.contentWindow.postMessage({ type: "draft", draft: kept }, location.origin);
    if (kept === null) pending = last;
  };

  const put = async () => {
    const load = loads;
    const { text, draft } = pending;
    const answer = await ask("PUT", "/api/decisions", { text, draft, onto });
    if (load !== loads) return;
    [onto, kept] = [answer.onto, draft];
    known.add(onto);
    if (pending.draft === draft) pending = null;
    told.changed();
  };

  /** Whatever is decided is kept before a page is told what is. */
  const keepAll = async () => {
    const load = loads;
    while (load === loads && (pending !== null || !isRestored)) await (pending === null ? restore() : put());
  };

  /** Keeps what is not kept yet. Where the server is away, that is for later. */
  const keep = () => {
    running ??= keepAll()
      .catch((error) => {
        if (error instanceof RefusedError) told.refused(error.message);
        else if (!(error instanceof GoneError || error instanceof StrangerError)) throw error;
      })
      .finally(() => {
        running = null;
      });
    return running;
  };

  addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== location.origin) return;
    if (data?.type === "ready") {
      isThere = true;
      isRestored = false; // it may be loaded anew by itself, and then knows nothing
    } else if (data?.type === "decisions" && isThere) {
      last = data;
      if (isRestored) pending = running === null && data.draft === kept ? null : data;
      told.changed();
    } else {
      return;
    }
    keep();
    if (data.type === "decisions") answered();
  });

  /** Has the page say what is decided at this moment: by itself it waits a little for more. */
  const asked = () =>
    new Promise((resolve) => {
      answered = resolve;
      setTimeout(resolve, PATIENCE);
      frame.contentWindow.postMessage({ type: "ask" }, location.origin);
    });

  return {
    load,
    keep,
    /** Whether everything that the page shows is kept, after having tried. */
    isKept: async () => {
      await asked();
      while (running !== null) await running;
      await keep();
      return isRestored && last !== null && pending === null;
    },
    /** Whether something else was decided in another window, by what the server says. */
    isBehind: (status) => isRestored && running === null && !known.has(status.onto),
    get last() { return last; },
    get onto() { return onto; },
    get isPending() { return pending !== null; },
  };
};
