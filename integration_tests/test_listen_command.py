"""`huma-xledger listen` as a process: how it begins, that it is the only one, and how it ends."""

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from huma_xledger.listen import ANOTHER_LISTENER, ANOTHER_PORT
from huma_xledger.listen_settings import PATH
from huma_xledger.lock import held
from huma_xledger.loopback import PortTakenError, listener
from huma_xledger.state_file import LOCK
from integration_tests.running_review import TIMEOUT, running
from integration_tests.scripted_runs import user
from integration_tests.webhook_listener import SECRET, TOKEN, a_body, signed

MARK = "Kari-Nordmann"


@pytest.fixture
def mute() -> Iterator[socket.socket]:
    """A Huma that takes connections and never says a word."""
    with listener(0) as listening:
        listening.settimeout(TIMEOUT)
        yield listening


@pytest.fixture
def connection(tmp_path: Path, mute: socket.socket) -> Path:
    """A folder of a connection whose webhooks are taken on a free port."""
    with listener(0) as free:
        port = free.getsockname()[1]
    folder = tmp_path / "fjord"
    folder.mkdir()
    huma = f"http://127.0.0.1:{mute.getsockname()[1]}"
    content = {
        "source-huma": {"client_id": "one", "client_secret": MARK, "api_url": huma},
        "destination-xledger": {
            "api_token": MARK,
            "api_url": f"{huma}/graphql",
            "authority_confirmed": True,
            "mode": "sync",
        },
        "listen": {"secret": SECRET, "bearer_token": TOKEN, "port": port},
    }
    path = folder / "connection.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    path.chmod(0o600)
    return folder


def port(connection: Path) -> int:
    """Where webhooks are taken."""
    content = json.loads((connection / "connection.yaml").read_text(encoding="utf-8"))
    return int(content["listen"]["port"])


def told(connection: Path) -> int:
    """Tells of somebody. Returns the status of the answer."""
    body = a_body(user(7))
    headers = {name.decode(): value.decode() for name, value in signed(body)}
    return requests.post(
        f"http://127.0.0.1:{port(connection)}{PATH}", data=body, headers=headers, timeout=TIMEOUT
    ).status_code


@pytest.mark.slow
def test_it_says_where_it_is_is_the_only_one_and_ends_in_good_order_when_a_service_is_told_to(
    connection: Path,
) -> None:
    with running(connection, command="listen") as first:
        assert f"Webhooks are taken at http://127.0.0.1:{port(connection)}{PATH}." in first.line
        with running(connection, command="listen") as second:
            assert second.line == f"{ANOTHER_LISTENER}\n"
            assert second.process.wait(TIMEOUT) == 1
        first.process.send_signal(signal.SIGTERM)
        assert first.process.stdout is not None
        rest = "".join(first.process.stdout)
        assert first.process.wait(TIMEOUT) == 0
    assert "has no schedule" in rest
    assert "It has ended. Nothing waits." in rest


@pytest.mark.slow
def test_told_twice_it_ends_at_once_and_so_does_what_it_has_begun(connection: Path, mute: socket.socket) -> None:
    """As after a kill: only then is the connection free for another sync."""
    with running(connection, command="listen") as listening:
        assert told(connection) == 200
        checked, _ = mute.accept()  # by the connectors, which are checked before the first sync
        with checked:
            listening.process.send_signal(signal.SIGTERM)
            assert listening.process.stdout is not None
            lines = [next(line for line in listening.process.stdout if "It ends:" in line)]
            code, rest = listening.end(signal.SIGTERM)
        assert code == 128 + signal.SIGTERM
        for secret in (MARK, SECRET, TOKEN):
            assert secret not in "".join((*lines, rest))
    (states,) = connection.parent.glob(".state/connections/*")
    with held(states / LOCK, before_waiting=lambda: None):
        pass
    assert (states / "inbox.sqlite").stat().st_mode & 0o077 == 0


def test_a_port_that_is_taken_is_told_with_the_setting_that_names_it() -> None:
    with listener(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=rf"^Port {port} of this machine .* below listen\.port in connection"):
            listener(port, ANOTHER_PORT)
