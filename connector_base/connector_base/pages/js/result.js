/** The page of a sync: what it wrote and what it did not, for whoever has to answer for it, today or in a year. */
const Result = (() => {
  const start = (frame, people) => {
    const rows = Outcomes.of(frame, people);
    const app = { frame, rows, revealed: () => Workspace.refresh() };

    const draw = () => {
      Words.fill(document);
      drawTop(app);
      if (people.length) Workspace.show(ResultSections.of(app));
      else Dom.byId("main").hidden = true;
    };

    Tools.start(Main.content("texts"), help);
    Words.changed(draw);
    if (people.length) Workspace.start();
    draw();
  };

  const drawTop = (app) => {
    const { frame, rows } = app;
    const { summary, to } = frame;
    const { sum } = Summary;
    document.title = Words.say(`result.title.${to}`, { date: Words.date(frame.at) });
    Dom.byId("what").textContent = Words.say(`result.what.${to}`);
    Dom.byId("sentence").textContent = sentence(frame);
    Dom.byId("made").textContent = Words.say("result.made", {
      connector: frame.connector, time: Words.time(frame.began), n: summary.received,
    });
    Dom.fill(Dom.byId("notes"), notes(frame), about(frame));
    const hasAdded = rows.written.some(({ who }) => who.created);
    Summary.show([
      {
        id: "created", n: summary.created, label: `result.number.created.${to}`,
        ...(hasAdded ? { go: "written", filters: { person: "added" } } : {}),
      },
      {
        id: "updated", n: summary.updated, label: `result.number.updated.${to}`, go: "written", filters: hasAdded ? { person: "updated" } : {},
        more: counted([["result.number.set", sum(summary.fields_changed)], ["result.number.emptied", sum(summary.fields_unset)]]),
      },
      {
        id: "rejected", n: sum(summary.rejected), label: "number.rejected", go: "rejected",
        more: counted([["number.skipped", sum(summary.skipped)]]),
      },
      { id: "unchanged", n: summary.unchanged, label: "number.unchanged" },
      { id: "kept", n: rows.kept.length, label: "result.number.kept", go: "kept" },
    ], rows);
  };

  /** Those of some counts that are not zero, in words. */
  const counted = (pairs) => pairs.filter(([, n]) => n).map(([key, n]) => Words.say(key, { n })).join(", ");

  const sentence = ({ summary, to }) => {
    const parts = [["result.created", summary.created], ["result.updated", summary.updated]]
      .filter(([, n]) => n).map(([key, n]) => Words.say(key, { n }));
    return parts.length ? Words.say(`result.sentence.${to}`, { what: Words.list(parts) }) : Words.say(`result.nothing.${to}`);
  };

  const notes = ({ summary }) =>
    summary.outcome === "failed" && Dom.el("p", { class: "note bad" }, Words.say("result.failed"));

  /** Who wrote, when, and at what cost: folded away, and there when somebody asks. */
  const about = (frame) => {
    const { summary, whole } = frame;
    const { applied = 0, lapsed = 0, unknown = 0 } = summary.decisions ?? {};
    const reasons = Object.entries({ ...summary.skipped, ...summary.rejected, ...summary.warnings });
    const seconds = Math.max(0, (Date.parse(frame.at) - Date.parse(frame.began)) / 1000);
    return Dom.el(
      "details",
      { class: "run", id: "run" },
      Dom.el("summary", {}, Words.say("result.run")),
      Panel.facts([
        [Words.say("result.run.connector"), Dom.own(frame.connector)],
        [Words.say("result.run.began"), moment(frame.began)],
        [Words.say("result.run.ended"), moment(frame.at)],
        [Words.say("result.run.took"), seconds < 60 ? Words.measure(seconds, "second") : Words.measure(seconds / 60, "minute")],
        [Words.say("result.run.mode"), summary.mode],
        [Words.say("result.run.outcome"), Words.say(`result.run.outcome.${summary.outcome}`)],
        [Words.say("result.run.came"), Words.say(whole ? "result.run.everybody" : "result.run.changed", { n: summary.received })],
        [Words.say("result.run.codes"), reasons.length && Dom.el("ul", {}, reasons.map(([code, n]) =>
          Dom.el("li", {}, `${Choices.title(frame, code)}: ${Words.number(n)}`)))],
        [Words.say("result.run.decisions"), counted([
          ["result.run.applied", applied], ["result.run.lapsed", lapsed], ["result.run.unknown", unknown],
        ])],
        [Words.say("result.run.cost"), Words.list([
          Words.say("result.run.requests", { n: summary.requests ?? 0 }),
          Words.say("result.run.sent", { size: size(summary.bytes_sent) }),
          Words.say("result.run.received", { size: size(summary.bytes_received) }),
          ...(summary.retries ? [Words.say("result.run.retries", { n: summary.retries })] : []),
        ])],
      ].map(([term, what]) => [term, what || null])),
    );
  };

  /** A time as people say it, and as the report has it. */
  const moment = (iso) => [Words.time(iso), " ", Dom.el("time", { class: "muted", datetime: iso }, iso)];

  const size = (bytes = 0) => (bytes < 1e6 ? Words.measure(bytes / 1e3, "kilobyte") : Words.measure(bytes / 1e6, "megabyte"));

  const help = () =>
    Dialogs.show(
      Words.say("help.title"),
      Dom.el("p", {}, Words.say("result.help")),
      Dialogs.keys(["/", "↑ ↓", "Enter", "S", "Esc", "?"]),
    );

  return { start };
})();
