import { GoneError, StrangerError, ask } from "./asking.js";

const PAUSE = 1000;

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE));

/**
 * Hears of every change of the review, for as long as this window is open: over a restart of the server as well.
 *
 * @param {(status: Object) => void} show Takes what the server says.
 * @param {(missing: "server"|"key"|null) => void} tell Hears what keeps the server from saying anything; null for
 *   nothing any more.
 */
export const listen = async (show, tell) => {
  let seen = null;
  for (;;) {
    try {
      const status = await ask("GET", seen === null ? "/api/status" : `/api/status?seen=${seen}`);
      tell(null);
      if (status.version !== seen) show(status);
      seen = status.version;
    } catch (error) {
      tell(error instanceof StrangerError ? "key" : "server");
      if (!(error instanceof GoneError || error instanceof StrangerError)) console.warn(error);
      seen = null;
      await pause();
    }
  }
};
