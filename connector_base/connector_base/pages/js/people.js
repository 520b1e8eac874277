/** People as they are named. */
const People = (() => {
  /** A name, or that there is none. */
  const name = (who) => (who.name ? Dom.own(who.name) : Dom.el("span", { class: "no-value" }, Words.say("who.nameless")));

  /** The same as a text, for what is read out. */
  const called = (who) => who.name || who.employmentId || Words.say("who.nameless");

  /** Name and employment ID, one above the other. */
  const cell = (who) =>
    Dom.el(
      "div",
      { class: "two" },
      Dom.el("span", { class: "strong" }, name(who)),
      Dom.el("span", { class: "muted" }, who.employmentId ? Dom.own(who.employmentId) : "—"),
    );

  /** What a search for somebody looks at. */
  const searched = (who) => [who.name, who.employmentId, who.user, who.employee, who.email];

  /** The heading of whatever the panel tells of somebody. */
  const heading = (who) =>
    Dom.el(
      "div",
      { class: "panel-head" },
      Dom.el("h2", {}, name(who)),
      Dom.el("p", { class: "muted" }, who.employmentId ? [Words.say("who.id"), " ", Dom.own(who.employmentId)] : Words.say("who.no_id")),
    );

  /** What they are known by in each system, for whoever looks them up there. */
  const ids = (who) =>
    Panel.facts([
      [Words.say("who.user"), who.user && Dom.el("code", {}, who.user)],
      [Words.say("who.employee"), who.employee && Dom.el("code", {}, who.employee)],
      [Words.say("who.email"), who.email && Dom.own(who.email)],
    ]);

  return { name, called, cell, searched, heading, ids };
})();
