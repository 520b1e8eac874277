"""`check` of connectors, all at once, with the sentences in which they say what is wrong.

PyAirbyte's own `check` starts one after the other, wraps what they say into a report of its own, and drops the levels
of what they log.
"""

import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from huma_xledger.belonging import Identity

IDENTITY: Final = "CONNECTION IDENTITY "
"""What the line begins with in which a connector says whose account it reaches."""


_DECISIONS: Final = re.compile(r"\d+ decisions? (was|were) found ")
"""What the line begins with in which a destination says what it knows of decisions."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a connector said while it was checked.

    Attributes:
        identity: Whose account it reaches, and by which settings it works; None when it does not say.
        warnings: What it warns of although it can work.
        problem: Why it cannot work; None when it can.
        decisions: How many decisions it goes by, and what became of them; None when there are none.
    """

    identity: Identity | None
    warnings: tuple[str, ...]
    problem: str | None
    decisions: str | None = None


def check(
    connectors: Mapping[Path, Mapping[str, Any]], private: Path, show: Callable[[str], object] = lambda _: None
) -> dict[str, Checked]:
    """Checks connectors.

    Args:
        connectors: The config of each executable.
        private: A folder for the configs while they are read.
        show: Takes each line that one of them logs, as soon as it does: a check may wait for a host that is away.
            It is called by several threads.

    Returns:
        What each said, by the executable's name.
    """
    with ExitStack() as stack:
        listeners = stack.enter_context(ThreadPoolExecutor())  # first, for they end when the processes have
        started = {path: _started(stack, path, config, private) for path, config in connectors.items()}
        heard = {path.name: listeners.submit(_checked, process, show) for path, process in started.items()}
        return {name: checked.result() for name, checked in heard.items()}


def said(output: bytes, exit_code: int) -> Checked:
    """What a connector's output says; what is no message is passed over.

    Args:
        output: Messages, one a line.
        exit_code: With which it ended.
    """
    identity: Identity | None = None
    warnings = []
    decisions: str | None = None
    problem: str | None = f"it ended without an answer (exit code {exit_code}). Run its check by itself to see why."
    for message in _messages(output.splitlines()):
        match message:
            case {"type": "LOG", "log": {"message": str(text)}} if text.startswith(IDENTITY):
                identity = _identity(text.removeprefix(IDENTITY))
            case {"type": "LOG", "log": {"message": str(text)}} if _DECISIONS.match(text):
                decisions = text
            case {"type": "LOG", "log": {"level": "WARN", "message": str(text)}}:
                warnings.append(text)
            case {"type": "TRACE", "trace": {"type": "ERROR", "error": {"message": str(text)}}}:
                problem = text
            case {"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED"}}:
                problem = None
            case {"type": "CONNECTION_STATUS", "connectionStatus": {"message": str(text)}}:
                problem = text
    return Checked(identity, tuple(warnings), problem, decisions)


def _started(
    stack: ExitStack, executable: Path, config: Mapping[str, Any], private: Path
) -> "subprocess.Popen[bytes] | Checked":
    """A process that checks a config, which is in a file meanwhile; both are gone when the stack is. Or why not."""
    config_file = stack.enter_context(_in_a_file(config, private))
    try:
        process = subprocess.Popen(  # noqa: S603  our own executables, installed beside this package
            [executable, "check", "--config", config_file],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        problem = f"{executable} cannot be run ({error.strerror}). Install it beside huma-xledger: make setup does."
        return Checked(None, (), problem)
    stack.enter_context(process)
    stack.callback(process.terminate)
    return process


@contextmanager
def _in_a_file(config: Mapping[str, Any], private: Path) -> Iterator[str]:
    """The path of a file that only its owner can read, for as long as the block takes."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=private, suffix=".json") as file:
        json.dump(config, file)
        file.flush()
        yield file.name


def _checked(started: "subprocess.Popen[bytes] | Checked", show: Callable[[str], object]) -> Checked:
    if isinstance(started, Checked):
        return started
    output = []
    for line in started.stdout or ():
        output.append(line)
        for message in _messages([line]):
            match message:
                case {"type": "LOG", "log": {"message": str(text)}} if not text.startswith(IDENTITY):
                    show(text)
    return said(b"".join(output), started.wait())


def _messages(lines: Iterable[bytes]) -> Iterator[Any]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue


def _identity(text: str) -> Identity | None:
    try:
        told = json.loads(text)
    except ValueError:
        return None
    match told:
        case {"account": str() | None as account, "settings": str() | None as settings}:
            return Identity(account, settings)
    return None
