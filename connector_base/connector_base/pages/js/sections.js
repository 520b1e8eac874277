/** The sections of a review: what is in each, and what can be done there. */
const Sections = (() => {
  const EFFECTS = ["xledger_gets_huma", "xledger_is_emptied", "huma_gets_xledger", "both_keep", "left_out"];

  /**
   * @param {Object} app
   * @param {Frame} app.frame
   * @param {Object<string, Row[]>} app.rows
   * @param {Object|null} app.state What was decided; null where nothing can be.
   * @param {(rows: Row[], choice: string|null) => void} app.decide
   * @param {() => void} app.revealed Something that was hidden is shown, or hidden again.
   */
  const of = (app) => [
    ...Data.KINDS.map((kind) => ofValues(app, kind)),
    ofPeople(app, "only_huma", outcomeColumns),
    ofPeople(app, "only_xledger", onlyXledgerColumns),
    ofPeople(app, "rejected", rejectedColumns),
    ofPeople(app, "unchanged", outcomeColumns),
  ];

  const ofValues = (app, kind) => {
    const { frame, rows, state } = app;
    const fields = Object.keys(frame.fields);
    return {
      id: kind,
      title: Words.say(`section.${kind}`),
      about: Words.say(`section.${kind}.about`),
      empty: Words.say(`section.${kind}.empty`),
      rows: rows[kind],
      columns: (grouping) => valueColumns(app).filter(({ id }) => id !== grouping && (state || id !== "decision")),
      card: (row) => valueCard(app, row),
      cardHeight: state ? 148 : 112,
      searched: ({ who, about, value: { huma, xledger, field } }) => [
        ...People.searched(who), about.name.en, about.name.nb, field, huma, xledger,
      ],
      details: (row) => Details.ofValue(app, row),
      filters: [
        ...(state ? [decidedFilter(app)] : []),
        {
          id: "field", label: Words.say("filter.field"), all: Words.say("filter.field.all"),
          options: fields.filter((field) => rows[kind].some(({ value }) => value.field === field)).map((field) => ({
            value: field, label: Words.name(frame.fields[field].name), passes: ({ value }) => value.field === field,
          })),
        },
        {
          id: "then", label: Words.say("filter.then"), all: Words.say("filter.then.all"),
          options: EFFECTS.filter((effect) => rows[kind].some(({ value }) => value.then === effect)).map((effect) => ({
            value: effect, label: Words.say(`then.short.${effect}`), passes: ({ value }) => value.then === effect,
          })),
        },
      ],
      groupings: [
        {
          id: "field", label: Words.say("grouping.field"), of: ({ value }) => value.field, order: fields,
          heading: (group) => groupHeading(app, group, Words.name(frame.fields[group.name].name)),
        },
        {
          id: "person", label: Words.say("grouping.person"), of: ({ id }) => id.slice(0, id.indexOf(".")),
          heading: (group) => groupHeading(app, group, [
            People.name(group.rows[0].who), Dom.el("span", { class: "muted" }, " ", Dom.own(group.rows[0].who.employmentId ?? "")),
          ]),
        },
        { id: "none", label: Words.say("grouping.none") },
      ],
      bulk: state ? (shown, isEverything) => bulk(app, shown, isEverything) : undefined,
      pressed: (row, event) => pressed(app, row, event),
      tools: [Values.revealingAll(kind, rows[kind], app.revealed)],
    };
  };

  const valueColumns = (app) => [
    { id: "person", title: Words.say("column.person"), share: 1.2, least: 168, cell: ({ who }) => People.cell(who), sort: ({ who }) => who.name },
    { id: "field", title: Words.say("column.field"), share: 1, least: 140, cell: ({ about }) => Words.name(about.name), sort: ({ about }) => Words.name(about.name) },
    {
      id: "huma", title: "Huma", share: 1.7, least: 130, sort: ({ value }) => value.huma,
      cell: (row) => [
        Dom.el(
          "div",
          { class: "two" },
          Dom.el("span", { class: "value" }, Values.shown(row, "huma")),
          row.value.lapsed && Dom.el("span", { class: "lapsed", title: Words.say("lapsed") }, Words.say("lapsed.short")),
        ),
        row.value.huma !== null && Values.revealing(row, app.revealed, { tabindex: "-1" }),
      ],
    },
    {
      id: "xledger", title: "Xledger", share: 1.7, least: 130, sort: ({ value }) => value.xledger,
      cell: (row) => [
        Dom.el(
          "div",
          { class: "two" },
          Dom.el("span", { class: "value" }, Values.shown(row, "xledger")),
          row.who.changed && Dom.el("span", { class: "muted" }, Words.say("since.changed", { date: Words.date(row.who.changed) })),
        ),
        row.value.huma === null && Values.revealing(row, app.revealed, { tabindex: "-1" }),
      ],
    },
    {
      id: "then", title: Words.say("column.then"), share: 1.2, least: 120, sort: ({ value }) => Words.say(`then.short.${value.then}`),
      cell: ({ value }) => Dom.el(
        "div",
        { class: "two" },
        Dom.el("span", { class: `then then-${value.then}` }, Words.say(`then.short.${value.then}`)),
        (value.tightened || value.then === "left_out") &&
          Dom.el("span", { class: "muted" }, Words.say(value.then === "left_out" ? "by.short.value" : "by.short.setting")),
      ),
    },
    { id: "decision", title: Words.say("panel.choose"), width: 236, cell: (row) => decision(app, row), printed: (row) => decided(app, row), sort: (row) => app.state?.choice(row.key) ?? null },
  ];

  const valueCard = (app, row) =>
    Dom.el(
      "div",
      { class: "card" },
      Dom.el("p", { class: "card-title" }, People.name(row.who), Dom.el("span", { class: "muted" }, " · ", Words.name(row.about.name))),
      Dom.el("dl", {}, ["huma", "xledger"].map((system) =>
        Dom.el("div", {}, Dom.el("dt", {}, Words.say(`choice.${system}`)), Dom.el("dd", {}, Values.shown(row, system))),
      )),
      row.value.lapsed
        ? Dom.el("p", { class: "lapsed" }, Words.say("lapsed.short"))
        : Dom.el("p", { class: "muted" }, Words.say("card.then", { then: Words.say(`then.short.${row.value.then}`) })),
      app.state && decision(app, row),
    );

  /** What was decided about a row, in words. */
  const decided = ({ state }, row) => {
    if (!state || !row.key) return Words.say("decision.fixed");
    const chosen = state.choice(row.key);
    return chosen ? Choices.label(row, chosen) : Words.say(row.type === "value" ? "choice.none" : "choice.settings");
  };

  /** The buttons that decide about a row; or that nothing can be decided. */
  const decision = (app, row) => {
    if (!app.state || !row.key) {
      return Dom.el("span", { class: "fixed", title: row.type === "value" ? Choices.fixed(row) : null }, Words.say("decision.fixed"));
    }
    const chosen = app.state.choice(row.key);
    const allowed = app.state.subject(row.key).choices;
    return Dom.el(
      "div",
      { class: "decide" },
      Dom.el(
        "div",
        { class: "segments", role: "group", "aria-label": Words.say("column.decision") },
        Choices.of(row).map((choice) => {
          const why = allowed.includes(choice) ? null : Choices.blocked(app.frame, row, choice);
          return Dom.el("button", {
            type: "button", tabindex: "-1", class: `choice-${choice}`, "aria-pressed": String(chosen === choice),
            "aria-disabled": why === null ? null : "true", title: why ?? Choices.effect(row, choice),
            onclick: () => (why === null ? app.decide([row], chosen === choice ? null : choice) : Workspace.tell(why)),
          }, Choices.label(row, choice));
        }),
      ),
    );
  };

  const groupHeading = (app, group, title) => {
    const keys = group.rows.map(({ key }) => key).filter(Boolean);
    const { undecided, all } = app.state ? app.state.counts(keys) : { undecided: 0, all: 0 };
    return [
      Dom.el("span", { class: "group-title" }, title),
      Dom.el("span", { class: "muted" }, Words.say("group.count", { n: group.rows.length }),
        app.state && [" · ", all === 0 ? Words.say("group.fixed") : undecided ? Words.say("group.undecided", { n: undecided }) : Words.say("group.decided")]),
      all > 0 && forAll(app, group.rows, Words.say("group.all"), { tabindex: "-1" }),
    ];
  };

  const bulk = (app, rows, isEverything) => {
    const n = rows.filter(({ key }) => key).length;
    const which = `bulk.${isEverything ? "everything" : "shown"}${n < rows.length ? ".decidable" : ""}`;
    return n ? [forAll(app, rows, Words.say(which, { n }))] : [];
  };

  /** Buttons that decide about many rows at once; those that may be chosen for none of them are greyed. */
  const forAll = (app, rows, label, attributes = {}) => {
    const decidable = rows.filter(({ key }) => key);
    const choices = [...new Set(decidable.flatMap(Choices.of))];
    const possible = new Set(decidable.flatMap(({ key }) => app.state.subject(key).choices));
    const isPerson = decidable[0].type === "person";
    return Dom.el(
      "div",
      { class: "for-all" },
      Dom.el("span", { class: "muted" }, label),
      Dom.el(
        "div",
        { class: "segments", role: "group", "aria-label": label },
        choices.map((choice) =>
          Dom.el("button", {
            type: "button", ...attributes, "aria-disabled": possible.has(choice) ? null : "true",
            title: possible.has(choice) ? null : Choices.blocked(app.frame, decidable[0], choice),
            onclick: () => possible.has(choice) && app.decide(decidable, choice),
          }, Choices.label(decidable[0], choice)),
        ),
        Dom.el("button", { type: "button", ...attributes, onclick: () => app.decide(decidable, null) },
          Words.say(isPerson ? "choice.settings" : "choice.none")),
      ),
    );
  };

  /** Keys decide about a row, or about all rows below a heading. */
  const pressed = (app, row, event) => {
    const key = event.key.toLowerCase();
    if (key === "s" && row.about?.sensitive) {
      Values.toggle(row);
      app.revealed();
      return true;
    }
    if (!app.state) return false;
    const rows = (row.type === "group" ? row.rows : [row]).filter((each) => each.key);
    if (!rows.length) return false;
    if (key === "u") app.decide(rows, null);
    const choice = Choices.of(rows[0]).find((each) => Choices.KEYS[each] === key);
    if (choice) app.decide(rows, choice);
    return key === "u" || choice !== undefined;
  };

  const decidedFilter = ({ state }) => ({
    id: "decided", label: Words.say("filter.decided"), all: Words.say("filter.decided.all"),
    options: [
      ["undecided", ({ key }) => key && state.choice(key) === null],
      ["decided", ({ key }) => key && state.choice(key) !== null],
      ["later", ({ key }) => key && state.choice(key) === "later"],
      ["lapsed", ({ value }) => value?.lapsed],
      ["fixed", ({ key }) => !key],
    ].map(([value, passes]) => ({ value, label: Words.say(`filter.decided.${value}`), passes: (row) => Boolean(passes(row)) })),
  });

  const ofPeople = (app, id, columns) => {
    const { frame, rows, state } = app;
    const decidable = state && rows[id].some(({ key }) => key);
    return {
      id,
      title: Words.say(`section.${id}`),
      about: Words.say(`section.${id}.about`),
      empty: Words.say(isUnlisted(app.frame, id) ? "section.unlisted" : `section.${id}.empty`),
      rows: rows[id],
      columns: () => [
        { id: "person", title: Words.say("column.person"), share: 1, least: 150, cell: ({ who }) => People.cell(who), sort: ({ who }) => who.name },
        ...columns(app),
        ...(decidable ? [{
          id: "decision", title: Words.say("column.decision"), width: 236, sort: (row) => state.choice(row.key),
          cell: (row) => row.key && decision(app, row), printed: (row) => decided(app, row),
        }] : []),
      ],
      card: (row) => Dom.el(
        "div", { class: "card" },
        Dom.el("p", { class: "card-title" }, People.name(row.who), Dom.el("span", { class: "muted" }, " ", Dom.own(row.who.employmentId ?? ""))),
        columns(app).map(({ cell }) => Dom.el("p", { class: "clamped" }, cell(row))),
        decidable && row.key && decision(app, row),
      ),
      cardHeight: 132,
      searched: ({ who, told }) => [...People.searched(who), who.reason, ...told.flatMap(({ code, why }) => [code, why, Choices.title(frame, code)])],
      details: (row) => Details.ofPerson(app, row),
      filters: [
        ...(decidable && id !== "rejected" ? [peopleFilter(app)] : []),
        ...(id === "rejected" ? [codeFilter(frame, rows[id])] : []),
      ],
      groupings: id === "rejected" ? [
        {
          id: "code", label: Words.say("grouping.code"), of: codeOf,
          heading: (group) => [
            Dom.el("span", { class: "group-title" }, Choices.title(frame, group.name)),
            Dom.el("span", { class: "muted" }, Words.say("group.people", { n: group.rows.length })),
          ],
        },
        { id: "none", label: Words.say("grouping.none") },
      ] : [],
      // Who is the same person is decided one by one.
      bulk: decidable && id !== "rejected" ? (shown, isEverything) => bulk(app, shown, isEverything) : undefined,
      pressed: (row, event) => pressed(app, row, event),
    };
  };

  /** Whether nobody looked for those who would be in a section. */
  const isUnlisted = (frame, id) => !frame.listed && id === `only_${frame.to}`;

  const codeOf = ({ who, told }) => told[0]?.code ?? who.reason ?? "";

  const codeFilter = (frame, rows) => ({
    id: "code", label: Words.say("filter.code"), all: Words.say("filter.code.all"),
    options: [...new Set(rows.map(codeOf))].map((code) => ({
      value: code, label: Choices.title(frame, code), passes: (row) => codeOf(row) === code,
    })),
  });

  const peopleFilter = ({ state }) => ({
    id: "people", label: Words.say("filter.decided"), all: Words.say("filter.people.all"),
    options: [
      { value: "decided", label: Words.say("filter.people.decided"), passes: ({ key }) => state.choice(key) !== null },
      { value: "undecided", label: Words.say("filter.people.undecided"), passes: ({ key }) => state.choice(key) === null },
    ],
  });

  /** What would be done about somebody whom the other system does not have. */
  const wouldBe = (frame, who) => {
    if (who.leave || who.add) return Words.say(who.leave ? "action.leave" : "action.add");
    if (who.action === "create") return Words.say(`action.create.${frame.to}`);
    if (who.action === "update" || who.action === "unchanged") return Words.say(`action.${who.action}.${frame.to}`);
    if (who.reason) return Choices.meaning(frame, who.reason) || Choices.title(frame, who.reason);
    return Words.say(frame.to === "xledger" ? "action.only_xledger" : "action.only_huma");
  };

  const outcomeColumns = ({ frame }) => [
    { id: "action", title: Words.say("column.action"), share: 2, least: 160, cell: ({ who }) => Dom.el("span", { class: "clamped" }, wouldBe(frame, who)), sort: ({ who }) => wouldBe(frame, who) },
  ];

  const onlyXledgerColumns = ({ frame }) => [
    { id: "email", title: Words.say("who.email"), share: 1, least: 140, cell: ({ who }) => (who.email ? Dom.own(who.email) : "—"), sort: ({ who }) => who.email },
    {
      id: "action", title: Words.say("column.action"), share: 2, least: 160, sort: ({ who }) => wouldBe(frame, who),
      cell: ({ who }) => [who.closed && Dom.el("span", { class: "tag" }, Words.say(who.user ? "who.deactivated" : "who.closed")), wouldBe(frame, who)],
    },
  ];

  const rejectedColumns = ({ frame }) => [
    {
      id: "code", title: Words.say("column.why"), share: 1, least: 150, sort: (row) => Choices.title(frame, codeOf(row)),
      cell: (row) => Dom.el(
        "div", { class: "two" },
        Dom.el("span", { class: row.who.action === "reject" ? "then then-rejected" : "then" }, Choices.title(frame, codeOf(row))),
        Dom.el("span", { class: "muted" }, leftOut(frame, row)),
      ),
    },
    { id: "do", title: Words.say("column.do"), share: 2.6, least: 200, cell: (row) => Dom.el("span", { class: "clamped" }, Choices.meaning(frame, codeOf(row))) },
  ];

  /** What is not written: the person, or values of theirs. */
  const leftOut = (frame, { who, told }) => {
    if (who.action === "reject") return Words.say("told.person");
    const fields = [...new Set(told.map(({ field }) => field).filter(Boolean))];
    if (!fields.length) return Words.say(who.action === "skip" ? "told.skipped" : "told.value");
    return Words.say("told.fields", { fields: Words.list(fields.map((field) => Choices.fieldName(frame, field))) });
  };

  /** What can be done about every value of the page, whichever section it is in and whatever is searched for. */
  const everything = (app) => {
    const all = Data.KINDS.flatMap((kind) => app.rows[kind]).filter(({ key }) => key);
    const undecided = all.filter(({ key }) => app.state.choice(key) === null);
    const dialog = Dialogs.show(
      Words.say("everything.title"),
      Dom.el("p", {}, Words.say("everything.about")),
      forAll(app, all, Words.say("everything.all", { n: all.length })),
      undecided.length > 0 && undecided.length < all.length
        && forAll(app, undecided, Words.say("everything.undecided", { n: undecided.length })),
    );
    for (const button of dialog.querySelectorAll(".for-all button:not([aria-disabled])")) {
      button.addEventListener("click", () => dialog.close());
    }
  };

  return { of, wouldBe, leftOut, everything };
})();
