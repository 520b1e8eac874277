"""What runs see of decisions, remembered beside the reports, so that a check can tell it. Nothing depends on it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from io import BytesIO
from typing import Final

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.storage.storage import Storage, open_storage
from connector_base.storage.storage_config import StorageConfig
from shared_mappings import Decisions, Fates, Seen, parse_seen

logger = logging.getLogger(f"airbyte.{__name__}")

FILE: Final = "decisions.seen.json"
"""Where it is, at the root of the storage: both directions go by the same decisions, and share it."""


def _now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True, slots=True)
class SeenDecisions:
    """What runs have seen of the decisions that are in force.

    Attributes:
        decisions: The decisions.
        config: Where it is remembered.
        now: The current time, with its zone.
    """

    decisions: Decisions
    config: StorageConfig
    now: Callable[[], datetime] = _now

    def remember(self, fates: Fates) -> None:
        """Notes what a run has seen, if it is another thing than was known. What cannot be noted is warned of.

        Args:
            fates: What became in it of those that it came across. Where it came across none, nothing is read either.
        """
        if not fates:
            return
        try:
            storage = open_storage(self.config)
            if storage is not None:
                self._note(fates, storage)
        except AirbyteTracedException as error:
            logger.warning(
                "What this run has seen of decisions cannot be noted, so a check will not tell of it. Everything else "
                "went as it should. %s",
                error.message,
            )

    def known(self) -> Seen | None:
        """What is known; None where nothing can be: there is no storage, or it cannot be read, which is warned of."""
        try:
            storage = open_storage(self.config)
            known = None if storage is None else self._kept_in(storage)
        except AirbyteTracedException as error:
            logger.warning("What earlier syncs have seen of decisions cannot be told. %s", error.message)
            return None
        return None if storage is None else known or Seen.nothing(self.decisions, self.now())

    def _note(self, fates: Fates, storage: Storage) -> None:
        known = self._kept_in(storage)
        seen = (known or Seen.nothing(self.decisions, self.now())).after(fates, self.now())
        if seen != known:
            storage.put(FILE, BytesIO(seen.as_text().encode() + b"\n"))

    def _kept_in(self, storage: Storage) -> Seen | None:
        """What is kept of these decisions; None where nothing is, or where nobody understands it.

        Raises:
            AirbyteTracedException: When the storage cannot be read.
        """
        content = storage.read(FILE)
        if content is None:
            return None
        try:
            kept = parse_seen(content)
        except ValueError:
            logger.warning(
                "What is in %s is not understood, so it is not known what earlier syncs have seen of decisions. The "
                "next sync that comes across some of them writes it anew.",
                storage.place(FILE),
            )
            return None
        return kept if kept.decisions == self.decisions.digest else None
