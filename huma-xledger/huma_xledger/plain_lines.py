"""What a service says of itself: a line each, for whoever reads a journal, with no value of anybody's and no secret."""

import logging
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from connector_base.failures import types_and_places
from connector_base.log_redaction import RedactingFormatter, redact_all_output

OURS: Final = "airbyte."
"""What the names of our loggers begin with; the package follows."""

SELF: Final = f"{OURS}{__package__}."
"""The same of this program's own, that is not a connector's."""


def say_in_plain_lines(own: Iterable[str]) -> None:
    """Has all that is logged in this process said in plain lines, redacted as the connectors' messages are.

    To be called after the connectors are loaded: the CDK sets up logging of its own when it is.

    Args:
        own: The packages whose lines pass.
    """
    redact_all_output(own, PlainHandler, _say_uncaught)


class PlainHandler(logging.Handler):
    """Writes lines to standard output: the time in UTC, the level, whose line it is, and what is said.

    What connectors say of themselves in each sync, nobody wants to read for every change: unless they warn of it, it is
    said only where debug lines are wanted.

    Args:
        own: The packages whose lines pass.
    """

    def __init__(self, own: Iterable[str]) -> None:
        super().__init__()
        self._redacting: Final = RedactingFormatter(own)

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a line. Where nobody reads any longer, there is nobody to tell of it either."""
        is_news = record.levelno >= logging.WARNING or record.name.startswith(SELF)
        if self._redacting.is_told(record) and (is_news or logging.getLogger("airbyte").isEnabledFor(logging.DEBUG)):
            with suppress(OSError, ValueError):
                print(self.line(record), file=sys.stdout, flush=True)

    def line(self, record: logging.LogRecord) -> str:
        """The line, whatever line ends are in what is said."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        own = self._redacting.is_own(record)
        who = record.name.removeprefix(OURS).partition(".")[0].replace("_", "-") if own else "library"
        error = record.exc_info[1] if record.exc_info else None
        trace = f" [{'; '.join(types_and_places(error))}]" if error is not None else ""
        return " ".join(f"{at} {record.levelname} {who}: {self._redacting.text(record)}{trace}".split())


def _say_uncaught(error: BaseException) -> None:
    logging.getLogger(f"{OURS}{__name__}").critical("It ended unexpectedly (%s).", type(error).__name__, exc_info=error)
