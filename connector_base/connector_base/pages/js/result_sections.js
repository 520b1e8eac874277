/** The sections of a result: what was written, what was not, and what was rejected; and what the panel tells of each row. */
const ResultSections = (() => {
  const KINDS = ["set", "replaced", "emptied"];
  const REASONS = ["decision", "left_out", "setting", "rule"];

  /**
   * @param {Object} app
   * @param {Frame} app.frame
   * @param {Object<string, Row[]>} app.rows See `Outcomes`.
   * @param {() => void} app.revealed Something that was hidden is shown, or hidden again.
   */
  const of = (app) => [written(app), kept(app), rejected(app)];

  const base = (app, id) => ({
    id,
    title: Words.say(`result.${id}`),
    about: Words.say(`result.${id}.about`, { system: written_to(app) }),
    empty: Words.say(`result.${id}.empty`, { system: written_to(app) }),
    rows: app.rows[id],
    pressed: (row, event) => {
      if (event.key.toLowerCase() !== "s" || !row.about?.sensitive) return false;
      Values.toggle(row);
      app.revealed();
      return true;
    },
  });

  const system = (name) => Words.say(`choice.${name}`);

  const written_to = ({ frame }) => system(frame.to);

  const read_from = ({ frame }) => system(frame.to === "xledger" ? "huma" : "xledger");

  const fieldName = (app, field) => Choices.fieldName(app.frame, field);

  // ---------------------------------------------------------------- what was written

  const written = (app) => ({
    ...base(app, "written"),
    columns: (grouping) => [
      ...personAndField(grouping),
      {
        id: "before", title: Words.say("result.before"), share: 1.7, least: 130, sort: ({ before }) => before,
        cell: (row) => valueCell(app, row, beforeAndAfter(row)[0], row.before),
      },
      {
        id: "after", title: Words.say("result.after"), share: 1.7, least: 130, sort: ({ after }) => after,
        cell: (row) => valueCell(app, row, beforeAndAfter(row)[1], row.before ? null : row.after),
      },
      {
        id: "kind", title: Words.say("result.what"), share: 0.8, least: 120, sort: ({ kind }) => Words.say(`result.kind.${kind}`),
        cell: (row) => [Words.say(`result.kind.${row.kind}`), row.isUnconfirmed && unconfirmed()],
      },
      {
        id: "at", title: Words.say("result.when"), share: 0.8, least: 130, sort: ({ at }) => at,
        cell: ({ at }) => Dom.el("div", { class: "two" }, Dom.el("span", {}, Words.day(at)), Dom.el("span", { class: "muted" }, Words.clock(at))),
      },
    ],
    card: (row) => card(row, [
      Dom.el("dl", {}, beforeAndAfter(row).map((value, at) =>
        Dom.el("div", {}, Dom.el("dt", {}, Words.say(at ? "result.after" : "result.before")), Dom.el("dd", {}, value)))),
      Dom.el("p", { class: "muted" }, Words.say(`result.kind.${row.kind}`), " · ", Words.time(row.at), row.isUnconfirmed && unconfirmed()),
    ]),
    cardHeight: 128,
    searched: ({ who, about, field, before, after }) => [...People.searched(who), about.name.en, about.name.nb, field, before, after],
    details: (row) => changeDetails(app, row),
    filters: [
      filter("field", fields(app, "written"), ({ field }) => field, (field) => fieldName(app, field)),
      filter("kind", KINDS, ({ kind }) => kind, (kind) => Words.say(`result.kind.${kind}`), app.rows.written),
      ...(app.rows.written.some(({ who }) => who.created)
        ? [filter("person", ["added", "updated"], ({ who }) => (who.created ? "added" : "updated"), (each) => Words.say(`result.person.${each}`))]
        : []),
      ...(app.rows.written.some(({ isUnconfirmed }) => isUnconfirmed)
        ? [filter("confirmed", ["no", "yes"], ({ isUnconfirmed }) => (isUnconfirmed ? "no" : "yes"), (each) => Words.say(`result.confirmed.${each}`))]
        : []),
    ],
    groupings: groupings(app),
    tools: [Values.revealingAll("written", app.rows.written, app.revealed)],
  });

  /** A value, with the button that shows it where it is the first of its row that is hidden. */
  const valueCell = (app, row, shown, hidden) => [
    Dom.el("span", { class: "value" }, shown), hidden && Values.revealing(row, app.revealed, { tabindex: "-1" }),
  ];

  /** Both values, with what differs marked. What nobody could see before is not the same as that there was nothing. */
  const beforeAndAfter = (row) => {
    const [before, after] = Values.pair(row, row.before, row.after);
    return [row.before === undefined ? none("places.unknown") : before, after];
  };

  const none = (key) => Dom.el("span", { class: "no-value" }, Words.say(key));

  const unconfirmed = () => Dom.el("span", { class: "tag lapsed", title: Words.say("result.unconfirmed.about") }, Words.say("result.unconfirmed"));

  const changeDetails = (app, row) => [
    People.heading(row.who),
    fieldLine(app, row),
    sides(beforeAndAfter(row).map((value, at) => [Words.say(at ? "result.after" : "result.before"), value])),
    row.isUnconfirmed && Dom.el("p", { class: "notice" }, Words.say("result.unconfirmed.about")),
    Details.block(Words.say("result.by"), Dom.el("p", {}, Words.say("result.by.about", { connector: app.frame.connector, time: Words.time(row.at) }))),
    Details.block(Words.say(`result.places.${app.frame.to}`), changesByPlace(row)),
    others(app, row),
    Details.block(Words.say("panel.who"), People.ids(row.who)),
  ];

  const changesByPlace = (row) =>
    Dom.el(
      "table",
      { class: "places" },
      Dom.el("thead", {}, Dom.el("tr", {}, ["places.place", "result.before", "result.after"].map((key) => Dom.el("th", { scope: "col" }, Words.say(key))))),
      Dom.el("tbody", {}, row.changes.map((change) => Dom.el(
        "tr",
        {},
        Dom.el("th", { scope: "row" }, Details.placeName(change.target), Dom.el("code", {}, change.target)),
        Dom.el("td", {}, "before" in change ? Values.plain(row, change.before) : none("places.unknown")),
        Dom.el("td", {}, Values.plain(row, change.after), Dom.el("time", { class: "muted at", datetime: change.at }, `${Words.day(change.at)} ${Words.clock(change.at)}`), change.unconfirmed && unconfirmed()),
      ))),
    );

  // ---------------------------------------------------------------- what was not

  const kept = (app) => ({
    ...base(app, "kept"),
    columns: (grouping) => [
      ...personAndField(grouping),
      ...["huma", "xledger"].map((name) => ({
        id: name, title: system(name), share: 1.7, least: 130, sort: ({ value }) => value[name],
        cell: (row) => valueCell(app, row, Values.shown(row, name), name === (row.value.huma ? "huma" : "xledger")),
      })),
      {
        id: "why", title: Words.say("result.why"), share: 1.4, least: 140, sort: (row) => why(row),
        cell: (row) => Dom.el("div", { class: "two" }, Dom.el("span", {}, why(row)), Dom.el("span", { class: "muted" }, whyMore(app, row))),
      },
    ],
    card: (row) => card(row, [
      Dom.el("dl", {}, ["huma", "xledger"].map((name) =>
        Dom.el("div", {}, Dom.el("dt", {}, system(name)), Dom.el("dd", {}, Values.shown(row, name))))),
      Dom.el("p", { class: "muted" }, why(row)),
    ]),
    cardHeight: 128,
    searched: ({ who, about, field, value }) => [...People.searched(who), about.name.en, about.name.nb, field, value.huma, value.xledger, value.code],
    details: (row) => keptDetails(app, row),
    filters: [
      filter("field", fields(app, "kept"), ({ field }) => field, (field) => fieldName(app, field)),
      filter("why", REASONS, reason, (each) => Words.say(`result.why.${each}`), app.rows.kept),
    ],
    groupings: groupings(app),
    tools: [Values.revealingAll("kept", app.rows.kept, app.revealed)],
  });

  /** What kept a value from being written. */
  const reason = ({ value }) =>
    value.then === "left_out" || value.code ? "left_out" : value.stands ? "decision" : value.tightened ? "setting" : "rule";

  const why = (row) => Words.say(`result.why.${reason(row)}`);

  const whyMore = (app, row) => {
    if (reason(row) === "left_out") return Choices.title(app.frame, row.value.code);
    return reason(row) === "decision" ? Words.say(`result.stands.${row.value.stands}`) : "";
  };

  const keptDetails = (app, row) => [
    People.heading(row.who),
    fieldLine(app, row),
    sides(["huma", "xledger"].map((name) => [Words.say(`side.${name}`), Values.shown(row, name)])),
    Details.block(
      Words.say("result.why"),
      Dom.el("p", {}, reason(row) === "decision"
        ? Words.say(`result.stands.${row.value.stands}.about`) : Choices.byRules(app.frame, row)),
      row.value.lapsed && Dom.el("p", {}, Words.say("result.lapsed")),
    ),
    Details.tells(app, row.who.told.filter(({ field }) => field === row.field)),
    (row.value.places ?? []).length > 0 && Details.block(Words.say("panel.places"), Details.places(row)),
    others(app, row),
    Details.block(Words.say("panel.who"), People.ids(row.who)),
  ];

  // ---------------------------------------------------------------- what was rejected

  const rejected = (app) => ({
    ...base(app, "rejected"),
    columns: () => [
      person(),
      {
        id: "code", title: Words.say("column.why"), share: 1, least: 150, sort: ({ code }) => Choices.title(app.frame, code),
        cell: (row) => Dom.el(
          "div", { class: "two" },
          Dom.el("span", { class: row.isRejected ? "then then-rejected" : "then" }, Choices.title(app.frame, row.code)),
          Dom.el("span", { class: "muted" }, leftOut(app, row)),
        ),
      },
      {
        id: "do", title: Words.say("column.do"), share: 2.6, least: 200,
        cell: ({ code }) => Dom.el("span", { class: "clamped" }, Choices.meaning(app.frame, code)),
        printed: ({ code, told }) => [
          Dom.el("p", {}, Choices.meaning(app.frame, code)), particulars(told).map((why) => Dom.el("p", { class: "muted" }, Dom.own(why))),
        ],
      },
    ],
    card: (row) => Dom.el(
      "div", { class: "card" },
      Dom.el("p", { class: "card-title" }, People.name(row.who), Dom.el("span", { class: "muted" }, " · ", Choices.title(app.frame, row.code))),
      Dom.el("p", { class: "clamped" }, Choices.meaning(app.frame, row.code)),
    ),
    cardHeight: 112,
    searched: ({ who, code, told }) => [...People.searched(who), code, Choices.title(app.frame, code), ...told.map((each) => each.why)],
    details: (row) => [
      People.heading(row.who),
      Dom.el("p", {}, leftOut(app, row)),
      Details.tells(app, row.told),
      others(app, row),
      Details.block(Words.say("panel.who"), People.ids(row.who)),
    ],
    filters: [filter("code", [...new Set(app.rows.rejected.map(({ code }) => code))], ({ code }) => code, (code) => Choices.title(app.frame, code))],
    groupings: [
      {
        id: "code", label: Words.say("grouping.code"), of: ({ code }) => code,
        heading: (group) => heading(Choices.title(app.frame, group.name), Words.say("group.people", { n: group.rows.length })),
      },
      { id: "none", label: Words.say("grouping.none") },
    ],
  });

  /** What is particular about it, each once: ids, and the words of a system. */
  const particulars = (told) => [...new Set(told.map(({ why }) => why).filter(Boolean))];

  /** What was not written: the person, or values of theirs. */
  const leftOut = (app, { told, isRejected }) => {
    if (isRejected) return Words.say("result.told.person");
    const named = [...new Set(told.map(({ field }) => field).filter(Boolean))];
    if (!named.length) return Words.say("result.told.nothing");
    return Words.say("told.fields", { fields: Words.list(named.map((field) => fieldName(app, field))) });
  };

  // ---------------------------------------------------------------- what they have in common

  const person = () => (
    { id: "person", title: Words.say("column.person"), share: 1.2, least: 140, cell: ({ who }) => People.cell(who), sort: ({ who }) => who.name }
  );

  const personAndField = (grouping) => [
    person(),
    { id: "field", title: Words.say("column.field"), share: 1, least: 140, cell: ({ about }) => Words.name(about.name), sort: ({ about }) => Words.name(about.name) },
  ].filter(({ id }) => id !== grouping);

  const fields = ({ frame, rows }, section) => {
    const there = new Set(rows[section].map(({ field }) => field));
    return [...new Set([...Object.keys(frame.fields), ...there])].filter((field) => there.has(field));
  };

  /** A filter for one of several values; of `rows`, only those that some row has. */
  const filter = (id, values, value, label, rows = null) => ({
    id, label: Words.say(`result.filter.${id}`), all: Words.say(`result.filter.${id}.all`),
    options: values.filter((each) => !rows || rows.some((row) => value(row) === each)).map((each) => ({
      value: each, label: label(each), passes: (row) => value(row) === each,
    })),
  });

  const groupings = (app) => [
    {
      id: "person", label: Words.say("grouping.person"), of: ({ id }) => id.slice(0, id.indexOf(".")),
      heading: (group) => {
        const { who } = group.rows[0];
        return heading(
          [People.name(who), Dom.el("span", { class: "muted" }, " ", Dom.own(who.employmentId ?? ""))],
          Words.say("group.count", { n: group.rows.length }),
          who.created && Dom.el("span", { class: "tag" }, Words.say("result.person.added")),
        );
      },
    },
    {
      id: "field", label: Words.say("grouping.field"), of: ({ field }) => field, order: Object.keys(app.frame.fields),
      heading: (group) => heading(fieldName(app, group.name), Words.say("group.count", { n: group.rows.length })),
    },
    { id: "none", label: Words.say("grouping.none") },
  ];

  const heading = (title, count, ...more) => [
    Dom.el("span", { class: "group-title" }, title), " ", Dom.el("span", { class: "muted" }, count), " ", more,
  ];

  const card = (row, content) =>
    Dom.el(
      "div",
      { class: "card" },
      Dom.el("p", { class: "card-title" }, People.name(row.who), Dom.el("span", { class: "muted" }, " · ", Words.name(row.about.name))),
      content,
    );

  const fieldLine = (app, row) =>
    Dom.el("p", { class: "panel-field" }, Words.name(row.about.name), " ", Values.revealing(row, app.revealed));

  const sides = (pairs) =>
    Dom.el("div", { class: "sides" }, pairs.map(([title, value]) =>
      Dom.el("div", { class: "side" }, Dom.el("h3", {}, title), Dom.el("p", { class: "side-value" }, value))));

  const others = (app, row) => {
    const found = Outcomes.others(app.rows, row);
    if (!found.length) return null;
    return Details.block(Words.say("panel.others"), Dom.el("ul", { class: "others" }, found.map(([section, each]) =>
      Dom.el("li", {}, Dom.el("button", {
        type: "button", class: "quiet",
        onclick: () => {
          Workspace.go(section);
          Workspace.open(each, true);
        },
      }, each.type === "told" ? Choices.title(app.frame, each.code) : Words.name(each.about.name)), Dom.el("span", { class: "muted" }, " ", Words.say(`result.${section}`))),
    )));
  };

  return { of };
})();
