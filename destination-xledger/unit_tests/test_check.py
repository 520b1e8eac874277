"""Every problem in one answer, in a few requests, and nothing written."""

import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import requests
from airbyte_cdk.models import Status
from graphql import graphql_sync
from requests_mock import ANY, Mocker

from destination_xledger.destination import DestinationXledger
from xledger_api.language.operations import probes, schema
from xledger_api.sending.client import XledgerClient

from .conftest import TOKEN, URL

READS = [name for name, probe in probes().items() if not probe.writes]
WRITES = [name for name, probe in probes().items() if probe.writes]

Answer = dict[str, Any]


def refusal(message: str = "Not permitted", **more: Any) -> Answer:
    return {"json": {"errors": [{"message": message, **more}], "data": None}}


class Xledger:
    """Answers every request as Xledger would, but for what it is told to refuse.

    Attributes:
        refuses: What is answered to a request that holds a text.
        absent: What introspection does not tell of, such as `Employee.trialTo` or `Query.employees(filter)`.
        bodies: The body of every request.
    """

    def __init__(self) -> None:
        self.refuses: dict[str, Answer] = {}
        self.absent: set[str] = set()
        self.bodies: list[Any] = []

    @property
    def asked(self) -> list[str]:
        """The text of every request."""
        return [body["query"] for body in self.bodies]

    def answer(self, request: Any, context: Any) -> str:
        body = json.loads(request.body)
        self.bodies.append(body)
        for text, answer in self.refuses.items():
            if text in body["query"]:
                context.status_code = answer.get("status_code", 200)
                return str(answer["text"]) if "text" in answer else json.dumps(answer["json"])
        if "__schema" not in body["query"]:
            return '{"data": {}}'
        told = graphql_sync(schema(), body["query"]).data
        assert told is not None
        for declared in told["__schema"]["types"]:
            self._take_away(declared)
        return self._without_types(json.dumps({"data": told}))

    def _take_away(self, declared: Any) -> None:
        name = declared["name"]
        for kind in ("fields", "inputFields", "enumValues"):
            members = [each for each in declared[kind] or () if f"{name}.{each['name']}" not in self.absent]
            for each in members:
                whole = each.get("args", ())
                each["args"] = [one for one in whole if f"{name}.{each['name']}({one['name']})" not in self.absent]
            declared[kind] = members or None

    def _without_types(self, text: str) -> str:
        """A schema without a type is one where another type stands in its place."""
        for name in self.absent:
            text = text.replace(f'"name": "{name}"', f'"name": "Other{name}"')
        return text


@pytest.fixture
def xledger(requests_mock: Mocker) -> Xledger:
    stub = Xledger()
    requests_mock.post(URL, text=stub.answer)
    return stub


Check = Callable[..., tuple[str | None, list[str]]]


@pytest.fixture
def check(config: dict[str, Any], client: XledgerClient, caplog: pytest.LogCaptureFixture) -> Check:
    """Checks a config, and answers with the message and the warnings."""

    def run(**changed: Any) -> tuple[str | None, list[str]]:
        status = DestinationXledger(lambda _: client).check(logging.getLogger("airbyte"), {**config, **changed})
        assert (status.status is Status.FAILED) == (status.message is not None)
        return status.message, [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]

    return run


def probes_in(texts: Iterable[str]) -> list[str]:
    return [name for text in texts for name in probes() if f"{name}:" in text]


# ------------------------------------------------------------------ requests


def test_four_requests_do_when_all_is_well(check: Check, xledger: Xledger) -> None:
    assert check() == (None, [])
    first, introspection, reads, writes = xledger.asked
    assert first == probes()["MayReadEmployees"].text
    assert introspection.startswith("query IntrospectionQuery{__schema{")
    assert probes_in([reads]) == [name for name in READS if name != "MayReadEmployees"]
    assert probes_in([writes]) == WRITES
    assert reads.startswith("{")
    assert writes.startswith("mutation{")


