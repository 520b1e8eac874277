"""What was told last, so that what happens again and again is not told each time: a digest and a time, nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Final

from connector_base.storage.storage import Storage
from shared_mappings import Side

FILE: Final = "told.json"

FOR_A_DAY: Final = timedelta(days=1)
"""How long it is not told again."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """The file in a storage, which both destinations have where they leave their reports in one place.

    Attributes:
        storage: The storage; None where there is none, and nothing is remembered.
        written: The system whose runs these are.
    """

    storage: Storage | None
    written: Side

    def is_told(self, what: str, now: datetime) -> bool:
        """Whether this was the last that was told, and no day has passed since.

        Raises:
            AirbyteTracedException: When the storage cannot be read.
        """
        match self._read().get(self.written.value):
            case {"what": str(told), "at": str(at)} if told == what:
                return timedelta() <= now - _time(at, now) < FOR_A_DAY
        return False

    def tells(self, what: str, now: datetime) -> None:
        """Remembers what was told just now, in place of what was told before.

        Raises:
            AirbyteTracedException: When the storage cannot be written.
        """
        self._write({**self._read(), self.written.value: {"what": what, "at": now.isoformat(timespec="seconds")}})

    def forget(self) -> None:
        """Forgets what was told: something else came in between. Nothing is written where nothing was told.

        Raises:
            AirbyteTracedException: When the storage cannot be read or written.
        """
        kept = dict(self._read())
        if kept.pop(self.written.value, None) is not None:
            self._write(kept)

    def _read(self) -> Mapping[str, Any]:
        """What is remembered; nothing where somebody has put something else there."""
        content = self.storage.read(FILE) if self.storage else None
        try:
            kept = json.loads(content or b"{}")
        except ValueError:
            return {}
        return kept if isinstance(kept, dict) else {}

    def _write(self, kept: Mapping[str, Any]) -> None:
        if self.storage is not None:
            self.storage.put(FILE, BytesIO(json.dumps(kept).encode()))


def _time(text: str, now: datetime) -> datetime:
    """A time with its zone; one that is too long ago where it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return now - FOR_A_DAY
    return at if at.tzinfo else now - FOR_A_DAY
