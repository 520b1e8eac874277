"""A check against a real GraphQL Xledger: everything that is missing, in one answer, and nothing written."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from airbyte_cdk.models import Status

from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import Write
from integration_tests.records import a_user, records
from integration_tests.sandbox import Fault, Sandbox
from xledger_api.language.accesses import ACCESSES, probes_for

Check = Callable[..., tuple[str | None, list[str]]]

MISSING_ACCESSES = {
    "Human Resources Employee: read/write": Fault.no_access("addEmployees"),
    "Common Address: read": Fault.unreadable("Address"),
    "Contact: read/write": Fault.unreadable("Contact"),
    "Country: read": Fault.unreadable("Country"),
    "Company: read": Fault.unreadable("Company"),
    "Object Value: read": Fault.unreadable("ObjectValue"),
    "Subledger: read/write": Fault.unreadable("Subledger"),
    "Supplier: read/write": Fault.no_access("updateSuppliers"),
    "System Value: read": Fault.unreadable("SystemValue"),
    "General ledger Bank: read": Fault.unreadable("Bank"),
}
NOT_NEEDED_YET = {"Object Value: read", "General ledger Bank: read"}


@pytest.fixture
def check(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> Check:
    """Checks a config for the sandbox's Xledger, and answers with the message and the warnings."""

    def run(**config: Any) -> tuple[str | None, list[str]]:
        caplog.clear()
        status = DestinationXledger().check(logging.getLogger("airbyte"), sandbox.destination_config(**config))
        assert (status.status is Status.SUCCEEDED) == (status.message is None)
        return status.message, [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]

    return run


def test_a_check_takes_a_few_requests_and_changes_nothing(check: Check, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="E1", email="kari1@example.com", phone="+47 900 00 001", gender="F")
    before = sandbox.xledger.employees()
    assert check() == (None, [])
    assert len(sandbox.xledger.operations) == 5
    assert {operation.outcome for operation in sandbox.xledger.operations} == {"carried_out"}
    assert sandbox.xledger.writes == []
    assert sandbox.xledger.employees() == before


def test_an_xledger_without_anybody_in_it_will_do(check: Check, sandbox: Sandbox) -> None:
    assert sandbox.xledger.employees() == []
    assert check() == (None, [])


def test_every_access_that_is_asked_for_can_be_missing() -> None:
    assert set(MISSING_ACCESSES) == {access.words for access in ACCESSES}