def test_nothing_can_be_written_because_nothing_is_sent_to_be_written(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {"MayUpdateContacts:": refusal()}
    check()
    mutations = [body for body in xledger.bodies if body["query"].startswith("mutation")]
    assert len(mutations) == 1 + len(WRITES)
    for body in mutations:
        assert body["query"].count("inputs:") == body["query"].count("inputs:[]") > 0
        assert body["variables"] == {}


@pytest.mark.parametrize("code", ["BURST_RATE_LIMIT_REACHED", "CONCURRENCY_LIMIT_REACHED"])
def test_a_limit_that_passes_within_seconds_is_waited_for(
    code: str, check: Check, slept: list[float], requests_mock: Mocker
) -> None:
    fine = {"text": Xledger().answer}
    requests_mock.post(URL, [refusal("Too fast", code=f"BAD_REQUEST.{code}"), fine])
    assert check()[0] is None
    assert len(slept) == 1


def test_longer_than_seconds_a_check_does_not_wait(check: Check, slept: list[float], requests_mock: Mocker) -> None:
    requests_mock.post(URL, exc=requests.ConnectionError)
    assert "does not answer at the address" in str(check()[0])
    assert slept == []
    assert requests_mock.call_count == 1


# ------------------------------------------------------------------ settings, token, host


def test_what_cannot_work_and_what_is_not_confirmed_are_told_together(check: Check, xledger: Xledger) -> None:
    message, _ = check(authority_confirmed=False, batch_size=0, field_policies=[{"field": "x", "policy": "mirror"}])
    assert all(text in str(message) for text in ("tick the box", "batch_size", "there is no field x"))
    assert xledger.asked == []


@pytest.mark.parametrize("change", [{"api_url": "http://xledger.test"}, {"api_token": ""}, {"authority_confirmed": 0}])
def test_nothing_leaves_unless_token_address_and_authority_are_right(
    change: dict[str, Any], check: Check, requests_mock: Mocker
) -> None:
    requests_mock.post(ANY, json={"data": {}})
    assert check(**change)[0] is not None
    assert not requests_mock.called


@pytest.mark.parametrize(
    "change",
    [
        {"batch_size": 0},
        {"new_user": "skip"},
        {"field_policies": [{"field": "email", "policy": "mirror"}]},
        {"field_policies": [{"field": "employmentId", "policy": "read_only"}]},
        {"new_users": "nope", "field_policies": [{"field": "employmentId", "policy": "read_only"}]},
    ],
)
def test_a_setting_that_cannot_work_does_not_hide_a_wrong_token(
    change: dict[str, Any], check: Check, xledger: Xledger
) -> None:
    xledger.refuses = {"": refusal("Bad format for API Token")}
    message, _ = check(**change)
    assert str(message).startswith("There are 2 problems. (1) The configuration cannot work.")
    assert "(2) Xledger does not accept the API token." in str(message)


@pytest.mark.parametrize("change", [{"api_url": "ftp://x"}, {"api_token": ""}, {"authority_confirmed": False}])
def test_a_storage_that_cannot_be_written_is_told_whatever_keeps_xledger_from_being_asked(
    change: dict[str, Any], check: Check, requests_mock: Mocker, tmp_path: Path
) -> None:
    requests_mock.post(ANY, json={"data": {}})
    (tmp_path / "file").touch()
    storage = {"storage_type": "Local", "path": str(tmp_path / "file")}
    message, _ = check(**change, object_storage_config=storage)
    assert str(message).startswith("There are 2 problems. (1) The configuration cannot work.")
    assert "(2) The folder" in str(message)
    assert not requests_mock.called


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (refusal("Bad format for API Token"), "does not accept the API token"),
        ({"status_code": 401, "text": ""}, "does not accept the API token"),
        ({"status_code": 401, **refusal("Not authenticated.")}, "does not accept the API token"),
        ({"status_code": 503, "text": "<html>"}, "maintenance window"),
        ({"text": "hello"}, "does not answer like Xledger"),
        (refusal("No credits", code="BAD_REQUEST.INSUFFICIENT_CREDITS"), "credits of the Xledger subscription"),
    ],
)
def test_without_the_right_token_and_host_nothing_more_is_asked(
    answer: Answer, sentence: str, check: Check, xledger: Xledger
) -> None:
    xledger.refuses = {"": answer}
    message, _ = check()
    assert sentence in str(message)
    assert not str(message).startswith("There are")
    assert len(xledger.asked) == 1


