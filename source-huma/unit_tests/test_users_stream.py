"""The `users` stream against exact HTTP shapes: who is read, with which requests, and what is emitted."""

import datetime as dt
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import requests
from airbyte_cdk.models import AirbyteStreamStatus, Level
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from jsonschema import Draft7Validator

from connector_base.incremental.fingerprints import KEY_BYTES
from connector_base.reading.nulls import NULL
from huma_api.asking.sync_run import SyncRun
from shared_mappings.fingerprints import fingerprint
from shared_mappings.record_schema import users_schema
from source_huma.users import UserRetriever

pytestmark = pytest.mark.slow
"""Each reads with the whole source."""

Read = Callable[..., EntrypointOutput]
Records = Callable[..., list[dict[str, Any]]]


def test_a_user_without_anything_set_becomes_a_record_with_exactly_the_keys_huma_sent(
    huma: Any, records: Records
) -> None:
    huma.add("u1", phone={"editable": True}, nationality={"value": "NO", "editable": False})
    [record] = records()
    assert record.pop("changedAt")
    assert record == {
        "id": "u1",
        "type": "user",
        "active": True,
        "deactivatedAt": None,
        "givenName": "Given u1",
        "familyName": "Family u1",
        "email": "u1@people.example",
        "phone": None,
        "nationality": "NO",
    }


def test_active_and_deactivated_users_are_asked_for_explicitly(huma: Any, records: Records) -> None:
    huma.add("active")
    huma.add("left", status={"active": False, "deactivatedAt": "2025-01-31T12:00:00Z"})
    assert [(record["id"], record["active"], record["deactivatedAt"]) for record in records()] == [
        ("active", True, None),
        ("left", False, "2025-01-31T12:00:00Z"),
    ]


def test_deactivated_users_are_left_alone_when_the_administrator_says_so(huma: Any, records: Records) -> None:
    huma.add("active")
    huma.add("left", status={"active": False})
    assert [record["id"] for record in records(include_deactivated=False)] == ["active"]
    assert {request.qs["isactive"][0] for request in huma.requests("/users")} == {"true"}


def test_everybody_is_read_when_service_users_fill_up_pages(huma: Any, records: Records) -> None:
    people = [f"person-{number:03}" for number in range(120)]
    for number, person in enumerate(people):
        huma.add(person)
        if number % 10 == 0:
            huma.add(f"key-{number}", type="service_user")
    assert [record["id"] for record in records()] == people


