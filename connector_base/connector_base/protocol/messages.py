"""Airbyte messages from a host's lines, and back."""

import logging
import re
import sys
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteMessageSerializer,
    AirbyteRecordMessage,
    AirbyteStateMessage,
    AirbyteStateStats,
    AirbyteStreamState,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from airbyte_protocol_dataclasses.models import (
    AirbyteRecordMessageMeta,
    AirbyteRecordMessageMetaChange,
    DestinationCatalog,
)
from serpyco_rs import Serializer, ValidationError

from connector_base.failures import system_error
from connector_base.protocol.any_text import dumps, loads, members, object_of
from connector_base.protocol.stream_keys import StreamKey

logger = logging.getLogger(f"airbyte.{__name__}")


@dataclass
class CoveredRecords(AirbyteStateStats):  # type: ignore[misc]  # the package it comes from is not typed
    """How many records a state covers, and how many of them were rejected; the CDK's model has no place for those.

    Attributes:
        rejectedRecordCount: Of `recordCount`, those that were not written.
    """

    rejectedRecordCount: float = 0.0  # noqa: N815  the protocol's name


@dataclass
class HostsStateMessage(AirbyteStateMessage):
    """A state message of a host, which is passed on as it came: a host wants back what it added, and exact numbers.

    Of a state's own attributes, `stream` says of which stream it is, None for all of them, and `destinationStats` is
    what the destination says. The rest is in the text alone.

    Attributes:
        message: The members of the message, each as the text it came as.
        content: The same of the state in it.
    """

    message: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass
class DestinationCatalogMessage(AirbyteMessage):
    """What a destination can write. The protocol has a place for it in a message; the CDK's model has none yet."""

    destination_catalog: DestinationCatalog | None = None


_DESTINATION_CATALOG: Final[Serializer[DestinationCatalog]] = Serializer(DestinationCatalog, omit_none=True)

REJECTED: Final = "rejectedRecordCount"
"""How many records were not written; as everywhere in Airbyte, it is left out where that is nought."""

_KINDS: Final = frozenset(kind.value for kind in Type)
_A_KIND: Final = re.compile(r"[A-Z][A-Z_]*")
"""How the protocol writes kinds of messages. Another word is no kind of a later version: a record that comes without
its message may have a `type` of its own, as Huma's people have."""


def read_messages(lines: Iterable[bytes], streams: Container[StreamKey]) -> Iterator[AirbyteMessage]:
    """The messages in a host's output, one a line; blank lines are passed over.

    The protocol grows. Of a message only what is used here has to be as it is known; one of a kind that is not known,
    or of a known kind with something new in it, is passed over with one warning, unless there is a record or a state in
    it.

    Args:
        lines: Lines of JSON in UTF-8.
        streams: The streams that may come.

    Raises:
        AirbyteTracedException: For a line that is not a message, a record or a state that cannot be read, or a record
            of another stream: skipping it would lose data. The error names the line's number and nothing of its
            content.
    """
    warned_of = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            message = _message(line)
        except _NewInTheProtocolError as new:
            if new.kind not in warned_of:
                warned_of.add(new.kind)
                logger.warning(
                    "Line %d of the input is a message that this connector does not know (%s). It holds no record and "
                    "no state, so it and others like it are passed over.",
                    number,
                    new.kind,
                )
            continue
        if message is None:
            raise _stopped_by(number, "not an Airbyte message")
        record = message.record
        if record is not None and StreamKey.named(record.stream, record.namespace) not in streams:
            raise _stopped_by(number, "a record of a stream that is not in the catalog")
        yield message


