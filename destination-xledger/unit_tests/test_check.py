"""Every problem in one answer, in a few requests, and nothing written."""

import json
import logging
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import requests
from airbyte_cdk.models import Status
from graphql import GraphQLEnumType, build_schema, execute_sync, parse
from requests_mock import ANY, Mocker

from connector_base.incremental.identity import IDENTITY
from destination_xledger.destination import DestinationXledger
from shared_mappings import NO_DECISIONS
from xledger_api.language.accesses import ACCESSES, probes_for
from xledger_api.sending.client import XledgerClient

from .conftest import TOKEN, URL

READS = [f"{probe.alias}:" for probe in probes_for(ACCESSES) if not probe.writes]
WRITES = [f"{probe.alias}:" for probe in probes_for(ACCESSES) if probe.writes]
ROOTS = {f"{probe.alias}:": probe.root for probe in probes_for(ACCESSES)}

SDL = (files("xledger_api.language") / "graphql" / "schema.graphql").read_text(encoding="utf-8")
VIEWER = """
extend type Query { viewer: Viewer }
type Viewer { entity: Entity }
type Entity { ownerDbId: Int64String, company: Company }
"""

Answer = dict[str, Any]


def refusal(message: str = "Not permitted", **more: Any) -> Answer:
    return {"json": {"errors": [{"message": message, **more}], "data": None}}


def entity(db_id: Any) -> Answer:
    """The answer to whose token it is."""
    return {"json": {"data": {"viewer": {"entity": {"ownerDbId": db_id}}}}}