@pytest.mark.parametrize("words", MISSING_ACCESSES)
def test_a_missing_access_is_named(words: str, check: Check, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(MISSING_ACCESSES[words])
    message, warnings = check()
    told = " ".join(warnings) if words in NOT_NEEDED_YET else message
    assert f'"{words}"' in str(told)
    assert (message is None) == (words in NOT_NEEDED_YET)
    assert sandbox.xledger.writes == []
    assert len(sandbox.xledger.operations) <= 20


@pytest.mark.parametrize("words", sorted(set(MISSING_ACCESSES) - NOT_NEEDED_YET))
def test_without_an_access_that_check_asks_for_a_sync_fails(words: str, write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(MISSING_ACCESSES[words])
    written = write(records([a_user(1)]))
    assert written.error is not None
    assert f'"{words}"' in str(written.error)


@pytest.mark.parametrize("words", sorted(NOT_NEEDED_YET))
def test_without_an_access_that_check_only_warns_of_a_sync_succeeds(words: str, write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(MISSING_ACCESSES[words])
    written = write(records([a_user(1)]))
    assert written.error is None
    assert written.summary["created"] == 1


def test_a_token_that_may_only_read_is_enough_for_a_preview(check: Check, write: Write, sandbox: Sandbox) -> None:
    for root_field in {probe.root for probe in probes_for(ACCESSES) if probe.writes}:
        sandbox.xledger.faults.add(Fault.no_access(root_field))
    for nothing_needs_it in ("Supplier", "ObjectValue", "Bank"):
        sandbox.xledger.faults.add(Fault.unreadable(nothing_needs_it))
    writing = [f'"{access.words}"' for access in ACCESSES if access.writes]

    message, warnings = check(mode="preview")
    told = " ".join(warnings)
    assert message is None
    assert [words for words in writing if words not in told] == []
    assert "A sync with these settings does without." in told
    written = write(records([a_user(1)]), mode="preview")
    assert (written.error, written.summary["created"]) == (None, 1)

    message, _ = check(mode="sync")
    assert [words for words in writing if words not in str(message)] == []


@pytest.mark.parametrize("part", ["Employee.code", "Employee.contact", "Mutation.addEmployees"])
def test_what_nothing_works_without_is_found_before_a_sync_fails_over_it(
    part: str, check: Check, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.lacks = frozenset({part})
    message, _ = check()
    assert part.removeprefix("Mutation.") in str(message)
    written = write(records([a_user(1)]))
    assert written.error is not None
    assert str(written.error.message) == message
    assert sandbox.xledger.writes == []


@pytest.mark.parametrize(
    ("part", "left_out"),
    [
        ("Employee.trialTo", False),
        ("Employee_Filter.code_in", False),
        ("Employee_Filter.email_in", False),
        ("Employee_Filter.dbId_in", False),
        ("Query.employees.ownerSet", False),
        ("UpdateContactsInputNode.gender", True),
        ("Mutation.updateSuppliers", True),
        ("Mutation.updateContacts", True),
    ],
)
def test_what_can_be_done_without_is_a_warning_that_a_sync_gives_as_well(
    part: str, check: Check, write: Write, sandbox: Sandbox, *, left_out: bool
) -> None:
    sandbox.xledger.lacks = frozenset({part})
    message, warnings = check()
    assert message is None
    assert any(part.rpartition(".")[2] in warning for warning in warnings)
    written = write(records([a_user(1), a_user(2)]))
    assert (written.error, written.summary["created"], written.summary["rejected"]) == (None, 2, {})
    assert written.summary["warnings"] == ({"partly_written": 2} if left_out else {})
    assert [line for line in written.log if line in warnings] == warnings


def test_what_nobody_needs_may_be_missing(check: Check, sandbox: Sandbox) -> None:
    sandbox.xledger.lacks = frozenset({"Query.addresses", "Query.systemValues", "Query.objectValues"})
    assert check() == (None, [])
    assert len(sandbox.xledger.operations) == 5


def test_without_introspection_the_rest_is_still_checked(check: Check, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.no_introspection())
    sandbox.xledger.faults.add(Fault.no_access("updateContacts"))
    message, warnings = check()
    assert '"Contact: read/write"' in str(message)
    assert "does not tell its schema" in warnings[0]


def test_everything_that_is_wrong_is_in_one_answer(check: Check, sandbox: Sandbox) -> None:
    sandbox.xledger.lacks = frozenset({"Mutation.updateEmployees"})
    sandbox.xledger.faults.add(Fault.no_access("updateContacts"))
    sandbox.xledger.faults.add(Fault.unreadable("Country"))
    message, _ = check(batch_size=0)
    assert message is not None
    assert "There are 3 problems" in message
    for told in ("batch_size", "updateEmployees", '"Contact: read/write"', '"Country: read"'):
        assert told in message


def test_a_wrong_token_is_told_with_one_request(check: Check, sandbox: Sandbox) -> None:
    message, _ = check(api_token="0" * 64)
    assert "does not accept the API token" in str(message)
    assert len(sandbox.xledger.operations) == 1


@pytest.mark.parametrize("introspected", [True, False])
@pytest.mark.parametrize("mode", ["sync", "preview"])
def test_a_token_that_is_refused_in_words_nobody_has_seen_is_told_before_the_accesses(
    mode: str, introspected: bool, check: Check, sandbox: Sandbox
) -> None:
    words = '{"errors": [{"message": "Session has expired."}], "data": null}'
    sandbox.xledger.lacks = frozenset({"Query.viewer"})
    for root_field in {probe.root for probe in probes_for(ACCESSES)}:
        sandbox.xledger.faults.add(Fault.answer(words, root_field=root_field, times=None))
    if not introspected:
        sandbox.xledger.faults.add(Fault.answer(words, root_field="__schema", times=None))
    message, warnings = check(mode=mode)
    assert str(message).startswith("Xledger refuses everything in the same words, so the API token itself may be wrong")
    assert [access.words for access in ACCESSES if f'"{access.words}"' not in str(message)] == []
    assert str(message).count("Xledger says") == 1
    assert len(warnings) == (0 if introspected else 1)
    assert len(sandbox.xledger.operations) <= 20


def test_a_token_that_may_do_something_is_not_said_to_be_wrong(check: Check, sandbox: Sandbox) -> None:
    for root_field in {probe.root for probe in probes_for(ACCESSES)} - {"countries"}:
        sandbox.xledger.faults.add(Fault.no_access(root_field))
    message, _ = check()
    assert "expired" not in str(message)
    assert '"Human Resources Employee: read/write"' in str(message)


@pytest.mark.parametrize("http_400", [False, True])
def test_refusals_count_whatever_their_http_status(http_400: bool, check: Check, sandbox: Sandbox) -> None:
    sandbox.xledger.lacks = frozenset({"Mutation.updateSuppliers"})
    if http_400:
        sandbox.xledger.faults.add(Fault.errors_with_http_400())
    sandbox.xledger.faults.add(Fault.no_introspection())
    assert "updateSuppliers" in str(check()[0])


def test_what_was_found_is_told_when_maintenance_begins_in_the_middle(check: Check, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.unreadable("Country"))
    sandbox.xledger.faults.add(Fault.maintenance_page(root_field="addEmployees"))
    message, _ = check()
    assert '(1) The API token probably lacks the access "Country: read"' in str(message)
    assert "(2) Xledger does not answer" in str(message)
