"""What nobody has seen of Xledger is checked while it is relied on."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from requests_mock import Mocker

from connector_base.people.person import Person
from connector_base.reporting.report import NoReport
from destination_xledger.people.planned import Planned
from destination_xledger.syncing.done import Done
from destination_xledger.syncing.refusals import Refusals
from destination_xledger.syncing.routes import Routes
from destination_xledger.syncing.updates import Updates
from shared_mappings import Employee, FieldChange, Options, Policies, desired_from_user, field_table, plan_for_xledger
from xledger_api.employees.gateway import Gateway
from xledger_api.language.schema import written_down
from xledger_api.sending.client import XledgerClient

from .conftest import URL

TABLE = field_table()
RECORD: Mapping[str, Any] = {"id": "1", "employmentId": "1001", "jobTitle": "Head"}

CONTACT = {"firstName": "Kari", "phone": "+47 912 34 567", "jobTitle": "Engineer", "address": {"place": "Oslo"}}
NODE = {"dbId": 11, "code": "1001", "contact": {"dbId": "12", **CONTACT}, "subledger": {"dbId": 13}}


def answer(contact: Mapping[str, Any]) -> dict[str, Any]:
    return {"json": {"data": {"updateContacts": {"edges": [{"clientId": "1", "node": contact}]}}}}


@pytest.fixture
def planned() -> Planned:
    """Somebody whose job title is to be updated."""
    desired = desired_from_user(RECORD, TABLE, Options())
    employee = Employee.from_node(NODE, TABLE)
    return Planned(
        Person("1", "users 1", desired, RECORD), employee, plan_for_xledger(desired, employee, Policies(), TABLE)
    )


@pytest.fixture
def updates(client: XledgerClient) -> Updates:
    gateway = Gateway(client, TABLE, schemas={(client.url, client.token): written_down()})
    return Updates(gateway, Routes(gateway), Refusals(gateway))


def test_only_the_changed_value_is_sent(updates: Updates, planned: Planned, requests_mock: Mocker) -> None:
    requests_mock.post(URL, **answer({**CONTACT, "jobTitle": "Head"}))
    assert updates.update([planned]) == {}
    sent = requests_mock.request_history[0].json()["variables"]["inputs"]
    assert sent == [{"clientId": "1", "node": {"dbId": 12, "jobTitle": "Head"}}]


@pytest.mark.parametrize(
    ("gone", "target"),
    [
        ({"phone": None}, "employee.contact.phone"),
        ({"address": None}, "employee.contact.address.place"),
        ({"address": {"place": None}}, "employee.contact.address.place"),
        ({"phone": ""}, "employee.contact.phone"),
        ({"address": {"place": " "}}, "employee.contact.address.place"),
    ],
)
def test_the_sync_stops_when_a_value_that_was_not_sent_is_gone(
    gone: dict[str, Any], target: str, updates: Updates, planned: Planned, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, **answer({**CONTACT, "jobTitle": "Head", **gone}))
    with pytest.raises(AirbyteTracedException) as raised:
        updates.update([planned])
    assert raised.value.failure_type is FailureType.system_error
    assert f"unset {target} of the employee with dbId 11" in str(raised.value)
    assert "912" not in str(raised.value)


def test_a_value_that_came_back_different_is_told_by_name(
    updates: Updates, planned: Planned, requests_mock: Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    requests_mock.post(URL, **answer({**CONTACT, "jobTitle": "Something else"}))
    with caplog.at_level(logging.WARNING):
        updates.update([planned])
    (line,) = [record.getMessage() for record in caplog.records]
    assert "employee.contact.jobTitle" in line
    assert "users 1" in line
    assert "Something else" not in line
    assert "Head" not in line


def test_a_value_that_came_back_in_another_form_is_fine(
    updates: Updates, planned: Planned, requests_mock: Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    requests_mock.post(URL, **answer({**CONTACT, "jobTitle": " Head "}))
    updates.update([planned])
    assert caplog.records == []


def test_an_unset_value_that_came_back_blank_is_unset(
    updates: Updates, requests_mock: Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    record = {**RECORD, "jobTitle": None, "employmentStartDate": "2020-01-01"}
    desired = desired_from_user(record, TABLE, Options())
    employee = Employee.from_node(NODE, TABLE)
    decided = plan_for_xledger(desired, employee, Policies(), TABLE)
    requests_mock.post(URL, **answer({**CONTACT, "jobTitle": ""}))
    updates.update([Planned(Person("1", "users 1", desired, record), employee, decided)])
    assert requests_mock.request_history[0].json()["variables"]["inputs"][0]["node"]["jobTitle"] is None
    assert caplog.records == []


def test_a_value_that_came_back_blank_is_told(
    updates: Updates, planned: Planned, requests_mock: Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    requests_mock.post(URL, **answer({**CONTACT, "jobTitle": " "}))
    updates.update([planned])
    assert ["employee.contact.jobTitle" in record.getMessage() for record in caplog.records] == [True]


@pytest.mark.parametrize("edges", [None, [], [{"clientId": None, "node": CONTACT}], [{"clientId": "1", "node": None}]])
def test_an_answer_that_does_not_tell_what_became_of_each_input_ends_the_sync(
    edges: Any, updates: Updates, planned: Planned, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, json={"data": {"updateContacts": {"edges": edges}}})
    with pytest.raises(AirbyteTracedException, match="what became of each person that was sent"):
        updates.update([planned])


def test_an_edge_that_is_null_beside_errors_is_somebody_who_was_not_written(
    updates: Updates, planned: Planned, requests_mock: Mocker
) -> None:
    errors = [{"message": "jobTitle: Invalid value.", "extensions": {"code": "INVALID_VALUE"}}]
    requests_mock.post(URL, json={"errors": errors, "data": {"updateContacts": {"edges": [None]}}})
    left = updates.update([planned])
    assert [change.target for change in left["1"].refusal.unwritten] == [  # type: ignore[union-attr]
        "employee.contact.jobTitle"
    ]


# ------------------------------------------------------------------ what is noted of it


class Trail(NoReport):
    """Remembers what a report is told of values that were written."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, FieldChange, bool]] = []

    def wrote(self, person: Person, employee: str, changes: Iterable[FieldChange], *, unconfirmed: bool) -> None:
        self.lines += ((person.identity, employee, change, unconfirmed) for change in changes)


