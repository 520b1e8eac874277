"""What became of somebody is counted, told and kept once."""

import logging
from typing import Any

import pytest

from connector_base.people.person import InvalidRecord, Person, Refusal
from connector_base.reporting.outcomes import Outcomes
from connector_base.reporting.report import NoReport
from connector_base.reporting.summary import Summary
from destination_xledger.people.planned import Planned
from destination_xledger.reporting.explanations import EXPLANATIONS
from shared_mappings import Action, Employee, FieldChange, Options, Plan, Policies, desired_from_user, field_table, plan
from xledger_api.sending.answers import Failure, Problem

TABLE = field_table()
RECORD = {"id": "u1", "employmentId": "E1", "givenName": "Kari", "familyName": "Berg", "phone": "1", "jobTitle": "Head"}


class Kept(NoReport):
    """Remembers what a report is given of those who were not written whole."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, str]] = []

    def rejected(self, subject: Person | InvalidRecord, code: str, reason: str) -> None:
        self.lines.append((subject.label, code, reason))


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def outcomes(kept: Kept) -> Outcomes:
    return Outcomes(Summary("sync"), kept, EXPLANATIONS)


def somebody(node: dict[str, Any]) -> Planned:
    desired = desired_from_user(RECORD, TABLE, Options())
    employee = Employee.from_node(node, TABLE)
    return Planned(Person("u1", "users u1", desired, RECORD), employee, plan(desired, employee, Policies(), TABLE))


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


def test_somebody_of_whom_xledger_names_what_it_refuses_is_updated_but_for_that(
    outcomes: Outcomes, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    phone = FieldChange("phone", "employee.contact.phone", None, "1")
    other_phone = FieldChange("phone", "employee.subledger.phone", None, "1")
    title = FieldChange("jobTitle", "employee.contact.jobTitle", None, "Head")
    item = somebody({"dbId": 1, "code": "E1", "contact": {"dbId": 3}, "subledger": {"dbId": 2}})
    plans = Plan(Action.UPDATE, changes=(phone, other_phone, title))
    failure = Failure(Problem.VALUE_REFUSED, "phone: …", original="phone: No '1'.")
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
