"""What is in an image: what runs, compiled, owned by root, labelled; and nothing else."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from distribution.image_tests.containers import ANYBODY, CONNECTORS, HOST, Container, Image
from distribution.images import INDEXES, PROXIES, with_images

VENV = "/opt/huma-xledger"
COMMAND = f"{VENV}/bin/entrypoint"
MADE = {"/tmp", "/state"}  # noqa: S108  the container's own
"""Where everybody may write. Nothing is in there when a container starts."""

LOOK = (Path(__file__).parent / "looking.py").read_text(encoding="utf-8")

each_image = pytest.mark.parametrize("package", [*CONNECTORS, HOST])


@cache
def found_in(image: Image) -> dict[str, Any]:
    """What root sees in a container of an image, which nobody else sees more of."""
    container = Container(
        user="0:0", entrypoint=f"{VENV}/bin/python", rights=("--cap-drop=ALL", "--cap-add=DAC_OVERRIDE")
    )
    looked = image.run(container, "-", VENV, given=LOOK)
    assert looked.code == 0, looked.errors
    found: dict[str, Any] = json.loads(looked.output)
    return found


@each_image
def test_whoever_runs_it_changes_nothing_in_it(package: str, built: dict[str, Image]) -> None:
    found = found_in(built[package])
    assert found["of others than root"] == []
    assert set(found["can be written by others"]) <= MADE


@each_image
def test_all_that_it_runs_is_compiled_for_this_python_and_not_compared_with_its_source(
    package: str, built: dict[str, Image]
) -> None:
    found = found_in(built[package])
    assert found["without bytecode"] == []
    assert found["loaded without bytecode"] == []
    assert found["compared with its source"] == []


@each_image
def test_nothing_is_in_it_that_it_does_not_run(package: str, built: dict[str, Image]) -> None:
    found = found_in(built[package])
    assert found["left over"] == []
    ours = {each.module for each in with_images()[package].with_what_it_stands_on()}
    assert set(found["ours"]) == ours


@each_image
def test_its_command_is_the_one_that_airbyte_reads_from_its_environment(package: str, built: dict[str, Image]) -> None:
    configured = built[package].inspect()
    environment = dict(entry.split("=", 1) for entry in configured["Env"])
    assert configured["Entrypoint"] == [COMMAND] == [environment["AIRBYTE_ENTRYPOINT"]]
    assert " " not in COMMAND, "a shell would take it apart"
    assert configured["User"] == "1000:0"
    assert not configured.get("Cmd")
    assert {*INDEXES, *PROXIES, "PIP_CERT", "NETRC"}.isdisjoint(environment)


@each_image
def test_its_labels_say_what_it_is_and_what_it_was_built_from(package: str, built: dict[str, Image]) -> None:
    labels, of = built[package].inspect()["Labels"], with_images()[package]
    name = built[package].name.rpartition(":")[0]
    opencontainers = {key.removeprefix("org.opencontainers.image."): value for key, value in labels.items()}
    assert opencontainers["title"] == package
    assert opencontainers["version"] == labels["io.airbyte.version"] == of.version
    assert labels["io.airbyte.name"] == name
    assert opencontainers["licenses"] == "MIT"
    assert len(opencontainers["revision"].removesuffix("-dirty")) == 40
    for key in ("created", "description", "source", "documentation", "base.name"):
        assert opencontainers[key], key


@pytest.mark.parametrize("package", CONNECTORS)
def test_another_user_than_airbytes_starts_it_wherever_they_are(package: str, built: dict[str, Image]) -> None:
    """As `docker run` does, with a folder of theirs as the working directory, which they cannot write."""
    started = built[package].run(Container(user=ANYBODY, directory="/usr"), "spec")
    assert (started.code, started.messages[0]["type"]) == (0, "SPEC")
