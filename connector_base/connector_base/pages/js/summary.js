/** The top of the page: what would happen, in a sentence and five numbers. */
const Summary = (() => {
  const sum = (counts) => Object.values(counts ?? {}).reduce((all, each) => all + each, 0);

  /** @param {Object} app See `Sections`. */
  const draw = (app) => {
    const { frame } = app;
    const { summary, to } = frame;
    document.title = Words.say(`title.${to}`);
    Dom.byId("what").textContent = Words.say(`what.${to}`);
    Dom.byId("sentence").textContent = sentence(frame);
    const yours = app.state?.counts().all;
    Dom.fill(
      Dom.byId("made"),
      Dom.el("strong", {}, Words.say("made.nothing")), " ", yours ? Words.say("made.yours", { n: yours }) : null, Dom.el("br"),
      Words.say("made", { time: Words.time(frame.at), n: summary.received, connector: frame.connector }),
    );
    Dom.fill(Dom.byId("notes"), notes(frame));
    drawNumbers(app);
  };

  const sentence = ({ summary, to }) => {
    const by = Words.say(summary.decisions?.applied ? "sentence.by.decisions" : "sentence.by.rules");
    const parts = [
      summary.created && Words.say("sentence.created", { n: summary.created }),
      summary.updated && Words.say("sentence.updated", { n: summary.updated }),
    ].filter(Boolean);
    return parts.length ? Words.say(`sentence.${to}`, { by, what: Words.list(parts) }) : Words.say(`sentence.nothing.${to}`, { by });
  };

  const drawNumbers = (app) => {
    const { summary, to } = app.frame;
    const counts = app.state?.counts();
    const [changed, unset, skipped] = [summary.fields_changed, summary.fields_unset, summary.skipped].map(sum);
    const only = to === "xledger" ? "only_huma" : "only_xledger";
    // Each is told where the number leads to: who is left out of the other system, or of what is written there.
    const leftThere = app.rows[only].filter(({ who }) => who.action === "skip").length;
    const leftOut = (n) => n > 0 && Words.say("number.skipped", { n });
    const numbers = [
      { id: "created", n: summary.created, label: `number.created.${to}`, go: only, more: leftOut(leftThere) },
      {
        id: "updated", n: summary.updated, label: `number.updated.${to}`,
        more: [changed && Words.say("number.set", { n: changed }), unset && Words.say("number.unset", { n: unset })].filter(Boolean).join(", "),
      },
      {
        id: "rejected", n: sum(summary.rejected), label: "number.rejected", go: "rejected",
        more: leftOut(skipped - leftThere),
      },
      { id: "unchanged", n: summary.unchanged, label: "number.unchanged", go: "unchanged" },
      counts && {
        id: "undecided", n: counts.undecided, label: "number.undecided", go: withUndecided(app), filters: { decided: "undecided" },
        more: Words.say("number.decided", { decided: counts.decided, n: counts.all }),
      },
    ];
    show(numbers.filter(Boolean), app.rows);
  };

  /** The first section with values that are undecided; with none, the first. */
  const withUndecided = ({ rows, state }) =>
    Data.KINDS.find((kind) => state.counts(rows[kind].map(({ key }) => key).filter(Boolean)).undecided) ?? Data.KINDS[0];

  /**
   * Numbers, each with what it counts; those that lead somewhere are buttons.
   *
   * @param {Array<{id: string, n: number, label: string, more?: string, go?: string, filters?: Object}>} numbers
   * @param {Object<string, Row[]>} rows Those of each section that a number may lead to.
   */
  const show = (numbers, rows) => {
    Dom.fill(Dom.byId("numbers"), numbers.map(({ id, n, label, more, go, filters }) => {
      const content = [
        Dom.el("span", { class: "number" }, Words.number(n)),
        Dom.el("span", { class: "number-label" }, Words.say(label, { n })),
        more && Dom.el("span", { class: "number-more" }, more),
      ];
      return Dom.el("li", { class: `number-${id}${n ? "" : " zero"}` }, go && rows[go].length
        ? Dom.el("button", { type: "button", onclick: () => Workspace.go(go, filters ?? {}) }, content)
        : Dom.el("div", {}, content));
    }));
  };

  const notes = (frame) => {
    const { decisions, whole, summary, to } = frame;
    const { applied = 0, lapsed = 0, unknown = 0 } = summary.decisions ?? {};
    const counted = [
      applied && Words.say("decided.applied", { n: applied }),
      lapsed && Words.say("decided.lapsed", { n: lapsed }),
      unknown && Words.say("decided.unknown", { n: unknown }),
    ].filter(Boolean);
    return [
      !whole && Dom.el("p", { class: "note" }, Words.say(`part.${to}`)),
      summary.outcome === "failed" && Dom.el("p", { class: "note bad" }, Words.say("failed")),
      decisions?.decidedAt && Dom.el("p", { class: "note" }, Words.say("decided", { time: Words.time(decisions.decidedAt) }), counted.length ? ` ${Words.say("decided.counts", { counts: Words.list(counted) })}` : null),
    ];
  };

  return { draw, drawNumbers, show, sum };
})();
