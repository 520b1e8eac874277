"""The state of a connection in a file, where PyAirbyte would want a cache database."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airbyte.shared.state_providers import StaticInputState
from airbyte.shared.state_writers import StateWriterBase
from airbyte_protocol.models import AirbyteStateMessage

from huma_xledger.lock import held


class StateFileError(Exception):
    """A file that is no state; the message is a sentence that names it, and nothing in it."""


class _FileWriter(StateWriterBase):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def _write_state(self, state_message: AirbyteStateMessage) -> None:
        """Replaces the file at once: a reader finds the state before or the state after, never half of one."""
        del state_message
        messages = self._state_message_artifacts
        states = [message.model_dump(mode="json", by_alias=True, exclude_unset=True) for message in messages]
        draft = self._path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)  # it may have been there before
            json.dump(states, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


@dataclass(frozen=True, slots=True)
class StateFile:
    """What PyAirbyte asks of a `state_cache`: where the last state is, and where the next one goes.

    Attributes:
        path: The file; it need not exist yet.
    """

    path: Path

    def messages(self) -> list[AirbyteStateMessage]:
        """The state that the last sync left; none before the first one.

        Raises:
            StateFileError: When the file holds something else, or a part of a state.
        """
        try:
            states = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StateFileError(f"The state file {self.path} cannot be read: {error.strerror}.") from None
        except (ValueError, RecursionError):
            states = None
        if not isinstance(states, list) or not all(map(_is_a_state, states)):
            raise StateFileError(
                f"The state file {self.path} holds no state: it is empty, broken off or something else. Put back what "
                "was there, or remove it: the next sync then reads everybody, and changes in Xledger what differs."
            )
        return [AirbyteStateMessage.model_validate(state) for state in states]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps every other sync from this state.

        Raises:
            AlreadyRunningError: When one is running.
        """
        with held(self.path.with_suffix(".lock")):
            yield

    def get_state_provider(self, source_name: str, destination_name: str | None = None) -> StaticInputState:
        """The state that the last sync left.

        Raises:
            StateFileError: When the file holds something else.
        """
        del source_name, destination_name
        return StaticInputState(self.messages())

    def get_state_writer(self, source_name: str, destination_name: str | None = None) -> StateWriterBase:
        """Takes the states that the destination lets through."""
        del source_name, destination_name
        return _FileWriter(self.path)


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
