"""What a page of a sync tells of each person. Pure; these hold values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from connector_base.pages.contents import Change, Written
from connector_base.people.person import InvalidRecord, Person, Planned, There
from connector_base.reporting.compared import Comparing
from connector_base.reporting.review_entries import told
from connector_base.reporting.sides import Sides
from shared_mappings import MISSING, FieldChange, RejectionCode, State


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is particular about something that is not written, beside what its code means.

    Attributes:
        detail: Ids, what has the wrong form, the words of a system; they may quote values. Empty for nothing.
        fields: The record's fields that are left out; none where it is about the person.
        there: Who they are there; None where that is not known.
    """

    detail: str = ""
    fields: Sequence[str] = ()
    there: There | None = None


NOTHING_PARTICULAR: Final = Particulars()


def added(person: Person, there: str, sides: Sides) -> Written:
    """Somebody was added.

    Args:
        person: Who.
        there: The id that they have now.
        sides: How the two systems are named.
    """
    entry = _of(person, there, sides)
    entry["created"] = True
    return entry


def written(
    person: Person, there: str | None, changes: Iterable[FieldChange], at: str, sides: Sides, *, unconfirmed: bool
) -> Written:
    """Values that were written of somebody.

    Args:
        person: Whose record they came with.
        there: The id of whoever has them now; None where nobody knows whether they were created.
        changes: The values.
        at: When, in UTC.
        sides: How the two systems are named.
        unconfirmed: Whether the answer got lost, so that nobody knows.
    """
    entry = _of(person, there, sides)
    entry["changes"] = [_change(change, at, unconfirmed=unconfirmed) for change in changes]
    return entry


def kept(item: Planned[There], comparing: Comparing) -> Written | None:
    """The values that are not written of somebody although the record says otherwise; None where there are none.

    Args:
        item: The person, who they are there, and what was done.
        comparing: How they are compared.
    """
    plan = item.plan
    places = {conflict.target for conflict in plan.conflicts} | {warning.target for warning in plan.warnings}
    values = [value for value in comparing.differences(item, places) if value["then"] in ("both_keep", "left_out")]
    if not values:
        return None
    entry = _of(item.person, comparing.sides.id_there(item.there), comparing.sides)
    entry["kept"] = values
    return entry


def not_written(subject: Person | InvalidRecord, code: str, more: Particulars, sides: Sides) -> Written:
    """Why somebody, or a value of theirs, is not written.

    Args:
        subject: Whose record it is.
        code: The code of the rejection or the warning.
        more: What is particular about it.
        sides: How the two systems are named.
    """
    entry = _of(subject, sides.id_there(more.there), sides)
    whole = not more.fields and code in {each.value for each in RejectionCode}
    about: Sequence[str] = [name for name in more.fields if name in sides.direction.table.fields] or [""]
    entry["told"] = [told(code, more.detail, name, rejected=whole) for name in about]
    return entry


def _of(subject: Person | InvalidRecord, there: str | None, sides: Sides) -> Written:
    ids = sides.ids(subject, there)
    return {
        "user": ids["user"],
        "employee": ids["employee"],
        "name": subject.name or None,
        "employmentId": subject.employment_id or None,
    }


def _change(change: FieldChange, at: str, *, unconfirmed: bool) -> Change:
    entry: Change = {"field": change.field, "target": change.target, "after": change.after, "at": at}
    before: State = change.before
    if before is not MISSING:
        entry["before"] = before
    if unconfirmed:
        entry["unconfirmed"] = True
    return entry
