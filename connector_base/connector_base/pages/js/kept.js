/** Where what was decided is kept until it is saved: in the browser, or by the page around this one. */
const Kept = (() => {
  /** Where it is kept which language and which colours somebody took, for every page, and for the page around one. */
  const LANGUAGE = "huma-xledger language";
  const THEME = "huma-xledger theme";

  const PAUSE = 300;
  const PATIENCE = 1000;

  /** Whether a page around this one, from the same server, keeps the decisions and has the button. */
  const isServed = () => location.hash === "#kept" && parent !== window && /^https?:$/.test(location.protocol);

  /** A storage that may not be there: in a private window, or where an administrator forbids it. */
  const stored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };

  const store = (key, text) => {
    try {
      if (text === null) localStorage.removeItem(key);
      else localStorage.setItem(key, text);
      return true;
    } catch {
      return false;
    }
  };

  /** What a draft of a page is kept under: another preview is another page. */
  const draftKey = (frame) => `huma-xledger draft ${frame.to} ${frame.at} ${frame.began} ${brief(frame.decisions.key)}`;

  /** A number for a text, which says nothing of it. */
  const brief = (text) => {
    let sum = 0x811c9dc5;
    for (const character of text) sum = Math.imul(sum ^ character.codePointAt(0), 0x01000193);
    return (sum >>> 0).toString(36);
  };

  /**
   * Talks to the page around this one.
   *
   * @param {() => Object} told What it is told: `decisions`, with the file as it would be saved.
   * @param {(draft: string) => void} restore Takes up what was kept.
   * @returns {() => void} Says that something was decided.
   */
  const served = (told, restore) => {
    const post = (message) => parent.postMessage(message, location.origin);
    let waiting = null;
    let isReady = false;
    const tell = () => {
      clearTimeout(waiting);
      waiting = null;
      post(told());
    };
    const begin = () => {
      if (isReady) return;
      isReady = true;
      tell();
    };
    addEventListener("message", ({ source, origin, data }) => {
      if (source !== parent || origin !== location.origin) return;
      if (data?.type === "ask" && isReady) tell(); // a button is about to go by it
      if (data?.type !== "draft") return;
      if (data.draft) restore(data.draft);
      begin();
    });
    addEventListener("pagehide", () => waiting !== null && tell());
    post({ type: "ready" });
    // What is kept would be overwritten by nothing if the first word came before it.
    setTimeout(begin, PATIENCE);
    return () => {
      clearTimeout(waiting);
      waiting = setTimeout(tell, PAUSE);
    };
  };

  return { LANGUAGE, THEME, isServed, stored, store, draftKey, served };
})();
