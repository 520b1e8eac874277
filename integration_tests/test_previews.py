"""What a preview finds out for its report beside what would be done, and what that costs."""

from typing import Any

import pytest

from connector_base.reporting.report import NoReport
from integration_tests.conftest import Write
from integration_tests.records import Record, a_user, as_employee, records
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.dialects import DIALECTS


def bytes_asked_for(sandbox: Sandbox) -> list[tuple[int, int]]:
    """How large each look-up of employees was, and its answer."""
    done = [each for each in sandbox.xledger.operations if "employees" in each.root_fields]
    sandbox.xledger.operations.clear()
    return [(each.request_bytes, each.response_bytes) for each in done]


# ------------------------------------------------------------------ when an employee was changed


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """When each employee was changed by what is known of those who came, by dbId."""
    known: dict[str, Any] = {}

    def planned(_: NoReport, item: Any) -> None:
        if item.there is not None:
            known[item.there.db_id] = item.there.modified_at

    monkeypatch.setattr(NoReport, "planned", planned)
    return known


def two_people(sandbox: Sandbox) -> list[Record]:
    """Somebody who is found by their code, and somebody who is found by their e-mail address."""
    people = [a_user(1), a_user(2)]
    for employee in (as_employee(people[0]), as_employee(people[1], code=None)):
        sandbox.xledger.add_employee(**employee)
    return people


@pytest.mark.parametrize("dialect", ["contract", "suffixed", "no_email_filter", "no_introspection"])
def test_a_preview_knows_when_xledger_last_changed_an_employee(
    dialect: str, write: Write, sandbox: Sandbox, changed: dict[str, Any]
) -> None:
    sandbox.xledger.dialect = DIALECTS[dialect]
    people = two_people(sandbox)
    assert write(records(people), mode="preview").error is None
    assert changed == {str(each["dbId"]): each["modifiedAt"] for each in sandbox.xledger.employees()}


def test_what_xledger_does_not_show_of_that_is_unknown_and_ends_nothing(
    write: Write, sandbox: Sandbox, changed: dict[str, Any]
) -> None:
    sandbox.xledger.lacks = frozenset({"Employee.modifiedAt"})
    written = write(records(two_people(sandbox)), mode="preview")
    assert written.error is None
    assert set(changed.values()) == {None}
    assert "modifiedAt" not in written.text


def test_a_sync_does_not_read_it(write: Write, sandbox: Sandbox, changed: dict[str, Any]) -> None:
    people = two_people(sandbox)[:1]
    write(records(people))
    in_a_sync = bytes_asked_for(sandbox)
    assert set(changed.values()) == {None}
    write(records(people), mode="preview")
    in_a_preview = bytes_asked_for(sandbox)
    sandbox.xledger.lacks = frozenset({"Employee.modifiedAt"})
    write(records(people), mode="preview")
    assert in_a_sync == bytes_asked_for(sandbox) != in_a_preview
