"""Airbyte messages from a host's lines."""

from collections.abc import Iterable, Iterator

import orjson
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer
from serpyco_rs import ValidationError

from destination_xledger.failures import system_error


def read_messages(lines: Iterable[bytes]) -> Iterator[AirbyteMessage]:
    """The messages in a host's output, one a line; blank lines are passed over.

    Args:
        lines: Lines of JSON in UTF-8.

    Raises:
        AirbyteTracedException: For a line that is not a message: skipping it would lose data. The error names the
            line's number and nothing of its content.
    """
    for number, line in enumerate(lines, start=1):
        if line.isspace():
            continue
        message = _message(line)
        if message is None:
            raise system_error(
                f"Line {number} of the input is not an Airbyte message, so the sync stops before data gets lost. What "
                "came before it may be written; the next sync starts from the last state. Report this to the makers "
                "of the source or the host."
            )
        yield message


def _message(line: bytes) -> AirbyteMessage | None:
    try:
        return AirbyteMessageSerializer.load(orjson.loads(line))
    except (orjson.JSONDecodeError, ValidationError):
        return None
