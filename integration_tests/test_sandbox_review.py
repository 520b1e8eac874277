"""`make review`: a sandbox in which there is something to decide, and the command that shows it."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from huma_xledger.connection_file import CONNECTORS, ConnectionFile
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox_review import as_in_a_company, connection_of

ROOT = Path(__file__).parents[1]


def test_most_people_are_in_both_and_each_side_has_some_of_its_own() -> None:
    with Sandbox.running(people=100) as sandbox:
        as_in_a_company(sandbox)
        huma = {user["employmentId"] for user in sandbox.huma.users.values()}
        xledger = {employee["code"] for employee in sandbox.xledger.employees()}
        assert len(huma & xledger) > len(huma) * 0.6
        assert len(huma - xledger - {None}) >= 5
        assert len(xledger - huma) >= 5
        assert [user["employmentId"] for user in sandbox.huma.users.values()].count(None) >= 3


def test_the_connection_has_both_directions_writes_nothing_by_itself_and_is_its_owners_alone(tmp_path: Path) -> None:
    with Sandbox.running(people=1) as sandbox:
        folder = connection_of(sandbox, tmp_path / "sandbox")
    file = ConnectionFile.read(folder)
    assert file.connectors == CONNECTORS
    assert not file.is_open_to_others()
    assert {file.config(name)["mode"] for name in ("destination-xledger", "destination-huma")} == {"preview"}


@pytest.mark.slow
def test_one_ctrl_c_ends_both_and_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "integration_tests.sandbox_review", "--people", "30", "--no-browser"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            address = next(found for line in process.stdout if (found := re.search(r"http://\S+", line)))[0]
            base = address.partition("/?")[0]
            with requests.Session() as session:
                session.get(address, timeout=30)
                assert json.loads(session.get(f"{base}/api/status", timeout=30).text)["name"] == "sandbox"
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to everything that was started in it
            rest, _ = process.communicate(timeout=60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, rest
    assert "The review is ended" in rest
    assert list(tmp_path.iterdir()) == []
