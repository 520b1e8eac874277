"""The states of a sync that PyAirbyte runs, in a file, where it would want a cache database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huma_xledger.belonging import Belonging
from huma_xledger.pyairbyte import AirbyteStateMessage, StateWriterBase, StaticInputState
from huma_xledger.state_file import Kept, StateFile


@dataclass(frozen=True, slots=True)
class StatesOfSync:
    """What PyAirbyte asks of a `state_cache`: the state to start from, and where the next ones go.

    A state is kept together with whom it belongs to. A sync that belongs to somebody else starts without any, so what
    is in the file was always written under what stands beside it, whenever the sync is killed.

    Attributes:
        file: Where states are kept.
        belongs_to: To whom those of this sync belong.
        start: The state to start from, as it was kept; none to send everybody.
    """

    file: StateFile
    belongs_to: Belonging
    start: Sequence[Mapping[str, Any]]

    def get_state_provider(self, source_name: str, destination_name: str | None = None) -> StaticInputState:
        """The state to start from."""
        del source_name, destination_name
        return StaticInputState([AirbyteStateMessage.model_validate(state) for state in self.start])

    def get_state_writer(self, source_name: str, destination_name: str | None = None) -> StateWriterBase:
        """Takes the states that the destination lets through."""
        del source_name, destination_name
        return _FileWriter(self.file, self.belongs_to)


class _FileWriter(StateWriterBase):
    def __init__(self, file: StateFile, belongs_to: Belonging) -> None:
        super().__init__()
        self._file = file
        self._belongs_to = belongs_to

    def _write_state(self, state_message: AirbyteStateMessage) -> None:
        del state_message
        states = self._state_message_artifacts
        as_json = [state.model_dump(mode="json", by_alias=True, exclude_unset=True) for state in states]
        self._file.keep(Kept(self._belongs_to, as_json))
