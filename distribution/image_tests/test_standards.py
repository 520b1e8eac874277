"""Airbyte's own tests of an image, `airbyte-cdk image test --image`, in the folder of each connector."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from distribution.command import tool
from distribution.engine import Engine
from distribution.image_tests.containers import CONNECTORS, NETWORK, Image
from distribution.repository import ROOT
from integration_tests.sandbox import Sandbox

COMMAND = tool("airbyte-cdk")
LONGEST = 300
"""Seconds that these tests do not take, however busy the machine is: they load much, and start a container each."""

OF_ANY = {"test_docker_image_build_and_spec", "test_docker_image_build_and_check"}
OF_A_SOURCE = {"test_docker_image_build_and_discover", "test_docker_image_build_and_read"}


@pytest.fixture
def docker(engine: Engine, tmp_path: Path) -> Path:
    """A folder with a command `docker`, which is what the CDK starts: the engine, whose containers reach loopback."""
    program = shutil.which(engine.command[0])
    assert program
    command = shlex.join([program, *engine.command[1:]])
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "docker"
    script.write_text(
        f'#!/bin/sh\nif [ "$1" = run ]; then shift; exec {command} run {NETWORK} "$@"; fi\nexec {command} "$@"\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    return folder


@pytest.mark.parametrize("package", CONNECTORS)
def test_an_image_passes_airbytes_own_tests(
    package: str, docker: Path, built: dict[str, Image], sandbox: Sandbox, tmp_path: Path
) -> None:
    folder = tmp_path / package
    shutil.copytree(ROOT / package, folder, ignore=shutil.ignore_patterns("__pycache__", ".tmp", "build", "secrets"))
    (folder / "secrets").mkdir()
    (folder / "secrets" / "config.json").write_text(json.dumps(sandbox.config_of(package)), encoding="utf-8")
    done = subprocess.run(  # noqa: S603  the CDK's command
        [COMMAND, "image", "test", folder, "--image", built[package].name],
        env={
            **os.environ,
            "PATH": os.pathsep.join((str(docker), str(COMMAND.parent), os.environ["PATH"])),
            "PYTEST_ADDOPTS": "--read-from-streams=all",  # the command reads nothing, and has no option for it
        },
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    tried = ET.parse(folder / "build" / "test-results" / "standard-tests-junit.xml").iter("testcase")  # noqa: S314
    passed = {case.get("name", "").partition("[")[0] for case in tried if not len(case)}
    assert passed >= (OF_ANY | OF_A_SOURCE if package.startswith("source") else OF_ANY), done.stdout
