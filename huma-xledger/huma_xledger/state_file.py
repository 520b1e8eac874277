"""The state of a connection in a file, where PyAirbyte would want a cache database."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from airbyte.shared.state_providers import StaticInputState
from airbyte.shared.state_writers import StateWriterBase
from airbyte_protocol.models import AirbyteStateMessage


class _FileWriter(StateWriterBase):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def _write_state(self, state_message: AirbyteStateMessage) -> None:
        """Replaces the file at once: a reader finds the state before or the state after, never half of one."""
        del state_message
        states = [message.model_dump(mode="json", exclude_none=True) for message in self._state_message_artifacts]
        draft = self._path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(states, file)
        draft.replace(self._path)


@dataclass(frozen=True, slots=True)
class StateFile:
    """What PyAirbyte asks of a `state_cache`: where the last state is, and where the next one goes.

    Attributes:
        path: The file; it need not exist yet.
    """

    path: Path

    def get_state_provider(self, source_name: str, destination_name: str | None = None) -> StaticInputState:
        """The state that the last sync left."""
        del source_name, destination_name
        if not self.path.exists():
            return StaticInputState([])
        states = json.loads(self.path.read_text(encoding="utf-8"))
        return StaticInputState([AirbyteStateMessage.model_validate(state) for state in states])

    def get_state_writer(self, source_name: str, destination_name: str | None = None) -> StateWriterBase:
        """Takes the states that the destination lets through."""
        del source_name, destination_name
        return _FileWriter(self.path)
