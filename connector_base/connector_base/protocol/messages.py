"""Airbyte messages from a host's lines, and back."""

import sys
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Final

from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer, AirbyteStateMessage, Type
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from airbyte_protocol_dataclasses.models import Change, DestinationCatalog, Reason
from serpyco_rs import Serializer, ValidationError

from connector_base.failures import system_error
from connector_base.protocol.any_text import dumps, loads
from connector_base.protocol.stream_keys import StreamKey


@dataclass
class HostsStateMessage(AirbyteStateMessage):
    """A state message with what a host added to it.

    Airbyte's platform gives each state message an `id` and wants it back from the destination; the CDK's model has no
    place for it.

    Attributes:
        additional: Keys of the message that the protocol does not name.
    """

    additional: dict[str, Any] = field(default_factory=dict)


@dataclass
class DestinationCatalogMessage(AirbyteMessage):
    """What a destination can write. The protocol has a place for it in a message; the CDK's model has none yet."""

    destination_catalog: DestinationCatalog | None = None


_DESTINATION_CATALOG: Final[Serializer[DestinationCatalog]] = Serializer(DestinationCatalog, omit_none=True)


def read_messages(lines: Iterable[bytes], streams: Container[StreamKey]) -> Iterator[AirbyteMessage]:
    """The messages in a host's output, one a line; blank lines are passed over.

    Args:
        lines: Lines of JSON in UTF-8.
        streams: The streams that may come.

    Raises:
        AirbyteTracedException: For a line that is not a message, or a record of another stream: skipping it would lose
            data. The error names the line's number and nothing of its content.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        message = _message(line)
        if message is None:
            raise _stopped_by(number, "not an Airbyte message")
        record = message.record
        if record is not None and StreamKey.named(record.stream, record.namespace) not in streams:
            raise _stopped_by(number, "a record of a stream that is not in the catalog")
        yield message


def _stopped_by(number: int, what: str) -> AirbyteTracedException:
    return system_error(
        f"Line {number} of the input is {what}, so the sync stops before data gets lost. What came before it may be "
        "written; the next sync starts from the last state. Report this to the makers of the source or the host."
    )


def as_line(message: AirbyteMessage) -> str:
    """A message as a host reads it."""
    content = AirbyteMessageSerializer.dump(message)
    if isinstance(message.state, HostsStateMessage):
        content["state"] |= message.state.additional
    if isinstance(message, DestinationCatalogMessage) and message.destination_catalog is not None:
        content["destination_catalog"] = _DESTINATION_CATALOG.dump(message.destination_catalog)
    return dumps(content).decode()


def print_line(line: str) -> None:
    """Writes a line to standard output, whole and at once: a host may kill the process at any time."""
    # The protocol is UTF-8 whatever the locale.
    sys.stdout.buffer.write(f"{line}\n".encode())
    sys.stdout.buffer.flush()


def _message(line: bytes) -> AirbyteMessage | None:
    try:
        content = loads(line)
        _know_all_changes(content)
        message = AirbyteMessageSerializer.load(content)
    except (ValueError, ValidationError):
        return None
    if message.type is Type.RECORD and message.record is None:
        return None
    if message.type is Type.STATE and message.state is None:
        return None
    if message.state is not None:
        message.state = _with_additional(message.state, content["state"])
    return message


_CHANGES: Final = tuple(change.value for change in Change)
_REASONS: Final = tuple(reason.value for reason in Reason)


def _know_all_changes(content: Any) -> None:
    """Puts a kind of change, and a reason for it, that the protocol library knows in place of one that it does not.

    The protocol may grow. That a host has changed a field of a record, and which one, is what counts.
    """
    for change in _changes(content):
        if change.get("change") not in _CHANGES:
            change["change"] = Change.TRUNCATED.value
        if change.get("reason") not in _REASONS:
            change["reason"] = Reason.PLATFORM_SERIALIZATION_ERROR.value


def _changes(content: Any) -> list[dict[str, Any]]:
    """The changes that a record's message tells of, as far as they are any."""
    found = content
    for key in ("record", "meta", "changes"):
        found = found.get(key) if isinstance(found, dict) else None
    return [change for change in found if isinstance(change, dict)] if isinstance(found, list) else []


def _with_additional(state: AirbyteStateMessage, content: dict[str, Any]) -> HostsStateMessage:
    declared = {each.name: getattr(state, each.name) for each in fields(AirbyteStateMessage)}
    additional = {key: value for key, value in content.items() if key not in declared and key != "global"}
    return HostsStateMessage(**declared, additional=additional)
