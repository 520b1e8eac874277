"""The sandbox as a command, and what `Sandbox.running` promises."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from huma_xledger.connection_file import CONNECTORS, ConnectionFile
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.dialects import DIALECTS
from integration_tests.sandbox.huma_dialects import HUMA_DIALECTS
from integration_tests.sandbox.server import bind
from integration_tests.sandbox.webhook_dialects import WEBHOOK_DIALECTS

ROOT = Path(__file__).parents[1]
COMMAND = (sys.executable, "-m", "integration_tests.sandbox")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_both_writes_configs_and_stops_when_told(tmp_path: Path, stop: signal.Signals) -> None:
    with bind(0) as free:
        webhooks = f"http://127.0.0.1:{free.getsockname()[1]}/webhooks/huma"
    command = [*COMMAND, "--people", "30", "--configs", str(tmp_path / "c"), "--webhooks", webhooks]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        source = json.loads((tmp_path / "c" / "source.json").read_text(encoding="utf-8"))
        destination = json.loads((tmp_path / "c" / "destination.json").read_text(encoding="utf-8"))
        token = requests.post(
            f"{source['api_url']}/auth/oauth/token",
            data={
                "grant_type": "client_credentials",
                "client_id": source["client_id"],
                "client_secret": source["client_secret"],
            },
            timeout=10,
        )
        read = requests.post(
            destination["api_url"],
            json={"query": "{ employees { edges { cursor } } }"},
            headers={"Authorization": f"token {destination['api_token']}"},
            timeout=10,
        )
        changed = requests.post(f"{source['api_url']}/_sandbox/people", data={"givenName": "Zebedia"}, timeout=10)
        process.send_signal(stop)
        rest, complaints = process.communicate(timeout=20)
    configs = tmp_path / "c"
    sync = f"make sync CONNECTION={configs}"
    next_step = [
        f"Next     {sync}",
        "         It writes at once, into this sandbox and nowhere else.",
        f"Or       make listen CONNECTION={configs}",
        "         Changes then come by themselves.",
    ]
    assert "\n".join((*next_step, "Ctrl-C")) in "".join(lines)
    assert rest.splitlines()[1:] == next_step
    made = (configs, configs / "connection.yaml", configs / "source.json", configs / "destination.json")
    assert [path.stat().st_mode & 0o777 for path in made] == [0o700, 0o600, 0o600, 0o600]
    connection = ConnectionFile.read(configs)
    assert connection.config("source-huma") == source
    assert connection.config("destination-xledger") == destination
    assert connection.connectors == CONNECTORS
    listen = json.loads((configs / "connection.yaml").read_text(encoding="utf-8"))["listen"]
    assert (listen["port"], len(listen["secret"]) > 20) == (urlsplit(webhooks).port, True)
    assert f"Webhooks {webhooks}\n" in lines
    assert f"Webhooks go to {webhooks}" in changed.text
    assert listen["secret"] not in "".join((*lines, rest, changed.text))
    assert sync in changed.text
    assert destination["mode"] == "sync"
    assert token.status_code == read.status_code == 200
    assert destination["authority_confirmed"] is True
    assert source["api_url"] in "".join(lines)
    assert "(30 people, to be changed there)" in "".join(lines)
    assert (process.returncode, complaints) == (0, "")


def test_the_command_speaks_the_dialect_it_is_told(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "integration_tests.sandbox",
        "--people",
        "0",
        "--dialect",
        "no_introspection+suffixed",
    ]
    with subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--configs", str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "Ctrl-C" in line:
                break
        destination = json.loads((tmp_path / "destination.json").read_text(encoding="utf-8"))
        answers = [
            requests.post(
                destination["api_url"],
                json={"query": query},
                headers={"Authorization": f"token {destination['api_token']}"},
                timeout=10,
            )
            for query in ("{ __schema { types { name } } }", "{ shoes }")
        ]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    messages = [answer.json()["errors"][0]["message"] for answer in answers]
    assert messages == ["GraphQL introspection is not allowed.", "Cannot query field `shoes` on type `QueryType`"]


@pytest.mark.parametrize(("arguments", "status"), [(["--help"], 0), (["--dialect", "klingon"], 2)])
def test_the_command_tells_the_dialects_there_are(arguments: list[str], status: int) -> None:
    told = subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert told.returncode == status
    assert {name for name in DIALECTS if name not in told.stdout + told.stderr} == set()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["--help"], 0), (["--webhook-dialect", "klingon"], 2), (["--webhooks", "https://example.com/"], 2)],
)
def test_the_command_tells_how_webhooks_may_come_and_sends_none_elsewhere(arguments: list[str], status: int) -> None:
    told = subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert told.returncode == status
    if "--webhooks" in arguments:
        assert "https://example.com/ is not on this machine" in told.stderr
    else:
        assert {name for name in WEBHOOK_DIALECTS if name not in told.stdout + told.stderr} == set()


@pytest.mark.parametrize(("arguments", "status"), [(["--help"], 0), (["--huma-dialect", "klingon"], 2)])
def test_the_command_tells_the_dialects_of_huma_too(arguments: list[str], status: int) -> None:
    told = subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert told.returncode == status
    assert {name for name in HUMA_DIALECTS if name not in told.stdout + told.stderr} == set()


def test_the_command_has_huma_speak_a_dialect_and_people_in_xledger_alone(tmp_path: Path) -> None:
    arguments = ["--people", "0", "--only-in-xledger", "4", "--huma-dialect", "no_total", "--configs", str(tmp_path)]
    with subprocess.Popen([*COMMAND, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        told = next(line for line in process.stdout if line.startswith("Xledger"))
        next(line for line in process.stdout if "Ctrl-C" in line)
        source = json.loads((tmp_path / "source.json").read_text(encoding="utf-8"))
        credentials = {name: source[name] for name in ("client_id", "client_secret")}
        form = {"grant_type": "client_credentials", **credentials}
        token = requests.post(f"{source['api_url']}/auth/oauth/token", data=form, timeout=10).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        page = requests.get(f"{source['api_url']}/users", headers=headers, timeout=10).json()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert "(4 employees)" in told
    assert "total" not in page


def test_configs_take_overrides() -> None:
    with Sandbox.running(people=0) as sandbox:
        assert sandbox.source_config(num_workers=2)["num_workers"] == 2
        assert sandbox.destination_config(authority_confirmed=False)["authority_confirmed"] is False


def test_everything_is_on_loopback_and_gone_at_the_end() -> None:
    with Sandbox.running(people=0) as sandbox:
        urls = (sandbox.huma.url, sandbox.xledger.url)
        assert all(url.startswith("http://127.0.0.1:") for url in urls)
    for url in urls:
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(url, timeout=10)


def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_behind() -> None:
    with bind(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"), Sandbox.running(people=0, xledger_port=port):
            pytest.fail("it should not have started")


def test_a_sandbox_is_served_on_the_ports_asked_for() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Sandbox.running(people=0, huma_port=port) as sandbox:
        assert sandbox.huma.url == f"http://127.0.0.1:{port}"


def test_two_sandboxes_do_not_share_anything() -> None:
    with Sandbox.running(people=1) as one, Sandbox.running(people=1) as other:
        one.xledger.add_employee(code="only here")
        one.huma.hire()
        assert "only here" not in {row["code"] for row in other.xledger.employees()}
        assert len(other.huma.users) == 1
