"""A few people read from the sandbox by their ids, between syncs of everybody."""

import json
import logging
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStateMessageSerializer, AirbyteStreamStatus, SyncMode
from airbyte_cdk.test.catalog_builder import CatalogBuilder

from connector_base.incremental import cursor
from huma_api.asking.sync_run import SyncRun
from integration_tests.reading import Read, reading, sandbox_of
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.test_source_incremental import days_ago, entries, have_all_come, with_stream_state
from source_huma import SourceHuma

PEOPLE = 40

sandbox = sandbox_of(PEOPLE)
read = reading(SyncMode.incremental)


def some(sandbox: Sandbox, count: int) -> list[str]:
    """The ids of some people without oddities, who are active."""
    odd = set(sandbox.huma.awkward.values())
    ids = [user.id for user in sandbox.huma.users.values() if user.id not in odd and user["active"]]
    assert len(ids) >= count
    return ids[:count]


def ring(sandbox: Sandbox, *user_ids: str) -> None:
    """Gives people another phone number."""
    for number, user_id in enumerate(user_ids):
        sandbox.huma.change(user_id, phone=f"+47 400 00 {number:03}")


def asked(sandbox: Sandbox) -> list[str]:
    return [f"{request.method} {request.path}" for request in sandbox.huma.requests]


def the_rest(state: Any, named: list[str]) -> str:
    """Everything in a state but for the entries of those named and what it says of the sync that left it."""
    stream_state = dict(state["stream"]["stream_state"])
    stream_state.pop("readWhole", None)
    others = {user: entry for user, entry in entries(state).items() if user not in named}
    return json.dumps({**stream_state, "fingerprints": others})


# ---- what is asked


def test_each_costs_one_request_and_nobody_is_listed(sandbox: Sandbox, read: Read) -> None:
    named = some(sandbox, 3)
    assert sorted(read(user_ids=[*named, named[0].upper()]).ids) == sorted(named)
    token, *others = asked(sandbox)
    assert token == "POST /auth/oauth/token"
    assert sorted(others) == sorted(f"GET /users/{user}" for user in named)


def test_a_run_beside_another_costs_no_token(sandbox: Sandbox, read: Read) -> None:
    first, [user] = read(), some(sandbox, 1)
    config = sandbox.source_config(user_ids=[user])
    catalog = CatalogBuilder().with_stream("users", SyncMode.incremental).build()
    states = [AirbyteStateMessageSerializer.load(dict(first.state))]
    run = SyncRun()
    for requests in (["POST /auth/oauth/token", f"GET /users/{user}"], [f"GET /users/{user}"]):
        sandbox.huma.requests.clear()
        ring(sandbox, user)
        source = SourceHuma(config, catalog, states, beside=run)
        messages = list(source.read(logging.getLogger("airbyte"), config, catalog, states))
        assert [message.record.data["id"] for message in messages if message.record] == [user]
        assert asked(sandbox) == requests
        assert run.traffic.requests > 0


def test_positions_go_by_the_people_named_and_groups_and_job_titles_do_not(sandbox: Sandbox, read: Read) -> None:
    named = some(sandbox, 2)
    [kept, other] = named
    sandbox.huma.deactivate(other)
    full = SyncMode.full_refresh
    everybody = read(stream="positions", sync_mode=full, include_deactivated=False).records.values()
    sandbox.huma.requests.clear()
    positions = read(stream="positions", sync_mode=full, user_ids=named, include_deactivated=False)
    assert positions.status is AirbyteStreamStatus.COMPLETE
    of_kept = [position for position in everybody if position["userId"] == kept]
    assert sorted(map(json.dumps, positions.records.values())) == sorted(map(json.dumps, of_kept))
    assert "GET /users" not in asked(sandbox)
    for stream in ("groups", "job_titles"):
        assert read(stream=stream, sync_mode=full, user_ids=named).ids == read(stream=stream, sync_mode=full).ids


def test_the_service_user_is_nobody_who_is_deactivated_is_read(sandbox: Sandbox, read: Read) -> None:
    [leaver] = some(sandbox, 1)
    sandbox.huma.deactivate(leaver)
    emitted = read(user_ids=[sandbox.huma.service_user.id, leaver])
    assert emitted.ids == [leaver]
    assert emitted.records[leaver]["active"] is False
    assert emitted.status is AirbyteStreamStatus.COMPLETE


def test_the_employment_of_the_people_named_comes_from_positions_as_that_of_all(sandbox: Sandbox, read: Read) -> None:
    sandbox.huma.retire_deprecated()
    everybody, named = read(), some(sandbox, 2)
    of_some = read(user_ids=named)
    assert {user: {**record, "changedAt": None} for user, record in of_some.records.items()} == {
        user: {**everybody.records[user], "changedAt": None} for user in named
    }


# ---- incremental, between two syncs of everybody


def test_some_and_then_everybody_emit_everyone_who_changed_once(sandbox: Sandbox, read: Read) -> None:
    first = read()
    one, two, three, four = some(sandbox, 4)
    ring(sandbox, one, two, three)
    of_some = read(first.state, user_ids=[one, two, four])
    assert sorted(of_some.ids) == sorted([one, two])
    assert the_rest(of_some.state, [one, two]) == the_rest(first.state, [one, two])
    assert not have_all_come(of_some)
    whole = read(of_some.state)
    assert whole.ids == [three]
    assert read(whole.state).ids == []


def test_of_some_who_have_not_changed_nobody_is_emitted_and_the_state_is_the_same(sandbox: Sandbox, read: Read) -> None:
    first = read()
    idle = read(first.state, user_ids=some(sandbox, 3))
    assert idle.ids == []
    assert the_rest(idle.state, []) == the_rest(first.state, [])


