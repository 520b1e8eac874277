"""A sync of everybody, as `huma-xledger sync` does it, in a process of its own."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from huma_xledger import child
from huma_xledger.bringing.runs import Ending, Ran

if TYPE_CHECKING:
    import subprocess

COMMAND: Final = child.command("huma_xledger.bringing.whole_sync")
"""How the process is started."""

RAN: Final = TypeAdapter(Ran)

WITHOUT_A_WORD: Final = (
    "The sync of everybody ended without a word (exit code {code}): it was ended from outside, or the machine lacks "
    "memory or room. It is tried again."
)

NOT_STARTED: Final = "The sync of everybody could not be started ({why}). It is tried again."

STOPPED: Final = "The sync of everybody was ended, since this program ends. A new start goes on from there."


@dataclass(frozen=True, slots=True)
class Task:
    """What the process is asked for.

    Attributes:
        folder: The folder of the connection.
        states: The folder with its states.
    """

    folder: str
    states: str


TASK: Final = TypeAdapter(Task)


@dataclass(slots=True)
class Everybody:
    """Brings everybody to Xledger who has changed since the last sync, and tells those who are told.

    Attributes:
        folder: The folder of the connection.
        states: The folder with its states.
        command: How the process is started that does it.
    """

    folder: Path
    states: Path
    command: Sequence[str] = COMMAND
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False, repr=False)
    _is_stopped: bool = field(default=False, init=False)

    def __call__(self) -> Ran:
        """Does it, and waits until the process has ended: then nothing of it runs any more."""
        task = TASK.dump_json(Task(str(self.folder.absolute()), str(self.states.absolute()))) + b"\n"
        lines: list[bytes] = []
        try:
            process = self._started()
        except OSError as error:
            return Ran(Ending.PASSING, NOT_STARTED.format(why=error.strerror))
        try:
            with suppress(BrokenPipeError), process:  # one that has ended before it took its task
                child.give(process, task)
                lines = list(process.stdout or ())
        finally:
            with self._one_at_a_time:
                self._process = None
        try:
            return RAN.validate_json(lines[-1])
        except (IndexError, ValidationError):
            problem = STOPPED if self._is_stopped else WITHOUT_A_WORD.format(code=process.returncode)
            return Ran(Ending.PASSING, problem, in_doubt=True)

    def stop(self) -> None:
        """Ends one that is under way, from another thread: what was written stays written, and nothing is lost.

        Whatever is asked for afterwards ends at once.
        """
        with self._one_at_a_time:
            self._is_stopped = True
            if self._process is not None:
                child.end(self._process)

    def _started(self) -> "subprocess.Popen[bytes]":
        with self._one_at_a_time:
            self._process = process = child.started(self.command)
            if self._is_stopped:
                child.end(process)
            return process
