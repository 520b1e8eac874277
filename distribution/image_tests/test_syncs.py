"""A whole sync in pods, both directions, and what it leaves where: in the folder that is mounted, and nowhere else."""

import subprocess
from pathlib import Path

import pytest

from connector_base.protocol.messages import as_line
from distribution.image_tests.containers import (
    AIRBYTE,
    ANYBODY,
    NETWORK,
    Container,
    Image,
    files_in,
    shared,
    write_config,
)
from distribution.image_tests.pods import connector, operate, sync
from distribution.image_tests.settings import USERS, everything, local, stream_of
from integration_tests.records import a_user, records
from integration_tests.sandbox import Sandbox

REPORTS = "/reports"
SYNC_FILES = {"summary.json", "rejected.jsonl", "conflicts.jsonl", "changes.jsonl", "result.html"}


@pytest.mark.parametrize("user", [AIRBYTE, ANYBODY], ids=["Airbyte's user", "anybody"])
@pytest.mark.parametrize(
    "direction",
    [("source-huma", "destination-xledger", "users"), ("source-xledger", "destination-huma", "employees")],
    ids=["to Xledger", "to Huma"],
)
def test_a_sync_takes_everybody_across_and_leaves_a_report_in_the_folder_that_is_mounted(
    direction: tuple[str, str, str], user: str, built: dict[str, Image], sandbox: Sandbox, tmp_path: Path
) -> None:
    source, destination, stream = direction
    if source == "source-xledger":
        sandbox.employ(5)
    discovered = operate(built[source], "discover", tmp_path / "config", sandbox.config_of(source), user=user)
    catalog, reports = everything(stream_of(discovered.messages, stream)), shared(tmp_path / "reports")
    config = sandbox.config_of(destination, **local(REPORTS))
    with (
        connector(built[source], tmp_path / "source", sandbox.config_of(source), catalog, user=user) as reading,
        connector(
            built[destination], tmp_path / "dest", config, catalog, user=user, volumes={REPORTS: reports}
        ) as writing,
    ):
        synced = sync(reading, writing)
    assert (synced.codes, synced.errors) == ((0, 0), b"")
    assert synced.states
    assert synced.summary["outcome"] == "succeeded"
    assert synced.summary["received"] > 0
    files = files_in(built[destination], reports, user)
    assert {path.rpartition("/")[2] for path in files} == SYNC_FILES


def test_a_sync_leaves_nothing_in_its_folder_for_temporary_files(
    built: dict[str, Image], sandbox: Sandbox, tmp_path: Path
) -> None:
    image, reports = built["destination-xledger"], shared(tmp_path / "reports")
    config = sandbox.config_of("destination-xledger", **local(REPORTS))
    folder = write_config(shared(tmp_path / "config"), "config.json", config)
    write_config(folder, "catalog.json", everything(USERS))
    container = Container(user=ANYBODY, entrypoint="sh", volumes={"/config": folder, REPORTS: reports})
    write = "$AIRBYTE_ENTRYPOINT write --config /config/config.json --catalog /config/catalog.json > /config/output"
    given = "".join(f"{as_line(message)}\n" for message in records([a_user(1), a_user(2)]))
    ended = image.run(container, "-c", f"{write} && find /tmp -mindepth 1", given=given)
    assert (ended.code, ended.output, ended.errors) == (0, "", "")
    assert len(files_in(image, reports, ANYBODY)) == len(SYNC_FILES)


def test_where_it_may_write_anywhere_a_connector_writes_nothing(
    built: dict[str, Image], sandbox: Sandbox, tmp_path: Path
) -> None:
    """As in Airbyte's pods, whose root can be written."""
    image, name = built["source-huma"], "huma-xledger-writes-nothing"
    folder = write_config(shared(tmp_path / "config"), "config.json", sandbox.config_of("source-huma"))
    options = ("--name", name, NETWORK, "--user", AIRBYTE, "--volume", f"{folder}:/config")
    engine = image.engine.command
    with image.alone(name):
        run = [*engine, "run", *options, image.name, "check", "--config", "/config/config.json"]
        subprocess.run(run, capture_output=True, check=True)  # noqa: S603
        differs = subprocess.run([*engine, "diff", name], capture_output=True, text=True, check=True).stdout  # noqa: S603
    beside = ("/config", "/etc", "/run", "/proc", "/sys", "/dev")  # the engine's own
    changed = {line for line in differs.splitlines() if not line.split(" ", 1)[1].startswith(beside)}
    assert changed <= {"C /tmp"}, "where something was, and is not any more"
