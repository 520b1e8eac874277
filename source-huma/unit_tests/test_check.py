"""`check`: a token, a page of the list and a few people; each thing that can be wrong has its sentence."""

import json
import logging
import ssl
from collections.abc import Callable
from typing import Any

import pytest
import requests
from airbyte_cdk.models import Status

from connector_base.incremental.identity import IDENTITY
from shared_mappings.record_schema import users_schema
from source_huma import SourceHuma
from source_huma.known_groups import WHERE_IDS_ARE

Check = Callable[[], tuple[Status, str | None]]

ALWAYS_SENT = {"id", "type", "active", "deactivatedAt", "givenName", "familyName", "email", "changedAt"}
"""What every user of the fixture has."""

GONE = {"status_code": 404, "json": {"errorCode": "object:not-found"}}
NO_RIGHT = {"status_code": 403, "json": {"error": "insufficient_scope"}}
UNKNOWN_SIGNER = ssl.SSLCertVerificationError(1, "self-signed")


@pytest.fixture
def check(config: dict[str, Any]) -> Check:
    def check_connection() -> tuple[Status, str | None]:
        result = SourceHuma(config).check(logging.getLogger("airbyte"), config)
        return result.status, result.message

    return check_connection


@pytest.mark.parametrize("users", [0, 1, 120])
def test_check_succeeds_in_a_few_requests_however_many_people_there_are(huma: Any, check: Check, users: int) -> None:
    huma.add(*(f"u{number}" for number in range(users)))
    assert check() == (Status.SUCCEEDED, None)
    assert len(huma.requests(".*")) <= 8


@pytest.mark.parametrize(
    ("queue", "answer", "part"),
    [
        ("token_answers", {"status_code": 401}, "client ID and client secret"),
        ("token_answers", {"status_code": 403}, "client ID and client secret"),
        ("token_answers", {"status_code": 404, "text": "<html>"}, "Check the API URL"),
        ("token_answers", {"text": "<html>Welcome</html>"}, "check the API URL"),
        ("token_answers", {"exc": requests.exceptions.ConnectionError("no such host")}, "cannot be reached"),
        ("token_answers", {"exc": requests.exceptions.SSLError(UNKNOWN_SIGNER)}, "certificate"),
        ("list_answers", {"status_code": 403}, "no right to list users"),
        ("list_answers", {"status_code": 404, "text": "<html>"}, "Check the API URL"),
        ("list_answers", {"status_code": 401}, "still active"),
        ("u1", {"status_code": 403}, "no right to read the details"),
        ("u1", {"status_code": 500}, "error of its own"),
        ("list_answers", {"status_code": 503}, "maintenance"),
        ("list_answers", {"status_code": 429}, "limiting"),
    ],
)
def test_check_says_what_is_wrong_and_nothing_else(
    huma: Any, check: Check, explained: Callable[[str], bool], queue: str, answer: dict[str, Any], part: str
) -> None:
    huma.add("u1")
    if queue == "u1":
        huma.detail_answers["u1"] = [answer] * 100
    else:
        setattr(huma, queue, [answer] * 100)
    status, sentence = check()
    assert status is Status.FAILED
    assert sentence
    assert part in sentence
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert explained(sentence)


@pytest.mark.parametrize("retry_after", [{}, {"Retry-After": "10"}, {"Retry-After": "120"}])
def test_check_does_not_keep_somebody_waiting_for_minutes(
    huma: Any, check: Check, waits: list[float], retry_after: dict[str, str]
) -> None:
    huma.token_answers = [{"status_code": 503, "headers": retry_after}] * 100
    assert check()[0] is Status.FAILED
    assert sum(waits) < 30


