"""What the source reads from the sandbox: a list that moves, employment from positions, and the smaller streams."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, Status, SyncMode
from jsonschema import Draft7Validator

from integration_tests.reading import Emitted, Read, read_source, reading, sandbox_of
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.huma_dialects import HUMA_DIALECTS
from integration_tests.sandbox.huma_store import DEPRECATED
from source_huma import SourceHuma

PEOPLE = 120

sandbox = sandbox_of(PEOPLE)
read = reading(SyncMode.full_refresh)


def requests_to(sandbox: Sandbox, part: str) -> int:
    return sum(1 for request in sandbox.huma.requests if part in request.path)


# ---- a list that moves


def listed(sandbox: Sandbox) -> list[str]:
    """The ids of the active people in the order of the list."""
    return [
        user.id
        for user in sandbox.huma.listed(
            active=True,
            ids=set(),
            search="",
            groups={"companies": set(), "locations": set(), "teams": set()},
            descending=False,
        )
        if user.id in sandbox.huma.users
    ]


@pytest.mark.parametrize(
    "move",
    [
        pytest.param(lambda huma, first: huma.deactivate(first), id="somebody is deactivated"),
        pytest.param(lambda huma, first: huma.delete(first), id="somebody is deleted"),
        pytest.param(lambda huma, _: huma.hire(familyName="Aaa"), id="somebody is hired"),
    ],
)
def test_everybody_is_read_once_when_the_list_moves_between_two_pages(
    sandbox: Sandbox, read: Read, move: Callable[[Any, str], None]
) -> None:
    first = listed(sandbox)[0]
    sandbox.huma.faults.add(Fault.meanwhile(lambda: move(sandbox.huma, first), path="/users", after=1))
    everybody = read()
    assert set(everybody.ids) - {first} == sandbox.huma.users.keys() - {first}
    assert len(everybody.ids) == len(set(everybody.ids))
    assert not [warning for warning in everybody.warnings if "list of users" in warning]


def test_a_list_that_never_stands_still_is_read_four_times_and_warned_of(sandbox: Sandbox, read: Read) -> None:
    sandbox.huma.faults.add(
        Fault.meanwhile(lambda: sandbox.huma.deactivate(listed(sandbox)[0]), path="/users", after=1, times=None)
    )
    everybody = read()
    [warning] = [warning for warning in everybody.warnings if "list of users" in warning]
    assert "4 times in a row" in warning
    assert everybody.status is AirbyteStreamStatus.COMPLETE
    assert len(everybody.ids) == len(set(everybody.ids)) >= PEOPLE - 10


# ---- a list that is paged otherwise


OTHER_PAGES = (
    "capped",
    "one_fewer",
    "one_at_a_time",
    "no_total",
    "no_total_and_capped",
    "null_for_nobody",
    "byte_order_mark",
)


@pytest.mark.parametrize("stream", ["users", "positions", "groups", "job_titles"])
def test_every_stream_is_read_whole_however_huma_pages(sandbox: Sandbox, read: Read, stream: str) -> None:
    described = sorted(read(stream=stream).ids)
    for dialect in OTHER_PAGES:
        sandbox.huma.dialect = HUMA_DIALECTS[dialect]
        emitted = read(stream=stream)
        assert sorted(emitted.ids) == described, dialect
        assert emitted.status is AirbyteStreamStatus.COMPLETE, dialect
        assert not [warning for warning in emitted.warnings if "list of" in warning], dialect


@pytest.mark.parametrize("name", ["no_offset", "loses_one"])
@pytest.mark.parametrize("stream", ["users", "positions", "groups"])
def test_a_list_that_does_not_come_whole_is_no_list(sandbox: Sandbox, read: Read, stream: str, name: str) -> None:
    sandbox.huma.dialect = replace(HUMA_DIALECTS[name], cap=5)
    assert read(stream=stream).status is AirbyteStreamStatus.INCOMPLETE


# ---- employment


def without_changed_at(emitted: Emitted) -> dict[str, Any]:
    return {user: {**record, "changedAt": None} for user, record in emitted.records.items()}


def test_employment_reads_the_same_from_the_details_and_from_the_current_position(sandbox: Sandbox, read: Read) -> None:
    before = without_changed_at(read())
    assert requests_to(sandbox, "/positions/") == 0
    sandbox.huma.retire_deprecated()
    after = without_changed_at(read())
    employed = [user for user, record in after.items() if "employmentStartDate" in record]
    assert len(employed) > PEOPLE * 0.8
    assert {user: after[user] for user in employed} == {user: before[user] for user in employed}
    assert requests_to(sandbox, "/positions/") == len(employed)


def test_an_extra_request_is_made_only_for_those_whose_details_do_not_tell(sandbox: Sandbox, read: Read) -> None:
    retired = [user.id for user in sandbox.huma.users.values() if user["active"] and user["jobTitle"]][5:15]
    sandbox.huma.retire_deprecated(*retired)
    read()
    assert requests_to(sandbox, "/positions/") <= len(retired)
    read_of = {request.path.split("/")[2] for request in sandbox.huma.requests if "/positions/" in request.path}
    assert read_of <= set(retired)


def test_one_fact_that_may_not_be_seen_costs_no_request_and_is_unknown(sandbox: Sandbox, read: Read) -> None:
    for user in sandbox.huma.users:
        sandbox.huma.withhold(user, "jobTitle")
    assert not any("jobTitle" in record for record in read().records.values())
    assert requests_to(sandbox, "/positions/") == 0


@pytest.mark.parametrize("status", [403, 404])
def test_a_position_that_cannot_be_had_leaves_the_facts_unknown_with_a_warning(
    sandbox: Sandbox, read: Read, status: int
) -> None:
    sandbox.huma.retire_deprecated()
    sandbox.huma.faults.add(
        Fault.server_error(status, path="/users/{id}/positions/{position}", times=None if status == 403 else 1)
    )
    everybody = read()
    unknown = [record for record in everybody.records.values() if not set(DEPRECATED) & record.keys()]
    assert len(everybody.ids) == PEOPLE
    assert unknown
    assert all(record["email"] for record in unknown)
    [warning] = everybody.warnings
    assert "current position" in warning
    assert everybody.status is AirbyteStreamStatus.COMPLETE


def test_a_position_that_fails_for_good_keeps_the_person_from_being_emitted_half(sandbox: Sandbox, read: Read) -> None:
    sandbox.huma.retire_deprecated()
    sandbox.huma.faults.add(Fault.server_error(500, path="/users/{id}/positions/{position}", after=9, times=None))
    everybody = read(num_workers=2)
    current = {user.id for user in sandbox.huma.users.values() if user.facts["active"] and user.facts["jobTitle"]}
    assert everybody.status is AirbyteStreamStatus.INCOMPLETE
    assert all("jobTitle" in everybody.records[user] for user in current & set(everybody.ids))


# ---- the smaller streams


def schema_of(sandbox: Sandbox, stream: str) -> Any:
    config = sandbox.source_config()
    catalog = SourceHuma(config).discover(None, config)  # type: ignore[arg-type]
    [found] = [candidate for candidate in catalog.streams if candidate.name == stream]
    assert found.source_defined_primary_key == [["id"]]
    return found.json_schema


def declared_only(record: Any, schema: Any) -> bool:
    """Whether a record has no key, at any depth, that its schema does not describe."""
    return all(
        name in schema["properties"]
        and schema["properties"][name]["description"]
        and (not isinstance(value, dict) or declared_only(value, schema["properties"][name]))
        for name, value in record.items()
    )


@pytest.mark.parametrize("stream", ["positions", "groups", "job_titles"])
def test_a_stream_holds_everything_in_the_form_it_declares(sandbox: Sandbox, read: Read, stream: str) -> None:
    schema, emitted = schema_of(sandbox, stream), read(stream=stream)
    expected = {
        "positions": {
            position["id"] for user in sandbox.huma.users.values() for position in user.earlier_and_other_positions
        },
        "groups": {group.id for group in sandbox.huma.organisation.groups},
        "job_titles": {record["id"] for record in emitted.records.values()},
    }[stream]
    assert emitted.status is AirbyteStreamStatus.COMPLETE
    assert expected <= set(emitted.ids)
    assert len(emitted.ids) == len(set(emitted.ids))
    validator = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
    for record in emitted.records.values():
        validator.validate(record)
        assert declared_only(record, schema)


def test_positions_name_the_person_and_job_titles_are_all_there(sandbox: Sandbox, read: Read) -> None:
    positions = read(stream="positions").records.values()
    assert {position["userId"] for position in positions} <= sandbox.huma.users.keys()
    titles = {title["name"] for title in read(stream="job_titles").records.values()}
    assert titles == set(sandbox.huma.job_titles())
    assert {position["title"]["name"] for position in positions if "title" in position} <= titles


def test_more_groups_than_fit_on_a_page_are_all_read(sandbox: Sandbox, read: Read) -> None:
    groups = sandbox.huma.organisation.groups
    assert len(read(stream="groups").ids) == len(groups)
    [request] = [request for request in sandbox.huma.requests if request.path == "/groups"]
    assert request.query["limit"] == ["25"]


def test_a_stream_stopped_because_of_another_one_does_not_pass_for_read() -> None:
    many = 600  # so that nobody has read them all by the time the other stream fails
    with Sandbox.running(people=many, employees=False) as sandbox:
        sandbox.huma.faults.add(Fault.server_error(403, path="/groups"))
        users = read_source(sandbox, beside=("groups",))
        assert len(users.ids) < many
        assert users.status is AirbyteStreamStatus.INCOMPLETE
        rest = read_source(sandbox, users.state)
        assert sorted(users.ids + rest.ids) == sorted(sandbox.huma.users)


def test_check_knows_every_group_of_the_organisation_and_no_other(sandbox: Sandbox) -> None:
    """One request tells, whatever kinds of groups the settings name."""
    organisation = sandbox.huma.organisation
    named = {
        "company_ids": [group.id for group in organisation.companies],
        "location_ids": [group.id for group in organisation.locations],
        "team_ids": [group.id for group in organisation.teams],
    }
    swapped = {"company_ids": named["team_ids"][:1]}
    told = []
    for settings in (named, swapped):
        config = sandbox.source_config(**settings)
        told.append(SourceHuma(config).check(logging.getLogger("airbyte"), config))
    assert len([request for request in sandbox.huma.requests if request.path == "/groups"]) == len(told)
    assert [status.status for status in told] == [Status.SUCCEEDED, Status.FAILED]
    assert "is the ID of a team in Huma, not of a company." in str(told[1].message)
