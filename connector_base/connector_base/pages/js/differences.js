/**
 * How two values differ, so that it is seen at a glance; and how a value is shown that is not to be read by whoever passes
 * by.
 *
 * What is marked is what a reader would call different: the day of a date, the digits of a number whatever stands between
 * them, a word, or the part of a word that is not the same. What nobody can see, or takes for something else, is named.
 * A text stays what it is: marks and signs go around it, so that it is copied, searched and read aloud as it stands.
 *
 * @typedef {{text: string, differs: boolean}} Piece
 */
const Differences = (() => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

  /** The characters of a text as a reader counts them: a flag, or a letter with its accent, is one. */
  const characters = (text) => Array.from(segmenter.segment(text), ({ segment }) => segment);

  /** The most insertions and deletions that are looked for: texts that have nothing in common take long. */
  const MOST_EDITS = 400;

  /** How much of what can be read has to be the same before it is worth while to say what is not. */
  const LEAST_IN_COMMON = 0.25;

  /**
   * Two values as nodes, with `<mark>` around what differs.
   *
   * @param {string|null|undefined} huma
   * @param {string|null|undefined} xledger
   * @returns {{huma: Node[], xledger: Node[]}} Nothing for a value that there is not; of the other, nothing is marked then.
   */
  const marked = (huma, xledger) => {
    if (!huma || !xledger || huma === xledger) return { huma: nodes(same(huma)), xledger: nodes(same(xledger)) };
    const alike = bare(huma) === bare(xledger);
    const [ours, theirs] = alike ? byCharacters(huma, xledger) : pieces(huma, xledger);
    return { huma: nodes(ours, alike), xledger: nodes(theirs, alike) };
  };

  /** @returns {[Piece[], Piece[]]} */
  const pieces = (huma, xledger) => {
    if (DATE.test(huma) && DATE.test(xledger)) return byParts(huma, xledger);
    const numbers = isNumber(huma) && isNumber(xledger) ? byDigits(huma, xledger) : null;
    return numbers?.flat().some(({ differs }) => differs) ? numbers : byWords(huma, xledger);
  };

  const same = (text) => (text ? [{ text, differs: false }] : []);

  const whole = (text) => (text ? [{ text, differs: true }] : []);

  // ---------------------------------------------------------------- dates

  const DATE = /^\d{4}-\d\d-\d\d$/;

  /** Year, month and day, each as a whole. */
  const byParts = (huma, xledger) => {
    const [ours, theirs] = [huma, xledger].map((date) => date.split(/(-)/));
    return [[ours, theirs], [theirs, ours]].map(([parts, others]) =>
      parts.map((text, at) => ({ text, differs: text !== others[at] })));
  };

  // ---------------------------------------------------------------- numbers

  /** A number as people write it: digits and what stands between them. An asterisk is a digit that is not shown. */
  const NUMBER = /^[+(]*[\d*][\d*\s().\-/\u2010-\u2015\u2212]*$/u;
  const LEAST_DIGITS = 5;
  const ABROAD = /^\(?(\+|00)/;

  const isDigit = (character) => /[\d*]/.test(character);

  const digits = (text) => Array.from(text).filter(isDigit);

  const isNumber = (text) => NUMBER.test(text) && digits(text).length >= LEAST_DIGITS;

  const isSameDigit = (a, b) => a === b || a === "*" || b === "*";

  /** Digit by digit, whatever stands between them. */
  const byDigits = (huma, xledger) => {
    const flags = inWhichDigits(huma, xledger);
    return [digitPieces(huma, flags[0]), digitPieces(xledger, flags[1])];
  };

  /**
   * Which digits differ. Of numbers of one length, some were mistyped; otherwise something is too much, or too little,
   * between what is the same at both ends. A country code that only one of them has is no difference.
   */
  const inWhichDigits = (huma, xledger) => {
    const [ours, theirs] = [digits(huma), digits(xledger)];
    const surplus = ours.length - theirs.length;
    if (surplus < 0) return inWhichDigits(xledger, huma).reverse();
    const hasCountry = surplus && ABROAD.test(huma) && !ABROAD.test(xledger);
    if (surplus && !hasCountry) {
      const [before, after] = commonEnds(ours, theirs, isSameDigit);
      return [ours, theirs].map((all) => all.map((_, at) => at >= before && at < all.length - after));
    }
    const flags = theirs.map((digit, at) => !isSameDigit(digit, ours[at + surplus]));
    // One digit that happens to be the same between two that are not would be hard to read on its own.
    const filled = flags.map((differs, at) => differs || Boolean(flags[at - 1] && flags[at + 1]));
    return [[...Array(surplus).fill(false), ...filled], filled];
  };

  /** A number in pieces; what stands between two digits that differ is marked with them. */
  const digitPieces = (text, flags) => {
    let next = 0;
    return Array.from(text, (character) => {
      const differs = isDigit(character) ? flags[next++] : Boolean(flags[next - 1] && flags[next]);
      return { text: character, differs };
    });
  };

  // ---------------------------------------------------------------- words

  /** From so many digits on, a row of them is read digit by digit, and not as one number. */
  const LONG = 6;

  const kind = (character) => (/^\p{L}/u.test(character) ? "letters" : /^\p{N}/u.test(character) ? "digits" : null);

  /** A text as words, rows of digits, and every other character on its own. */
  const words = (text) => {
    const found = [];
    let last = null;
    for (const character of characters(text)) {
      const own = kind(character);
      if (own && own === last) found[found.length - 1] += character;
      else found.push(character);
      last = own;
    }
    return found;
  };

  /** Whether two words are the same, in whichever form their accents were typed. */
  const isSame = (a, b) => a === b || a.normalize() === b.normalize();

  const hasTwoSides = (run) => run.ours.length > 0 && run.theirs.length > 0;

  /** Word by word; of two words in each other's place that are much the same, only the rest is marked. */
  const byWords = (huma, xledger) => {
    const runs = joined(inRuns(words(huma), words(xledger)));
    const isReplaced = runs.some((run) => run.differs && hasTwoSides(run));
    const common = runs.reduce((sum, run) => sum + inCommon(run), 0);
    if (isReplaced && common < LEAST_IN_COMMON * Math.max(readable(huma), readable(xledger))) {
      return [whole(huma), whole(xledger)];
    }
    const sides = runs.map((run) => (run.differs ? withinWords(run) : [same(run.ours.join("")), same(run.theirs.join(""))]));
    return [sides.flatMap(([ours]) => ours), sides.flatMap(([, theirs]) => theirs)];
  };

  /** Character by character, for what looks the same. */
  const byCharacters = (huma, xledger) => {
    const runs = inRuns(characters(huma), characters(xledger));
    return ["ours", "theirs"].map((side) => runs.map((run) => ({ text: run[side].join(""), differs: run.differs })));
  };

  /**
   * What is the same on both sides, and what stands in each other's place, in turn.
   *
   * @returns {Array<{differs: boolean, ours: string[], theirs: string[]}>} What is the same as each side has it.
   */
  const inRuns = (ours, theirs) => {
    const steps = jsdiff.diffArrays(ours, theirs, { comparator: isSame, maxEditLength: MOST_EDITS });
    if (!steps) return [{ differs: true, ours, theirs }];
    const runs = [];
    let [left, right] = [0, 0];
    for (const { count, added, removed } of steps) {
      const differs = Boolean(added || removed);
      if (!differs || !runs.at(-1)?.differs) runs.push({ differs, ours: [], theirs: [] });
      const run = runs.at(-1);
      if (!added) run.ours.push(...ours.slice(left, (left += count)));
      if (!removed) run.theirs.push(...theirs.slice(right, (right += count)));
    }
    return runs;
  };

  /** Runs without those of a blank or a comma between two others, which would tear apart what is read as one. */
  const joined = (runs) => {
    const found = [];
    runs.forEach((run, at) => {
      const [last, next] = [found.at(-1), runs[at + 1]];
      const isBetween = last?.differs && next?.differs && hasTwoSides(last) && hasTwoSides(next);
      if (last?.differs && (run.differs || (isBetween && !run.ours.some(kind)))) {
        last.ours.push(...run.ours);
        last.theirs.push(...run.theirs);
      } else {
        found.push(run);
      }
    });
    return found;
  };

  /** How many characters can be read in a text: letters and digits. */
  const readable = (text) => characters(text).filter(kind).length;

  const inCommon = (run) => {
    if (!run.differs) return readable(run.ours.join(""));
    const ends = endsOfWords(run);
    return ends ? ends[0] + ends[1] : 0;
  };

  const withinWords = (run) => {
    const [before, after] = endsOfWords(run) ?? [0, 0];
    return [run.ours, run.theirs].map((tokens) => {
      const all = characters(tokens.join(""));
      const until = all.length - after;
      const [first, middle, last] = [all.slice(0, before), all.slice(before, until), all.slice(until)];
      return [...same(first.join("")), ...whole(middle.join("")), ...same(last.join(""))];
    });
  };

  /** How many characters two words have in common at either end; null for what is better read as a whole. */
  const endsOfWords = ({ ours, theirs }) => {
    const kinds = new Set([...ours, ...theirs].map(kind));
    if (!ours.length || !theirs.length || kinds.has(null)) return null;
    const [left, right] = [characters(ours.join("")), characters(theirs.join(""))];
    const longest = Math.max(left.length, right.length);
    if (!kinds.has("letters") && longest < LONG) return null;
    const ends = commonEnds(left, right, isSame);
    return (ends[0] + ends[1]) * 2 >= longest ? ends : null;
  };

  /** How many entries two lists have in common at the beginning, and at the end of what is left. */
  const commonEnds = (ours, theirs, isEqual) => {
    const shortest = Math.min(ours.length, theirs.length);
    let before = 0;
    while (before < shortest && isEqual(ours[before], theirs[before])) before += 1;
    let after = 0;
    while (after < shortest - before && isEqual(ours.at(-1 - after), theirs.at(-1 - after))) after += 1;
    return [before, after];
  };

  // ---------------------------------------------------------------- what nobody sees

  /** Characters that show nothing, and blanks. */
  const UNSEEN = /[\p{Cc}\p{Cf}\p{Z}\u034f\u115f\u1160\u180b-\u180f\u3164\ufe00-\ufe0f]/u;

  /** Emoji are made of several of them. */
  const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;

  /** What such a character is called, by the end of a key in texts.json. */
  const BLANKS = new Map(Object.entries({
    " ": "space", "\u00a0": "hardSpace", "\u2007": "hardSpace", "\u202f": "hardSpace", "\n": "lineBreak", "\r": "lineBreak",
    "\t": "tab",
  }));

  const CONFUSED = new Map(Object.entries({ "0": "digit", "1": "digit", O: "letter", I: "capitalI", l: "smallL" }));

  /** Characters that look like another one, each before it. */
  const LOOKS_LIKE = new Map([
    // Cyrillic
    ..."аa еe оo рp сc уy хx іi јj ѕs ԁd һh ԛq ԝw ӏl АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT ХX УY ҮY ".split(" "),
    // Greek
    ..."αa εe ιi κk νv οo ρp τt υu χx ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ".split(" "),
    // Signs
    ..."‐- ‑- ‒- –- —- −- ‘' ’' ʼ' ´' `' “\" ”\" •·".split(" "),
    // Letters and digits
    ..."0O 1l Il |l".split(" "),
  ].filter(Boolean).map((pair) => Array.from(pair)));

  const look = (character) => {
    const other = LOOKS_LIKE.get(character);
    return other ? look(other) : character;
  };

  /** What is seen of a text, without minding which of several characters that look the same it is. */
  const bare = (text) =>
    Array.from(text, look).join("").normalize("NFKC").replace(new RegExp(UNSEEN, "gu"), "");

  /**
   * What a character is called that differs and cannot be told by looking at it; null for any other.
   *
   * @param {boolean} alike Whether nothing of what differs is seen.
   */
  const called = (character, alike) => {
    if (BLANKS.has(character)) return Words.say(`differences.${BLANKS.get(character)}`);
    if (UNSEEN.test(character)) return code(character);
    if (!alike) return null;
    if (CONFUSED.has(character)) return Words.say(`differences.${CONFUSED.get(character)}`);
    if (/\p{Script=Cyrillic}/u.test(character)) return Words.say("differences.cyrillic");
    if (/\p{Script=Greek}/u.test(character)) return Words.say("differences.greek");
    return /[a-z]/i.test(character) ? null : code(character);
  };

  const code = (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

  const nodes = (all, alike = false) =>
    merged(all).map(({ text, differs }) =>
      differs ? Dom.el("mark", { class: "differs" }, signed(text, alike)) : document.createTextNode(text));

  /** Pieces of which no two in a row are of one kind, and none is empty. */
  const merged = (all) => {
    const found = [];
    for (const piece of all.filter(({ text }) => text)) {
      const last = found.at(-1);
      if (last?.differs === piece.differs) last.text += piece.text;
      else found.push({ ...piece });
    }
    return found;
  };

  /** A text that differs, with a sign for each character of it that nobody would see. */
  const signed = (text, alike) => {
    const isBlank = !text.replace(new RegExp(UNSEEN, "gu"), "");
    return characters(text).flatMap((character) => {
      if (EMOJI.test(character)) return [character];
      return Array.from(character, (point) => {
        const sign = point === " " && !alike && !isBlank ? null : called(point, alike);
        return sign === null ? point : Dom.el("span", { class: "sign", "data-sign": sign, title: sign }, point);
      });
    });
  };

  // ---------------------------------------------------------------- what is not shown

  const SHOWN_AT_MOST = 4;

  /**
   * A value by its last four letters or digits, and by fewer where that would be more than half of it. How long it is stays
   * hidden with the rest.
   */
  const masked = (text) => {
    if (!text) return text;
    const all = characters(text).filter((character) => kind(character) || character === "*");
    const shown = Math.min(SHOWN_AT_MOST, Math.floor(all.length / 2));
    return `•••• ${all.slice(all.length - shown).join("")}`.trimEnd();
  };

  return { marked, masked };
})();
