"""`huma-xledger review`: where it says that it is, what it says when it ends, and how a new start goes on."""

import json
import signal
import sys
import threading
import webbrowser
from pathlib import Path

import pytest
import requests

from huma_xledger.__main__ import ENDED
from huma_xledger.loopback import listener
from huma_xledger.serving import serve
from integration_tests.running_review import TIMEOUT, running

SECRET = "Kari-Nordmann"


@pytest.fixture
def connection(tmp_path: Path) -> Path:
    """A folder of a connection to a Huma and an Xledger that are not there."""
    nobody = "http://127.0.0.1:9"
    folder = tmp_path / "fjord"
    folder.mkdir()
    configs = {
        "source-huma": {"client_id": "one", "client_secret": SECRET, "api_url": nobody},
        "destination-xledger": {"api_token": SECRET, "api_url": f"{nobody}/graphql", "authority_confirmed": True},
    }
    path = folder / "connection.yaml"
    path.write_text(json.dumps(configs), encoding="utf-8")
    path.chmod(0o600)
    return folder


@pytest.mark.slow
def test_it_says_where_it_is_in_one_line_and_what_is_kept_when_it_ends(connection: Path) -> None:
    with running(connection) as review:
        assert review.line == f"The review is at {review.address} (Ctrl-C ends it)\n"
        with requests.Session() as session:
            assert session.get(review.address, timeout=TIMEOUT).status_code == 200
            assert session.get(f"{review.base}/api/status", timeout=TIMEOUT).json()["name"] == "fjord"
        code, rest = review.end(signal.SIGINT)
    assert code == 130
    assert rest == f"{ENDED['preview']}\n"


@pytest.mark.slow
def test_a_kill_and_a_new_start_are_the_same_to_a_window_that_is_open(connection: Path) -> None:
    with requests.Session() as session:
        with running(connection) as review:
            base = review.base
            session.get(review.address, timeout=TIMEOUT)
            review.process.kill()
        with running(connection) as review:
            assert review.base == base
            assert session.get(f"{base}/api/status", timeout=TIMEOUT).status_code == 200
            code, rest = review.end(signal.SIGTERM)
    assert code == -signal.SIGTERM
    assert rest.startswith("The review is ended")
    assert SECRET not in rest


@pytest.mark.slow
def test_a_second_review_of_the_connection_says_that_there_is_one(connection: Path) -> None:
    with running(connection) as review, running(connection) as another:
        assert another.line.startswith("A review of this connection is running already")
        assert another.process.wait(TIMEOUT) == 1
        assert requests.get(review.base, timeout=TIMEOUT).status_code == 403


def test_a_port_that_is_taken_or_none_is_told_in_a_sentence(connection: Path) -> None:
    with listener(0) as taken:
        port = taken.getsockname()[1]
        with running(connection, "--port", str(port)) as review:
            assert review.line.startswith(f"Port {port} of this machine cannot be listened on")
            assert review.process.wait(TIMEOUT) == 1
    for none in ("0", "70000", "http"):
        with running(connection, "--port", none) as review:
            assert review.process.wait(TIMEOUT) == 2


def test_what_is_kept_of_the_address_is_its_owners_alone(connection: Path) -> None:
    with running(connection) as review:
        assert review.address
        (path,) = connection.parent.glob(".state/connections/*/served.json")
        assert path.stat().st_mode & 0o777 == 0o600
        assert review.address.rpartition("=")[2] not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("screen", "opened"), [({"DISPLAY": ":0"}, 1), ({"BROWSER": "firefox"}, 1), ({}, 0)], ids=str)
def test_a_browser_is_opened_where_somebody_can_see_it(
    screen: dict[str, str], opened: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no screen, a browser in the terminal would be found, and take the terminal."""
    addresses: list[str] = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    monkeypatch.setattr(threading.Thread, "start", lambda thread: thread.run())
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in screen.items():
        monkeypatch.setenv(name, value)
    serve.open_in_a_browser("http://127.0.0.1:8123/?token=x")
    assert len(addresses) == opened
