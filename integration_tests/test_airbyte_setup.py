"""A connection set up in Airbyte: as connection.yaml says, and once, whatever happens on the way; no secret is told."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from huma_xledger.__main__ import main
from huma_xledger.airbyte.api import AirbyteApi, AirbyteError
from huma_xledger.airbyte_settings import LOGIN, AirbyteLogin, AirbyteSettings
from huma_xledger.connection_file import NAME, ConnectionFile, ConnectionFileError
from huma_xledger.direction import BY_ORIGIN
from huma_xledger.lock import AlreadyRunningError, held
from huma_xledger.setting_up.kept import NAME as KEPT
from huma_xledger.setting_up.kept import KeptFile
from huma_xledger.setting_up.making import PAUSES
from huma_xledger.setting_up.plan import plan
from huma_xledger.setting_up.set_up import LOCK, Surroundings, set_up
from huma_xledger.setting_up.wanted import PAGES, SYNC_MODES, wanted
from huma_xledger.setting_up.workspace import Place, Workspace
from integration_tests.airbyte_stand_in import CLIENT_SECRET, LOST, QUOTED
from integration_tests.airbyte_workspace import DEFAULTS, PUBLIC, STREAMS, WORKSPACE, AirbyteWorkspaces
from integration_tests.decided import add, decisions

ROOT = Path(__file__).parents[1]

SECRETS = ("zq-huma-secret", "zq-xledger-token-0123456789", "zq-reading-token-0123456789", "zq-writing-secret")
TO_XLEDGER: Mapping[str, Any] = {
    "source-huma": {"client_id": "6b3a1f2e-0000-4000-8000-000000000000", "client_secret": SECRETS[0]},
    "destination-xledger": {"api_token": SECRETS[1], "authority_confirmed": True},
}
TO_HUMA: Mapping[str, Any] = {
    "source-xledger": {"api_token": SECRETS[2]},
    "destination-huma": {
        "client_id": "6b3a1f2e-0000-4000-8000-000000000001",
        "client_secret": SECRETS[3],
        "authority_confirmed": True,
    },
}

CREATES = (
    "createSourceDefinition",
    "createDestinationDefinition",
    "createSource",
    "createDestination",
    "createConnection",
)
CHANGES = (
    "updateSourceDefinition",
    "updateDestinationDefinition",
    "putSource",
    "putDestination",
    "patchConnection",
)


@dataclass
class Setup:
    """A connection, and the Airbyte that it is set up in.

    Attributes:
        folder: The folder of the connection.
        airbyte: The Airbyte.
        login: Where it is.
        content: What `connection.yaml` has beside that.
        said: What was said, a sentence each.
        at: The time.
        waited: For how many seconds it was waited each time.
        meanwhile: What happens while it is waited.
    """

    folder: Path
    airbyte: AirbyteWorkspaces
    login: AirbyteLogin
    content: dict[str, Any] = field(default_factory=lambda: dict(TO_XLEDGER))
    said: list[str] = field(default_factory=list)
    at: datetime = datetime(2026, 11, 29, 21, 30, tzinfo=timezone.utc)
    waited: list[float] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    @property
    def file(self) -> ConnectionFile:
        """The connection, as it is read."""
        login = {name: getattr(self.login, name) for name in ("api_url", "client_id", "client_secret")}
        content = {**self.content, "airbyte": {**login, **self.content.get("airbyte", {})}}
        (self.folder / NAME).write_text(yaml.safe_dump(content), encoding="utf-8")
        return ConnectionFile.read(self.folder)

    def runs(self, *, unasked: bool = True, ask: Callable[[], bool] | None = None) -> bool:
        """Sets it up, and says whether everything is there."""
        self.said.clear()
        self.airbyte.asked.clear()
        around = Surroundings(self.said.append, ask, lambda: self.at, self._wait)
        return set_up(self.file, self.folder, around, unasked=unasked)

    @property
    def changed(self) -> list[str]:
        """What the last run had Airbyte make or change."""
        return [operation for operation in self.airbyte.asked if operation in (*CREATES, *CHANGES)]

    @property
    def text(self) -> str:
        """All that was said in the last run."""
        return "\n".join(self.said)

    @property
    def connection(self) -> dict[str, Any]:
        """The only connection."""
        (connection,) = self.airbyte.connections
        return connection

    def actor(self, side: str) -> dict[str, Any]:
        """The only source, or the only destination."""
        (actor,) = self.airbyte.actors[side]
        return actor

    def definition(self, side: str) -> dict[str, Any]:
        """The only connector that Airbyte does not come with."""
        (definition,) = (each for each in self.airbyte.definitions[side] if each["id"] != PUBLIC["id"])
        return definition

    def connection_streams(self) -> list[dict[str, Any]]:
        """All streams of all connections."""
        return [stream for each in self.airbyte.connections for stream in each["configurations"]["streams"]]

    def _wait(self, seconds: float) -> None:
        if seconds:
            self.waited.append(seconds)
            self.at += timedelta(seconds=seconds)
            self.meanwhile()


@contextmanager
def setup_in(folder: Path, airbyte: AirbyteWorkspaces | None = None) -> Iterator[Setup]:
    airbyte = airbyte or AirbyteWorkspaces()
    folder.mkdir(exist_ok=True)
    with airbyte.served() as login:
        yield Setup(folder, airbyte, login)


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    with setup_in(tmp_path / "fjord") as made:
        yield made


# ------------------------------------------------------------------ what is there then


def test_everything_is_there_as_the_file_says_and_nothing_runs(setup: Setup) -> None:
    assert setup.runs()
    assert setup.changed == [*CREATES]
    for command, side in (("source-huma", "source"), ("destination-xledger", "destination")):
        definition = setup.definition(side)
        assert (definition["dockerRepository"], definition["dockerImageTag"]) == (f"huma-xledger/{command}", "0.1.0")
        assert setup.actor(side)["definitionId"] == definition["id"]
        assert setup.actor(side)["configuration"] == TO_XLEDGER[command]
    made = setup.connection
    assert made["name"] == "Huma to Xledger (fjord)"
    assert (made["sourceId"], made["destinationId"]) == (
        setup.actor("source")["sourceId"],
        setup.actor("destination")["destinationId"],
    )
    (stream,) = made["configurations"]["streams"]
    assert (stream["name"], stream["syncMode"]) == ("users", "incremental_deduped_history")
    assert "selectedFields" not in stream
    assert (made["schedule"], made["status"]) == ({"scheduleType": "manual"}, "active")
    assert made["nonBreakingSchemaUpdatesBehavior"] == "disable_connection"
    assert setup.airbyte.jobs == []


def test_both_directions_are_set_up_where_the_file_has_both(setup: Setup) -> None:
    setup.content |= TO_HUMA
    setup.content["schedule"] = "0 5 * * *"
    assert setup.runs()
    there = {
        (each["name"], each["schedule"]["scheduleType"], stream["name"], stream["syncMode"])
        for each in setup.airbyte.connections
        for stream in each["configurations"]["streams"]
    }
    assert there == {
        ("Huma to Xledger (fjord)", "cron", "users", "incremental_deduped_history"),
        ("Xledger to Huma (fjord)", "manual", "employees", "full_refresh_append"),
    }
    assert setup.runs()
    assert setup.changed == []


def test_half_a_direction_is_not_set_up_and_told(setup: Setup) -> None:
    setup.content["source-xledger"] = TO_HUMA["source-xledger"]
    assert setup.runs()
    assert len(setup.airbyte.actors["source"]) == 1
    assert "has settings of source-xledger, and none of destination-huma" in setup.text


def test_what_is_made_has_the_names_of_the_file(setup: Setup) -> None:
    setup.content["airbyte"] = {"images": "registry.example.com:5000/hr/", "tag": "dev", "name": "Acme"}
    assert setup.runs()
    definition = setup.definition("source")
    assert (definition["dockerRepository"], definition["dockerImageTag"]) == (
        "registry.example.com:5000/hr/source-huma",
        "dev",
    )
    assert setup.actor("destination")["name"] == "Xledger (Acme)"


def test_what_was_decided_goes_with_the_destination_and_anew_when_it_was_decided_anew(setup: Setup) -> None:
    for decided in (decisions(add(7)), decisions(add(8))):
        setup.file.decisions.write(decided)
        assert setup.runs()
        assert setup.actor("destination")["configuration"]["decisions"] == decided
    assert setup.changed == ["putDestination"]


def test_what_was_decided_in_airbytes_form_alone_is_never_taken_away(setup: Setup) -> None:
    setup.runs()
    setup.actor("destination")["configuration"]["decisions"] = decisions(add(7))
    assert setup.runs()
    assert setup.changed == []
    assert "decisions of the destination Xledger (fjord) stand in Airbyte's form alone" in setup.text
    setup.content["destination-xledger"] = {**TO_XLEDGER["destination-xledger"], "mode": "sync"}
    assert setup.runs()
    assert setup.changed == ["putDestination"]
    kept = {**setup.content["destination-xledger"], "decisions": decisions(add(7))}
    assert setup.actor("destination")["configuration"] == kept
    setup.file.decisions.write(decisions(add(8)))
    assert setup.runs()
    assert setup.actor("destination")["configuration"]["decisions"] == decisions(add(8))


def test_it_says_where_everything_is_and_what_to_do_next(setup: Setup) -> None:
    assert setup.runs()
    base = setup.login.api_url.removesuffix("/api/public/v1")
    id_ = setup.connection["connectionId"]
    assert f"the connection Huma to Xledger (fjord): {base}/workspaces/{WORKSPACE}/connections/{id_}" in setup.said
    assert f"  For listen.airbyte.connection_id in connection.yaml: {id_}" in setup.said
    assert "that is a preview, which writes nothing to Xledger" in setup.text
    setup.content["destination-xledger"] = {**TO_XLEDGER["destination-xledger"], "mode": "sync"}
    assert setup.runs()
    assert "its settings are not those of connection.yaml: mode; it writes (mode: sync)" in setup.text
    assert "It writes to Xledger when it runs" in setup.text


# ------------------------------------------------------------------ it asks before


def test_nothing_is_done_before_somebody_has_agreed(setup: Setup) -> None:
    assert not setup.runs(unasked=False)
    assert setup.changed == []
    assert "add --yes" in setup.text
    assert not setup.runs(unasked=False, ask=lambda: False)
    assert setup.changed == []
    assert setup.runs(unasked=False, ask=lambda: True)
    assert setup.changed == [*CREATES]


def test_where_nothing_is_to_be_done_nobody_is_asked(setup: Setup) -> None:
    setup.runs()
    assert setup.runs(unasked=False)
    assert setup.changed == []
    assert "Nothing is to be done." in setup.text


def test_the_plan_names_what_is_made_and_the_settings_and_shows_no_value(setup: Setup) -> None:
    setup.runs(unasked=False)
    assert "  make   the source connector Huma, of the image huma-xledger/source-huma:0.1.0" in setup.said
    assert "  make   the source Huma (fjord), with the settings client_id, client_secret" in setup.said
    assert any("it writes nothing (mode: preview)" in sentence for sentence in setup.said)
    assert "6b3a1f2e" not in setup.text


def test_two_at_once_are_one(setup: Setup) -> None:
    with held(setup.folder / LOCK), pytest.raises(AlreadyRunningError, match="Another airbyte-setup"):
        setup.runs()
    assert setup.airbyte.asked == []


# ------------------------------------------------------------------ again, and after a change


def test_a_second_time_changes_nothing_even_where_nothing_was_kept(setup: Setup) -> None:
    setup.runs()
    there = setup.airbyte.everything()
    assert setup.runs()
    assert setup.changed == []
    (setup.folder / KEPT).unlink()
    assert setup.runs()
    assert setup.changed == ["putSource", "putDestination"]  # nobody knows which secrets are there
    assert setup.airbyte.everything() == there


def test_a_new_secret_is_sent_with_all_settings_and_once(setup: Setup) -> None:
    setup.runs()
    setup.content["source-huma"] = {**TO_XLEDGER["source-huma"], "client_secret": "zq-another-secret"}
    assert setup.runs()
    assert setup.changed == ["putSource"]
    assert setup.actor("source")["configuration"] == setup.content["source-huma"]
    assert setup.runs()
    assert setup.changed == []


def test_a_secret_within_a_setting_is_seen_to_be_another_one(setup: Setup) -> None:
    def bucket(secret: str) -> dict[str, Any]:
        storage = {
            "storage_type": "S3",
            "s3_bucket_name": "reports",
            "s3_bucket_region": "eu-north-1",
            "access_key_id": "AKIAIOSFODNN7EXAMPLE",
            "secret_access_key": secret,
        }
        return {**TO_XLEDGER["destination-xledger"], "object_storage_config": storage}

    setup.content["destination-xledger"] = bucket("zq-secret-of-the-bucket-1")
    assert setup.runs()
    assert setup.runs()
    assert setup.changed == []
    setup.content["destination-xledger"] = bucket("zq-secret-of-the-bucket-2")
    assert setup.runs()
    assert setup.changed == ["putDestination"]


def test_what_somebody_changed_in_airbytes_form_is_told_and_becomes_what_the_file_says(setup: Setup) -> None:
    setup.runs()
    setup.actor("destination")["configuration"] |= {"mode": "sync", "batch_size": 7}
    assert setup.runs(unasked=False, ask=lambda: True)
    assert "its settings are not those of connection.yaml: batch_size, mode; it writes nothing" in setup.text
    assert setup.actor("destination")["configuration"] == TO_XLEDGER["destination-xledger"]


def test_fields_that_are_left_out_while_it_waits_for_an_answer_stay_left_out(setup: Setup) -> None:
    setup.runs()
    chosen = [{"fieldPath": ["id"]}, {"fieldPath": ["email"]}]

    def chooses() -> bool:
        setup.connection["configurations"]["streams"][0]["selectedFields"] = chosen
        return True

    setup.content["airbyte"] = {"tag": "0.2.0"}
    assert setup.runs(unasked=False, ask=chooses)
    assert "patchConnection" in setup.changed
    assert setup.connection["configurations"]["streams"][0]["selectedFields"] == chosen


def test_another_version_is_run_by_what_is_there_and_its_fields_are_read_anew(setup: Setup) -> None:
    setup.runs()
    there = setup.airbyte.everything()
    setup.content["airbyte"] = {"tag": "0.2.0"}
    assert setup.runs()
    assert setup.changed == ["updateSourceDefinition", "updateDestinationDefinition", "patchConnection"]
    assert json.dumps(setup.airbyte.everything()) == json.dumps(there).replace("0.1.0", "0.2.0")
    assert setup.runs()
    assert setup.changed == []


def test_a_kill_between_another_version_and_its_fields_is_made_good(setup: Setup) -> None:
    setup.runs()
    (setup.folder / KEPT).unlink()
    setup.content["airbyte"] = {"tag": "0.2.0"}
    with killed(5, after=False):
        setup.runs()
    assert setup.runs()
    assert setup.changed == ["patchConnection"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("configurations", {"streams": [{"name": "users", "syncMode": "full_refresh_overwrite"}]}),
        ("configurations", {"streams": [{"name": "users", "syncMode": "incremental_append"}]}),
        ("configurations", {"streams": [{"name": name} for name in STREAMS["source-huma"]]}),
        ("configurations", {"streams": []}),
        ("prefix", "hr_"),
        ("nonBreakingSchemaUpdatesBehavior", "propagate_fully"),
    ],
)
def test_what_would_do_harm_in_a_connection_becomes_what_it_is_to_be(setup: Setup, key: str, value: Any) -> None:
    setup.runs()
    as_it_was = dict(setup.connection)
    setup.connection[key] = value
    assert setup.runs()
    assert setup.changed == ["patchConnection"]
    assert setup.connection == as_it_was


def test_fields_that_somebody_left_out_in_airbyte_stay_left_out_and_that_is_told(setup: Setup) -> None:
    setup.runs()
    (stream,) = setup.connection["configurations"]["streams"]
    stream["selectedFields"] = [{"fieldPath": ["id"]}]
    assert setup.runs()
    assert setup.changed == []
    assert "Fields are left out or changed in the connection" in setup.text
    setup.connection["prefix"] = "hr_"
    assert setup.runs()
    assert setup.connection["configurations"]["streams"][0]["selectedFields"] == [{"fieldPath": ["id"]}]


@pytest.mark.parametrize(
    "schedule",
    [
        {"scheduleType": "basic", "basicTiming": "Every 6 HOURS"},
        {"scheduleType": "cron", "cronExpression": "0 0 5 * * ? UTC"},
    ],
)
def test_names_schedule_and_whether_it_runs_are_left_as_somebody_chose_them_in_airbyte(
    setup: Setup, schedule: Mapping[str, str]
) -> None:
    setup.runs()
    chosen = {"name": "HR, nightly", "status": "inactive", "schedule": schedule}
    setup.connection.update(chosen)
    setup.actor("source")["name"] = "HR"
    setup.definition("source")["name"] = "Huma of ours"
    assert setup.runs()
    assert setup.changed == []
    assert "The connection HR, nightly is disabled in Airbyte" in setup.text
    assert setup.connection.items() >= chosen.items()


def test_the_schedule_of_the_file_counts_where_it_has_one(setup: Setup) -> None:
    setup.runs()
    setup.content["schedule"] = "6h"
    assert setup.runs()
    assert setup.connection["schedule"]["cronExpression"] == "0 0 0/6 * * ? UTC"
    assert setup.runs()
    assert setup.changed == []


def test_what_airbyte_says_it_took_and_did_not_is_told(setup: Setup) -> None:
    setup.runs()
    setup.content["schedule"] = "6h"
    manual = {"schedule": {"scheduleType": "manual"}}
    setup.airbyte.before["listConnections"] = lambda: setup.connection.update(manual)
    assert not setup.runs()
    assert "Airbyte answered that all of it is done, and yet the connection Huma to Xledger (fjord)" in setup.text


# ------------------------------------------------------------------ nothing twice


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed(change: int, *, after: bool) -> Iterator[None]:
    """Has it end right before a change is sent to Airbyte, or right after it is answered.

    Args:
        change: Which one, from 1.
        after: Whether it is answered before.
    """
    answered, changes = AirbyteApi.answered, iter(range(1, 100))

    def answer(self: AirbyteApi, method: str, path: str, **options: Any) -> Any:
        is_it = method != "GET" and next(changes) == change
        if is_it and not after:
            raise Killed
        response = answered(self, method, path, **options)
        if is_it:
            raise Killed
        return response

    with patch.object(AirbyteApi, "answered", answer), pytest.raises(Killed):
        yield


@pytest.mark.parametrize("after", [False, True], ids=["before it is sent", "after it is done"])
@pytest.mark.parametrize("change", range(1, 6), ids=CREATES)
def test_a_kill_at_any_moment_has_nothing_made_twice(setup: Setup, change: int, after: bool) -> None:
    with killed(change, after=after):
        setup.runs()
    setup.at += timedelta(minutes=16)
    assert setup.runs()
    assert setup.runs()
    assert setup.changed == []
    assert [len(each) for each in (*setup.airbyte.actors.values(), setup.airbyte.connections)] == [1, 1, 1]
    assert [len(each) for each in setup.airbyte.definitions.values()] == [2, 2]


def test_a_kill_right_after_something_was_kept_has_nothing_made_twice(setup: Setup) -> None:
    write, writes = KeptFile.write, 0
    for kill_at in range(1, 12):
        writes = 0

        def keep(self: KeptFile, kept: Any, kill_at: int = kill_at) -> None:
            nonlocal writes
            write(self, kept)
            writes += 1
            if writes == kill_at:
                raise Killed

        with patch.object(KeptFile, "write", keep), suppress(Killed):
            setup.runs()
        setup.at += timedelta(minutes=16)
    assert setup.runs()
    assert [len(each) for each in (*setup.airbyte.actors.values(), setup.airbyte.connections)] == [1, 1, 1]


def test_right_after_a_kill_nobody_asks_for_the_same_again(setup: Setup) -> None:
    with killed(1, after=False):
        setup.runs()
    setup.at += timedelta(minutes=4)
    assert not setup.runs()
    assert "Airbyte was asked to make the source connector Huma 4 minutes ago" in setup.text
    assert "start this again in 11 minutes" in setup.text
    assert setup.changed == []
    setup.content["airbyte"] = {"images": "registry.example.com/huma-xledger"}  # which is another one
    assert setup.runs()


@pytest.mark.parametrize("create", CREATES)
def test_what_was_made_though_the_answer_was_lost_is_found_at_once(setup: Setup, create: str) -> None:
    setup.airbyte.instead[create].append(LOST)
    assert setup.runs()
    assert setup.airbyte.count(create) == 1
    assert setup.waited == []
    assert setup.runs()
    assert setup.changed == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_whose_answer_was_lost_is_made_again_by_the_next_run(setup: Setup, change: str) -> None:
    setup.runs()
    setup.content["airbyte"] = {"tag": "0.2.0"}
    setup.content["source-huma"] = {**TO_XLEDGER["source-huma"], "client_secret": "zq-another-secret"}
    setup.content["destination-xledger"] = {**TO_XLEDGER["destination-xledger"], "mode": "sync"}
    setup.airbyte.instead[change].append(LOST)
    assert not setup.runs()
    assert setup.said[-1] == "What was made before stays: start this again, and it goes on from there."
    assert setup.runs()
    assert setup.runs()
    assert setup.changed == []


def test_what_a_gateway_did_not_wait_for_is_waited_for_and_not_asked_for_again(setup: Setup) -> None:
    def comes() -> None:
        if len(setup.waited) == 3:
            made = {"name": "Huma", "dockerRepository": "huma-xledger/source-huma", "dockerImageTag": "0.1.0"}
            setup.airbyte.definitions["source"].append({"id": "0d0c1f6e-3c4b-4d77-9d6e-2f9c1a6b7e10", **made})

    setup.meanwhile = comes
    setup.airbyte.instead["createSourceDefinition"].append(504)
    assert setup.runs()
    assert setup.airbyte.count("createSourceDefinition") == 1
    assert setup.waited == [*PAUSES[:3]]


def test_for_a_connector_that_never_comes_another_way_is_told(setup: Setup) -> None:
    setup.airbyte.instead["createDestinationDefinition"].append(504)
    assert not setup.runs()
    assert "by hand, in Airbyte under Settings > Destinations > New connector" in setup.text
    assert "with the image huma-xledger/destination-xledger and the tag 0.1.0" in setup.text


def test_what_never_comes_is_given_up_on_and_tried_again_once_it_cannot_come_any_more(setup: Setup) -> None:
    setup.airbyte.instead["createConnection"].append(502)
    assert not setup.runs()
    assert setup.waited == [*PAUSES]
    assert not setup.runs()
    assert "it may still be at it" in setup.text
    assert setup.changed == []
    setup.at += timedelta(minutes=15)
    assert setup.runs()
    assert setup.changed == ["createConnection"]


def test_a_refusal_is_no_reason_to_wait(setup: Setup) -> None:
    setup.airbyte.images = set()
    assert not setup.runs()
    setup.airbyte.images = None
    assert setup.runs()
    assert setup.waited == []


def test_what_was_made_by_hand_is_taken_up(setup: Setup) -> None:
    for side, command in (("source", "source-huma"), ("destination", "destination-xledger")):
        made = {"name": "By hand", "dockerRepository": f"huma-xledger/{command}", "dockerImageTag": "0.1.0"}
        setup.airbyte.definitions[side].append({"id": f"0d0c1f6e-0000-4000-8000-{side:.>12}", **made})
    assert setup.runs()
    assert setup.changed == ["createSource", "createDestination", "createConnection"]


def test_what_airbytes_form_fills_in_by_itself_makes_no_other_account(setup: Setup) -> None:
    setup.runs()
    (setup.folder / KEPT).unlink()
    setup.actor("source")["configuration"]["api_url"] = "https://openapi.humahr.com"
    assert setup.runs()
    assert setup.actor("source")["configuration"] == TO_XLEDGER["source-huma"]


def test_what_is_removed_in_airbyte_is_made_again_and_nothing_else(setup: Setup) -> None:
    setup.runs()
    setup.airbyte.connections.clear()
    setup.airbyte.actors["source"].clear()
    assert setup.runs()
    assert setup.changed == ["createSource", "createConnection"]


# ------------------------------------------------------------------ nobody guesses


def test_the_source_of_another_company_is_not_taken_for_having_the_name(setup: Setup, tmp_path: Path) -> None:
    setup.runs()
    there = setup.airbyte.everything()
    (tmp_path / "another").mkdir()
    another = Setup(tmp_path / "another" / "fjord", setup.airbyte, setup.login)
    another.folder.mkdir()
    client = {"client_id": "6b3a1f2e-0000-4000-8000-000000000009"}
    another.content["source-huma"] = {**TO_XLEDGER["source-huma"], **client}
    assert not another.runs()
    assert "source with the name Huma (fjord)" in another.text
    assert "of another account" in another.text
    assert setup.airbyte.everything() == there
    another.content["airbyte"] = {"name": "the other"}
    assert another.runs()
    assert another.changed == ["createSource", "createDestination", "createConnection"]
    setup.content["source-huma"] = another.content["source-huma"]
    assert setup.runs()  # what it made itself may be given another key
    assert setup.changed == ["putSource"]


def test_of_two_with_the_same_name_none_is_taken_unless_one_is_known(setup: Setup) -> None:
    setup.runs()
    first = setup.actor("source")
    second = {**first, "sourceId": "0d0c1f6e-3c4b-4d77-9d6e-2f9c1a6b7e10"}
    setup.airbyte.actors["source"].insert(0, second)
    assert setup.runs()
    assert setup.changed == []
    (setup.folder / KEPT).unlink()
    assert not setup.runs()
    assert f"several sources with the name Huma (fjord) ({second['sourceId']}, {first['sourceId']})" in setup.text
    assert setup.changed == []


def test_of_two_connectors_of_the_same_image_none_is_taken_unless_one_is_known(setup: Setup) -> None:
    setup.runs()
    second = {**setup.definition("source"), "id": "0d0c1f6e-3c4b-4d77-9d6e-2f9c1a6b7e10"}
    setup.airbyte.definitions["source"].insert(0, second)
    assert setup.runs()
    assert setup.changed == []
    (setup.folder / KEPT).unlink()
    assert not setup.runs()
    assert "several source connectors of the image huma-xledger/source-huma" in setup.text
    assert setup.changed == []


def test_of_two_connections_between_the_same_none_is_taken_unless_one_is_known(setup: Setup) -> None:
    setup.runs()
    second = {**setup.connection, "connectionId": "0d0c1f6e-3c4b-4d77-9d6e-2f9c1a6b7e10"}
    setup.airbyte.connections.insert(0, second)
    assert setup.runs()
    assert setup.changed == []
    (setup.folder / KEPT).unlink()
    assert not setup.runs()
    assert "several connections from the source Huma (fjord) to the destination Xledger (fjord)" in setup.text
    assert setup.changed == []


def test_other_images_make_no_second_connection_beside_the_first(setup: Setup) -> None:
    setup.runs()
    setup.content["airbyte"] = {"images": "registry.example.com/huma-xledger"}
    for _ in range(2):
        assert not setup.runs()
        assert "Airbyte has a source with the name Huma (fjord) already" in setup.text
        assert setup.changed == []
        (setup.folder / KEPT).unlink(missing_ok=True)


def test_another_source_of_the_same_connector_is_pointed_out_before_one_is_made(setup: Setup) -> None:
    setup.runs()
    setup.content["airbyte"] = {"name": "another"}
    (setup.folder / KEPT).unlink()
    assert not setup.runs(unasked=False)
    assert "Airbyte has other sources of this connector: Huma (fjord)." in setup.text


def test_two_connections_of_ones_own_live_in_one_workspace_and_share_the_connectors(
    setup: Setup, tmp_path: Path
) -> None:
    setup.runs()
    other = Setup(tmp_path / "another", setup.airbyte, setup.login)
    other.folder.mkdir()
    assert other.runs()
    assert other.changed == ["createSource", "createDestination", "createConnection"]
    assert setup.runs()
    assert setup.changed == []


def test_the_workspace_is_the_only_one_or_the_one_that_is_named(setup: Setup) -> None:
    other = "b0cbe9e3-6f9c-44a5-8c0e-3a1a2b1d0f10"
    setup.airbyte.workspaces[other] = "HR"
    assert not setup.runs()
    assert f"several workspaces in Airbyte: Default Workspace ({WORKSPACE}), HR ({other})" in setup.text
    for workspace in (other, "HR"):
        setup.content["airbyte"] = {"workspace": workspace}
        assert setup.runs()
        assert setup.actor("source")["workspaceId"] == other
    setup.content["airbyte"] = {"workspace": "Finance"}
    assert not setup.runs()
    assert "Finance" not in setup.text
    setup.airbyte.workspaces.clear()
    assert not setup.runs()
    assert "sees no workspace" in setup.text


def test_what_is_on_the_last_page_of_a_long_list_is_found(setup: Setup) -> None:
    setup.runs()
    faker = {"name": "A faker", "definitionId": PUBLIC["id"], "workspaceId": WORKSPACE, "configuration": {}}
    fakers = [{"sourceId": f"0d0c1f6e-3c4b-4d77-9d6e-{n:012}", **faker} for n in range(200)]
    setup.airbyte.actors["source"][:0] = fakers
    assert setup.runs()
    assert setup.changed == []


# ------------------------------------------------------------------ by chance

THERE = st.fixed_dictionaries(
    {},
    optional={
        "tag": st.sampled_from(["0.1.0", "0.0.9"]),
        "name": st.sampled_from(["Huma (fjord)", "Somebody's"]),
        "config": st.sampled_from([{}, {"mode": "sync"}, {"batch_size": 7, "mode": "preview"}]),
        "removed": st.sets(st.sampled_from(["source", "destination", "connection"])),
        "connection": st.fixed_dictionaries(
            {},
            optional={
                "name": st.just("Somebody's"),
                "prefix": st.sampled_from(["", "hr_"]),
                "status": st.sampled_from(["active", "inactive"]),
                "nonBreakingSchemaUpdatesBehavior": st.sampled_from(["ignore", "propagate_fully"]),
                "schedule": st.sampled_from(
                    [
                        {"scheduleType": "basic", "basicTiming": "Every 6 HOURS"},
                        {"scheduleType": "cron", "cronExpression": "0 0 5 * * ? UTC"},
                    ]
                ),
                "configurations": st.sampled_from(
                    [
                        {"streams": []},
                        {"streams": [{"name": "users", "syncMode": "full_refresh_overwrite"}]},
                        {
                            "streams": [
                                {"name": "users", "syncMode": "incremental_deduped_history", "mappers": [{"a": 1}]}
                            ]
                        },
                        {"streams": [{"name": "groups", "syncMode": "full_refresh_append"}]},
                    ]
                ),
            },
        ),
    },
)


@given(
    there=THERE,
    schedule=st.sampled_from([None, "6h", "0 5 * * mon-fri"]),
    is_kept=st.booleans(),
    lost=st.sampled_from([None, *CREATES]),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_there_a_second_time_changes_nothing_and_nothing_is_there_twice(
    tmp_path_factory: pytest.TempPathFactory,
    there: Mapping[str, Any],
    schedule: str | None,
    is_kept: bool,
    lost: str | None,
) -> None:
    with setup_in(tmp_path_factory.mktemp("chance") / "fjord") as setup:
        setup.runs()
        _become(setup, there)
        if not is_kept:
            (setup.folder / KEPT).unlink()
        if lost:
            setup.airbyte.instead[lost].append(LOST)
        setup.content["schedule"] = schedule
        assert setup.runs(), setup.text
        assert all("overwrite" not in stream["syncMode"] for stream in setup.connection_streams())
        after = setup.airbyte.everything()
        assert setup.runs()
        assert setup.changed == []
        assert setup.airbyte.everything() == after
        assert {each["sourceId"] for each in setup.airbyte.connections} <= {
            each["sourceId"] for each in setup.airbyte.actors["source"]
        }
        ends = [(each["sourceId"], each["destinationId"]) for each in setup.airbyte.connections]
        assert len(ends) == len({*ends})


def _become(setup: Setup, there: Mapping[str, Any]) -> None:
    """Has Airbyte have it otherwise."""
    for side in ("source", "destination"):
        setup.definition(side)["dockerImageTag"] = there.get("tag", "0.1.0")
    setup.actor("destination")["configuration"] |= there.get("config", {})
    setup.connection.update(there.get("connection", {}))
    removed = there.get("removed", set())
    if removed:
        setup.airbyte.connections.clear()
    for side in {"source", "destination"} & removed:
        setup.airbyte.actors[side].clear()


# ------------------------------------------------------------------ what is in the way

REFUSED = [
    (
        "createAccessToken",
        401,
        "does not accept the client ID (client_id) and the client secret (client_secret) below airbyte in",
    ),
    ("createAccessToken", 404, "Check the API URL (api_url) below airbyte in connection.yaml"),
    ("createAccessToken", 302, "Airbyte's API is not at 127.0.0.1 (HTTP status 302)"),
    ("createAccessToken", LOST, "Airbyte cannot be reached"),
    ("listWorkspaces", 403, "does not let the application see any workspace"),
    ("listWorkspaces", 429, "limiting how often"),
    ("listSourceDefinitions", 403, "of version 1.6 or later"),
    ("listSourceDefinitions", 404, "of version 1.6 or later"),
    ("listSources", 403, "does not list sources"),
    ("listConnections", 500, "an error of its own"),
    ("createSourceDefinition", 400, "Check images and tag below airbyte in connection.yaml"),
    ("createSourceDefinition", 403, "needs to be an editor of the workspace"),
    ("createDestinationDefinition", 500, "can pull it: a registry of your own needs a pull secret"),
    ("createSource", 422, "does not accept the settings of source-huma in connection.yaml"),
    ("createDestination", 400, "does not accept the settings of destination-xledger in connection.yaml"),
    ("createSource", 404, "somebody removed it meanwhile"),
    ("createSource", 500, "could not keep source-huma"),
    ("createConnection", 400, "does not take the stream of the connection Huma to Xledger (fjord)"),
    ("createConnection", 409, "another connection writes the same stream to the same destination"),
    ("createConnection", 500, "Open the source in Airbyte and test it there"),
    ("createConnection", 418, "in a way that is not known here (HTTP status 418)"),
]


@pytest.mark.parametrize(("operation", "status", "sentence"), REFUSED, ids=[f"{row[0]} {row[1]}" for row in REFUSED])
def test_each_refusal_is_a_sentence_that_says_what_to_do_and_nothing_that_airbyte_said(
    setup: Setup, caplog: pytest.LogCaptureFixture, operation: str, status: int, sentence: str
) -> None:
    caplog.set_level(logging.DEBUG)
    setup.airbyte.instead[operation].append(status)
    assert not setup.runs()
    assert sentence in setup.text
    assert_nothing_is_told(setup, caplog)
    assert setup.runs()


def test_certificates_that_are_not_where_the_environment_says_are_told_as_such(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nowhere.pem"))
    api = AirbyteApi(AirbyteLogin("https://127.0.0.1:9/api/public/v1", "one", CLIENT_SECRET))
    with pytest.raises(AirbyteError, match=r"the certificates to trust are not there.*REQUESTS_CA_BUNDLE"):
        api.answered("GET", "/workspaces")


def test_an_airbyte_of_a_version_that_is_too_old_says_so(tmp_path: Path) -> None:
    with setup_in(tmp_path / "fjord", AirbyteWorkspaces(is_old=True)) as setup:
        assert not setup.runs()
        assert "It has to be of version 1.6 or later" in setup.text


def test_airbyte_cloud_is_refused_by_its_address_and_by_what_it_answers(setup: Setup) -> None:
    setup.airbyte.is_cloud = True
    assert not setup.runs()
    assert setup.said[-1].startswith("Airbyte Cloud takes no connectors of one's own as images")
    assert setup.changed == ["createSourceDefinition"]
    setup.content["airbyte"] = {"api_url": "https://api.airbyte.com/v1"}
    assert not setup.runs()
    assert setup.said[-1].startswith("Airbyte Cloud takes no connectors of one's own as images")
    assert setup.airbyte.asked == []


def test_who_may_not_edit_is_told_which_role_it_takes(setup: Setup) -> None:
    setup.airbyte.may_edit = False
    assert not setup.runs()
    assert "needs to be an editor of the workspace" in setup.text


def test_settings_that_airbyte_does_not_take_are_named_by_their_connector(setup: Setup) -> None:
    setup.content["source-huma"] = {"client_id": "x"}
    assert not setup.runs()
    assert "does not accept the settings of source-huma" in setup.text
    assert "huma-xledger check says what is wrong" in setup.text


def test_what_is_kept_and_broken_is_told(setup: Setup) -> None:
    (setup.folder / KEPT).write_text("{", encoding="utf-8")
    assert not setup.runs()
    assert f"{setup.folder / KEPT} is broken" in setup.text
    assert setup.changed == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"destination-xledger": {"object_storage_config": {"storage_type": "Local", "path": "/reports"}}},
            "Use a bucket",
        ),
        ({"notify": "mailto://zq-nobody@example.com"}, "Put notify below each destination"),
        ({"listen": {"secret": "zq-webhook-secret"}}, "Let it start Airbyte's job instead"),
        ({"schedule": "1d", "destination-xledger": {"mode": "sync"}}, "its first sync writes by itself"),
    ],
)
def test_what_an_administrator_wants_to_know_before_is_told(
    setup: Setup, change: Mapping[str, Any], sentence: str
) -> None:
    for key, value in change.items():
        setup.content[key] = {**TO_XLEDGER[key], **value} if key in TO_XLEDGER else value
    setup.runs(unasked=False)
    assert sentence in setup.text
    assert "zq-" not in setup.text


def test_a_connection_that_is_there_and_writes_on_its_schedule_is_nothing_to_warn_of(setup: Setup) -> None:
    setup.runs()
    setup.content |= {"schedule": "1d"}
    setup.content["destination-xledger"] = {**TO_XLEDGER["destination-xledger"], "mode": "sync"}
    assert setup.runs()
    assert "writes by itself" not in setup.text


def test_a_listener_that_starts_airbytes_job_is_no_second_host(setup: Setup) -> None:
    job = {"connection_id": "0d0c1f6e-3c4b-4d77-9d6e-2f9c1a6b7e10"}
    setup.content["listen"] = {"secret": "zq-webhook-secret", "trigger": "airbyte", "airbyte": job}
    assert setup.runs()
    assert "Airbyte would bring them as well" not in setup.text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"airbyte": {"api_url": None}}, r"airbyte\.api_url is missing"),
        ({"airbyte": {"images": "Registry/UPPER"}}, r"airbyte\.images must be"),
        ({"airbyte": {"images": "huma-xledger:0.1.0"}}, r"airbyte\.images must be"),
        ({"airbyte": {"tag": "a b"}}, r"airbyte\.tag must be the tag"),
        ({"airbyte": {"api_url": "http://airbyte.example.com"}}, "must be an address that begins with https://"),
        ({"airbyte": {"zq": 1}}, "has a setting zq, which is none of api_url"),
        ({"schedule": "15m"}, "schedule: Airbyte takes no such interval"),
        ({"schedule": "*/5 * * * *"}, "schedule: Airbyte's schedule is hourly at most"),
    ],
)
def test_a_file_of_no_use_is_refused_before_airbyte_is_asked(
    setup: Setup, content: Mapping[str, Any], sentence: str
) -> None:
    setup.content |= content
    with pytest.raises(ConnectionFileError, match=sentence) as raised:
        setup.runs()
    assert str(raised.value).endswith("huma-xledger/docs/airbyte-setup.md shows what belongs in it.")
    assert CLIENT_SECRET not in str(raised.value)
    assert setup.airbyte.asked == []


def test_a_file_without_an_airbyte_or_without_a_direction_is_refused(setup: Setup, tmp_path: Path) -> None:
    del setup.content["source-huma"]
    with pytest.raises(ConnectionFileError, match="it needs settings of source-huma and destination-xledger, or of"):
        setup.runs()
    (tmp_path / NAME).write_text(yaml.safe_dump(TO_XLEDGER), encoding="utf-8")
    with pytest.raises(ConnectionFileError, match="airbyte must have settings below it: api_url, client_id"):
        _ = ConnectionFile.read(tmp_path).airbyte


# ------------------------------------------------------------------ nothing is told


def assert_nothing_is_told(setup: Setup, caplog: pytest.LogCaptureFixture) -> None:
    told = setup.text + caplog.text
    kept = setup.folder / KEPT
    told += kept.read_text(encoding="utf-8") if kept.exists() else ""
    assert [secret for secret in (*SECRETS, CLIENT_SECRET, QUOTED, "zq-airbyte-token") if secret in told] == []


def test_no_secret_is_in_anything_that_is_said_logged_or_kept(setup: Setup, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    setup.content |= TO_HUMA
    assert setup.runs()
    assert_nothing_is_told(setup, caplog)
    assert (setup.folder / KEPT).stat().st_mode & 0o077 == 0


def test_no_secret_is_in_what_a_debugger_or_a_trace_shows(setup: Setup) -> None:
    what = wanted(setup.file, setup.file.airbyte)
    there = Workspace(AirbyteApi(setup.login), Place(WORKSPACE, "")).there()
    shown = repr([what, there, plan(what, there, KeptFile(setup.folder / KEPT).read()), setup.file, setup.file.airbyte])
    assert [secret for secret in (*SECRETS, CLIENT_SECRET) if secret in shown] == []


# ------------------------------------------------------------------ the command


def test_the_command_shows_the_plan_does_it_and_says_so_with_its_exit_code(
    setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("huma_xledger.__main__.PRIVATE", tmp_path / ".state")
    _ = setup.file

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["huma-xledger", "airbyte-setup", str(setup.folder), *arguments])
        return main(), capsys.readouterr().out

    code, text = run()
    assert (code, "Nothing was done" in text) == (1, True)
    code, text = run("--yes")
    assert (code, "Made: the connection Huma to Xledger (fjord)" in text) == (0, True)
    code, text = run()
    assert (code, "Nothing is to be done." in text) == (0, True)
    with patch.object(AirbyteApi, "answered", side_effect=KeyboardInterrupt):
        code, text = run()
    assert (code, "What was made in Airbyte stays" in text) == (130, True)


@pytest.mark.parametrize(("typed", "code"), [("yes", 0), ("no", 1), ("", 1), (EOFError, 1)])
def test_whoever_is_asked_and_does_not_say_yes_has_said_no(
    typed: Any, code: int, setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huma_xledger.__main__.PRIVATE", tmp_path / ".state")
    monkeypatch.setattr("sys.argv", ["huma-xledger", "airbyte-setup", str(setup.folder)])
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    _ = setup.file
    with patch.object(Console, "input", side_effect=[typed]):
        assert main() == code
    assert setup.airbyte.made() == (0 if code else len(CREATES))


# ------------------------------------------------------------------ what is said twice


def page() -> str:
    return (ROOT / "huma-xledger" / "docs" / "airbyte-setup.md").read_text(encoding="utf-8")


def test_the_page_shows_what_is_shown(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in zip(("HUMA_SECRET", "XLEDGER_TOKEN", "AIRBYTE_CLIENT_SECRET"), SECRETS, strict=False):
        monkeypatch.setenv(name, value)
    given_there = yaml.safe_load(page().partition("## What stands in")[2].partition("\n\n")[2].partition("\n\n")[0])
    login = {name: getattr(setup.login, name) for name in ("api_url", "client_id", "client_secret")}
    setup.content = {**given_there, "airbyte": {**given_there["airbyte"], **login, "name": "acme"}}
    setup.runs(unasked=False)
    assert [line for line in setup.said[1:6] if f"       {line}\n" not in page()] == []
    assert setup.runs()


def test_the_page_tells_of_every_key_and_of_every_interval() -> None:
    keys = [*LOGIN, *(each.name for each in fields(AirbyteSettings) if each.name != "login")]
    assert [key for key in keys if f"| `{key}` |" not in page()] == []
    assert "`1h`, `2h`, `3h`, `4h`, `6h`, `8h`, `12h`, `1d`" in page()


def test_connectors_are_called_and_explained_as_their_metadata_says() -> None:
    for command, page in PAGES.items():
        data = yaml.safe_load((ROOT / command / "metadata.yaml").read_text(encoding="utf-8"))["data"]
        assert (data["documentationUrl"], data["dockerRepository"]) == (page, f"huma-xledger/{command}")
    whole = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))
    assert whole["images"] == "huma-xledger"


def test_every_source_is_read_in_a_way_that_overwrites_nothing() -> None:
    assert {*SYNC_MODES} == {direction.source for direction in BY_ORIGIN.values()}
    assert all("overwrite" not in mode for mode in SYNC_MODES.values())
    assert DEFAULTS["nonBreakingSchemaUpdatesBehavior"] == "ignore"