class _NewInTheProtocolError(Exception):
    """A message that a later version of the protocol has.

    Args:
        kind: Its type if that is known, and otherwise that it is not: a word of the input may be anything.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind: Final = kind


def _stopped_by(number: int, what: str) -> AirbyteTracedException:
    return system_error(
        f"Line {number} of the input is {what}, so the sync stops before data gets lost. What came before it may be "
        "written; the next sync starts from the last state. Report this to the makers of the source or the host."
    )


def forgets(state: AirbyteStateMessage) -> bool:
    """Whether nothing is remembered in a state as it came from a host: with such a one, everything is sent anew."""
    if not isinstance(state, HostsStateMessage):
        return False
    kinds = ("stream", "global", "data")
    held: dict[str, Any] = {
        kind: loads(text.encode()) for kind, text in state.content.items() if kind in kinds and text != "null"
    }
    match held:
        case {"stream": dict(stream)}:
            return not stream.get("stream_state")
        case {"global": dict(everything)}:
            of_streams = everything.get("stream_states") or ()
            return not everything.get("shared_state") and not any(each.get("stream_state") for each in of_streams)
        case {"data": data}:
            return not data
    return False


def as_line(message: AirbyteMessage) -> str:
    """A message as a host reads it."""
    if isinstance(message.state, HostsStateMessage):
        return _passed_on(message.state)
    content = AirbyteMessageSerializer.dump(message)
    if isinstance(message, DestinationCatalogMessage) and message.destination_catalog is not None:
        content["destination_catalog"] = _DESTINATION_CATALOG.dump(message.destination_catalog)
    return dumps(content).decode()


def print_line(line: str) -> None:
    """Writes a line to standard output, whole and at once: a host may kill the process at any time."""
    output = sys.stdout.buffer
    rest = memoryview(f"{line}\n".encode())  # the protocol is UTF-8 whatever the locale
    while rest:  # where Python was told not to buffer, a write may stop half way
        rest = rest[output.write(rest) :]
    output.flush()


def _message(line: bytes) -> AirbyteMessage | None:
    """The message in a line; None for a line that holds none, or a record or a state that cannot be read.

    Raises:
        _NewInTheProtocolError: For a message that may be passed over.
    """
    try:
        content = loads(line)
    except ValueError:
        return None
    if not isinstance(content, Mapping) or not isinstance(kind := content.get("type"), str):
        return None
    if kind == Type.RECORD.value:
        return _record(content.get("record"))
    if kind == Type.STATE.value:
        return _state(content.get("state"), line)
    if not _A_KIND.fullmatch(kind) or content.get("record") is not None or content.get("state") is not None:
        return None
    try:
        return AirbyteMessageSerializer.load(content)
    except ValidationError:
        raise _NewInTheProtocolError(kind if kind in _KINDS else "an unknown type") from None


def _record(content: Any) -> AirbyteMessage | None:
    match content:
        case {"stream": str(stream), "data": dict(data)}:
            emitted_at, namespace = content.get("emitted_at"), content.get("namespace")
            record = AirbyteRecordMessage(
                stream=stream,
                data=data,
                emitted_at=emitted_at if isinstance(emitted_at, int) else 0,
                namespace=namespace if isinstance(namespace, str) else None,
                meta=_meta(content.get("meta")),
            )
            return AirbyteMessage(type=Type.RECORD, record=record)
    return None


def _meta(content: Any) -> AirbyteRecordMessageMeta | None:
    """What a host did to a record: of each change the field, in whatever words it tells the change and the reason."""
    changes = content.get("changes") if isinstance(content, Mapping) else None
    if not isinstance(changes, list):
        return None
    told = (change if isinstance(change, Mapping) else {} for change in changes)
    return AirbyteRecordMessageMeta(
        changes=[
            AirbyteRecordMessageMetaChange(_name(change.get("field")), change.get("change"), change.get("reason"))
            for change in told
        ]
    )


def _name(field: Any) -> str:
    """What a host calls a field that it has changed; empty where it does not say."""
    return field if isinstance(field, str) else ""


def _state(content: Any, line: bytes) -> AirbyteMessage | None:
    stream: AirbyteStreamState | None = None
    match content:
        case {"stream": {"stream_descriptor": {"name": str(name), **more}}}:
            namespace = more.get("namespace")
            stream = AirbyteStreamState(StreamDescriptor(name, namespace if isinstance(namespace, str) else None))
        case {"stream": something} if something is not None:
            return None
        case dict():
            pass
        case _:
            return None
    try:
        message = members(line.decode())
        state = HostsStateMessage(stream=stream, message=message, content=members(message["state"]))
    except ValueError:
        return None
    return AirbyteMessage(type=Type.STATE, state=state)


def _passed_on(state: HostsStateMessage) -> str:
    """The text that a state came as, with what the destination says in it."""
    content = dict(state.content)
    if state.destinationStats is not None:
        content["destinationStats"] = object_of(_told_by(content) | _covered(state.destinationStats))
    return object_of({**state.message, "state": object_of(content)})


def _told_by(content: Mapping[str, str]) -> dict[str, str]:
    """What already stands where a destination tells what a state covers, but for what another one has counted."""
    text = content.get("destinationStats", "")
    return {name: value for name, value in members(text).items() if name != REJECTED} if text.startswith("{") else {}


def _covered(stats: AirbyteStateStats) -> dict[str, str]:
    rejected = stats.rejectedRecordCount if isinstance(stats, CoveredRecords) else 0
    counts = {"recordCount": stats.recordCount} | ({REJECTED: rejected} if rejected else {})
    return {name: dumps(count).decode() for name, count in counts.items()}
