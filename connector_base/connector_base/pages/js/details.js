/** What the panel of a review tells of a row: before somebody chooses, what comes of each choice. */
const Details = (() => {
  const block = (title, ...content) => Dom.el("section", { class: "block" }, Dom.el("h3", {}, title), content);

  /** @param {Object} app See `Sections`. */
  const ofValue = (app, row) => {
    const { frame } = app;
    const { who, value, about } = row;
    return [
      People.heading(who),
      Dom.el("p", { class: "panel-field" }, Words.name(about.name), " ", Values.revealing(row, app.revealed)),
      Dom.el("div", { class: "sides" }, side(app, row, "huma"), side(app, row, "xledger")),
      value.lapsed && Dom.el("p", { class: "notice" }, Words.say("lapsed")),
      app.state && Data.isMissingKey(row) && Dom.el("p", { class: "notice" }, Words.say("missing_key")),
      app.state && choosing(app, row),
      block(Words.say("panel.then"), Dom.el("p", {}, Choices.byRules(frame, row))),
      block(
        Words.say("panel.rule"),
        Dom.el("p", {}, Choices.rule(about, "xledger")),
        Dom.el("p", {}, Choices.rule(about, "huma")),
      ),
      block(Words.say("panel.places"), places(row)),
      tells(app, (who.told ?? []).filter(({ field }) => field === value.field)),
      others(app, row),
      block(Words.say("panel.who"), People.ids(who)),
    ];
  };

  /** One side: the value, and since when. */
  const side = ({ frame }, row, system) => {
    const { who, value } = row;
    const since = system === "huma"
      ? Words.say("since.preview", { date: Words.date(frame.at) })
      : who.changed ? Words.say("since.changed", { date: Words.date(who.changed) }) : Words.say("since.unknown");
    return Dom.el(
      "div",
      { class: `side side-${system}` },
      Dom.el("h3", {}, Words.say(`side.${system}`)),
      Dom.el("p", { class: "side-value" }, Values.shown(row, system)),
      Dom.el("p", { class: "muted" }, since),
      value.stands === system && Dom.el("p", { class: "muted" }, decidedBefore(frame)),
    );
  };

  const decidedBefore = ({ decisions }) =>
    decisions?.decidedAt ? Words.say("since.decided", { date: Words.date(decisions.decidedAt) }) : Words.say("since.decided_before");

  const choosing = (app, row) => {
    const chosen = row.key && app.state.choice(row.key);
    if (!row.key) return row.type === "value" ? Dom.el("p", { class: "notice" }, Choices.fixed(row)) : null;
    const allowed = app.state.subject(row.key).choices;
    const title = Words.say(row.type === "value" ? "panel.choose" : "panel.choose.person");
    const settings = row.type === "person" && Dom.el("button", {
      type: "button", class: "option", "aria-pressed": String(!chosen), "data-focus": "settings",
      onclick: () => app.decide([row], null),
    }, Dom.el("span", { class: "strong" }, Words.say("choice.settings")), Dom.el("span", {}, bySettings(app.frame, row.who)));
    return block(
      title,
      Dom.el(
        "div",
        { class: "options", role: "group", "aria-label": title },
        settings,
        Choices.of(row).map((choice) => {
          const why = allowed.includes(choice) ? null : Choices.blocked(app.frame, row, choice);
          return Dom.el(
            "button",
            {
              type: "button", class: `option choice-${choice}`, "aria-pressed": String(chosen === choice),
              "aria-disabled": why === null ? null : "true", "data-focus": `choice-${choice}`,
              onclick: () => why === null && app.decide([row], chosen === choice ? null : choice),
            },
            Dom.el("span", { class: "strong" }, Words.say(row.type === "value" && choice !== "later" ? `option.${choice}` : optionKey(row, choice)), Dom.el("kbd", { "aria-hidden": "true" }, Choices.KEYS[choice].toUpperCase())),
            Dom.el("span", {}, why ?? Choices.effect(row, choice)),
          );
        }),
      ),
      row.type === "value" && chosen && Dom.el("button", {
        type: "button", class: "quiet", "data-focus": "none", onclick: () => app.decide([row], null),
      }, Words.say("choice.none")),
      chosen && chosen === (row.value?.stands ?? null) && Dom.el("p", { class: "muted" }, decidedBefore(app.frame)),
    );
  };

  const bySettings = (frame, who) => {
    if (who.action === "reject") return Words.say("action.reject");
    return who.leave || who.add ? Words.say("action.settings") : Sections.wouldBe(frame, who);
  };

  const optionKey = (row, choice) => (choice === "huma" ? "choice.renumber" : `choice.${choice}`);

  /** Every place of a value in Xledger: what is there, and what would be. */
  const places = (row) =>
    Dom.el(
      "table",
      { class: "places" },
      Dom.el("thead", {}, Dom.el("tr", {}, ["place", "there", "would"].map((each) => Dom.el("th", { scope: "col" }, Words.say(`places.${each}`))))),
      Dom.el("tbody", {}, (row.value.places ?? []).map((place) =>
        Dom.el(
          "tr",
          {},
          Dom.el("th", { scope: "row" }, placeName(place.target), Dom.el("code", {}, place.target)),
          ["xledger", "huma"].map((system) =>
            Dom.el("td", {}, system in place ? Values.plain(row, place[system]) : Dom.el("span", { class: "no-value" }, Words.say("places.unknown"))),
          ),
        ),
      )),
    );

  /** Where a target is, as people find it in Xledger. */
  const placeName = (target) => {
    const [, part] = target.split(".");
    return Words.say(Words.has(`place.${part}`) && target.split(".").length > 2 ? `place.${part}` : "place.employee");
  };

  /** What the report says of what is not written. */
  const tells = ({ frame }, told) =>
    told.map(({ code, why, field }) =>
      block(
        Choices.title(frame, code),
        field && Dom.el("p", { class: "muted" }, Words.say("told.fields", { fields: Words.list(field.split(",").map((each) => Choices.fieldName(frame, each.trim()))) })),
        Choices.meaning(frame, code) && Dom.el("p", {}, Choices.meaning(frame, code)),
        why && [Dom.el("h4", {}, Words.say("told.report")), Dom.el("p", { class: "quoted" }, Dom.own(why))],
        frame.documentation && Dom.el("p", {}, Dom.el(
          "a", { href: `${frame.documentation}#${code}`, target: "_blank", rel: "noopener noreferrer" }, Words.say("told.more", { what: Choices.title(frame, code) }),
        )),
      ),
    );

  /** What else there is of the same person. */
  const others = (app, row) => {
    const found = Data.KINDS.flatMap((kind) => app.rows[kind].filter((each) => each.who === row.who && each !== row).map((each) => [kind, each]));
    if (!found.length) return null;
    return block(Words.say("panel.others"), Dom.el("ul", { class: "others" }, found.map(([kind, each]) =>
      Dom.el("li", {}, Dom.el("button", {
        type: "button", class: "quiet",
        onclick: () => {
          Workspace.go(kind, {});
          Workspace.open(each, true);
        },
      }, Words.name(each.about.name)), Dom.el("span", { class: "muted" }, " ", Words.say(`section.${kind}`))),
    )));
  };

  const ofPerson = (app, row) => {
    const { frame } = app;
    const { who, told } = row;
    return [
      People.heading(who),
      who.action && Dom.el("p", {}, who.action === "reject" ? Words.say("told.person") : Sections.wouldBe(frame, who)),
      app.state && row.key && choosing(app, row),
      tells(app, told.length || !who.reason ? told : [{ code: who.reason }]),
      who.new && Object.keys(who.new).length > 0 && block(Words.say("panel.new"), Panel.facts(
        Object.entries(who.new).map(([field, text]) => [Choices.fieldName(frame, field), newValue(app, row, field, text)]),
      )),
      others(app, row),
      block(Words.say("panel.who"), People.ids(who)),
    ];
  };

  const newValue = (app, row, field, text) => {
    const about = frameAbout(app.frame, field);
    const one = { id: `${row.id} ${field}`, about };
    return [Values.plain(one, text), " ", Values.revealing(one, app.revealed, { "data-focus": `reveal-${field}` })];
  };

  const frameAbout = (frame, field) => frame.fields[field] ?? { sensitive: false };

  return { ofValue, ofPerson, block, places, placeName, tells };
})();
