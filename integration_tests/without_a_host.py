"""Both connectors in this process, one after the other, as a host would run them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from huma_xledger.connection import SyncResult
from integration_tests.conftest import Write
from integration_tests.reading import State, read_source
from integration_tests.records import records
from integration_tests.sandbox import Sandbox


@dataclass
class InThisProcess:
    """A connection between a sandbox's systems.

    Attributes:
        sandbox: The sandbox.
        write: The fixture of that name, for the same sandbox.
        mode: The mode of the destination.
        state: The state that the last sync left.
        settings: Other settings of the destination.
    """

    sandbox: Sandbox
    write: Write
    mode: str = "sync"
    state: State | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def sync(self) -> SyncResult:
        """Syncs once, and keeps the state for the next time."""
        read = read_source(self.sandbox, self.state)
        self.state = read.state if read.states else self.state
        written = self.write(records(read.records.values()), mode=self.mode, **self.settings)
        assert written.error is None
        return SyncResult(written.summary, tuple(written.log))
