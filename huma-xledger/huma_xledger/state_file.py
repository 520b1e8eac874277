"""The state of a connection in a file: plain JSON, as the protocol has it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from airbyte_protocol.models import AirbyteStateMessage

from huma_xledger.belonging import Belonging
from huma_xledger.lock import held
from huma_xledger.private_file import replace_at_once

VERSION: Final = 1
"""Of the file. What came before it was the bare list of states, which does not say to whom they belong."""


LOCK: Final = "lock"
"""What the file is called that stands for the lock of a connection, in the folder of its states."""


class StateFileError(Exception):
    """A file that is no state, or cannot be written; the message is a sentence that names it, and nothing in it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a sync left.

    Attributes:
        belongs_to: To whom the states belong; None where that is not known.
        states: The states, each as a state message has it.
    """

    belongs_to: Belonging | None
    states: Sequence[Mapping[str, Any]]

    def with_state(self, state: Mapping[str, Any]) -> "Kept":
        """What is left with a later state in place of the one of its stream.

        Args:
            state: The state, as a state message has it.
        """
        others = [before for before in self.states if _stream(before) != _stream(state)]
        return replace(self, states=[*others, state])


@dataclass(frozen=True, slots=True)
class StateFile:
    """Where the state of one direction of a connection is kept.

    Attributes:
        path: The file; it need not exist yet. What is in one folder with it belongs to the same connection.
    """

    path: Path

    def kept(self) -> Kept | None:
        """What the last sync left; None before the first one.

        Raises:
            StateFileError: When the file holds something else, or a part of a state.
        """
        try:
            content = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateFileError(
                f"The state file {self.path} cannot be read: {error.strerror}. Check its permissions."
            ) from None
        except (ValueError, RecursionError):
            content = None
        kept = _kept(content)
        if kept is None:
            raise StateFileError(
                f"The state file {self.path} holds no state: it is empty, broken off or something else. Put back what "
                "was there, or remove it: the next sync then reads everybody, and writes what differs."
            )
        return kept

    def keep(self, kept: Kept) -> None:
        """Replaces the file at once: a reader finds what was there before or what is there after, never half of one.

        Raises:
            StateFileError: When it cannot be written.
        """
        content = {
            "version": VERSION,
            "belongs_to": kept.belongs_to and asdict(kept.belongs_to),
            "states": list(kept.states),
        }
        try:
            replace_at_once(self.path, json.dumps(content).encode())
        except OSError as error:
            raise StateFileError(
                f"The state file {self.path} cannot be written: {error.strerror}. What was written stays "
                "written. Give the user that this runs as permission and room there; the next sync sends those again "
                "whom the state that is there does not know of."
            ) from None

    def forget_settings(self) -> None:
        """Notes that the next sync is not to go on from here: one that sends everybody begins, or one has only looked.

        Raises:
            StateFileError: When the file cannot be read or written.
        """
        kept = self.kept()
        if kept is not None and kept.belongs_to is not None:
            self.keep(replace(kept, belongs_to=replace(kept.belongs_to, settings=None)))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps every other sync of the connection from starting, in whichever direction.

        Raises:
            AlreadyRunningError: When one is running.
            LockFileError: When the file that stands for that cannot be written.
        """
        with held(self.path.with_name(LOCK)):
            yield


def _stream(state: Mapping[str, Any]) -> tuple[str, str | None] | None:
    """Whose state it is. A host may say that there is no namespace, or leave it out."""
    match state.get("stream"):
        case {"stream_descriptor": {"name": str(name), **more}}:
            namespace = more.get("namespace")
            return name, namespace if isinstance(namespace, str) else None
    return None


def _kept(content: Any) -> Kept | None:
    """What the content of a file means; None when it is no state."""
    match content:
        case list(states):
            belongs_to = None
        case {"version": 1, "belongs_to": None, "states": list(states)}:
            belongs_to = None
        case {
            "version": 1,
            "belongs_to": {
                "source": str(source),
                "destination": str(destination),
                "settings": str() | None as settings,
            },
            "states": list(states),
        }:
            belongs_to = Belonging(source, destination, settings)
        case _:
            return None
    if not all(map(_is_a_state, states)):
        return None
    return Kept(belongs_to, states)


def _is_a_state(content: Any) -> bool:
    match content:
        case {"stream": {"stream_descriptor": {"name": str()}}} | {"global": {"stream_states": list()}}:
            pass
        case {"data": dict()}:
            pass
        case _:
            return False
    try:
        AirbyteStateMessage.model_validate(content)
    except ValueError:
        return False
    return True