def title_of(identity: str, db_id: int) -> Planned:
    """Somebody else whose job title is to be updated."""
    record = {**RECORD, "id": identity, "employmentId": str(db_id)}
    node = {**NODE, "dbId": db_id, "contact": {**CONTACT, "dbId": db_id + 1}, "subledger": {"dbId": db_id + 2}}
    desired = desired_from_user(record, TABLE, Options())
    employee = Employee.from_node({**node, "code": str(db_id)}, TABLE)
    person = Person(identity, f"users {identity}", desired, record)
    return Planned(person, employee, plan_for_xledger(desired, employee, Policies(), TABLE))


def test_what_others_got_and_what_is_gone_is_noted_before_the_sync_stops(
    client: XledgerClient, planned: Planned, requests_mock: Mocker
) -> None:
    gateway, trail = Gateway(client, TABLE, schemas={(client.url, client.token): written_down()}), Trail()
    updates = Updates(gateway, Routes(gateway), refusals := Refusals(gateway), Done(trail))
    refusals.accepted("updateContacts")
    shown = {"1": {**CONTACT, "jobTitle": "Head", "phone": None}, "2": {**CONTACT, "jobTitle": "Head"}}
    edges = [{"clientId": identity, "node": contact} for identity, contact in shown.items()]
    requests_mock.post(URL, json={"data": {"updateContacts": {"edges": edges}}})
    with pytest.raises(AirbyteTracedException, match="of the employee with dbId 11"):
        updates.update([planned, title_of("2", 21)])
    told = [(identity, db_id, change.target, change.before, change.after) for identity, db_id, change, _ in trail.lines]
    assert told == [
        ("1", "11", "employee.contact.phone", "+47 912 34 567", None),
        ("1", "11", "employee.contact.jobTitle", "Engineer", "Head"),
        ("2", "21", "employee.contact.jobTitle", "Engineer", "Head"),
    ]
    assert updates.done.untold() == (0, [[planned.plan.changes[0]], [planned.plan.changes[0]]])


@pytest.mark.parametrize(
    ("shown", "noted"), [("Something else", ["Something else"]), ("Engineer", []), (None, [None]), ("Head ", ["Head"])]
)
def test_of_a_value_that_came_back_different_it_is_noted_what_is_there(
    shown: str | None, noted: list[str | None], client: XledgerClient, planned: Planned, requests_mock: Mocker
) -> None:
    gateway, trail = Gateway(client, TABLE, schemas={(client.url, client.token): written_down()}), Trail()
    requests_mock.post(URL, **answer({**CONTACT, "jobTitle": shown}))
    Updates(gateway, Routes(gateway), Refusals(gateway), Done(trail)).update([planned])
    assert [change.after for _, _, change, _ in trail.lines][:1] == noted