def test_what_was_found_is_told_when_xledger_goes_away_in_the_middle(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {"MayUpdateContacts": refusal(), "MayUpdateSuppliers": {"status_code": 503, "text": "<html>"}}
    message, _ = check()
    assert '(1) The API token probably lacks the access "Contact: read/write"' in str(message)
    assert "(2) Xledger does not answer" in str(message)


# ------------------------------------------------------------------ the schema


@pytest.mark.parametrize(
    "absent",
    [
        "Employee.trialTo",
        "EmployeesFilter.code_in",
        "EmployeesFilter.email_in",
        "UpdateContactsInputNode.gender",
        "AddEmployeesInputNode.socialSec",
        "AddEmployeesInput.clientId",
        "AddressInput.zipCode",
        "SystemValueRef.code",
        "ObjectStatus.ALL",
        "Query.employees(objectStatus)",
        "Mutation.updateSuppliers",
        "Int64String",
        "Company",
    ],
)
def test_what_a_sync_uses_and_xledger_lacks_is_named(absent: str, check: Check, xledger: Xledger) -> None:
    xledger.absent = {absent}
    message, _ = check()
    assert f"as type.field: {absent}. " in str(message)
    assert not str(message).startswith("There are")


def test_all_that_is_missing_is_named_at_once(check: Check, xledger: Xledger) -> None:
    xledger.absent = {"Employee.trialTo", "Employee.noticeDate", "EmployeesFilter.code_in"}
    assert "Employee.noticeDate, Employee.trialTo, EmployeesFilter.code_in" in str(check()[0])


@pytest.mark.parametrize("absent", ["Query.addresses", "Query.systemValues", "EmployeesFilter.email", "Query.banks"])
def test_what_no_sync_needs_yet_and_xledger_lacks_is_a_warning(absent: str, check: Check, xledger: Xledger) -> None:
    xledger.absent = {absent}
    message, warnings = check()
    assert message is None
    assert any(absent in warning for warning in warnings)
    assert len(xledger.asked) == 4
    assert not any(f"{absent.removeprefix('Query.')}(first" in text for text in xledger.asked)


@pytest.mark.parametrize(
    "answer",
    [
        refusal("Introspection is disabled"),
        refusal("Cannot query field `__schema` on type `Query`"),
        {"status_code": 400, **refusal("GraphQL introspection is not allowed")},
        {"status_code": 403, "text": "<html>Forbidden</html>"},
        {"text": '{"data": {"__schema": null}}'},
        {"text": '{"data": {"__schema": {"queryType": {"name": "Query"}, "types": [], "directives": []}}}'},
        {"text": '{"data": {}}'},
    ],
)
def test_without_introspection_a_check_warns_and_goes_on(answer: Answer, check: Check, xledger: Xledger) -> None:
    xledger.refuses = {"__schema": answer}
    message, warnings = check()
    assert message is None
    assert len(warnings) == 1
    assert "does not tell its schema" in warnings[0]
    assert len(xledger.asked) == 4


def test_without_introspection_a_missing_field_shows_where_it_is_asked_for(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {
        "__schema": refusal("Introspection is disabled"),
        "updateSuppliers": refusal("Cannot query field `updateSuppliers` on type `Mutation`"),
        "banks": refusal("Cannot query field `banks` on type `Query`"),
    }
    message, warnings = check()
    assert "field `updateSuppliers` on type `Mutation`" in str(message)
    assert any("field `banks` on type `Query`" in warning for warning in warnings)


# ------------------------------------------------------------------ the accesses


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        ("MayReadEmployees", "Human Resources Employee: read/write"),
        ("MayReadAddresses", "Common Address: read"),
        ("MayReadContacts", "Contact: read/write"),
        ("MayReadCountries", "Country: read"),
        ("MayReadCompanies", "Company: read"),
        ("MayReadSubledgers", "Subledger: read/write"),
        ("MayReadSystemValues", "System Value: read"),
        ("MayAddEmployees", "Human Resources Employee: read/write"),
        ("MayUpdateEmployees", "Human Resources Employee: read/write"),
        ("MayUpdateContacts", "Contact: read/write"),
        ("MayUpdateSuppliers", "Supplier: read/write"),
        ("MayUpdateSuppliers", "Subledger: read/write"),
    ],
)
def test_a_missing_access_is_named_in_xledgers_words_with_where_to_click(
    probe: str, words: str, check: Check, xledger: Xledger
) -> None:
    xledger.refuses = {probe: refusal("Access denied for Kari Nordmann")}
    message, warnings = check()
    assert f'"{words}"' in str(message)
    assert f"{probes()[probe].root_field}: Access denied for …" in str(message)
    assert "Administration > System Access > GraphQL > API tokens" in str(message)
    assert "Kari" not in str(message)
    assert warnings == []


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        ("MayReadObjectValues", "Object Value: read"),
        ("MayReadBanks", "General ledger Bank: read"),
        ("MayReadSuppliers", "Supplier: read/write"),
    ],
)
def test_an_access_that_no_sync_needs_yet_is_a_warning(probe: str, words: str, check: Check, xledger: Xledger) -> None:
    xledger.refuses = {probe: refusal()}
    message, warnings = check()
    assert message is None
    assert len(warnings) == 1
    assert f'"{words}"' in warnings[0]
    assert "does without" in warnings[0]


