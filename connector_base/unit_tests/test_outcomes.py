"""What became of somebody is counted, told and kept once."""

import logging
from dataclasses import dataclass
from typing import Any

import pytest

from connector_base.people.person import InvalidRecord, Person, Planned, Refusal
from connector_base.reporting.explanations import Explanations
from connector_base.reporting.outcomes import Outcomes
from connector_base.reporting.report import NoReport
from connector_base.reporting.result_entries import NOTHING_PARTICULAR, Particulars
from connector_base.reporting.summary import Summary
from shared_mappings import (
    Action,
    Employee,
    FieldChange,
    FieldWarning,
    Options,
    Plan,
    Policies,
    RejectionCode,
    Side,
    WarningCode,
    desired_from_user,
    field_table,
    plan_for_xledger,
)

TABLE = field_table()
RECORD = {"id": "u1", "employmentId": "E1", "givenName": "Kari", "familyName": "Berg", "phone": "1", "jobTitle": "Head"}


EXPLANATIONS = Explanations(
    Side.XLEDGER, refused=RejectionCode.REFUSED_BY_XLEDGER, lacking=lambda _: "This person has no name."
)
REFUSED = (
    "Xledger refused what was sent. If it complains of a value, correct that in Huma; otherwise look at the person in "
    "Xledger. Xledger says:"
)


@dataclass(frozen=True)
class Words:
    words: str
    original: str


class Kept(NoReport):
    """Remembers what a report is given of those who were not written whole."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, str]] = []

    def rejected(
        self, subject: Person | InvalidRecord, code: str, reason: str, more: Particulars = NOTHING_PARTICULAR
    ) -> None:
        assert (more.detail in reason) or not more.detail
        self.lines.append((subject.label, code, reason))


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def outcomes(kept: Kept) -> Outcomes:
    return Outcomes(Summary("sync"), kept, EXPLANATIONS)


def somebody(node: dict[str, Any]) -> Planned[Employee]:
    desired = desired_from_user(RECORD, TABLE, Options())
    employee = Employee.from_node(node, TABLE)
    return Planned(
        Person("u1", "users u1", desired, RECORD), employee, plan_for_xledger(desired, employee, Policies(), TABLE)
    )


def test_somebody_whose_contact_cannot_be_seen_is_told_of_in_one_line_and_kept(
    outcomes: Outcomes, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    item = somebody({"dbId": 1, "code": "E1", "contact": None, "subledger": {"dbId": 2}})
    assert sum(warning.code.value == "partly_written" for warning in item.plan.warnings) > 1
    with caplog.at_level(logging.WARNING):
        outcomes.carried_out(item)
    (line,) = caplog.messages
    assert "users u1: Left out: givenName, familyName, phone, jobTitle (partly_written)." in line
    assert [(label, code) for label, code, _ in kept.lines] == [("users u1", "partly_written")]
    assert outcomes.summary.warnings == {"partly_written": 1}


def test_somebody_of_whom_it_is_named_what_is_refused_is_updated_but_for_that(
    outcomes: Outcomes, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    phone = FieldChange("phone", "employee.contact.phone", None, "1")
    other_phone = FieldChange("phone", "employee.subledger.phone", None, "1")
    title = FieldChange("jobTitle", "employee.contact.jobTitle", None, "Head")
    item = somebody({"dbId": 1, "code": "E1", "contact": {"dbId": 3}, "subledger": {"dbId": 2}})
    plans = Plan(Action.UPDATE, changes=(phone, other_phone, title))
    failure = Words("phone: …", "phone: No '1'.")
    outcomes.partly_written(Planned(item.person, item.there, plans), Refusal((failure,), (phone,), by_name=True))
    assert outcomes.summary.actions == {Action.UPDATE: 1}
    assert outcomes.summary.fields_changed == {"jobTitle": 1}
    assert outcomes.summary.rejected == {}
    assert outcomes.summary.warnings == {"partly_written": 1}
    ((label, code, reason),) = kept.lines
    assert (label, code) == ("users u1", "partly_written")
    assert "Left out: phone (partly_written)" in reason
    assert "No '1'." in reason
    assert "No '1'." not in caplog.text


def test_somebody_who_was_refused_as_a_whole_is_told_of_without_the_words_that_quote_values(
    outcomes: Outcomes, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    person = somebody({"dbId": 1, "code": "E1"}).person
    outcomes.refused(person, Words("No …", "No 'Berg'."))
    assert caplog.messages == [f"users u1 was rejected (refused_by_xledger). {REFUSED} No … This person has no name."]
    ((_, code, reason),) = kept.lines
    assert (code, reason) == ("refused_by_xledger", f"{REFUSED} No 'Berg'. This person has no name.")
    assert outcomes.summary.rejected == {"refused_by_xledger": 1}


def test_a_warning_is_about_a_field_that_was_left_out_or_about_the_person() -> None:
    assert EXPLANATIONS.explained(FieldWarning(WarningCode.INVALID_DATE, "birthDate")) == (
        "Left out: birthDate (invalid_date). It is not a date. Correct it in Huma."
    )
    closed = FieldWarning(WarningCode.EMPLOYEE_IS_CLOSED, "dateTo")
    assert EXPLANATIONS.explained(closed).startswith("Closed in Xledger, active in Huma (employee_is_closed). If")
    assert EXPLANATIONS.said("So it is.", "") == "So it is."
    assert EXPLANATIONS.said("So it is.", "No.").endswith("in Xledger. Xledger says: No.")