class Xledger:
    """Answers every request as Xledger would, but for what it is told to refuse.

    Attributes:
        refuses: What is answered to a request that holds a text.
        absent: What its schema lacks, such as `Employee.trialTo`.
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
        if "__" not in body["query"]:
            return '{"data": {}}'
        return told(frozenset(self.absent), body["query"], json.dumps(body["variables"]))


@cache
def told(absent: frozenset[str], query: str, variables: str) -> str:
    """What a schema that lacks some members tells of itself."""
    schema = build_schema(SDL + VIEWER, assume_valid_sdl=True)
    for part in absent:
        type_name, _, member = part.partition(".")
        declared: Any = schema.type_map[type_name]
        del (declared.values if isinstance(declared, GraphQLEnumType) else declared.fields)[member]
    return json.dumps({"data": execute_sync(schema, parse(query), variable_values=json.loads(variables)).data})


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
    return [name for text in texts for name in ROOTS if name in text]


# ------------------------------------------------------------------ requests


def test_five_requests_do_when_all_is_well(check: Check, xledger: Xledger) -> None:
    assert check() == (None, [])
    roots, types, viewer, reads, writes = xledger.asked
    assert "__schema" in roots
    assert "__type" in types
    assert viewer == "{viewer{entity{ownerDbId}}}"
    assert sorted(probes_in([reads])) == sorted(READS)
    assert sorted(probes_in([writes])) == sorted(WRITES)
    assert writes.startswith("mutation{")


def test_whose_token_it_is_is_told_for_whoever_keeps_the_state(
    check: Check, xledger: Xledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "airbyte")

    def told(**changed: Any) -> dict[str, Any]:
        caplog.clear()
        check(**changed)
        (line,) = (line for line in caplog.messages if line.startswith(IDENTITY))
        content: dict[str, Any] = json.loads(line.removeprefix(IDENTITY))
        return content

    xledger.refuses = {"{viewer": entity("42365431")}
    first = told()
    assert first["account"]
    assert first == told(batch_size=3)
    skipping = told(new_users="skip")
    assert (skipping["account"] == first["account"], skipping["settings"] == first["settings"]) == (True, False)
    xledger.refuses = {"{viewer": entity(42365431)}
    assert told() == first
    xledger.refuses = {"{viewer": entity("1")}
    assert told()["account"] not in (first["account"], None)
    nobody = {"json": {"data": {"viewer": None}}}
    for unknown in (refusal("Token is not allowed to query entity"), entity(None), nobody):
        xledger.refuses = {"{viewer": unknown}
        assert told() == {**first, "account": None}


def test_nothing_can_be_written_because_nothing_is_sent_to_be_written(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {"updateContacts:": refusal()}
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
    assert "does not answer at its API address (api_url)" in str(check()[0])
    assert slept == []
    assert requests_mock.call_count == 1


# ------------------------------------------------------------------ settings, token, host


def test_what_cannot_work_and_what_is_not_confirmed_are_told_together(check: Check, xledger: Xledger) -> None:
    message, _ = check(authority_confirmed=False, batch_size=0, field_policies=[{"field": "x", "policy": "mirror"}])
    assert all(
        text in str(message)
        for text in ("turn on the switch", "batch_size", "there is no such field; the fields are email,")
    )
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


def test_that_nobodys_gender_would_be_written_is_told(check: Check, xledger: Xledger) -> None:
    del xledger
    assert check() == (None, [])
    message, warnings = check(gender_codes=[])
    assert "The list Gender codes (gender_codes) is empty, so nobody's gender would be written" in str(message)
    assert "choose gender under Fields that are never written (read_only_fields)" in str(message)
    assert warnings == []


def test_that_no_gender_is_written_is_no_surprise_where_it_was_chosen(check: Check, xledger: Xledger) -> None:
    del xledger
    assert check(gender_codes=[], read_only_fields=["gender"]) == (None, [])


def test_settings_of_another_destinations_reports_are_told_to_have_no_meaning(
    check: Check, xledger: Xledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    del xledger
    monkeypatch.setattr("connector_base.writing.checking.storage_problem", lambda _: None)
    monkeypatch.setattr("connector_base.writing.checking.check_decisions", lambda *_: NO_DECISIONS)
    bucket = {"storage_type": "S3", "s3_bucket_name": "reports"}
    assert check(object_storage_config={**bucket, "format": {}, "path_format": ""}) == (None, [])
    message, [warning] = check(
        object_storage_config={
            **bucket,
            "format": {"format_type": "CSV", "flattening": "No flattening"},
            "compression": {"compression_type": "GZIP"},
            "path_format": "{sync_id}/{namespace}/{stream_name}/",
            "file_name_format": "{date}_{timestamp}_{part_number}{format_extension}",
        }
    )
    assert message is None
    named = "Output format (format), Compression (compression), Path format (path_format), File name format"
    assert f"What is set for the reports under {named} (file_name_format) has no meaning here" in warning


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
    xledger.refuses = {"updateContacts:": refusal(), "updateSuppliers:": {"status_code": 503, "text": "<html>"}}
    message, _ = check()
    assert '(1) The API token probably lacks the access "Contact: read/write"' in str(message)
    assert "(2) Xledger does not answer" in str(message)


# ------------------------------------------------------------------ the schema


@pytest.mark.parametrize(
    ("absent", "told"),
    [
        ("Query.employees", "Employees cannot be looked up"),
        ("Employee.dbId", "An employee's dbId cannot be read"),
        ("Employee.code", "An employee's code cannot be read"),
        ("Employee.contact", "An employee's contact dbId cannot be read"),
        ("Employee.subledger", "An employee's subledger dbId cannot be read"),
        ("Mutation.addEmployees", "Employees cannot be added"),
    ],
)
def test_what_nothing_works_without_blocks(absent: str, told: str, check: Check, xledger: Xledger) -> None:
    xledger.absent = {absent}
    message, _ = check()
    assert str(message).startswith(told)
    assert not str(message).startswith("There are")


@pytest.mark.parametrize(
    ("absent", "told"),
    [
        ("Employee_Filter.email_in", "People cannot be found by their e-mail address"),
        ("Employee_Filter.code_in", "Employees cannot be found by their code"),
        ("ObjectStatus.ALL", "Employees who are closed in Xledger cannot be looked up"),
        ("Contact.jobTitle", "jobTitle cannot be read"),
        ("UpdateContactsInputNode.gender", "gender cannot be written"),
        ("AddressInput.zipCode", "homeAddress cannot be written"),
    ],
)
def test_each_thing_that_this_account_lacks_is_one_sentence_about_what_it_means(
    absent: str, told: str, check: Check, xledger: Xledger
) -> None:
    xledger.absent = {absent}
    message, warnings = check()
    assert message is None
    assert [warning.startswith(told) for warning in warnings] == [True]


@pytest.mark.parametrize(
    "absent", ["Query.addresses", "Query.systemValues", "Employee_Filter.email", "AddEmployeesInputNode.trialTo"]
)
def test_what_makes_no_difference_is_not_told(absent: str, check: Check, xledger: Xledger) -> None:
    xledger.absent = {absent}
    assert check() == (None, [])
    assert len(xledger.asked) == 5


def test_what_is_known_to_be_missing_is_not_asked_for(check: Check, xledger: Xledger) -> None:
    xledger.absent = {"Query.banks", "Mutation.updateSuppliers", "Query.viewer"}
    assert check()[0] is None
    assert not any(name in text for name in ("banks", "updateSuppliers:", "viewer") for text in xledger.asked)


@pytest.mark.parametrize(
    "answer",
    [
        refusal("Introspection is disabled"),
        refusal("Cannot query field `__schema` on type `Query`"),
        {"status_code": 400, **refusal("GraphQL introspection is not allowed")},
        {"status_code": 403, "text": "<html>Forbidden</html>"},
        {"text": '{"data": {"__schema": null}}'},
        {"text": '{"data": {"__schema": {"queryType": {"fields": [{"name": "x"}]}, "mutationType": null}}}'},
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
        ("employees:", "Human Resources Employee: read/write"),
        ("contacts_address:", "Common Address: read"),
        ("contacts:", "Contact: read/write"),
        ("countries:", "Country: read"),
        ("companies:", "Company: read"),
        ("subledgers:", "Subledger: read/write"),
        ("contacts_gender:", "System Value: read"),
        ("addEmployees:", "Human Resources Employee: read/write"),
        ("updateEmployees:", "Human Resources Employee: read/write"),
        ("updateContacts:", "Contact: read/write"),
        ("updateSuppliers:", "Supplier: read/write"),
        ("updateSuppliers:", "Subledger: read/write"),
    ],
)
def test_a_missing_access_is_named_in_xledgers_words_with_where_to_click(
    probe: str, words: str, check: Check, xledger: Xledger
) -> None:
    xledger.refuses = {probe: refusal("Access denied for Kari Nordmann")}
    message, warnings = check()
    assert f'"{words}"' in str(message)
    assert f"{ROOTS[probe]}: Access denied for …" in str(message)
    assert "Administration > System Access > GraphQL > API tokens" in str(message)
    assert "Kari" not in str(message)
    assert warnings == []


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        ("objectValues:", "Object Value: read"),
        ("banks:", "General ledger Bank: read"),
        ("suppliers:", "Supplier: read/write"),
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
    xledger.refuses = {name: refusal() for name in ("countries:", "banks:", "updateContacts:")}
    message, warnings = check()
    assert 'these accesses: "Country: read"' in str(message)
    assert '"Contact: read/write"' in str(message)
    assert "Bank" not in str(message)
    assert "General ledger Bank" in warnings[0]


def test_what_is_read_through_a_refused_access_is_not_blamed_but_named(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {"contacts": refusal()}
    message, _ = check()
    assert 'lacks the access "Contact: read/write"' in str(message)
    assert 'Check "Common Address: read", "System Value: read" there as well' in str(message)


def test_a_token_without_any_access_costs_no_more_requests_than_fit_into_five_seconds(
    check: Check, xledger: Xledger
) -> None:
    xledger.refuses = {name: refusal() for name in ROOTS}
    assert check()[0] is not None
    assert len(xledger.asked) <= 20


def test_different_words_for_what_is_refused_do_not_tell_of_a_wrong_token(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {name: refusal("Access denied" if name in READS else "No permission") for name in ROOTS}
    xledger.absent = {"Query.viewer"}
    message, _ = check()
    assert "expired" not in str(message)
    xledger.refuses = {name: refusal(f"No access to `{root}`") for name, root in ROOTS.items()}
    assert "the API token itself may be wrong or expired" in str(check()[0])


def test_a_token_that_xledger_knows_is_not_said_to_be_wrong_when_everything_is_refused(
    check: Check, xledger: Xledger
) -> None:
    xledger.refuses = {name: refusal("Access denied") for name in ROOTS}
    message, _ = check()
    assert "expired" not in str(message)
    assert "The API token probably lacks these accesses" in str(message)


def test_a_token_that_may_not_tell_whose_it_is_is_not_said_to_be_wrong(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {"viewer": refusal("Token is not allowed to query entity")}
    assert check() == (None, [])


def test_probes_that_are_only_refused_together_are_granted(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {
        "}contacts:": refusal("Too complex"),
        "}updateContacts:": refusal("One at a time"),
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
    xledger.refuses = {"updateContacts:": answer}
    message, warnings = check()
    assert message is None
    assert len(warnings) == 1
    assert "could not be tried with updateContacts: " in warnings[0]


@pytest.mark.parametrize(
    "answer",
    [
        refusal("Something went wrong"),
        refusal("An empty list of inputs is not permitted."),
        refusal("inputs: At least one is required"),
        refusal("Expected inputs", extensions={"code": "ARGUMENTS_OF_CORRECT_TYPE"}),
        {"status_code": 400, **refusal("No inputs")},
        {"status_code": 403, "text": "<html>Stopped</html>"},
    ],
)
@pytest.mark.parametrize("introspected", [True, False])
def test_an_xledger_that_refuses_an_empty_mutation_does_not_block_a_connection(
    answer: Answer, check: Check, xledger: Xledger, *, introspected: bool
) -> None:
    xledger.refuses = dict.fromkeys(WRITES, answer)
    if not introspected:
        xledger.refuses["__schema"] = refusal("Introspection is disabled")
    message, warnings = check()
    assert message is None
    assert sum("could not be tried with" in warning for warning in warnings) == len(WRITES)


@pytest.mark.parametrize(
    "words",
    [
        *("Access denied", "Not permitted", "No permission", "Token is not allowed to query employees"),
        *("Unauthorized", "Forbidden", "You may not do this", "Insufficient privileges", "Missing rights"),
        *("Manglende tilgang", "Du har ikke rettigheter til dette", "Tilgang nektet"),
    ],
)
def test_words_of_access_block_in_english_and_norwegian(words: str, check: Check, xledger: Xledger) -> None:
    xledger.refuses = {"updateContacts:": refusal(words)}
    assert '"Contact: read/write"' in str(check()[0])


def test_a_preview_does_without_the_accesses_for_writing(check: Check, xledger: Xledger) -> None:
    xledger.refuses = {name: refusal() for name in WRITES}
    message, warnings = check(mode="preview")
    assert message is None
    assert '"Contact: read/write"' in warnings[0]


def test_a_check_shows_neither_the_token_nor_a_value(
    check: Check, xledger: Xledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    xledger.refuses = {name: refusal(f"Kari Nordmann {TOKEN}") for name in (*ROOTS, "__schema")}
    message, _ = check()
    assert [value for value in ("Kari", TOKEN) if value in f"{message} {caplog.text}"] == []
