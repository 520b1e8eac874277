/**
 * What was decided on the page: pure state, without the page.
 *
 * @typedef {"huma"|"xledger"|"later"|"leave"|"add"} Choice
 *
 * @typedef {Object} Subject Something that can be decided.
 * @property {string} key What it is known by.
 * @property {"value"|"renumber"|"leave"|"add"} kind
 * @property {string} [user]
 * @property {string} [employee]
 * @property {string} [field]
 * @property {string} [seen] The fingerprint of Huma's value.
 * @property {Choice[]} choices What may be chosen.
 * @property {Choice|null} initial What was decided before.
 * @property {boolean} [isByRules] Whether the rules decide about it in any case where nobody does.
 */
const Decisions = (() => {
  const VERSION = 1;
  const STANDS = ["huma", "xledger", "later"];

  /**
   * @param {Subject[]} subjects
   * @param {{key: string, fields: Object[], people: Object[]}} before The key of the fingerprints, and the decisions that
   *   are about nothing on the page: they are kept.
   */
  const of = (subjects, before) => {
    const known = new Map(subjects.map((subject) => [subject.key, subject]));
    const initial = new Map(subjects.filter((each) => each.initial).map((each) => [each.key, each.initial]));
    const chosen = new Map(initial);
    /**
     * Decisions from a file that are about nothing on the page: each by its key, and only while it is chosen. Then it
     * counts in place of one about the same that is kept.
     */
    const beside = new Map();
    const done = [];
    const undone = [];
    let rest = "later";
    let saved = { top: undefined, rest };
    let restored = false;

    const choice = (key) => chosen.get(key) ?? null;

    const put = (key, value) => (value === null ? chosen.delete(key) : chosen.set(key, value));

    /** Does what a patch says, and keeps it so that it can be undone. */
    const apply = (changes) => {
      if (!changes.length) return null;
      const patch = changes.map(([key, after]) => ({ key, before: choice(key), after }));
      for (const { key, after } of patch) put(key, after);
      done.push(patch);
      undone.length = 0;
      return patch;
    };

    /**
     * Decides. What may not be chosen for a subject stays undecided, or as it was.
     *
     * @param {string[]} keys
     * @param {Choice|null} value null takes a decision back.
     * @returns {{changed: number, same: number, refused: number}}
     */
    const decide = (keys, value) => {
      const allowed = keys.filter((key) => value === null || known.get(key).choices.includes(value));
      const changes = allowed.filter((key) => choice(key) !== value).map((key) => [key, value]);
      apply(changes);
      return { changed: changes.length, same: allowed.length - changes.length, refused: keys.length - allowed.length };
    };

    /** Takes back what was done last. Returns how many decisions changed; 0 where there is nothing to take back. */
    const undo = () => moved(done, undone, "before");
    const redo = () => moved(undone, done, "after");
    const moved = (from, to, side) => {
      const patch = from.pop();
      if (!patch) return 0;
      for (const change of patch) put(change.key, change[side]);
      to.push(patch);
      return patch.length;
    };

    /** How many values are decided, put off, and undecided, of some subjects, or of all. */
    const counts = (keys = known.keys()) => {
      const found = { all: 0, decided: 0, later: 0, undecided: 0, people: 0 };
      for (const key of keys) {
        const value = choice(key);
        if (known.get(key).kind !== "value") {
          if (value) found.people += 1;
          continue;
        }
        found.all += 1;
        if (value === null) found.undecided += 1;
        else found.decided += 1;
        if (value === "later") found.later += 1;
      }
      return found;
    };

    /** The file, as JSON. */
    const file = (now) => {
      const taken = [...beside].filter(([key]) => choice(key)).map(([, entry]) => entry);
      const isKept = (entry) => choice(keyOf(entry)) === null || !beside.has(keyOf(entry));
      const fields = [...before.fields.filter(isKept), ...taken.filter(({ field }) => field)];
      const people = [...before.people.filter(isKept), ...taken.filter(({ field }) => !field)];
      for (const subject of known.values()) {
        const isPutOff = subject.kind === "value" && rest === "later" && !subject.isByRules;
        const value = choice(subject.key) ?? (isPutOff ? "later" : null);
        if (!value) continue;
        const { user, employee, field, seen } = subject;
        if (field) fields.push({ user, field, stands: value, seen });
        else people.push(user ? { user, action: value } : { employee, action: value });
      }
      const decidedAt = `${now.toISOString().slice(0, 19)}Z`;
      return { version: VERSION, decidedAt, key: before.key, fields, people };
    };

    const isUnsaved = () => restored || done.at(-1) !== saved.top || rest !== saved.rest;

    /**
     * What is kept in case the page is closed: ids and choices, and only what is not as it was at the beginning; of what
     * is about nothing on the page, the decisions as they were loaded.
     */
    const draft = () => {
      const choices = {};
      for (const key of new Set([...initial.keys(), ...chosen.keys()])) {
        if (choice(key) !== (initial.get(key) ?? null) && known.has(key)) choices[key] = choice(key);
      }
      const loaded = [...beside].filter(([key]) => choice(key)).map(([, entry]) => entry);
      return JSON.stringify({ version: VERSION, saved: !isUnsaved(), rest, choices, ...(loaded.length && { loaded }) });
    };

    /**
     * Takes a draft up again, as the state from which one goes on.
     *
     * @returns {number} How many decisions of it there are; 0 for what is no draft.
     */
    const restore = (text) => {
      const content = parsed(text);
      if (content?.version !== VERSION || typeof content.choices !== "object") return 0;
      const changes = Object.entries(content.choices).filter(
        ([key, value]) => known.has(key) && (value === null || known.get(key).choices.includes(value)),
      );
      begin();
      for (const [key, value] of changes) put(key, value);
      const loaded = Array.isArray(content.loaded) ? content.loaded.filter((each) => isOfField(each) || isOfPerson(each)) : [];
      for (const entry of loaded) takeBeside(entry);
      if (content.rest === "rules") rest = "rules";
      saved = { top: undefined, rest };
      restored = content.saved !== true;
      return changes.length + loaded.length;
    };

    const takeBeside = (entry) => {
      beside.set(keyOf(entry), entry);
      put(keyOf(entry), decided(entry));
    };

    /** Forgets everything that was done on the page. */
    const begin = () => {
      chosen.clear();
      beside.clear();
      for (const [key, value] of initial) chosen.set(key, value);
      done.length = undone.length = 0;
      rest = "later";
      saved = { top: undefined, rest };
      restored = false;
    };

    /**
     * Takes decisions from a file: those of the file count, and what it does not mention stays as it is on the page.
     *
     * @returns {{problem: string}|{applied: number, lapsed: number, beside: number}} `problem` is a key of texts.json.
     */
    const load = (text) => {
      const content = parsed(text.replace(/^\ufeff/, ""));
      const problem = complaint(content, before.key);
      if (problem) return { problem };
      const result = { applied: 0, lapsed: 0, beside: 0 };
      const already = new Map([...before.fields, ...before.people].map((entry) => [keyOf(entry), entry]));
      const changes = [];
      for (const entry of [...content.fields, ...content.people]) {
        const key = keyOf(entry);
        const subject = known.get(key);
        const value = decided(entry);
        if (!subject) {
          if (isSame(already.get(key), entry)) {
            changes.push([key, null]);
            continue;
          }
          beside.set(key, entry);
          changes.push([key, value]);
          result.beside += 1;
        } else if ((subject.seen && subject.seen !== entry.seen) || !subject.choices.includes(value)) {
          result.lapsed += 1;
        } else {
          changes.push([key, value]);
          result.applied += 1;
        }
      }
      apply(changes.filter(([key, value]) => choice(key) !== value));
      return result;
    };

    return {
      choice, decide, undo, redo, counts, file, draft, restore, begin, load,
      subject: (key) => known.get(key),
      get canUndo() { return done.length > 0; },
      get canRedo() { return undone.length > 0; },
      /** What becomes of values that nobody decided about: `later`, or whatever the `rules` say. */
      get rest() { return rest; },
      set rest(value) { rest = value; },
      /** Whether something is decided otherwise than in the file that was saved last, or than at the beginning. */
      get unsaved() { return isUnsaved(); },
      saved: () => {
        saved = { top: done.at(-1), rest };
        restored = false;
      },
    };
  };

  /** What the decision of an entry is known by. */
  const keyOf = (entry) => {
    if (entry.field) return Data.valueKey(entry.user, entry.field);
    return entry.action === "leave" ? `leave ${entry.user}` : `add ${entry.employee}`;
  };

  const decided = (entry) => entry.stands ?? entry.action;

  /** Whether two entries about the same are one. */
  const isSame = (one, other) => one !== undefined && one.seen === other.seen && decided(one) === decided(other);

  const parsed = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  };

  /** What is wrong with a file, as a key of texts.json; null for nothing. */
  const complaint = (content, key) => {
    if (!content || !Array.isArray(content.fields) || !Array.isArray(content.people)) return "load.no_decisions";
    if (content.version !== VERSION) return "load.other_version";
    if (alike(content.key) !== alike(key)) return "load.other_key";
    return content.fields.every(isOfField) && content.people.every(isOfPerson) ? null : "load.no_decisions";
  };

  const isOfField = (entry) =>
    isText(entry?.user) && isText(entry.field) && isText(entry.seen) && STANDS.includes(entry.stands);

  const isOfPerson = (entry) =>
    (entry?.action === "leave" && isText(entry.user)) || (entry?.action === "add" && isText(entry.employee));

  const isText = (value) => typeof value === "string" && value !== "";

  /** A key in one of the two alphabets of base64. */
  const alike = (key) => String(key).replace(/-/g, "+").replace(/_/g, "/");

  return { of };
})();
