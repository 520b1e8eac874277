"""A sync that is ended leaves what was written, whoever ends it: a signal, Airbyte without one, or a kill."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connector_base.process import ENDED_BY_HOST
from connector_base.protocol.messages import as_line
from connector_base.settings.modes import Mode
from connector_base.writing.destination import ended_by_host
from distribution.image_tests.containers import (
    ANYBODY,
    LONGEST,
    Container,
    Image,
    files_in,
    shared,
    write_config,
)
from distribution.image_tests.pods import Connector, connector
from distribution.image_tests.settings import USERS, everything, local
from integration_tests.records import a_user, records
from integration_tests.sandbox import Fault, Sandbox

REPORTS = "/reports"
NAME = "huma-xledger-is-ended"
KILLED = 128 + signal.SIGKILL
ENDED_BY_A_PIPE = 128 + signal.SIGPIPE
"""The exit code of a shell that wanted to say into a closed pipe what ended its child."""

ADDED = 2
PEOPLE = [json.loads(as_line(message)) for message in records([a_user(1), a_user(2)])]
"""Two who are added in a request, and are given the rest in others, of which the first is not answered."""


@pytest.fixture
def image(built: dict[str, Image]) -> Iterator[Image]:
    """The destination, of which no container is left behind."""
    found = built["destination-xledger"]
    with found.alone(NAME):
        yield found


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    return shared(tmp_path / "reports")


@pytest.fixture
def stalled(sandbox: Sandbox) -> Iterator[Any]:
    """An answer of Xledger's that does not come."""
    fault = sandbox.xledger.faults.add(Fault.stall(root_field="updateSuppliers"))
    yield fault
    fault.release()


def left_in(image: Image, reports: Path) -> dict[str, str]:
    """The files of the report that was left, by their names."""
    files = files_in(image, reports, ANYBODY)
    assert len({name.partition("/")[0] for name in files}) <= 1
    return {name.rpartition("/")[2]: content.decode() for name, content in files.items()}


def assert_all_is_told(left: dict[str, str]) -> None:
    """What was written is in the report, and the summary counts it."""
    assert len({json.loads(line)["user"] for line in left["changes.jsonl"].splitlines()}) == ADDED
    assert "result.html" in left
    summary = json.loads(left["summary.json"])
    assert (summary["outcome"], summary["received"], summary["created"]) == ("failed", ADDED, ADDED)


def test_a_connector_that_is_stopped_ends_with_143_leaves_its_report_and_says_what_was_done(
    image: Image, sandbox: Sandbox, stalled: Any, reports: Path, tmp_path: Path
) -> None:
    """It is the first process of its container, as with `docker run`."""
    folder = write_config(
        shared(tmp_path / "config"), "config.json", sandbox.config_of("destination-xledger", **local(REPORTS))
    )
    write_config(folder, "catalog.json", everything(USERS))
    container = Container(user=ANYBODY, volumes={"/config": folder, REPORTS: reports}, options=("--name", NAME))
    write = ("write", "--config", "/config/config.json", "--catalog", "/config/catalog.json")
    with image.start(container, *write) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.writelines(f"{json.dumps(message)}\n" for message in PEOPLE)
        process.stdin.close()
        assert stalled.reached.wait(LONGEST)
        image.stop(NAME, LONGEST)
        said = process.stdout.read()
    assert process.returncode == ENDED_BY_HOST == 143
    told, summary = (json.loads(line)["log"]["message"] for line in said.splitlines()[-2:])
    assert told == ended_by_host(Mode.SYNC)
    assert summary.startswith("SYNC SUMMARY ")
    assert_all_is_told(left_in(image, reports))


@contextmanager
def under_way(image: Image, sandbox: Sandbox, stalled: Any, reports: Path, tmp_path: Path) -> Iterator[Connector]:
    """A destination in a pod, in the middle of a sync."""
    config = sandbox.config_of("destination-xledger", **local(REPORTS))
    with connector(
        image,
        tmp_path / "dest",
        config,
        everything(USERS),
        user=ANYBODY,
        volumes={REPORTS: reports},
        options=("--name", NAME),
    ) as writing:
        for message in PEOPLE:
            writing.give(message)
        assert writing.stdin
        writing.stdin.close()  # so that the batch is begun
        assert stalled.reached.wait(LONGEST)
        yield writing


def test_a_sync_that_somebody_cancels_in_airbyte_leaves_its_report_before_the_shell_is_killed(
    image: Image, sandbox: Sandbox, stalled: Any, reports: Path, tmp_path: Path
) -> None:
    """The orchestrator ends, and its pipes with it; the shell looks whether it has every now and then."""
    with under_way(image, sandbox, stalled, reports, tmp_path) as writing:
        writing.let_go()
        writing.end()
    assert writing.process.returncode in (ENDED_BY_HOST, ENDED_BY_A_PIPE)
    assert_all_is_told(left_in(image, reports))


def test_what_airbytes_shell_kills_leaves_what_was_written(
    image: Image, sandbox: Sandbox, stalled: Any, reports: Path, tmp_path: Path
) -> None:
    """Had it not noticed before: the shell kills a shell, and the kernel whatever is left in the container."""
    with under_way(image, sandbox, stalled, reports, tmp_path) as writing:
        writing.tell_to_end()
        writing.end()
    assert writing.process.returncode == ENDED_BY_HOST  # which is the shell's own
    assert_only_changes_are_left(left_in(image, reports))


def test_a_pod_that_is_deleted_has_no_time_and_leaves_what_was_written(
    image: Image, sandbox: Sandbox, stalled: Any, reports: Path, tmp_path: Path
) -> None:
    """The signal reaches the shell, which is the first process and does not hear it, until all are killed."""
    with under_way(image, sandbox, stalled, reports, tmp_path) as writing:
        image.stop(NAME, 1)
        writing.end()
    assert writing.process.returncode == KILLED
    assert_only_changes_are_left(left_in(image, reports))


def assert_only_changes_are_left(left: dict[str, str]) -> None:
    """What was answered is there. Nothing was time for the rest."""
    assert set(left) == {"changes.jsonl"}
    assert len({json.loads(line)["user"] for line in left["changes.jsonl"].splitlines()}) == ADDED
