"""The connectors of a direction in this process, one after the other, as a host would run them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from huma_xledger.connection import SyncResult
from huma_xledger.direction import TO_XLEDGER, Direction
from integration_tests.conftest import Write
from integration_tests.reading import Emitted, State, read_source
from integration_tests.reading_employees import read_employees
from integration_tests.records import records
from integration_tests.sandbox import Sandbox


@dataclass
class InThisProcess:
    """A connection between a sandbox's systems.

    Attributes:
        sandbox: The sandbox.
        write: The fixture `write` for the same sandbox, or `write_to_huma` for the other direction.
        mode: The mode of the destination.
        state: The state that the last sync left.
        settings: Other settings of the destination.
        direction: From where to where it goes.
    """

    sandbox: Sandbox
    write: Write
    mode: str = "sync"
    state: State | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    direction: Direction = TO_XLEDGER

    def sync(self) -> SyncResult:
        """Syncs once, and keeps the state for the next time."""
        reader: Callable[..., Emitted] = read_source if self.direction == TO_XLEDGER else read_employees
        read = reader(self.sandbox, self.state)
        self.state = read.state if read.states else self.state
        people = records(read.records.values(), self.direction.stream)
        written = self.write(people, mode=self.mode, **self.settings)
        assert written.error is None
        return SyncResult(written.summary, tuple(written.log), direction=self.direction)
