"""The configuration: the form an administrator sees, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from connector_base.settings.pasted import WHOLE_SECRET_PATTERN
from connector_base.settings.validating import JSON_SCHEMA, form_problems
from shared_mappings.api_url import API_URL_PATTERN
from source_huma import SourceHuma

GOLDEN = Path(__file__).parent / "spec.json"

CANNOT_WORK = "The configuration cannot work. "

Printed = Callable[..., list[str]]


def spec() -> dict[str, Any]:
    return dict(SourceHuma().spec(None).connectionSpecification)  # type: ignore[arg-type]


def messages(lines: list[str], kind: str) -> list[dict[str, Any]]:
    return [message for message in map(json.loads, lines) if message["type"] == kind]


def test_the_spec_is_the_one_administrators_know(printed: Printed) -> None:
    [message] = messages(printed("spec"), "SPEC")
    known = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert message["spec"] == known, "If the change is meant, `make golden` writes it down."


def test_every_setting_has_a_title_a_description_and_its_place_in_the_form() -> None:
    settings = spec()["properties"].values()
    assert all(setting["title"] and setting["description"].endswith(".") for setting in settings)
    assert [setting["order"] for setting in settings] == list(range(len(settings)))


WRONG: list[Any] = [True, -1, 10**20, 1.5, "", "x", "x" * 500, "\ud800", [], ["x"], [[]], {}, {"recognisable": 1}]

LIBRARY_WORDS = (
    "input",
    "valid",
    "type",
    "expected",
    "does not match",
    "non-empty",
    "instance",
    "object",
    "schema",
    "[",
)


@pytest.mark.parametrize("name", spec()["properties"])
def test_whatever_is_entered_the_complaint_is_in_the_words_of_the_form(name: str) -> None:
    form = spec()
    good = {"client_id": "id", "client_secret": "a whole secret"}
    for value in WRONG:
        for sentence in form_problems({**good, name: value}, form):
            assert form["properties"][name]["title"] in sentence
            assert f"({name})" in sentence
            assert not any(words in sentence for words in (*LIBRARY_WORDS, "recognisable"))


def test_every_kind_of_rule_in_the_spec_has_words_for_it() -> None:
    no_rules = {"order", "title", "description", "default", "examples", "airbyte_secret", "pattern_descriptor"}
    no_rules |= {"items", "format"}  # the entries of a list are held to the rules inside; a format is not checked
    settings = list(spec()["properties"].values())
    entries = [setting["items"] for setting in settings if "items" in setting]
    assert {keyword for setting in settings + entries for keyword in setting} - no_rules <= set(JSON_SCHEMA)


def test_secrets_are_held_to_the_rule_for_what_is_pasted() -> None:
    properties = spec()["properties"]
    assert {properties[name]["pattern"] for name in ("client_id", "client_secret")} == {WHOLE_SECRET_PATTERN}


def test_the_api_url_is_held_to_the_same_rule_as_the_destinations() -> None:
    assert spec()["properties"]["api_url"]["pattern"] == API_URL_PATTERN


@pytest.mark.parametrize(
    "api_url",
    [
        "https://openapi.humahr.com",
        "https://demo.openapi.humahr.com/",
        "https://proxy.example:8443/huma",
        "http://localhost",
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
    ],
)
def test_https_and_loopback_are_accepted(api_url: str) -> None:
    Draft7Validator(spec()).validate({"client_id": "a", "client_secret": "b", "api_url": api_url})


@pytest.mark.parametrize(
    "setting",
    [
        {"api_url": "http://openapi.humahr.com"},
        {"api_url": "http://127.0.0.1.evil.example"},
        {"api_url": "http://localhost.evil.example"},
        {"api_url": "http://localhost@evil.example"},
        {"api_url": "https://user:recognisable@openapi.humahr.com"},
        {"api_url": "https://openapi.humahr.com recognisable"},
        {"api_url": " https://openapi.humahr.com"},
        {"api_url": "https://"},
        {"api_url": "https:///x"},
        {"api_url": "https://openapi.humahr.com?x=1"},
        {"api_url": "ftp://openapi.humahr.com"},
        {"api_url": "openapi.humahr.com"},
        {"api_url": ""},
        {"api_url": "https://openapi.humahr.com\n"},
        {"api_url": "https://openapi..humahr.com"},
        {"api_url": "https://openapi.humahr.com:65536"},
        {"num_workers": 0},
        {"num_workers": 33},
        {"num_workers": "recognisable"},
        {"include_deactivated": "recognisable"},
        {"client_id": ""},
        {"client_id": "recognisable\n"},
        {"client_id": "recogni\u2013sable"},
        {"client_secret": "recognisable\r\n"},
        {"client_secret": " recognisable"},
        {"client_secret": "recogni\u200bsable"},
        {"client_secret": ["recognisable"]},
        {"client_secret": "secret7"},
        {"company_ids": "recognisable"},
        {"company_ids": ["recognisable"]},
        {"location_ids": [7]},
        {"location_ids": ["8b0b2b9e-6d6f-4c8b-9d3e-0d6a1c0f9b11\n"]},
        {"team_ids": ["8b0b2b9e-6d6f-4c8b-9d3e-0d6a1c0f9b11", "8b0b2b9e-6d6f-4c8b-9d3e-0d6a1c0f9b11"]},
        {"user_ids": "recognisable"},
        {"user_ids": ["recognisable"]},
        {"full_resync_interval_days": -1},
        {"full_resync_interval_days": 366},
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name_and_without_its_value(
    printed: Printed, huma: Any, setting: dict[str, Any]
) -> None:
    lines = printed("check", **setting)
    [message] = messages(lines, "CONNECTION_STATUS")
    [name] = setting
    assert message["connectionStatus"]["status"] == "FAILED"
    assert f"({name}) " in message["connectionStatus"]["message"]
    assert "recognisable" not in "".join(lines)
    assert not huma.requests(".*")


@pytest.mark.parametrize("verb", ["check", "read", "discover"])
@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("company_id", "Only these companies (company_ids)"),
        ("companyIds", "Only these companies (company_ids)"),
        ("Only these teams", "Only these teams (team_ids)"),
        ("colour", None),
    ],
)
def test_a_setting_that_does_not_exist_is_refused_by_name_and_without_its_value(
    printed: Printed, huma: Any, verb: str, name: str, meant: str | None
) -> None:
    lines = printed(verb, **{name: "recognisable"})
    told = [message["connectionStatus"]["message"] for message in messages(lines, "CONNECTION_STATUS")]
    errors = [message["trace"]["error"] for message in messages(lines, "TRACE")]
    told += [error["message"] for error in errors]
    [sentence] = set(told)
    assert sentence.startswith(f"{CANNOT_WORK}There is no setting {name}: ")
    assert sentence.endswith(f": {meant} was probably meant." if meant else "(num_workers), API URL (api_url).")
    assert {error["failure_type"] for error in errors} <= {"config_error"}
    assert "recognisable" not in "".join(lines)
    assert not huma.requests(".*")


@pytest.mark.parametrize("name", ["client_secrt", "clientSecret", "secret", "Client secret"])
def test_a_misspelt_setting_brings_no_complaint_about_the_one_it_leaves_out(
    printed: Printed, config: dict[str, Any], name: str
) -> None:
    lines = printed("check", **{name: config["client_secret"], "client_secret": None})
    [message] = messages(lines, "CONNECTION_STATUS")
    expected = f"{CANNOT_WORK}There is no setting {name}: Client secret (client_secret) was probably meant."
    assert message["connectionStatus"]["message"] == expected


def test_a_short_secret_is_refused_in_a_sentence_that_is_whole(printed: Printed, huma: Any) -> None:
    [message] = messages(printed("check", client_secret="e"), "CONNECTION_STATUS")
    assert message["connectionStatus"]["message"] == (
        f"{CANNOT_WORK}Client secret (client_secret) is shorter than 8 characters, so it is no whole secret: copy it "
        "again from where it was made, or make a new one."
    )
    assert not huma.requests(".*")


@pytest.mark.parametrize("name", ["__injected_declarative_manifest", "__anything"])
def test_what_the_host_puts_into_the_configuration_is_let_pass(printed: Printed, huma: Any, name: str) -> None:
    huma.add("u1")
    [message] = messages(printed("check", **{name: {}}), "CONNECTION_STATUS")
    assert message["connectionStatus"]["status"] == "SUCCEEDED"


def test_the_spec_itself_leaves_room_for_what_the_host_puts_in() -> None:
    assert spec()["additionalProperties"] is True


def test_all_that_is_wrong_is_said_at_once(printed: Printed, huma: Any) -> None:
    huma.add("u1")
    lines = printed("read", num_workers=0, api_url="ftp://x", client_secret="")
    [sentence] = {message["trace"]["error"]["message"] for message in messages(lines, "TRACE")}
    assert sentence == (
        f"{CANNOT_WORK}Client secret (client_secret) is empty: enter it. Requests at a time (num_workers) must be 1 to "
        "32. API URL (api_url) must look like https://host, or http://localhost for tests."
    )


def test_null_for_an_optional_setting_is_its_default(huma: Any, records: Any) -> None:
    huma.add("u1")
    huma.add("u2", status={"active": False})
    optional = spec()["properties"].keys() - {*spec()["required"], "api_url"}
    assert [record["id"] for record in records(**dict.fromkeys(optional))] == ["u1", "u2"]


def test_null_for_the_address_is_the_usual_one(tmp_path: Path) -> None:
    settings = {"client_id": "a", "client_secret": "b", "api_url": None}
    configured = SourceHuma(settings).configure(settings, str(tmp_path))
    assert configured["api_url"] == spec()["properties"]["api_url"]["default"]


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_null_for_a_setting_that_is_needed_is_a_missing_one(printed: Printed, huma: Any, name: str) -> None:
    [message] = messages(printed("check", **{name: None}), "CONNECTION_STATUS")
    assert message["connectionStatus"]["message"].endswith(f"({name}) is missing: enter it.")
    assert not huma.requests(".*")


def test_what_is_not_set_has_the_default_of_the_form(tmp_path: Path) -> None:
    source = SourceHuma({"client_id": "a", "client_secret": "b"})
    configured = source.configure({}, str(tmp_path))
    assert configured["api_url"] == spec()["properties"]["api_url"]["default"]
