"""Keeps secrets and people's data out of all that the process says and nobody foresaw.

What this connector says of its own accord names people by id and fields by name, and passes. What a library says may
quote whatever it was handed: of that only passes who said it, at which level and where. All log lines go through one
formatter, and every error that ends the process leaves it through `report_error`; both are here.
"""

import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Final, TextIO

from airbyte_cdk.logger import LOGGING_CONFIG, AirbyteLogFormatter, init_logger, is_platform_debug_log_enabled
from airbyte_cdk.models import AirbyteLogMessage, AirbyteMessage, Level, Type
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

from connector_base.failures import told, types_and_places
from connector_base.protocol.messages import as_line, print_line

LEFT_OUT: Final = "[left out]"

TOLD_BY_THE_CONNECTOR: Final = (
    "/airbyte_cdk/sources/streams/http/",
    "/airbyte_cdk/sources/concurrent_source/concurrent_read_processor.py",
    "/airbyte_cdk/entrypoint.py",
)
"""Where the CDK logs of a request, a stream or a check that failed what it raises as well: the connector tells that in
a sentence, beside which a trace of the CDK's would only frighten."""

logger = logging.getLogger(f"airbyte.{__name__}")


def redact_all_output(
    own: Iterable[str],
    handler: Callable[[Iterable[str]], logging.Handler] | None = None,
    uncaught: Callable[[BaseException], object] | None = None,
) -> None:
    """Lets nothing out of the process that could hold a value: log lines, warnings, errors nobody caught.

    The CDK's own configuration of logging is changed, so that this stays so when some part of the CDK logs anew.

    Args:
        own: The packages of the connector. What their modules say, through loggers that are named `airbyte.` and the
            module, passes.
        handler: Makes what writes the lines, of the packages whose lines pass; None for messages, as a host reads them.
        uncaught: Tells of an error that ends the process; None for a message.
    """
    console = {"()": handler or MessageHandler, "own": (__package__, *own)}
    LOGGING_CONFIG["handlers"]["console"] = console  # type: ignore[index]
    init_logger("airbyte")
    if is_platform_debug_log_enabled():
        for name in ("airbyte", None):
            logging.getLogger(name).setLevel(logging.DEBUG)
    sys.excepthook = partial(_report_uncaught, uncaught or report_error)
    sys.unraisablehook = _tell_of_unraisable
    threading.excepthook = _tell_of_thread
    warnings.showwarning = _tell_of_warning


def report_error(error: BaseException) -> None:
    """Tells the host how the command failed: the only way out for an error."""
    print_line(as_line(told(error).as_airbyte_message()))


class MessageHandler(logging.Handler):
    """Writes log lines to standard output, as the messages that `RedactingFormatter` makes of them.

    Args:
        own: The packages whose lines pass.
    """

    def __init__(self, own: Iterable[str]) -> None:
        super().__init__()
        self._formatter: Final = RedactingFormatter(own)

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a line. Where nobody reads any longer, there is nobody to tell of it either."""
        if self._formatter.is_told(record):
            with suppress(OSError, ValueError):
                print_line(self._formatter.format(record))


class RedactingFormatter(logging.Formatter):
    """Formats log lines as Airbyte messages that hold no value of a record and no secret.

    A line of this connector's own passes, secrets masked. Of a library's line remain its logger, its level and its
    place in the code. Of an exception remain the types and the places in the code, whoever logs it.

    Args:
        own: The packages whose lines pass.
    """

    def __init__(self, own: Iterable[str]) -> None:
        super().__init__()
        self._own: Final = tuple(f"airbyte.{package}." for package in own)

    def format(self, record: logging.LogRecord) -> str:
        """The line as an Airbyte message."""
        level = AirbyteLogFormatter.level_mapping.get(record.levelno, Level.INFO)
        error = record.exc_info[1] if record.exc_info else None
        trace = "\n".join(types_and_places(error)) if error is not None else None
        log = AirbyteLogMessage(level=level, message=self.text(record), stack_trace=trace)
        return as_line(AirbyteMessage(type=Type.LOG, log=log))

    def text(self, record: logging.LogRecord) -> str:
        """What may be told of the line, without a message around it."""
        text = self._own_text(record) or f"{record.name}: {LEFT_OUT} ({record.filename}:{record.lineno})"
        return filter_secrets(text)

    def is_told(self, record: logging.LogRecord) -> bool:
        """Whether a line is told at all.

        Hardly anything remains of what a library says, so unless it warns of something that the connector does not tell
        itself, it is told only where debug lines are wanted.
        """
        told_already = any(place in record.pathname for place in TOLD_BY_THE_CONNECTOR)
        news = record.levelno >= logging.WARNING and not told_already
        return news or self.is_own(record) or logging.getLogger("airbyte").isEnabledFor(logging.DEBUG)

    def is_own(self, record: logging.LogRecord) -> bool:
        """Whether a line is one of this connector's own."""
        return record.name.startswith(self._own)

    def _own_text(self, record: logging.LogRecord) -> str | None:
        """What the connector says; None for anything else, and where the arguments do not fit the text."""
        if not self.is_own(record):
            return None
        try:
            return record.getMessage()
        except (TypeError, ValueError, KeyError):
            return None


def _report_uncaught(
    report: Callable[[BaseException], object],
    _: type[BaseException],
    error: BaseException,
    __: TracebackType | None,
) -> None:
    # Whatever goes wrong in here, Python tells in clear, together with the text of the error.
    with suppress(Exception):
        if isinstance(error, KeyboardInterrupt):
            sys.stderr.write("Interrupted.\n")
        else:
            report(error)


def _tell_of_unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    with suppress(Exception):  # as above
        logger.warning("Something failed where no code can catch it.", exc_info=unraisable.exc_value)


def _tell_of_thread(failed: threading.ExceptHookArgs) -> None:
    with suppress(Exception):
        logger.error("A thread failed.", exc_info=failed.exc_value)


def _tell_of_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Tells that a library warns, and of what kind; the text may quote values."""
    del message, file, line
    logger.info("A library warns of something (%s at %s:%d).", category.__name__, filename, lineno)
