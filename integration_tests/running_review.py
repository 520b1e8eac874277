"""`huma-xledger review`, or another command that goes on, as a process, as somebody starts it at a terminal."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = Path(sys.executable).with_name("huma-xledger")
TIMEOUT = 30


@dataclass
class Running:
    """A review, or another command, that runs.

    Attributes:
        process: The command.
        line: What it has printed first.
    """

    process: "subprocess.Popen[str]"
    line: str

    @property
    def address(self) -> str:
        """With the token."""
        return str(re.findall(r"http://127\.0\.0\.1:\d+/\?token=\S+", self.line)[0])

    @property
    def base(self) -> str:
        """Without it."""
        return self.address.partition("/?")[0]

    def end(self, how: signal.Signals) -> tuple[int, str]:
        """Ends it. Returns the exit code, and what it prints after the address."""
        self.process.send_signal(how)
        rest, _ = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, rest


@contextmanager
def running(connection: Path, *arguments: str, command: str = "review") -> Iterator[Running]:
    """Reviews a connection until the block ends. What the command keeps stands beside the connection's folder.

    Args:
        connection: The folder of the connection.
        arguments: What stands behind it.
        command: What is done instead of a review.
    """
    environment = {name: value for name, value in os.environ.items() if name not in {"BROWSER", "DISPLAY"}}
    with subprocess.Popen(  # noqa: S603  our own command
        [COMMAND, command, connection, *arguments],
        cwd=connection.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield Running(process, process.stdout.readline())
        finally:
            process.kill()
