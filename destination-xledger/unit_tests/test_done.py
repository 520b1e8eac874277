"""Of somebody who was added, what Xledger has is what was written, wherever it has it from."""

from typing import Any

import pytest

from connector_base.people.person import Person
from destination_xledger.people.planned import Planned
from destination_xledger.syncing.done import Done, written_with
from shared_mappings import Employee, FieldChange, Options, Policies, desired_from_user, field_table, plan_for_xledger

TABLE = field_table()
RECORD = {"id": "1", "employmentId": "E1", "givenName": "Kari", "familyName": "Berg", "phone": "1", "jobTitle": "Head"}
PHONE = "employee.contact.phone"
DESCRIPTION = "employee.subledger.description"


def added(contact: dict[str, Any] | None, subledger: dict[str, Any], *left_out: str) -> dict[str, str | None]:
    """What was written of somebody, by target, by what came back of them."""
    desired = desired_from_user(RECORD, TABLE, Options())
    item = Planned(Person("1", "users 1", desired, RECORD), None, plan_for_xledger(desired, None, Policies(), TABLE))
    node = {
        "dbId": 1,
        "code": "E1",
        "contact": contact and {"dbId": 2, **contact},
        "subledger": {"dbId": 3, **subledger},
    }
    written = written_with(item, Employee.from_node(node, TABLE), TABLE, left_out)
    assert all(change.before is None for change in written)
    return {change.target: change.after for change in written}


def test_what_xledger_does_not_have_was_not_written() -> None:
    told = added({"phone": "1", "firstName": None}, {})
    assert (told["employee.code"], told[PHONE]) == ("E1", "1")
    assert "employee.contact.firstName" not in told


def test_what_xledger_has_from_elsewhere_counts_as_well() -> None:
    assert added({}, {"description": "Kari Berg"})[DESCRIPTION] == "Kari Berg"


def test_another_value_than_the_one_that_was_sent_is_told_as_it_is() -> None:
    assert added({"phone": "2"}, {})[PHONE] == "2"


@pytest.mark.parametrize(("left_out", "told"), [((), "1"), ((PHONE,), None)])
def test_of_what_is_not_shown_what_was_sent_counts(left_out: tuple[str, ...], told: str | None) -> None:
    assert added(None, {}, *left_out).get(PHONE) == told


def test_what_xledger_gives_by_itself_is_not_written() -> None:
    country = "employee.subledger.company.country.code"
    assert country not in added({}, {"company": {"country": {"code": "NO"}}})


def test_whoever_waits_for_a_verdict_is_counted_until_it_is_told_what_became_of_them() -> None:
    desired = desired_from_user(RECORD, TABLE, Options())
    employee = Employee.from_node({"dbId": 1, "code": "E1", "contact": {"dbId": 2}, "subledger": {"dbId": 3}}, TABLE)
    item = Planned(
        Person("1", "users 1", desired, RECORD), employee, plan_for_xledger(desired, employee, Policies(), TABLE)
    )
    change, done = FieldChange("phone", PHONE, None, "1"), Done()
    done.wrote(item, employee, change)
    settle = done.waits("1", lambda: None)
    assert done.untold() == (0, [[change]])
    done.wrote(item, employee, change)  # the same person once more, in another batch
    done.told("1")
    assert done.untold() == (0, [[change]])
    settle()
    assert done.untold() == (0, [])
