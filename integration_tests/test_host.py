"""Both connectors through PyAirbyte: every row of the field table, end to end, and an idle sync that writes nothing."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from huma_xledger.connection import CheckFailedError, Connection, SyncResult
from huma_xledger.environment import PRIVATE
from huma_xledger.state_file import StateFile
from integration_tests.field_examples import EXAMPLES, SET, UNSET, expected, one_for_each, shown
from integration_tests.sandbox import Sandbox
from shared_mappings import field_table

pytestmark = pytest.mark.slow

NEVER_UNSET = ("homeAddress", "identifications")
"""What Huma can be without, and Xledger keeps."""

Employee = Mapping[str, Any]


@dataclass(frozen=True)
class Story:
    """Syncs one after the other, with the state of the one before.

    A first one, an idle one, one that emits everybody again, one after every field was set, one after every was unset.
    """

    first: SyncResult
    idle: SyncResult
    idle_writes: int
    everybody_again: SyncResult
    everybody_again_writes: int
    after_setting: SyncResult
    set_for: Mapping[str, Employee]
    countries: tuple[Any, Any]
    after_unsetting: SyncResult
    unset_for: Mapping[str, Employee]
    printed: str


@pytest.fixture(scope="module")
def state_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("story") / "state.json"


@pytest.fixture(scope="module")
def story(state_path: Path) -> Story:
    state = StateFile(state_path)
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed), Sandbox.running(people=60) as sandbox:
        connection = Connection(sandbox.source_config(), sandbox.destination_config(renumber_employees=True), state)
        connection.check()
        first = connection.sync()
        writes = len(sandbox.xledger.writes)
        idle = connection.sync()
        idle_writes = len(sandbox.xledger.writes) - writes
        everybody_again = Connection(
            sandbox.source_config(), sandbox.destination_config(renumber_employees=True)
        ).sync()
        everybody_again_writes = len(sandbox.xledger.writes) - writes - idle_writes

        ordinary = [
            user
            for user in sandbox.huma.users.values()
            if user.id not in sandbox.huma.awkward.values() and user.get("active") and user.get("employmentId")
        ]
        people = one_for_each(SET, ordinary, lambda user, field: user.get(field))
        db_ids = {field: sandbox.xledger.employee(user["employmentId"])["dbId"] for field, user in people.items()}

        def employees() -> dict[str, Employee]:
            by_id = {employee["dbId"]: employee for employee in sandbox.xledger.employees()}
            return {field: by_id[db_id] for field, db_id in db_ids.items()}

        countries_before = {field: found["subledger"]["company"] for field, found in employees().items()}
        for field, value in SET.items():
            sandbox.huma.change(people[field].id, **{field: value})
        after_setting, set_for = connection.sync(), employees()
        for field in (*UNSET, *NEVER_UNSET):
            sandbox.huma.change(people[field].id, **{field: None})
        after_unsetting, unset_for = connection.sync(), employees()
        countries_after = {field: found["subledger"]["company"] for field, found in employees().items()}
        return Story(
            first,
            idle,
            idle_writes,
            everybody_again,
            everybody_again_writes,
            after_setting,
            set_for,
            (countries_before, countries_after),
            after_unsetting,
            unset_for,
            printed.getvalue(),
        )


def test_every_field_of_the_table_is_in_the_story() -> None:
    assert set(EXAMPLES) == set(field_table().fields)


def test_the_first_sync_creates_and_updates(story: Story) -> None:
    assert story.first.summary["received"] == 60
    assert story.first.summary["created"] > 0
    assert story.first.summary["updated"] > 0
    assert "refused_by_xledger" not in story.first.summary["rejected"]


def test_an_idle_sync_emits_nobody_and_writes_nothing(story: Story) -> None:
    assert story.idle_writes == 0
    assert story.idle.summary["received"] == 0
    assert (story.idle.summary["created"], story.idle.summary["updated"]) == (0, 0)


def test_what_the_host_says_of_itself_is_not_printed(story: Story) -> None:
    assert story.printed == ""


def test_a_sync_told_again_writes_nothing_either(story: Story) -> None:
    assert story.everybody_again_writes == 0
    assert story.everybody_again.summary["received"] == 60
    assert (story.everybody_again.summary["created"], story.everybody_again.summary["updated"]) == (0, 0)


def test_only_who_changed_is_emitted(story: Story) -> None:
    assert story.after_setting.summary["received"] == len(SET)
    assert story.after_unsetting.summary["received"] == len({*UNSET, *NEVER_UNSET})


@pytest.mark.parametrize("field", SET)
def test_a_new_value_in_huma_is_in_xledger_after_the_next_sync(field: str, story: Story) -> None:
    assert shown(story.set_for[field], field) == expected(field)
    assert story.after_setting.summary["fields_changed"][field] == 1


def test_a_new_name_is_in_the_description_of_the_subledger(story: Story) -> None:
    for field in ("givenName", "familyName"):
        contact, subledger = story.set_for[field]["contact"], story.set_for[field]["subledger"]
        assert subledger["description"] == f"{contact['firstName']} {contact['lastName']}"


def test_only_what_changed_was_written(story: Story) -> None:
    assert story.after_setting.summary["fields_changed"] == dict.fromkeys(SET, 1)
    assert story.after_setting.summary["updated"] == len(SET)


@pytest.mark.parametrize("field", UNSET)
def test_what_may_be_unset_is_unset(field: str, story: Story) -> None:
    assert set(shown(story.unset_for[field], field).values()) == {None}
    assert story.after_unsetting.summary["fields_unset"][field] == 1


@pytest.mark.parametrize("field", NEVER_UNSET)
def test_what_may_never_be_unset_stays(field: str, story: Story) -> None:
    assert shown(story.unset_for[field], field) == expected(field)
    assert field not in story.after_unsetting.summary["fields_unset"]


def test_the_country_of_the_bank_account_is_never_written_and_reported(story: Story) -> None:
    before, after = story.countries
    assert before == after
    assert story.first.summary["conflicts"]["bankAccount.country"] > 0


def test_the_state_is_kept_in_a_file_that_only_its_owner_can_read(story: Story, state_path: Path) -> None:
    assert story.idle.summary["created"] == 0
    assert state_path.stat().st_mode & 0o077 == 0
    (state,) = json.loads(state_path.read_text())["states"]
    assert state["stream"]["stream_descriptor"]["name"] == "users"


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (lambda source, _: source.update(client_secret="00000000-0000-4000-8000-000000000000"), "client"),
        (lambda _, destination: destination.update(authority_confirmed=False), "turn on the switch"),
    ],
)
def test_a_connection_that_cannot_work_says_why_in_a_sentence(
    break_it: Callable[[dict[str, Any], dict[str, Any]], None], sentence: str
) -> None:
    with Sandbox.running(people=0) as sandbox:
        source, destination = sandbox.source_config(), sandbox.destination_config()
        break_it(source, destination)
        with pytest.raises(CheckFailedError) as raised:
            Connection(source, destination).check()
        assert sentence in str(raised.value)


def test_no_value_and_no_secret_is_in_any_log_of_the_host(story: Story) -> None:
    del story
    logs = "".join(path.read_text(encoding="utf-8") for path in (PRIVATE / "logs").rglob("*.log"))
    with Sandbox.running(people=60) as sandbox:
        values = recognisable_values(sandbox)
    for value in SET.values():
        values |= {text for text in texts_in(value) if len(text) >= 8}
    assert "SYNC SUMMARY" in logs
    assert sorted(value for value in values if value in logs) == []


def recognisable_values(sandbox: Sandbox) -> set[str]:
    """Values of people's records that would not stand in a log by chance, and the secrets of both systems."""
    people = [dict(user) for user in sandbox.huma.users.values()]
    names = (
        "email",
        "privateEmail",
        "phone",
        "birthDate",
        "homeAddress",
        "bankAccount",
        "identifications",
        "familyName",
    )
    values = {text for person in people for name in names for text in texts_in(person.get(name))}
    masked = {"national", "passport", "international"}
    secrets = {sandbox.huma.client_id, sandbox.huma.client_secret, sandbox.xledger.token}
    return {value for value in values - masked if len(value) >= 8 and "-4000-" not in value} | secrets


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from texts_in(entry) if key != "id" else ()
    elif isinstance(value, list):
        for entry in value:
            yield from texts_in(entry)
    elif isinstance(value, str):
        yield value
