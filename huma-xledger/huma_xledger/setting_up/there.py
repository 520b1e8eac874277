"""What there is in a workspace of Airbyte's, as far as it concerns a connection. Without I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from huma_xledger.setting_up.wanted import Side

MASK: Final = "**********"
"""What Airbyte gives in the place of a secret."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A connector that Airbyte knows.

    Attributes:
        id: Airbyte's id of it.
        name: What it is called there.
        repository: Of its image.
        tag: Of its image.
    """

    id: str
    name: str
    repository: str
    tag: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A source or a destination: a connector with settings.

    Attributes:
        id: Airbyte's id of it.
        name: What it is called there.
        definition_id: Of what it was made.
        config: Its settings, with `MASK` in the place of secrets.
    """

    id: str
    name: str
    definition_id: str
    config: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection between a source and a destination.

    Attributes:
        id: Airbyte's id of it.
        name: What it is called there.
        source_id: Where it reads.
        destination_id: Where it writes.
        is_active: Whether it runs at all.
        streams: The configuration of each of its streams, as Airbyte gives it.
        cron: When it runs, as Airbyte takes it; None where that is no cron expression.
        prefix: What comes before the names of streams.
        behavior: What Airbyte does when the source offers other fields than before.
    """

    id: str
    name: str
    source_id: str
    destination_id: str
    is_active: bool
    streams: Sequence[Mapping[str, Any]]
    cron: str | None
    prefix: str
    behavior: str


@dataclass(frozen=True, slots=True)
class There:
    """All that is there.

    Attributes:
        definitions: The connectors that Airbyte knows, by their side.
        actors: The sources and the destinations, by their side.
        connections: The connections.
    """

    definitions: Mapping[Side, Sequence[Definition]]
    actors: Mapping[Side, Sequence[Actor]]
    connections: Sequence[Connection]