def test_of_several_missing_accesses_all_are_named_in_one_answer(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {name: refusal() for name in ("MayReadCountries", "MayReadBanks", "MayUpdateContacts")}
    message, warnings = check()
    assert 'these accesses: "Country: read"' in str(message)
    assert '"Contact: read/write"' in str(message)
    assert "Bank" not in str(message)
    assert "General ledger Bank" in warnings[0]


def test_what_is_read_through_a_refused_access_is_not_blamed_but_named(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {"contacts": refusal()}
    message, _ = check()
    assert 'lacks the access "Contact: read/write"' in str(message)
    assert 'Look there after "Common Address: read", "System Value: read" too' in str(message)


def test_a_token_without_any_access_costs_no_more_requests_than_fit_into_five_seconds(
    check: Check, xledger: Xledger
) -> None:
    xledger.refuses = {name: refusal() for name in probes()}
    assert check()[0] is not None
    assert len(xledger.asked) <= 20


def test_different_words_for_what_is_refused_do_not_tell_of_a_wrong_token(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {name: refusal("Access denied" if name in READS else "No permission") for name in probes()}
    message, _ = check()
    assert "expired" not in str(message)
    xledger.refuses = {name: refusal(f"No access to `{probe.root_field}`") for name, probe in probes().items()}
    assert "the API token itself may be wrong or expired" in str(check()[0])


def test_probes_that_are_only_refused_together_are_granted(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {
        "MayReadContacts:": refusal("Too complex"),
        "MayAddEmployees:": refusal("One at a time"),
    }
    assert check() == (None, [])


@pytest.mark.parametrize(
    "answer",
    [
        refusal("inputs: Invalid value ''.", extensions={"code": "INVALID_VALUE"}),
        refusal("inputs: expected more", extensions={"code": "ARGUMENTS_OF_CORRECT_TYPE"}),
        refusal("Your query timed out."),
    ],
)
def test_a_refusal_that_is_not_about_access_is_a_warning(answer: Answer, check: Check, xledger: Xledger) -> None:
    xledger.refuses = {"MayUpdateContacts": answer}
    message, warnings = check()
    assert message is None
    assert len(warnings) == 1
    assert "could not be tried with updateContacts: " in warnings[0]


def test_a_preview_does_without_the_accesses_for_writing(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {name: refusal() for name in WRITES}
    message, warnings = check(mode="preview")
    assert message is None
    assert '"Contact: read/write"' in warnings[0]


def test_a_check_shows_neither_the_token_nor_a_value(
    check: Check, xledger: Xledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    xledger.refuses = {name: refusal(f"Kari Nordmann {TOKEN}") for name in (*probes(), "__schema")}
    message, _ = check()
    assert [value for value in ("Kari", TOKEN) if value in f"{message} {caplog.text}"] == []