def test_who_is_gone_is_skipped_and_keeps_the_entry_until_everybody_is_read(sandbox: Sandbox, read: Read) -> None:
    first = read()
    gone, stays = some(sandbox, 2)
    sandbox.huma.delete(gone)
    ring(sandbox, stays)
    of_some = read(first.state, user_ids=[gone, stays])
    assert (of_some.ids, of_some.status) == ([stays], AirbyteStreamStatus.COMPLETE)
    assert of_some.warnings == [f"User {gone} is not in Huma, or no longer, and is skipped."]
    assert entries(of_some.state)[gone] == entries(first.state)[gone]
    assert gone not in entries(read(of_some.state).state)


def test_without_a_state_the_others_are_emitted_next(sandbox: Sandbox, read: Read) -> None:
    named = some(sandbox, 2)
    of_some = read(user_ids=named)
    assert sorted(of_some.ids) == sorted(entries(of_some.state)) == sorted(named)
    whole = read(of_some.state)
    assert set(whole.ids) == sandbox.huma.users.keys() - set(named)
    assert not have_all_come(of_some)
    assert not have_all_come(whole)
    assert read(whole.state).ids == []


def test_whom_the_key_may_not_see_is_left_out_until_it_may_and_a_sync_of_everybody_tells(
    sandbox: Sandbox, read: Read
) -> None:
    first = read()
    hidden, seen = some(sandbox, 2)
    ring(sandbox, hidden, seen)
    no_right = sandbox.huma.faults.add(Fault.no_right(f"/users/{hidden}"))
    of_some = read(first.state, user_ids=[hidden, seen])
    assert (of_some.ids, of_some.status) == ([seen], AirbyteStreamStatus.COMPLETE)
    [warning] = of_some.warnings
    assert warning.startswith(f"Huma does not let the API key see user {hidden}, who is left out. ")
    assert the_rest(of_some.state, [seen]) == the_rest(first.state, [seen])
    failed = read(of_some.state)
    assert failed.status is AirbyteStreamStatus.INCOMPLETE
    assert "no right to read the details" in str(failed.errors)
    sandbox.huma.faults.remove(no_right)
    assert set(failed.ids + read(failed.state).ids) == {hidden}


def test_positions_of_whom_the_key_may_not_see_are_left_out(sandbox: Sandbox, read: Read) -> None:
    named = [hidden, seen] = some(sandbox, 2)
    sandbox.huma.faults.add(Fault.no_right(f"/users/{hidden}"))
    positions = read(stream="positions", sync_mode=SyncMode.full_refresh, user_ids=named)
    assert positions.status is AirbyteStreamStatus.COMPLETE
    assert {position["userId"] for position in positions.records.values()} == {seen}
    assert len([warning for warning in positions.warnings if hidden in warning]) == 1


def test_a_state_of_other_settings_is_kept_but_for_those_who_came(sandbox: Sandbox, read: Read) -> None:
    first, [user] = read(), some(sandbox, 1)
    ring(sandbox, user)
    [company] = {group["id"] for group in sandbox.huma.users[user]["companies"]}
    of_some = read(first.state, user_ids=[user], company_ids=[company], include_deactivated=False)
    assert of_some.ids == [user]
    assert the_rest(of_some.state, [user]) == the_rest(first.state, [user])
    assert read(of_some.state).ids == []


def test_a_full_sync_that_is_due_is_left_to_the_next_sync_of_everybody(sandbox: Sandbox, read: Read) -> None:
    due = days_ago(read().state, 8)
    of_some = read(due, user_ids=some(sandbox, 2))
    assert of_some.ids == []
    whole = read(of_some.state)
    assert len(whole.ids) == PEOPLE
    assert have_all_come(whole)


@pytest.mark.parametrize("which", [0, 1, -1])
def test_a_sync_of_some_killed_after_any_state_is_taken_up_where_it_was(
    sandbox: Sandbox, read: Read, monkeypatch: pytest.MonkeyPatch, which: int
) -> None:
    first = read()
    *changed, other = some(sandbox, 9)
    ring(sandbox, *changed, other)
    monkeypatch.setattr(cursor, "RECORDS_BETWEEN_STATES", 3)
    monkeypatch.setattr(cursor, "SHARE_BETWEEN_STATES", PEOPLE)
    _, state = read(first.state, user_ids=changed).states[which]
    missing = {user for user in changed if entries(state)[user] == entries(first.state)[user]}
    assert the_rest(state, changed) == the_rest(first.state, changed)
    again = read(state, user_ids=changed)
    assert set(again.ids) == missing
    assert set(read(state).ids) == missing | {other}
    assert read(again.state).ids == [other]


def test_a_sync_of_some_that_fails_on_the_way_has_emitted_whom_it_says(sandbox: Sandbox, read: Read) -> None:
    first, named = read(), some(sandbox, 4)
    ring(sandbox, *named)
    fault = sandbox.huma.faults.add(Fault.server_error(400, path="/users/{id}", after=2, times=None))
    failed = read(first.state, user_ids=named)
    sandbox.huma.faults.remove(fault)
    assert failed.status is AirbyteStreamStatus.INCOMPLETE
    again = read(failed.state, user_ids=named)
    assert sorted(failed.ids + again.ids) == sorted(named)


def test_a_state_that_cannot_be_understood_is_replaced_with_a_warning(sandbox: Sandbox, read: Read) -> None:
    first, named = read(), some(sandbox, 2)
    of_some = read(with_stream_state(first.state, {"version": 0}), user_ids=named)
    assert sorted(of_some.ids) == sorted(named)
    assert any("cannot be used" in warning for warning in of_some.warnings)
    assert set(read(of_some.state).ids) == sandbox.huma.users.keys() - set(named)
