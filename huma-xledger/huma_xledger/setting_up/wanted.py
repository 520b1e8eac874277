"""What is to be in Airbyte, as `connection.yaml` says. Without I/O, but for what the file has from elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final, Literal

from huma_xledger.airbyte_settings import AirbyteSettings
from huma_xledger.bringing.timetable import ScheduleError
from huma_xledger.connection_file import SCHEDULE, ConnectionFile
from huma_xledger.direction import BY_ORIGIN, TO_XLEDGER, Direction
from huma_xledger.setting_up.quartz import quartz

Side = Literal["source", "destination"]

DISTRIBUTION: Final = "huma-xledger"
"""What this program is installed as; all of one version belong together, the images too."""

PAGES: Final[Mapping[str, str]] = {
    "source-huma": "https://huma-xledger.example/source-huma/docs/huma",
    "destination-xledger": "https://huma-xledger.example/destination-xledger/docs/xledger",
    "source-xledger": "https://huma-xledger.example/source-xledger/docs/xledger",
    "destination-huma": "https://huma-xledger.example/destination-huma/docs/huma",
}
"""Where Airbyte's forms lead to whoever wants to read about a connector."""

SYNC_MODES: Final[Mapping[str, str]] = {
    "source-huma": "incremental_deduped_history",
    "source-xledger": "full_refresh_append",
}
"""How the stream of people is read and written, by the source. Whom only Xledger has is looked at as a whole each time:
that direction runs when somebody asks for it. Nothing is ever overwritten."""

_IN_FORM: Final[Mapping[str, str]] = {
    "incremental_deduped_history": "Incremental | Append + Deduped",
    "full_refresh_append": "Full refresh | Append",
}

BEHAVIOR: Final = "disable_connection"
"""What Airbyte does when a source offers other fields than before: nothing goes on until somebody has looked at it."""

LOCAL_REPORTS: Final = (
    "The reports of {connector} go into a folder (object_storage_config: Local). In an Airbyte on Kubernetes, abctl's "
    "among them, that is one of the pod and gone with it, unless a volume is mounted there. Use a bucket "
    "(storage_type: S3)."
)

TOLD_NOBODY: Final = (
    "Airbyte does not know whom notify at the top of {path} names: nobody would be told of its syncs. Put notify below "
    "each destination, and Airbyte gets it with the other settings."
)

TWO_HOSTS: Final = (
    "{path} says that huma-xledger listen brings people to Xledger by itself (listen), and Airbyte would bring them as "
    "well. Let it start Airbyte's job instead (trigger: airbyte, with the connection's id), or leave Airbyte out."
)

NO_DIRECTION: Final = (
    "it needs settings of source-huma and destination-xledger, or of source-xledger and destination-huma, for there to "
    "be a connection to set up"
)

HALF_A_DIRECTION: Final = (
    "{path} has settings of {connector}, and none of {other}, so that there is no connection between the two: neither "
    "is set up."
)


@dataclass(frozen=True, slots=True)
class WantedConnector:
    """A connector: its definition, and the source or destination that is made of it.

    Attributes:
        command: What it is called among the connectors, as `source-huma`.
        side: Which end of a connection it is.
        title: What its definition is called when it is made: the system.
        name: What the source or destination is called when it is made.
        repository: Of its image, with the registry.
        tag: Of its image.
        config: Its settings, whole.
    """

    command: str
    side: Side
    title: str
    name: str
    repository: str
    tag: str
    config: Mapping[str, Any] = field(repr=False)

    @property
    def image(self) -> str:
        """Its image."""
        return f"{self.repository}:{self.tag}"


@dataclass(frozen=True, slots=True)
class WantedConnection:
    """A connection between two of the connectors.

    Attributes:
        direction: From where to where.
        name: What it is called when it is made.
        cron: When it runs, as Airbyte takes it; None where the file does not say.
    """

    direction: Direction
    name: str
    cron: str | None

    @property
    def sync_mode(self) -> str:
        """How its stream is read and written."""
        return SYNC_MODES[self.direction.source]

    @property
    def sync_mode_in_form(self) -> str:
        """The same, in the words of Airbyte's form."""
        return _IN_FORM[self.sync_mode]


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that is to be there.

    Attributes:
        connectors: The connectors, the source of a direction before its destination.
        connections: One for each direction.
        warnings: What an administrator wants to know before it is.
    """

    connectors: tuple[WantedConnector, ...]
    connections: tuple[WantedConnection, ...]
    warnings: tuple[str, ...] = ()

    def connector(self, command: str) -> WantedConnector:
        """One of the connectors."""
        (found,) = (connector for connector in self.connectors if connector.command == command)
        return found


def wanted(file: ConnectionFile, settings: AirbyteSettings) -> Wanted:
    """What is to be in Airbyte.

    Args:
        file: The connection.
        settings: What it says of Airbyte.

    Raises:
        ConnectionFileError: When it has too little, or something that is of no use.
    """
    directions = [each for each in BY_ORIGIN.values() if {*each.connectors} <= {*file.connectors}]
    if not directions:
        raise file.not_to_be_set_up(NO_DIRECTION)
    name = settings.name or file.path.resolve().parent.name
    connectors = tuple(_connector(file, settings, command, name) for each in directions for command in each.connectors)
    connections = tuple(
        WantedConnection(
            each, f"{each.read.name} to {each.written.name} ({name})", _cron(file) if each is TO_XLEDGER else None
        )
        for each in directions
    )
    return Wanted(connectors, connections, tuple(_warnings(file, connectors)))


def _connector(file: ConnectionFile, settings: AirbyteSettings, command: str, name: str) -> WantedConnector:
    side: Side = "source" if command in SYNC_MODES else "destination"
    (system,) = {
        each.read if side == "source" else each.written for each in BY_ORIGIN.values() if command in each.connectors
    }
    return WantedConnector(
        command,
        side,
        system.name,
        f"{system.name} ({name})",
        f"{settings.images}/{command}",
        settings.tag or version(DISTRIBUTION),
        file.config(command),
    )


def _cron(file: ConnectionFile) -> str | None:
    schedule = file.schedule
    if schedule is None:
        return None
    try:
        return quartz(schedule)
    except ScheduleError as error:
        raise file.not_to_be_set_up(f"{SCHEDULE}: {error}") from None


def _warnings(file: ConnectionFile, connectors: tuple[WantedConnector, ...]) -> Iterator[str]:
    commands = {connector.command for connector in connectors}
    for each in BY_ORIGIN.values():
        here = [name for name in each.connectors if name in file.connectors]
        if len(here) == 1 and here[0] not in commands:
            (other,) = {*each.connectors} - {*here}
            yield HALF_A_DIRECTION.format(path=file.path, connector=here[0], other=other)
    for connector in connectors:
        storage = connector.config.get("object_storage_config")
        if isinstance(storage, Mapping) and storage.get("storage_type") == "Local":
            yield LOCAL_REPORTS.format(connector=connector.command)
    if file.tells_somebody:
        yield TOLD_NOBODY.format(path=file.path)
    if file.listens_by_itself:
        yield TWO_HOSTS.format(path=file.path)