def test_a_service_user_costs_no_detail_request(huma: Any, read: Read) -> None:
    huma.add("key", type="service_user")
    read()
    assert not huma.requests("/users/.+")


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 230])
def test_n_users_cost_n_detail_requests_one_list_request_for_each_page_and_one_token(
    huma: Any, records: Records, count: int
) -> None:
    huma.add(*(f"u{number}" for number in range(count)))
    assert len(records()) == count
    assert len(huma.requests("/users/.+")) == count
    active_pages, deactivated_pages = max(-(-count // 50), 1), 1
    assert len(huma.requests("/users")) == active_pages + deactivated_pages
    assert len(huma.requests("/auth/oauth/token")) == 1


def test_a_user_listed_twice_is_asked_for_and_emitted_once(huma: Any, records: Records) -> None:
    huma.add("u1", "u2")
    huma.listed_active = [{"id": "u1", "type": "user"}, {"id": "u2", "type": "user"}, {"id": "u1", "type": "user"}]
    assert [record["id"] for record in records()] == ["u1", "u2"]
    assert len(huma.requests("/users/u1")) == 1


def test_a_user_deactivated_while_the_list_is_read_is_emitted_once(huma: Any, records: Records) -> None:
    huma.add("u1", status={"active": False})
    huma.listed_active = [{"id": "u1", "type": "user"}]
    assert [record["id"] for record in records()] == ["u1"]


@pytest.mark.parametrize("answer", [{"json": {"errorCode": "object:not-found"}}, {"text": ""}])
def test_a_user_deleted_meanwhile_is_skipped_with_a_warning_that_names_the_id(
    huma: Any, read: Read, answer: dict[str, Any]
) -> None:
    huma.add("gone", "stays")
    huma.detail_answers["gone"] = [{"status_code": 404, **answer}]
    output = read()
    assert [message.record.data["id"] for message in output.records if message.record] == ["stays"]
    warnings = [message.log.message for message in output.logs if message.log and message.log.level is Level.WARN]
    assert warnings == ["User gone is not in Huma, or no longer, and is skipped."]
    assert output.get_stream_statuses("users")[-1] is AirbyteStreamStatus.COMPLETE


def test_a_proxys_page_of_status_404_does_not_pass_for_a_deleted_user(huma: Any, records: Records) -> None:
    huma.add("u1")
    huma.detail_answers["u1"] = [{"status_code": 404, "text": "<html>no upstream</html>"}]
    assert [record["id"] for record in records()] == ["u1"]


def test_the_details_of_somebody_else_end_the_sync_and_are_not_emitted(huma: Any, read: Read) -> None:
    huma.add("u1", "u2")
    huma.detail_answers["u1"] = [{"json": huma.users["u2"]}]
    output = read(fails=True)
    assert [message.record.data["id"] for message in output.records if message.record] == ["u2"]
    [told] = {message.trace.error.message for message in output.errors if message.trace and message.trace.error}
    assert told == "Huma did not answer with the details of user u1. Try again later."


def test_nobody_is_emitted_half_when_huma_is_given_up_on_before_the_position() -> None:
    details = requests.Response()
    details.status_code, details.raw = (
        200,
        BytesIO(b'{"id": "u1", "currentPositions": [{"id": "p1", "status": "CURRENT"}]}'),
    )
    with SyncRun().building_components():
        retriever = UserRetriever(
            requester=Mock(**{"send_request.return_value": details}),
            named_requester=Mock(),
            position_requester=Mock(**{"send_request.return_value": None}),
            name="users",
            config={},
            parameters={},
        )
    assert list(retriever.read_records({}, StreamSlice(partition={"id": "u1"}, cursor_slice={}))) == []


def test_all_records_of_a_sync_carry_its_start_as_changed_at(huma: Any, records: Records) -> None:
    huma.add(*(f"u{number}" for number in range(60)))
    before = dt.datetime.now(dt.timezone.utc)
    [changed_at] = {record["changedAt"] for record in records()}
    assert before <= dt.datetime.fromisoformat(changed_at.replace("Z", "+00:00")) <= dt.datetime.now(dt.timezone.utc)


def test_a_second_sync_given_the_state_of_the_first_emits_everybody_again(huma: Any, read: Read) -> None:
    huma.add("u1", "u2")
    first = read()
    states = [message.state for message in first.state_messages]
    assert states
    assert len(read(states).records) == 2


@pytest.mark.parametrize(
    "state",
    [
        pytest.param("recognisable", id="text"),
        pytest.param({"users": "recognisable"}, id="an object"),
        pytest.param([1], id="a list of something else"),
        pytest.param([{"type": "STREAM"}], id="a message without a stream"),
        pytest.param([{"type": "recognisable"}], id="a message of an unknown type"),
    ],
)
def test_a_state_file_that_cannot_be_understood_means_everybody_and_a_warning(
    huma: Any, printed: Callable[..., list[str]], state: Any
) -> None:
    huma.add("u1", "u2")
    lines = printed("read", state=state)
    assert sum('"type":"RECORD"' in line for line in lines) == 2
    assert [line for line in lines if "(the state) cannot be used" in line and '"WARN"' in line]
    assert "recognisable" not in "".join(lines)


def test_nothing_huma_answers_is_kept_on_disk(huma: Any, records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        pytest.fail("a cache was made")

    monkeypatch.setattr("requests_cache.SQLiteCache.__init__", refuse)
    huma.add("u1")
    assert len(records()) == 1


def test_any_text_arrives_unchanged(huma: Any, records: Records) -> None:
    text = 'Ås 🧑‍🚀 "quoted" \\ {braces} \n\t\u0000 e\u0301 \u2028 {{ config["client_secret"] }}'
    huma.add("u1", preferredName={"value": text, "editable": True})
    assert records()[0]["preferredName"] == text


def test_half_a_character_is_replaced_because_no_host_could_read_the_line(huma: Any, records: Records) -> None:
    huma.add("u1", preferredName={"value": "a\ud83eb", "editable": True}, custom={})
    assert records()[0]["preferredName"] == "a\ufffdb"


def test_a_field_in_an_unknown_form_is_left_out_with_one_warning_that_names_the_first_user(
    huma: Any, read: Read
) -> None:
    huma.add("u1", "u2", phone={"value": {"secret": "+47 999"}, "editable": True})
    output = read(num_workers=1)
    assert all("phone" not in message.record.data for message in output.records if message.record)
    [warning] = [message.log.message for message in output.logs if message.log and message.log.level is Level.WARN]
    assert "phone" in warning
    assert "999" not in warning


def test_records_of_the_stream_validate_against_its_declared_schema(huma: Any, records: Records) -> None:
    huma.add("u1", homeAddress={"value": {"line1": "Storgata 1"}, "editable": True}, custom={"a": {"editable": True}})
    validator = Draft7Validator(users_schema(), format_checker=Draft7Validator.FORMAT_CHECKER)
    for record in records():
        validator.validate(record)


@pytest.mark.parametrize("api_url", ["https://huma.example", "https://huma.example/"])
def test_the_api_url_may_end_in_a_slash(huma: Any, records: Records, api_url: str) -> None:
    huma.add("u1")
    assert len(records(api_url=api_url)) == 1


def ids(first: int, count: int) -> list[str]:
    """UUIDs of groups, numbered from `first`."""
    return [f"00000000-0000-4000-8000-{number:012}" for number in range(first, first + count)]


def in_groups(*group_ids: str) -> dict[str, Any]:
    return {"value": [{"id": group_id, "name": "x", "type": "team"} for group_id in group_ids], "editable": False}


@pytest.mark.parametrize(
    ("setting", "kind"), [("company_ids", "companies"), ("location_ids", "locations"), ("team_ids", "teams")]
)
def test_only_people_of_the_groups_asked_for_are_read(huma: Any, records: Records, setting: str, kind: str) -> None:
    first, second, third = ids(0, 3)
    huma.add("u1", **{kind: in_groups(first)})
    huma.add("u2", **{kind: in_groups(second, third)})
    huma.add("u3", **{kind: in_groups(third)}, status={"active": False})
    huma.add("u4")
    assert [record["id"] for record in records(**{setting: [first, third]})] == ["u1", "u2", "u3"]
    assert not huma.requests("/users/u4")
    assert len(records(**{setting: []})) == 4


def test_people_must_match_every_kind_of_group_asked_for(huma: Any, records: Records) -> None:
    company, team = ids(0, 2)
    huma.add("both", companies=in_groups(company), teams=in_groups(team))
    huma.add("company only", companies=in_groups(company))
    huma.add("team only", teams=in_groups(team))
    assert [record["id"] for record in records(company_ids=[company], team_ids=[team])] == ["both"]


@pytest.mark.parametrize(("count", "lists"), [(25, 1), (26, 2), (60, 3)])
def test_more_groups_than_huma_takes_at_a_time_are_asked_for_in_several_lists(
    huma: Any, records: Records, count: int, lists: int
) -> None:
    teams = ids(0, count)
    huma.add(*(f"u{number}" for number in range(3)), teams=in_groups(teams[0], teams[-1]))
    huma.add("last", teams=in_groups(teams[-1]))
    assert len(records(team_ids=teams, include_deactivated=False)) == 4
    assert len(huma.requests("/users")) == lists
    assert len(huma.requests("/users/.+")) == 4


def test_proxies_and_certificates_that_the_environment_names_are_used(
    huma: Any, records: Records, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    used: list[tuple[str | None, Any]] = []
    # What answers in Huma's place takes the place of `send` as well, and leaves before `monkeypatch` does: put back
    # after it, it would answer to every later test.
    with pytest.MonkeyPatch.context() as patch:
        send = requests.Session.send

        def noted(self: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
            used.append((options["proxies"].get("https"), options["verify"]))
            return send(self, request, **options)

        patch.setattr(requests.Session, "send", noted)
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
        huma.add("u1")
        records()
        assert set(used) == {("http://proxy.example:3128", str(tmp_path))}
        used.clear()
        monkeypatch.setenv("NO_PROXY", "huma.example")
        records()
        assert set(used) == {(None, str(tmp_path))}


def test_a_null_of_the_stream_has_the_fingerprint_of_null() -> None:
    key = bytes(KEY_BYTES)
    assert fingerprint(key, {"phone": NULL}) == fingerprint(key, {"phone": None})
