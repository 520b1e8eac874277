"""What the connectors of one direction log in their own words, where they run in this process."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from connector_base.log_redaction import RedactingFormatter

OWN: Final = ("connector_base", "source_huma", "huma_api", "destination_xledger", "xledger_api")
"""The packages whose lines are the connectors' own."""


class Heard(logging.Handler):
    """Hears what the connectors log in their own words.

    Attributes:
        lines: All of it, secrets masked.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._formatter: Final = RedactingFormatter(OWN)

    @classmethod
    @contextmanager
    def listening(cls) -> Iterator["Heard"]:
        """One that hears what is logged in the block."""
        heard = cls()
        logger = logging.getLogger("airbyte")
        logger.addHandler(heard)
        try:
            yield heard
        finally:
            logger.removeHandler(heard)

    def emit(self, record: logging.LogRecord) -> None:
        """Takes a line."""
        if self._formatter.is_own(record):
            self.lines.append(self._formatter.text(record))
