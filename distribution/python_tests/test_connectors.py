"""The connectors from wheels, and their unit tests, on the lowest and the highest Python that is there."""

import json
import os
from pathlib import Path

import pytest

from distribution.environment import Environment
from distribution.packages import packages
from distribution.python_tests.conftest import CONNECTORS, HOST
from distribution.pythons import Python
from distribution.repository import ROOT
from integration_tests.conftest import SUMMARY, a_stream
from integration_tests.sandbox import Sandbox

NEXT = "--- next verb ---"
LOADED = "--- loaded ---"

ASK = f"""
import runpy, sys
command, *options = sys.argv[1:]
for verb in (["spec"], ["check", *options], ["discover", *options]):
    print({NEXT!r}, flush=True)
    sys.argv = [command, *verb]
    try:
        runpy.run_path(command, run_name="__main__")
    except SystemExit as ended:
        assert not ended.code
print({LOADED!r}, *(name for name in ("boto3", "botocore", "unidecode") if name in sys.modules))
"""
"""Runs a command three times in one process: it takes seconds to load what a connector stands on."""

TOOLS = ("hypothesis", "pytest", "pytest-xdist", "requests-mock")
"""What the unit tests need beside the packages."""


def written(folder: Path, **contents: object) -> list[str | Path]:
    """Options of a command line, each with a file."""
    options: list[str | Path] = []
    for option, content in contents.items():
        path = folder / f"{option}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        options += [f"--{option}", path]
    return options


def test_what_is_installed_needs_no_checkout(installed: Environment) -> None:
    find = "import sys, importlib.util as u; print(*(u.find_spec(name).origin for name in sys.argv[1:]), sep='\\n')"
    ours = [package.module for package in packages() if package != HOST]
    where = installed.run("python", "-I", "-c", find, *ours).splitlines()
    assert len(where) == len(ours)
    assert [path for path in where if not Path(path).is_relative_to(installed.folder)] == []


@pytest.mark.parametrize("connector", [package.folder for package in CONNECTORS])
def test_a_connector_answers_the_verbs_and_loads_no_library_that_it_does_without(
    connector: str, installed: Environment, sandbox: Sandbox, tmp_path: Path
) -> None:
    options = written(tmp_path, config=sandbox.config_of(connector))
    printed = installed.run("python", "-I", "-c", ASK, installed.folder / "bin" / connector, *options)
    answers, _, loaded = printed.rpartition(LOADED)
    _, specification, status, catalog = answers.split(NEXT)
    assert '"type":"SPEC"' in specification
    assert '"status":"SUCCEEDED"' in status
    assert 'CATALOG"' in catalog
    assert loaded.split() == []


def test_connectors_sync_and_leave_a_report(installed: Environment, sandbox: Sandbox, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    storage = {"object_storage_config": {"storage_type": "Local", "path": str(reports)}}
    printed = ""
    for connector, verb in {"source-huma": "read", "destination-xledger": "write"}.items():
        settings = sandbox.config_of(connector) | (storage if verb == "write" else {})
        options = written(tmp_path, config=settings, catalog={"streams": [a_stream()]})
        printed = installed.run(connector, verb, *options, text=printed)
    assert SUMMARY in printed
    assert list(reports.rglob("result.html"))


def test_the_unit_tests_pass_against_the_wheels(
    python: Python, dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = Environment.made(tmp_path / "venv", python.path)
    environment.install(dist, CONNECTORS, *TOOLS)
    monkeypatch.setenv("EXAMPLES", "fast")
    monkeypatch.setenv("PYTEST_DEBUG_TEMPROOT", str(tmp_path))
    tests = sorted(ROOT.glob("*/unit_tests"))
    settings = ("--rootdir", ROOT, "-c", ROOT / "pyproject.toml", "-p", "no:cacheprovider")
    options = ("--quiet", "-n", str(os.cpu_count() or 1), "--dist", "loadfile", "-m", "not slow")
    printed = environment.run("python", "-m", "pytest", *settings, *options, *tests)
    assert " passed" in printed
