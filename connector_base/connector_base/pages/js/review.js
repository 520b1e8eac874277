/** The page of a preview: what would be done, and what is decided about it. */
const Review = (() => {
  const start = (frame, people, only) => {
    const rows = Data.sections(frame, people, only);
    const state = frame.decisions ? Decisions.of(Data.subjects(frame, rows), frame.decisions) : null;
    const app = { frame, rows, state, said: "" };
    const hasTable = people.length + only.length > 0;
    let kept = () => {};

    /** Something was decided: shown everywhere, kept, and said. */
    app.changed = (text) => {
      app.said = text;
      Workspace.refresh();
      Summary.drawNumbers(app);
      Saving.draw(app);
      Workspace.tell(text);
      kept();
    };

    app.decide = (some, choice) => {
      const { changed, refused } = state.decide(some.map(({ key }) => key), choice);
      if (!changed && !refused) return;
      app.changed(outcome(some, choice, changed, refused));
    };

    const outcome = (some, choice, changed, refused) => {
      if (some.length > 1) {
        return [Words.say(choice ? "said.decided" : "said.undecided", { n: changed }), refused ? Words.say("said.refused", { n: refused }) : ""].join(" ").trim();
      }
      const [row] = some;
      if (refused) return Choices.blocked(frame, row, choice);
      const what = choice ? Choices.label(row, choice) : Words.say(row.type === "value" ? "choice.none" : "choice.settings");
      const who = People.called(row.who);
      return row.type === "value" ? Words.say("said.value", { who, field: Words.name(row.about.name), what }) : Words.say("said.person", { who, what });
    };

    app.undo = () => moved(state.undo(), "said.undone");
    app.redo = () => moved(state.redo(), "said.redone");
    const moved = (n, key) => n && app.changed(Words.say(key, { n }));

    app.leave = (rest) => {
      state.rest = rest;
      app.changed(Words.say(`said.rest.${rest}`));
    };

    app.load = (text) => {
      const { problem, applied, lapsed, beside } = state.load(text);
      if (problem) {
        Dialogs.show(Words.say("load.refused"), Dom.el("p", {}, Words.say(problem)));
        return;
      }
      app.changed([
        Words.say("load.applied", { n: applied }),
        lapsed ? Words.say("load.lapsed", { n: lapsed }) : "",
        beside ? Words.say("load.beside", { n: beside }) : "",
      ].join(" ").trim());
    };

    app.revealed = () => Workspace.refresh();

    const draw = () => {
      Words.fill(document);
      Summary.draw(app);
      Saving.draw(app);
      if (hasTable) Workspace.show(Sections.of(app));
      else Dom.byId("main").hidden = true;
    };

    Tools.start(Main.content("texts"), help);
    Words.changed(() => { app.said = ""; draw(); kept(); });
    Workspace.start();
    if (state) kept = keeping(app);
    draw();
    if (state) listen(app);
  };

  /** Keeps what was decided while the page is open, and takes up what was kept. Returns what is to be called after each. */
  const keeping = (app) => {
    const { frame, state } = app;
    if (Kept.isServed()) {
      return Kept.served(
        () => {
          const { decided, undecided } = state.counts();
          const text = JSON.stringify(state.file(new Date()));
          return { type: "decisions", text, draft: state.draft(), decided, undecided, comes: Saving.comes(app) };
        },
        (draft) => {
          state.restore(draft);
          app.changed("");
        },
      );
    }
    const key = Kept.draftKey(frame);
    const draft = Kept.stored(key);
    if (draft && state.restore(draft)) queueMicrotask(() => takenUp(app, key));
    addEventListener("beforeunload", (event) => state.unsaved && event.preventDefault());
    return () => Kept.store(key, state.draft());
  };

  /** Says that decisions were taken up that were not saved, and lets somebody begin anew. */
  const takenUp = (app, key) => {
    const note = Dom.el(
      "p",
      { class: "note", id: "taken-up" },
      Words.say("draft.taken_up"), " ",
      Dom.el("button", {
        type: "button",
        onclick: () => {
          app.state.begin();
          Kept.store(key, null);
          note.remove();
          app.changed(Words.say("draft.begun"));
          Dom.byId("main").focus();
        },
      }, Words.say("draft.begin")),
    );
    Dom.byId("notes").append(note);
    Workspace.tell(Words.say("draft.taken_up"));
  };

  /** Ctrl Z and its like take back what was decided, but for whoever is writing. */
  const listen = (app) => {
    addEventListener("keydown", (event) => {
      const key = event.key.toLowerCase();
      if (!(event.ctrlKey || event.metaKey) || !["z", "y"].includes(key) || Tools.isTyping(event)) return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) app.redo();
      else app.undo();
    });
  };

  const help = () =>
    Dialogs.show(
      Words.say("help.title"),
      Dom.el("p", {}, Words.say("help.about")),
      Dialogs.keys(["/", "↑ ↓", "Enter", "H", "X", "L", "U", "A", "S", "Ctrl Z", "Ctrl Shift Z", "Esc", "?"]),
    );

  return { start };
})();