@pytest.fixture
def warnings(check: Check, caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What `check` warns of while it succeeds."""

    def warned_of() -> list[str]:
        caplog.clear()
        assert check() == (Status.SUCCEEDED, None)
        return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]

    return warned_of


def everything_unset() -> dict[str, Any]:
    """The details of a user of whom a key sees everything, and nothing is set."""
    plain = {"custom": {}, "connectedIntegrations": {}}
    fields = users_schema()["properties"].keys() - ALWAYS_SENT
    return {name: plain.get(name, {"editable": True}) for name in fields}


def test_check_warns_of_nothing_when_the_key_sees_everything_set_or_not(
    huma: Any, warnings: Callable[[], list[str]]
) -> None:
    huma.add("u1", "u2", **everything_unset())
    assert warnings() == []


def test_check_names_the_fields_the_key_does_not_get_to_see_for_anybody(
    huma: Any, warnings: Callable[[], list[str]]
) -> None:
    fields = everything_unset()
    hidden = {name: fields.pop(name) for name in ("bankAccount", "identifications", "phone")}
    huma.add("u1", **fields, phone=hidden["phone"])
    huma.add("u2", **fields)
    [warning] = warnings()
    assert ": bankAccount, identifications. " in warning
    assert "System settings > Open API" in warning


def test_check_does_not_blame_the_key_for_what_one_person_lacks(huma: Any, warnings: Callable[[], list[str]]) -> None:
    fields = everything_unset()
    huma.add("u1", **{name: value for name, value in fields.items() if name != "phone"})
    huma.add("u2", "u3", **fields)
    assert warnings() == []


def test_check_warns_of_nothing_where_there_is_nobody_to_judge_by(huma: Any, warnings: Callable[[], list[str]]) -> None:
    huma.add("gone")
    huma.detail_answers["gone"] = [GONE]
    [warning] = warnings()
    assert "skipped" in warning


def test_the_warning_reaches_the_log_of_the_host(huma: Any, printed: Callable[..., list[str]]) -> None:
    huma.add("u1")
    logs = [message["log"] for message in map(json.loads, printed("check")) if message["type"] == "LOG"]
    [warning] = [log["message"] for log in logs if log["level"] == "WARN"]
    assert "bankAccount" in warning


PEOPLE = [f"00000000-0000-4000-8000-{number:012}" for number in range(20)]
COMPANY, LOCATION, TEAM, NOBODY = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "abcd")


@pytest.fixture
def organisation(huma: Any) -> Any:
    huma.add("u1", **everything_unset())
    kinds = (("company", COMPANY), ("location", LOCATION), ("team", TEAM))
    huma.groups = [{"id": group_id, "type": kind, "name": kind} for kind, group_id in kinds]
    return huma


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        (
            {"company_ids": [COMPANY, NOBODY]},
            "The second entry of Only these companies (company_ids) is the ID of no company in Huma.",
        ),
        (
            {"location_ids": [TEAM.upper()]},
            "The first entry of Only these locations (location_ids) is the ID of a team in Huma, not of a location.",
        ),
        (
            {"team_ids": [NOBODY]},
            "The first entry of Only these teams (team_ids) is the ID of no team in Huma.",
        ),
    ],
)
def test_check_tells_of_a_group_that_huma_does_not_have_and_where_ids_are(
    organisation: Any, config: dict[str, Any], check: Check, filters: dict[str, Any], told: str
) -> None:
    config.update(filters)
    status, sentence = check()
    assert status is Status.FAILED
    assert sentence == f"{told} {WHERE_IDS_ARE}"
    assert len(organisation.requests("/groups")) == organisation.tokens == 1


def test_check_asks_for_groups_once_and_only_where_the_settings_name_some(
    organisation: Any, config: dict[str, Any], check: Check
) -> None:
    check()
    assert organisation.requests("/groups") == []
    config.update(company_ids=[COMPANY], location_ids=[LOCATION.upper()], team_ids=[TEAM])
    assert check() == (Status.SUCCEEDED, None)
    assert len(organisation.requests("/groups")) == 1


def test_no_more_groups_are_listed_than_it_takes_to_find_all(
    organisation: Any, config: dict[str, Any], check: Check
) -> None:
    organisation.groups += [{"id": f"t{number}", "type": "team", "name": "T"} for number in range(60)]
    config.update(company_ids=[COMPANY])
    assert check() == (Status.SUCCEEDED, None)
    assert len(organisation.requests("/groups")) == 1
    config.update(company_ids=[NOBODY])
    assert check()[0] is Status.FAILED
    assert len(organisation.requests("/groups")) == 1 + 3


def test_a_key_that_may_not_list_groups_is_warned_of_and_blocks_nothing(
    organisation: Any, config: dict[str, Any], warnings: Callable[[], list[str]]
) -> None:
    organisation.groups_answers = [{"status_code": 403}] * 9
    config.update(company_ids=[COMPANY])
    *_, warning = warnings()
    assert warning.startswith("Whether the companies, locations and teams in the settings exist could not be tried. ")
    assert "no right to list groups" in warning


def test_check_looks_at_the_people_named_until_a_few_are_found_and_lists_nobody(
    huma: Any, config: dict[str, Any], check: Check
) -> None:
    for person in PEOPLE[:4]:
        huma.detail_answers[person] = [GONE]
    huma.add(*PEOPLE[4:], **everything_unset())
    config["user_ids"] = PEOPLE
    assert check() == (Status.SUCCEEDED, None)
    assert not huma.requests("/users")
    assert len(huma.requests("/users/.+")) == 4 + 5


@pytest.mark.parametrize("gone", [True, False])
def test_check_warns_where_nobody_of_those_named_would_be_read_and_lets_it_pass(
    huma: Any,
    config: dict[str, Any],
    warnings: Callable[[], list[str]],
    explained: Callable[[str], bool],
    *,
    gone: bool,
) -> None:
    huma.add(NOBODY, status={"active": False})
    if gone:
        huma.detail_answers[NOBODY] = [GONE]
    config.update(user_ids=[NOBODY], include_deactivated=False)
    *_, warning = warnings()
    assert warning.startswith("Nobody of Only these people (user_ids) would be read: ")
    assert explained(warning)


@pytest.mark.parametrize(
    ("hidden", "gone", "seen"),
    [
        pytest.param(1, 0, [], id="the only one"),
        pytest.param(8, 0, [], id="all"),
        pytest.param(1, 1, [], id="all who are there"),
        pytest.param(1, 1, [True], id="not all"),
        pytest.param(1, 0, [False], id="not one who is left out"),
    ],
)
def test_check_fails_where_the_key_may_not_see_any_of_those_named(
    huma: Any, config: dict[str, Any], check: Check, hidden: int, gone: int, seen: list[bool]
) -> None:
    answers = [NO_RIGHT] * hidden + [GONE] * gone
    huma.detail_answers = {person: [answer] for person, answer in zip(PEOPLE, answers, strict=False)}
    for active in seen:
        huma.add(NOBODY, status={"active": active})
    config.update(user_ids=[*huma.detail_answers, *huma.users], include_deactivated=False)
    found = check()
    if seen:
        assert found == (Status.SUCCEEDED, None)
        return
    huma.add("u1")
    huma.detail_answers["u1"] = [NO_RIGHT]
    del config["user_ids"]
    assert found == check()
    assert found[0] is Status.FAILED


@pytest.mark.parametrize(("organisation", "known"), [("0f0e", True), (None, False), (7, False)])
def test_whose_people_they_are_is_told_for_whoever_keeps_the_state(
    huma: Any, check: Check, caplog: pytest.LogCaptureFixture, organisation: Any, *, known: bool
) -> None:
    huma.organisation = organisation
    with caplog.at_level(logging.INFO, "airbyte"):
        check()
    (line,) = (line for line in caplog.messages if line.startswith(IDENTITY))
    told = json.loads(line.removeprefix(IDENTITY))
    assert (told["account"] is not None, told["settings"]) == (known, None)
