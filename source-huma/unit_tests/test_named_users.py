"""The people whom the settings name: asked for one by one, and read if a list would have had them."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, Level
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from hypothesis import given
from hypothesis import strategies as st

from source_huma.named_users import Filters, Verdict, named_users

Read = Callable[..., EntrypointOutput]
Records = Callable[..., list[dict[str, Any]]]

A, B, C = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "abc")

NO_RIGHT = {"status_code": 403, "json": {"error": "insufficient_scope"}}


def ids(first: int, count: int) -> list[str]:
    return [f"00000000-0000-4000-8000-{number:012}" for number in range(first, first + count)]


def in_groups(*group_ids: str) -> dict[str, Any]:
    return {"value": [{"id": group_id, "name": "x", "type": "team"} for group_id in group_ids], "editable": False}


def told(output: EntrypointOutput, level: Level) -> list[str]:
    messages = [message.log for message in output.logs if message.log]
    return [log.message for log in messages if log.level is level and log.message.startswith(("User", "Huma"))]


# ---- who is asked for


@pytest.mark.slow
def test_each_is_asked_for_once_and_nobody_is_listed(huma: Any, records: Records) -> None:
    huma.add(A, B, C)
    assert [record["id"] for record in records(user_ids=[B, A.upper(), A])] == [A, B]
    assert [request.method for request in huma.requests(".*")] == ["POST", "GET", "GET"]
    assert not huma.requests("/users")


@pytest.mark.parametrize("nobody", [[], None])
def test_an_empty_list_of_people_is_everybody(nobody: Any) -> None:
    assert named_users({"user_ids": nobody}) == named_users({}) == frozenset()


@pytest.mark.slow
def test_who_is_gone_is_skipped_with_a_warning_and_an_api_key_with_a_line(huma: Any, read: Read) -> None:
    huma.add(A)
    huma.add(B, type="service_user")
    huma.detail_answers[C] = [{"status_code": 404, "json": {"errorCode": "object:not-found"}}]
    output = read(user_ids=[C, B, A])
    assert [message.record.data["id"] for message in output.records if message.record] == [A]
    assert told(output, Level.WARN) == [f"User {C} is not in Huma, or no longer, and is skipped."]
    assert told(output, Level.INFO) == [f"User {B} is an API key of Huma and no person, and is left out."]
    assert output.get_stream_statuses("users")[-1] is AirbyteStreamStatus.COMPLETE


@pytest.mark.slow
def test_an_id_in_the_records_is_written_as_huma_writes_it(huma: Any, records: Records) -> None:
    huma.add(A.upper())
    huma.detail_answers[A] = [{"json": huma.users[A.upper()]}]
    assert [record["id"] for record in records(user_ids=[A])] == [A.upper()]


@pytest.mark.slow
def test_whom_the_key_may_not_see_is_left_out_with_a_warning_each_and_all_others_are_read(
    huma: Any, read: Read
) -> None:
    hidden, seen = ids(0, 12), ids(100, 12)
    huma.add(*hidden, *seen)
    for person in hidden:
        huma.detail_answers[person] = [NO_RIGHT]
    output = read(user_ids=hidden + seen)
    assert sorted(message.record.data["id"] for message in output.records if message.record) == seen
    warnings = told(output, Level.WARN)
    assert len(warnings) == len(hidden)
    for person in hidden:
        [warning] = [warning for warning in warnings if person in warning]
        assert warning.startswith(f"Huma does not let the API key see user {person}, who is left out. ")
        assert "System settings > Open API" in warning
        assert "not meant" in warning
    assert output.get_stream_statuses("users")[-1] is AirbyteStreamStatus.COMPLETE


@pytest.mark.slow
def test_where_nobody_is_named_the_key_must_see_everybody(huma: Any, read: Read) -> None:
    huma.add(A, B)
    huma.detail_answers[A] = [NO_RIGHT]
    output = read(fails=True)
    assert "no right to read the details of users" in str(output.errors)
    assert told(output, Level.WARN) == []


# ---- who is read


@pytest.mark.slow
def test_the_other_settings_leave_out_the_same_people_as_from_a_list(huma: Any, records: Records) -> None:
    groups = ids(100, 4)
    kinds = {"companies": groups[:2], "teams": groups[2:]}
    people = ids(0, 18)
    choices = itertools.product(
        [(), kinds["companies"][:1], kinds["companies"]], [(), kinds["teams"][1:], kinds["teams"]], [True, False]
    )
    for person, (companies, teams, active) in zip(people, choices, strict=True):
        memberships = {"companies": in_groups(*companies), "teams": in_groups(*teams)}
        huma.add(person, **memberships, status={"active": active})
    settings: list[dict[str, Any]] = [
        {},
        {"include_deactivated": False},
        {"company_ids": [groups[0].upper()]},
        {"company_ids": groups[:2], "team_ids": [groups[2]]},
        {"company_ids": [groups[1]], "team_ids": groups[2:], "include_deactivated": False},
        {"location_ids": [groups[3]]},
    ]
    for person in people:
        huma.users[person]["locations"] = in_groups()
    found = [[record["id"] for record in records(**given)] for given in settings]
    named = [[record["id"] for record in records(**given, user_ids=people)] for given in settings]
    assert named == found
    assert [len(read) for read in found] == [18, 9, 12, 4, 2, 0]


@pytest.mark.slow
def test_who_cannot_be_judged_is_left_out_with_one_warning_that_names_them(huma: Any, read: Read) -> None:
    huma.add(A, teams=in_groups(C))
    huma.add(B, teams=in_groups(C), companies=in_groups(C))
    output = read(user_ids=[A, B], company_ids=[C], team_ids=[C])
    assert [message.record.data["id"] for message in output.records if message.record] == [B]
    [warning] = told(output, Level.WARN)
    assert warning.startswith(f"Huma does not show companies of user {A}, so nobody can tell ")
    assert output.get_stream_statuses("users")[-1] is AirbyteStreamStatus.COMPLETE


MEMBER, STRANGER, HIDDEN = [{"id": A.upper(), "name": "x"}], [{"id": B, "name": "x"}], ...


def a_record(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not HIDDEN}


@pytest.mark.parametrize(
    ("settings", "record", "verdict"),
    [
        pytest.param({}, a_record(active=False), Verdict(meant=True), id="no filter"),
        pytest.param({"company_ids": [A]}, a_record(companies=MEMBER), Verdict(meant=True), id="in it"),
        pytest.param({"company_ids": [B, A]}, a_record(companies=MEMBER), Verdict(meant=True), id="in one of them"),
        pytest.param({"company_ids": [A]}, a_record(companies=STRANGER), Verdict(meant=False), id="in another"),
        pytest.param({"company_ids": [A]}, a_record(companies=[]), Verdict(meant=False), id="in none"),
        pytest.param({"company_ids": [A]}, a_record(companies=None), Verdict(meant=False), id="unset"),
        pytest.param({"company_ids": [A]}, a_record(), Verdict(meant=False, unseen=("companies",)), id="not shown"),
        pytest.param(
            {"company_ids": [A], "team_ids": [A]},
            a_record(companies=HIDDEN, teams=STRANGER),
            Verdict(meant=False),
            id="one not shown, and not in the other",
        ),
        pytest.param(
            {"company_ids": [A], "location_ids": [A], "include_deactivated": False},
            a_record(),
            Verdict(meant=False, unseen=("active", "companies", "locations")),
            id="nothing shown",
        ),
        pytest.param({"include_deactivated": None}, a_record(), Verdict(meant=True), id="the default"),
        pytest.param({"include_deactivated": False}, a_record(active=False), Verdict(meant=False), id="deactivated"),
        pytest.param({"include_deactivated": False}, a_record(active=True), Verdict(meant=True), id="active"),
    ],
)
def test_a_person_is_judged_by_what_huma_shows(
    settings: Mapping[str, Any], record: Mapping[str, Any], verdict: Verdict
) -> None:
    assert Filters.of(settings).verdict(record) == verdict


GROUPS = st.none() | st.lists(st.builds(lambda group_id: {"id": group_id, "name": None}, st.sampled_from([A, B, C])))
RECORDS = st.fixed_dictionaries(
    {}, optional={"active": st.booleans(), "companies": GROUPS, "locations": GROUPS, "teams": GROUPS}
)
SETTINGS = st.fixed_dictionaries(
    {"include_deactivated": st.booleans()},
    optional={name: st.lists(st.sampled_from([A, B, C])) for name in ("company_ids", "location_ids", "team_ids")},
)


@given(SETTINGS, RECORDS, st.data())
def test_what_is_not_shown_never_turns_a_stranger_into_somebody_who_is_meant(
    settings: Mapping[str, Any], record: Mapping[str, Any], data: st.DataObject
) -> None:
    filters = Filters.of(settings)
    shown = data.draw(st.sets(st.sampled_from(sorted(record))) if record else st.just(set()))
    verdict = filters.verdict({name: record[name] for name in shown})
    assert not (verdict.meant and verdict.unseen)
    if not verdict.unseen:
        assert verdict == filters.verdict(record), "What was not shown did not matter."
