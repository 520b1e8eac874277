"""The host's image syncs a connection, as anybody, writes only in its volume, and listens."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from connector_base.process import ENDED_BY_HOST
from distribution.image_tests.containers import ANYBODY, HOST, LONGEST, Container, Image, files_in, shared
from distribution.image_tests.settings import local
from integration_tests.running_listen import free_port
from integration_tests.sandbox import Sandbox

CONNECTION, STATE, REPORTS = "/connection", "/state", "/reports"
NAME = "huma-xledger-listens"


@pytest.fixture
def image(built: dict[str, Image]) -> Image:
    return built[HOST]


@pytest.fixture
def container(sandbox: Sandbox, tmp_path: Path) -> Container:
    """A connection of a sandbox, with a volume for the state and one for reports."""
    connection = shared(tmp_path / "connection")
    content = {
        "source-huma": sandbox.config_of("source-huma"),
        "destination-xledger": sandbox.config_of("destination-xledger", **local(REPORTS)),
    }
    written(connection, content)
    volumes = {CONNECTION: connection, STATE: shared(tmp_path / "state"), REPORTS: shared(tmp_path / "reports")}
    return Container(user=ANYBODY, volumes=volumes)


def written(connection: Path, content: dict[str, Any]) -> None:
    """Writes the file of a connection."""
    (connection / "connection.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    (connection / "connection.yaml").chmod(0o644)


def test_it_says_what_it_can_do(image: Image) -> None:
    said = image.run(Container(user=ANYBODY), "--help")
    assert (said.code, said.errors) == (0, "")
    assert "listen" in said.output


def test_a_connection_is_synced_and_goes_on_from_its_volume(
    image: Image, container: Container, sandbox: Sandbox, tmp_path: Path
) -> None:
    first = image.run(container, "sync", CONNECTION)
    assert first.code == 0, first.output + first.errors
    assert sandbox.xledger.employees()
    asked = len(sandbox.xledger.operations)
    second = image.run(container, "sync", CONNECTION)
    assert second.code == 0, second.output + second.errors
    assert any(name.endswith("summary.json") for name in files_in(image, tmp_path / "reports", ANYBODY))
    assert {name.partition("/")[0] for name in files_in(image, tmp_path / "state", ANYBODY)} == {".state"}
    assert len(sandbox.xledger.operations) - asked < asked, "nobody has changed since"


@contextmanager
def listening(image: Image, container: Container) -> Iterator[subprocess.Popen[str]]:
    """The listener, until it is stopped as `docker stop` does."""
    how = replace(container, options=("--name", NAME))
    with image.alone(NAME), image.start(how, "listen", CONNECTION) as process:
        try:
            yield process
        finally:
            image.stop(NAME, LONGEST)
            process.communicate(timeout=LONGEST)


def test_a_listener_answers_whoever_asks_whether_it_is_well_and_ends_when_it_is_told_to(
    image: Image, container: Container
) -> None:
    port = free_port()
    content = yaml.safe_load((container.volumes[CONNECTION] / "connection.yaml").read_text(encoding="utf-8"))
    listen = {"secret": "Zq-webhook-secret", "port": port}
    written(container.volumes[CONNECTION], {**content, "schedule": "6h", "listen": listen})
    with listening(image, container) as process:
        assert process.stdout
        line = next(line for line in process.stdout if re.search(rf":{port}\b", line))
        assert "127.0.0.1" in line
        answer = requests.get(f"http://127.0.0.1:{port}/healthz", timeout=LONGEST)
        assert (answer.status_code, answer.json()["status"]) == (200, "ok"), answer.text
    assert process.returncode in (0, ENDED_BY_HOST)
