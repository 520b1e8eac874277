"""The command of a source, as a process whose host may go away at any time."""

from contextlib import closing
from typing import TYPE_CHECKING, cast

from airbyte_cdk.models import AirbyteMessage

from connector_base.protocol.any_text import in_whole_characters
from connector_base.protocol.messages import print_line
from connector_base.reading.entrypoint import SourceEntrypoint

if TYPE_CHECKING:
    from collections.abc import Generator


def line_of(message: AirbyteMessage) -> str:
    """A message as the command prints it."""
    return in_whole_characters(SourceEntrypoint.airbyte_message_to_string(message))


def print_messages(entrypoint: SourceEntrypoint, arguments: list[str]) -> None:
    """Runs the verb that a command line names, and prints its messages, one JSON object a line.

    Args:
        entrypoint: Runs it.
        arguments: The verb and its options.
    """
    # Closed also when nobody takes the lines any more, for the threads that read must learn of it.
    with closing(cast("Generator[str]", entrypoint.run(entrypoint.parse_args(arguments)))) as messages:
        for message in messages:
            print_line(in_whole_characters(message))
