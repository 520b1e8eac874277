"""What a page is made from, as JSON. It holds values of people: it goes into the configured storage, and nowhere else.

A key that is absent means that nothing is known; null means that there is no value. Texts are in Xledger's form, as a
report has them.
"""

from collections.abc import Mapping
from typing import Literal, TypedDict

System = Literal["huma", "xledger"]
Kind = Literal["differs", "missing_in_huma", "missing_in_xledger"]
"""What is the matter with a value: both have one, and they mean different things; or one side has none."""

Effect = Literal["xledger_gets_huma", "xledger_is_emptied", "huma_gets_xledger", "both_keep"]
"""What comes of a decision once both directions have run."""

Then = Literal["xledger_gets_huma", "xledger_is_emptied", "huma_gets_xledger", "both_keep", "left_out"]
"""What becomes of a value if nobody decides, in the sync that this is a preview of."""


class Names(TypedDict):
    """How people call something, in each language."""

    en: str
    nb: str


class About(TypedDict):
    """What holds for a field of anybody.

    Attributes:
        name: How people call it.
        sensitive: Whether only its last four characters are shown until somebody asks for it.
        rule: Xledger's rule, the loosest policy that any setting may ask for.
        back: The same for Huma; null where the field never goes back.
        policy: The policy in force in the sync that this is a preview of.
        options: For each kind, what comes of deciding that a system's value stands; null where that is not possible.
    """

    name: Names
    sensitive: bool
    rule: str
    back: str | None
    policy: str
    options: Mapping[Kind, Mapping[System, Effect | None]]


class Place(TypedDict, total=False):
    """Where a value lives in Xledger, and what is there. `huma` is what would be there."""

    target: str
    huma: str | None
    xledger: str | None


class Value(TypedDict, total=False):
    """A field of somebody on which the two systems do not agree.

    Attributes:
        field: The record's field.
        kind: What is the matter.
        huma: Huma's value; of several lines, all of them, joined with commas.
        xledger: Xledger's, at the first place where it is another one; likewise.
        places: Every place of the field where something is known, also where both have the same.
        then: What becomes of it if nobody decides.
        by: The policy that decides then.
        tightened: Whether a setting made that policy stricter than the field's rule.
        code: The code of the warning, where the value is left out.
        seen: The fingerprint of Huma's value, for a decision; absent where nothing can be decided.
        options: What comes of deciding that a system's value stands, where that is another thing than what
            `About.options` says of the field and the kind; it counts in place of that.
        stands: What was decided, and holds.
        lapsed: Whether a decision has lapsed, since Huma has another value by now.
    """

    field: str
    kind: Kind
    huma: str | None
    xledger: str | None
    places: list[Place]
    then: Then
    by: str
    tightened: bool
    code: str
    seen: str
    options: Mapping[System, Effect | None]
    stands: Literal["huma", "xledger", "later"]
    lapsed: bool


class Told(TypedDict, total=False):
    """Why somebody, or a value of theirs, is not written.

    Attributes:
        code: The code of the rejection or the warning.
        why: What is particular about it, beside what the code means: ids, what has the wrong form, the words of a
            system, which may quote values. Absent where there is nothing.
        field: Whose value is left out; absent where the person is not written at all.
        rejected: Whether the person is not written at all.
    """

    code: str
    why: str
    field: str
    rejected: bool


class Somebody(TypedDict, total=False):
    """Somebody who came.

    Attributes:
        user: The id in Huma; null for whoever is not there.
        employee: The dbId in Xledger; likewise.
        name: The whole name.
        employmentId: The employment ID.
        action: What would be done: `create`, `update`, `unchanged`, `skip` or `reject`.
        reason: Why somebody is skipped, or rejected.
        values: What the two systems do not agree on; of somebody who would be created, nothing.
        new: The values that somebody would get who would be created, by field.
        told: Why something is not written.
        renumber: For a rejection that a decision can lift (the person is the employee, and gets the employment ID as
            code): the fingerprint of the employment ID.
        changed: When Xledger last changed the employee, as far as it shows.
        leave: Whether it was decided that they are not created in Xledger, and that can be decided anew here.
        add: Whether it was decided that they are added to Huma, likewise.
    """

    user: str | None
    employee: str | None
    name: str | None
    employmentId: str | None
    action: str
    reason: str
    values: list[Value]
    new: Mapping[str, str]
    told: list[Told]
    renumber: str
    changed: str
    leave: bool
    add: bool


class OnlyThere(TypedDict, total=False):
    """Somebody who is in the system that is written to, whom nobody was found to be.

    Attributes:
        user: The id in Huma; of those who are there.
        employee: The dbId; of those who are in Xledger.
        name: The whole name, or Xledger's description.
        employmentId: The employment ID, or the code.
        email: The e-mail address.
        closed: Whether the employee is closed, or the user deactivated.
        add: Whether it was decided that they are added to Huma.
    """

    user: str
    employee: str
    name: str | None
    employmentId: str | None
    email: str | None
    closed: bool
    add: bool


class Change(TypedDict, total=False):
    """A value that was written."""

    field: str
    target: str
    before: str | None
    after: str | None
    at: str
    unconfirmed: bool


class Written(TypedDict, total=False):
    """What became of somebody in a sync. Of one person there may be several of these; together they are what became.

    Attributes:
        user: The id in Huma; null where nobody knows it.
        employee: The dbId; likewise.
        name: The whole name.
        employmentId: The employment ID.
        created: Whether they were added; absent where they were there before, or nobody knows.
        changes: What was written.
        kept: What was not, although the record says otherwise.
        told: Why.
    """

    user: str | None
    employee: str | None
    name: str | None
    employmentId: str | None
    created: bool
    changes: list[Change]
    kept: list[Value]
    told: list[Told]


class Decided(TypedDict):
    """The decisions that were in force, and those of them that a page says nothing of, which stay as they are."""

    key: str
    decidedAt: str | None
    fields: list[Mapping[str, str]]
    people: list[Mapping[str, str]]


class Frame(TypedDict):
    """What a page is about as a whole.

    Attributes:
        kind: `review` for what would be done, `result` for what was.
        to: The system that is written to.
        at: When it was made, in UTC.
        began: When the run began.
        connector: The name and the version of the connector.
        whole: Whether everybody came, and not only those who changed.
        listed: Whether it is known who is in the system alone that is written to.
        summary: The summary of the run.
        fields: What holds for each field, in the order of the field table.
        codes: What each code means and what to do about it, in sentences.
        called: What people call each code, in a few words.
        documentation: The address of the page that explains codes; `#` and the code leads to the part about it.
        decisions: What was decided before; null on a page on which nothing can be decided.
        place: Where the saved decisions are to be put, for people; null where they go into the setting: it has some
            already, and counts before any file.
    """

    kind: Literal["review", "result"]
    to: System
    at: str
    began: str
    connector: str
    whole: bool
    listed: bool
    summary: Mapping[str, object]
    fields: Mapping[str, About]
    codes: Mapping[str, Names]
    called: Mapping[str, Names]
    documentation: str
    decisions: Decided | None
    place: str | None
