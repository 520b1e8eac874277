"""`huma-xledger listen` as a process, as somebody starts it at a terminal, between the two systems of a sandbox."""

import json
import os
import re
import secrets
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from huma_xledger.bringing.held import EVERYBODY
from huma_xledger.bringing.worker import LAST_EVERYBODY
from huma_xledger.connection_file import NAME
from huma_xledger.inbox import store
from huma_xledger.inbox.events import Kept
from huma_xledger.inbox.store import Inbox
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.server import bind

COMMAND = Path(sys.executable).with_name("huma-xledger")
TIMEOUT = 180
"""Seconds that nothing takes, however busy the machine is."""

SECRET, TOKEN = "Zq-webhook-secret", "Zq-webhook-token"

_PATH = "/webhooks/huma"
_PORTS = range(20_000, 32_000)
"""None of those that a machine gives to whoever connects: one of them may be given out before it is listened on."""
_BETWEEN_LOOKS = 0.02


@dataclass
class Listened:
    """A connection of a sandbox that is listened to, and what is kept of it.

    Attributes:
        sandbox: The sandbox, whose Huma tells the listener what happens.
        folder: The folder of the connection. What the command keeps stands beside it.
        port: Where webhooks are taken.
    """

    sandbox: Sandbox
    folder: Path
    port: int

    @property
    def base(self) -> str:
        """Where the listener answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where webhooks go."""
        return self.base + _PATH

    @property
    def states(self) -> Path:
        """The folder in which states and the inbox are kept; there is one once the command has run."""
        (folder,) = (self.folder.parent / ".state" / "connections").iterdir()
        return folder

    def configure(self, **top: Any) -> None:
        """Writes `connection.yaml` anew.

        Args:
            top: What stands in it beside the usual; None takes away what is usual.
        """
        content = {
            "source-huma": self.sandbox.source_config(),
            "destination-xledger": self.sandbox.destination_config(),
            "listen": {"secret": SECRET, "bearer_token": TOKEN, "port": self.port},
            **top,
        }
        path = self.folder / NAME
        path.touch(mode=0o600)
        given = {name: value for name, value in content.items() if value is not None}
        path.write_text(json.dumps(given), encoding="utf-8")

    @contextmanager
    def inbox(self) -> Iterator[Inbox]:
        """The inbox, which the listener may have open too."""
        opened = Inbox.opened(self.states / store.NAME)
        try:
            yield opened
        finally:
            opened.close()

    def waiting(self) -> list[Kept]:
        """The events that wait to be brought."""
        with self.inbox() as inbox:
            return inbox.waiting()

    def let_time_pass(self, seconds: int) -> None:
        """Has everything in the inbox have happened so much earlier, and be due so much earlier.

        Args:
            seconds: How much.
        """
        before = seconds * 1_000_000
        with sqlite3.connect(self.states / store.NAME, timeout=TIMEOUT, isolation_level=None) as file:
            file.execute("UPDATE event SET came_at = came_at - ?, due_at = due_at - ?", (before, before))
            file.execute("UPDATE adding SET since = since - ?", (before,))
        file.close()
        for name in (EVERYBODY, LAST_EVERYBODY):
            with self.inbox() as inbox, suppress(ValueError):  # where everybody is being brought, that is no time
                was = datetime.fromisoformat(inbox.recalled(name) or "")
                inbox.remember(name, (was - timedelta(seconds=seconds)).isoformat())

    def phone(self, user_id: str) -> Any:
        """The phone number that Xledger has of a user; None where there is no such employee yet."""
        try:
            return self.sandbox.xledger.employee(self.sandbox.huma.users[user_id]["employmentId"])["contact"]["phone"]
        except KeyError:
            return None

    def await_phone(self, *user_ids: str) -> None:
        """Waits until Xledger has the phone numbers that Huma has."""
        for user_id in user_ids:
            phone = self.sandbox.huma.users[user_id]["phone"]
            self.sandbox.xledger.happenings.wait_for(
                lambda user_id=user_id, phone=phone: self.phone(user_id) == phone,  # type: ignore[misc]
                f"the phone number of {user_id} in Xledger",
                TIMEOUT,
            )

    def await_empty(self) -> None:
        """Waits until no event waits to be brought."""
        until(lambda: not self.waiting(), "an empty inbox")


