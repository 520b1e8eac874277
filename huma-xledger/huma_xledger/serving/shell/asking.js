/** What the server is asked. */

/** The server is not there. */
export class GoneError extends Error {}

/** The server has no idea who asks: this window has no key, or one of another server. */
export class StrangerError extends Error {}

/** The server refuses, in a sentence. */
export class RefusedError extends Error {
  /**
   * @param {string} sentence
   * @param {number} code
   */
  constructor(sentence, code) {
    super(sentence);
    this.code = code;
  }
}

const FORBIDDEN = 403;

/**
 * Asks the server.
 *
 * @param {string} method
 * @param {string} path
 * @param {Object} [content] What the request brings, as JSON.
 * @returns {Promise<Object>} The answer.
 * @throws {GoneError|StrangerError|RefusedError}
 */
export const ask = async (method, path, content) => {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: content === undefined ? {} : { "Content-Type": "application/json" },
      body: content === undefined ? undefined : JSON.stringify(content),
      cache: "no-store",
      redirect: "error",
    });
    if (answer.ok) return await answer.json();
  } catch {
    throw new GoneError();
  }
  if (answer.status === FORBIDDEN) throw new StrangerError();
  const told = await answer.json().catch(() => ({}));
  throw new RefusedError(told.problem ?? String(answer.status), answer.status);
};
