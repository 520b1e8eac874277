"""Keeps secrets and people's data out of everything the connector prints but records.

The CDK writes the bodies of requests and answers into its logs, and exceptions quote the values they stumble over.
All log lines pass through one formatter, and all error traces through one function, and both are here.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Final

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import LOGGING_CONFIG, AirbyteLogFormatter, init_logger
from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.utils import AirbyteTracedException

LEFT_OUT: Final = "[left out]"

_QUOTATION: Final = re.compile(
    r"(Request \(body\)|Response \(body\)|Response \(headers\)|Response Text|Response Content|and error message"
    r"|did not sync successfully):.*",
    re.DOTALL,
)
"""Where the CDK begins to quote bodies, headers, or the text of exceptions it knows nothing about."""

_WAITING: Final = re.compile(
    r"UserDefinedBackoffException: Rate limit exceeded(?: \(HTTP (?P<status>\d+)\))?\. "
    r"Retrying in (?P<seconds>\d+)\S* seconds\."
)
"""What the CDK says of every wait before it tries again, whatever it is that went wrong."""

_SAFE_EXTRAS: Final = ("url", "status")
"""What the CDK attaches to debug lines and may be shown: addresses name people by id only."""

_STACK_FRAME: Final = re.compile(r'^\s*File ".*", line \d+, in \S+$')


def redact_logs() -> None:
    """Puts the redacting formatter in place of the CDK's, for all loggers of the process."""
    LOGGING_CONFIG["formatters"]["airbyte"]["()"] = RedactingFormatter  # type: ignore[index]
    init_logger("airbyte")


class RedactingFormatter(AirbyteLogFormatter):
    """Formats log lines as the CDK does, less what they quote.

    A line keeps its text up to where it quotes a body or a foreign exception. An exception logged with it is
    reduced to its type and to where it was raised. Attached values are dropped, but for a few that are safe.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line as an Airbyte message."""
        text = without_wrong_reason(without_quotations(record.getMessage()))
        if record.levelno <= logging.DEBUG:
            extras = (f" {name}={getattr(record, name)}" for name in _SAFE_EXTRAS if hasattr(record, name))
            text += "".join(extras)
        if record.exc_info and record.exc_info[1] is not None:
            text += "\n" + "\n".join(_types_and_places(record.exc_info[1]))
        return super().format(
            logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, text, None, None)
        )


def without_quotations(text: str) -> str:
    """A line of the CDK without the bodies, headers and exception texts it quotes."""
    return _QUOTATION.sub(rf"\1: {LEFT_OUT}", text)


def without_wrong_reason(text: str) -> str:
    """A line of the CDK, but where it takes any failure for a rate limit: what happened, and when it tries again."""
    return _WAITING.sub(_waiting, text)


def _waiting(found: re.Match[str]) -> str:
    happened = f"HTTP status {found['status']}" if found["status"] else "no answer"
    return f"Huma did not give what it was asked for ({happened}). Asking again in {found['seconds']} seconds."


def redacted(message: AirbyteMessage) -> AirbyteMessage:
    """A message that may leave the process. Logs and error traces are changed in place, the rest is left alone.

    Of an error the sentence for the administrator stays. Its internal message and its stack trace hold the texts of
    whatever exceptions came before, so of these only the places in the code stay.
    """
    if message.log is not None:
        message.log.message = without_quotations(message.log.message)
    error = message.trace.error if message.trace is not None else None
    if error is not None:
        error.message = without_quotations(error.message)
        error.internal_message = None
        error.stack_trace = "\n".join(filter(_STACK_FRAME.match, (error.stack_trace or "").splitlines()))
    return message


def report_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tells the host about an exception nobody caught; takes the place of `sys.excepthook`."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    if not isinstance(error, AirbyteTracedException):
        error = AirbyteTracedException(
            message=f"The connector met an error it was not made for ({kind.__name__}). Please report this to the "
            "maintainers of the connector.",
            exception=error,
        )
    logging.getLogger("airbyte").critical(str(error), exc_info=error)
    message = redacted(error.as_airbyte_message())
    sys.stdout.write(AirbyteEntrypoint.airbyte_message_to_string(message) + "\n")
    sys.stdout.flush()


def _types_and_places(error: BaseException) -> Iterator[str]:
    """The exception and what led to it, outermost first: the type of each, and the code it came through."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield type(link).__qualname__
        for frame in traceback.extract_tb(link.__traceback__):
            yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