@dataclass
class Listening:
    """A listener that runs.

    Attributes:
        listened: What it listens to.
        process: The command.
        lines: What it has printed so far.
    """

    listened: Listened
    process: "subprocess.Popen[str]"
    lines: list[str] = field(default_factory=list)

    @property
    def printed(self) -> str:
        """All that it has printed so far."""
        return "".join(self.lines)

    def await_line(self, pattern: str) -> str:
        """Waits until it has printed a line in which a pattern is found. Returns the line."""

        def found() -> str | None:
            return next((line for line in list(self.lines) if re.search(pattern, line)), None)

        until(lambda: found() or self.process.poll() is not None, f"a line with {pattern}")
        line = found()
        assert line is not None, f"It has ended with {self.process.poll()}:\n{self.printed}"
        return line

    def health(self) -> requests.Response:
        """How it says that it is."""
        return requests.get(f"{self.listened.base}/healthz", timeout=TIMEOUT)

    def metrics(self) -> dict[str, float]:
        """What it measures, by name and labels."""
        text = requests.get(f"{self.listened.base}/metrics", timeout=TIMEOUT).text
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ends it. Returns the exit code; what it prints until then is in `lines`."""
        self.process.send_signal(how)
        return self.process.wait(TIMEOUT)

    def kill(self) -> None:
        """Ends it as nothing can be prepared for."""
        assert self.end(signal.SIGKILL) == -signal.SIGKILL


def until(condition: Callable[[], object], what: str) -> None:
    """Looks at another process again and again, which has no way to wake anybody up here.

    Args:
        condition: What is to hold.
        what: What it is.

    Raises:
        TimeoutError: It does not hold after some minutes.
    """
    looks = threading.Event()
    ends = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > ends:
            raise TimeoutError(f"It was waited in vain for {what}")
        looks.wait(_BETWEEN_LOOKS)


def listened_to(sandbox: Sandbox, place: Path, **top: Any) -> Listened:
    """Makes a connection of a sandbox, and has its Huma tell whoever listens to it.

    Args:
        sandbox: The sandbox.
        place: Where the folder of the connection is made, and where the command is run.
        top: What stands in `connection.yaml` beside the usual.
    """
    folder = place / "fjord"
    folder.mkdir(mode=0o700)
    listened = Listened(sandbox, folder, free_port())
    listened.configure(**top)
    sandbox.huma.webhooks.register(listened.url, secret=SECRET, token=TOKEN)
    return listened


def free_port() -> int:
    """A port that nobody listens on."""
    while True:
        port = secrets.choice(_PORTS)
        with suppress(OSError), bind(port):
            return port


@contextmanager
def listening(listened: Listened, **environment: str) -> Iterator[Listening]:
    """Listens until the block ends, which it does not until webhooks are taken.

    Args:
        listened: What it listens to.
        environment: Environment variables for the command.
    """
    with subprocess.Popen(  # noqa: S603  our own command
        [COMMAND, "listen", listened.folder],
        cwd=listened.folder.parent,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        running = Listening(listened, process)
        reader = threading.Thread(target=_read, args=(running,), daemon=True)
        reader.start()
        try:
            running.await_line(re.escape(listened.url))
            yield running
        finally:
            process.kill()
            reader.join(TIMEOUT)


def events(listened: Listened, *arguments: str) -> tuple[int, str]:
    """Runs `huma-xledger events`. Returns the exit code and what it prints."""
    ran = subprocess.run(  # noqa: S603  our own command
        [COMMAND, "events", listened.folder, *arguments],
        cwd=listened.folder.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    return ran.returncode, ran.stdout + ran.stderr


def _read(running: Listening) -> None:
    assert running.process.stdout is not None
    for line in running.process.stdout:
        running.lines.append(line)
