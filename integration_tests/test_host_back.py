"""The other direction through PyAirbyte: whom only Xledger has comes to Huma, once, and then nothing is to be done."""

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

from huma_xledger.connection import CheckFailedError, Connection, SyncResult
from huma_xledger.direction import TO_HUMA
from huma_xledger.environment import PRIVATE
from huma_xledger.state_file import StateFile
from integration_tests.huma_people import company_of
from integration_tests.sandbox import Sandbox
from integration_tests.test_host import recognisable_values

pytestmark = pytest.mark.slow

LESS = ("phone", "birthDate")
"""What Huma lacks of somebody."""


@dataclass(frozen=True)
class Story:
    """A first sync, after which Huma has all that Xledger has, and a second one."""

    first: SyncResult
    filled_in: bool
    added: int
    invited: int
    idle: SyncResult
    idle_writes: int
    printed: str
    values: set[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    printed = io.StringIO()
    state = StateFile(tmp_path_factory.mktemp("back") / "state.json")
    with redirect_stdout(printed), redirect_stderr(printed), Sandbox.running(people=30) as sandbox:
        sandbox.employ(2)
        codes = {employee["code"] for employee in sandbox.xledger.employees()}
        somebody = next(
            user
            for user in sandbox.huma.users.values()
            if user["employmentId"] in codes and user["active"] and user.id not in sandbox.huma.awkward.values()
        )
        sandbox.huma.change(somebody.id, **dict.fromkeys(LESS))
        before = set(sandbox.huma.users)
        settings = {"new_users": "create", "new_user_groups": [company_of(sandbox)]}
        configs = (sandbox.source_xledger_config(), sandbox.destination_huma_config(**settings))
        connection = Connection(*configs, state, TO_HUMA)
        first = connection.sync()
        writes = len(sandbox.huma.writes)
        idle = connection.sync()
        return Story(
            first,
            all(sandbox.huma.users[somebody.id][field] for field in LESS),
            len(set(sandbox.huma.users) - before),
            len(sandbox.huma.invited),
            idle,
            len(sandbox.huma.writes) - writes,
            printed.getvalue(),
            recognisable_values(sandbox),
        )


def test_whom_only_xledger_has_and_what_huma_lacks_is_there_after_a_sync(story: Story) -> None:
    assert story.added == story.first.summary["created"] >= 2
    assert story.filled_in
    assert {field: story.first.summary["fields_changed"][field] for field in LESS} == dict.fromkeys(LESS, 1)


def test_nobody_is_invited(story: Story) -> None:
    assert story.invited == 0


def test_a_second_sync_sends_nobody_and_writes_nothing(story: Story) -> None:
    assert story.idle.everybody_because is None
    assert story.idle.summary["received"] == 0
    assert story.idle_writes == 0


def test_nothing_is_printed_and_no_value_and_no_secret_is_in_any_log_of_the_host(story: Story) -> None:
    logs = "".join(path.read_text(encoding="utf-8") for path in (PRIVATE / "logs" / TO_HUMA.destination).rglob("*.log"))
    assert story.printed == ""
    assert "SYNC SUMMARY" in logs
    assert sorted(value for value in story.values if value in logs) == []


def test_a_connection_that_cannot_work_says_why_in_a_sentence_of_each_connector() -> None:
    with Sandbox.running(people=0) as sandbox:
        source = sandbox.source_xledger_config(api_token="QUJDQUJDQUJD")
        destination = sandbox.destination_huma_config(authority_confirmed=False)
        with pytest.raises(CheckFailedError) as raised:
            Connection(source, destination, direction=TO_HUMA).check()
    sentences = str(raised.value).splitlines()
    assert [line.partition(":")[0] for line in sentences] == list(TO_HUMA.connectors)
    assert "turn on the switch" in sentences[1]
