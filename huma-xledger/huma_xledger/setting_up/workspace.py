"""A workspace of Airbyte's: what is asked for and sent, in the published form, and what each answer means.

The form is that of reference.airbyte.com: listWorkspaces; list, create and update of source and destination
definitions (in Airbyte since 1.6), sources, destinations and connections. Nothing is ever deleted.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from huma_xledger.airbyte.api import OTHER, AirbyteApi, Refusal, Refusals
from huma_xledger.setting_up.there import Actor, Connection, Definition, There
from huma_xledger.setting_up.wanted import BEHAVIOR, PAGES, Side, WantedConnection, WantedConnector

_T = TypeVar("_T")

SIDES: Final[tuple[Side, ...]] = ("source", "destination")

PAGE: Final = 100
"""How many are listed at a time: the most that Airbyte gives."""

SLOW: Final = 600.0
"""Seconds until an answer has to have come for which Airbyte starts a connector: it pulls the image first."""

CLOUD: Final = "api.airbyte.com"
"""The host of Airbyte Cloud's API."""

NOT_ON_CLOUD: Final = (
    "Airbyte Cloud takes no connectors of one's own as images, so nothing can be set up there: its API refuses them. "
    "Take an Airbyte of your own, or run the connection without Airbyte (huma-xledger sync)."
)

_SAID_BY_CLOUD: Final = "Airbyte Cloud"
"""What Airbyte Cloud's refusal has in it, and no other: `Non-declarative definitions cannot be created or updated in
Airbyte Cloud.`"""

_ROLE: Final = (
    "Airbyte does not let the application do that to {thing} (HTTP status {status}). The user who made it needs to be "
    "an editor of the workspace, or an administrator."
)

_WORKSPACES: Final = Refusal(
    "Airbyte does not let the application see any workspace (HTTP status {status}). Check that the user who made the "
    "application is a member of the workspace."
)

_TOO_OLD: Final = Refusal(
    "Airbyte at {host} does not list the connectors of workspace {thing} (HTTP status {status}). It has to be of "
    "version 1.6 or later, in which its API has connectors of one's own. If it is, check that the application's user "
    "is a member of that workspace."
)

_LISTED: Final = Refusal(
    "Airbyte does not list {thing} (HTTP status {status}). Check the workspace and the user's role."
)

_IMAGE: Final = Refusal(
    "Airbyte does not take {thing} (HTTP status {status}). Check images and tag below airbyte in connection.yaml: the "
    "image has to be of that name in the registry, and the registry's host has to be in the name."
)

_NO_SPEC: Final = Refusal(
    "Airbyte could not start {thing} (HTTP status {status}). Check that the image is in the registry under that name, "
    "and that Airbyte's cluster can pull it: a registry of your own needs a pull secret there, which is set with Helm "
    "and not by this API.",
    passes=True,
)

_SETTINGS: Final = Refusal(
    "Airbyte does not accept the settings of {thing} (HTTP status {status}). huma-xledger check says what is wrong "
    "with them; if it finds nothing, Airbyte runs another version of the connector: see images and tag."
)

_NOT_SAVED: Final = Refusal(
    "Airbyte could not keep {thing} (HTTP status {status}). Look into the logs of Airbyte's server; if Airbyte has a "
    "store for secrets of its own, it may not reach that.",
    passes=True,
)

_STREAM: Final = Refusal(
    "Airbyte does not take the stream of {thing} (HTTP status {status}). Check that both connectors run the images "
    "that belong together, and that no schedule is refused: Airbyte's are hourly at most."
)

_TAKEN: Final = Refusal(
    "Airbyte does not make {thing}, because another connection writes the same stream to the same destination, or is "
    "being changed (HTTP status {status}). Look at the destination's connections in Airbyte."
)

_UNREAD: Final = Refusal(
    "Airbyte could not ask the source of {thing} what it offers (HTTP status {status}). Open the source in Airbyte and "
    "test it there: it says whether it is the credentials, the way to it or the image.",
    passes=True,
)

_ELSE: Final = Refusal(
    "Airbyte refuses {thing} in a way that is not known here (HTTP status {status}). Look at it in Airbyte."
)

_MISSING: Final = Refusal(
    "Airbyte does not know {thing}, or what it is made of, any more (HTTP status {status}): somebody removed it "
    "meanwhile. Start this again."
)

_OF_ALL: Final[Refusals] = {403: Refusal(_ROLE), 404: _MISSING, OTHER: _ELSE}
_OF_LISTS: Final[Refusals] = {OTHER: _LISTED}
_OF_DEFINITIONS: Final[Refusals] = {**_OF_ALL, 400: _IMAGE, 422: _IMAGE, 500: _NO_SPEC}
_OF_ACTORS: Final[Refusals] = {**_OF_ALL, 400: _SETTINGS, 422: _SETTINGS, 500: _NOT_SAVED}
_OF_CONNECTIONS: Final[Refusals] = {**_OF_ALL, 400: _STREAM, 409: _TAKEN, 422: _STREAM, 500: _UNREAD}

_KEPT_OF_A_STREAM: Final = ("selectedFields", "mappers", "includeFiles")
"""What may have been chosen in Airbyte for a stream, and is left: fields that are not to be sent, say."""


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace, as it is chosen.

    Attributes:
        id: Airbyte's id of it.
        name: What it is called there.
    """

    id: str
    name: str


class Unsuitable(Exception):  # noqa: N818  # what is wrong is not this program's
    """An Airbyte in which nothing can be set up; the message is a sentence."""


def places(api: AirbyteApi) -> list[Place]:
    """The workspaces that the application sees.

    Raises:
        AirbyteError: When Airbyte does not say.
    """
    refusals = {400: _WORKSPACES, 403: _WORKSPACES, 404: _WORKSPACES}
    return [_read(api, Place, each, ("workspaceId", "name")) for each in _pages(api, "/workspaces", {}, refusals, "")]


class Workspace:
    """Asks for what is in a workspace, and has it made or changed.

    Args:
        api: Asks Airbyte.
        place: Which one.
    """

    def __init__(self, api: AirbyteApi, place: Place) -> None:
        self._api: Final = api
        self.place: Final = place

    def there(self) -> There:
        """What is there.

        Raises:
            AirbyteError: When Airbyte does not say.
        """
        within = {"workspaceIds": self.place.id}
        connections = map(self._connection, _pages(self._api, "/connections", within, _OF_LISTS, "connections"))
        return There(
            {side: [*self._definitions(side)] for side in SIDES},
            {side: [*self._actors(side)] for side in SIDES},
            [connection for connection in connections if connection is not None],
        )

    def create_definition(self, connector: WantedConnector) -> str:
        """Has Airbyte know a connector.

        Returns:
            Airbyte's id of it.

        Raises:
            AirbyteError: When it does not, or nobody can tell.
            Unsuitable: When it is Airbyte Cloud.
        """
        body = {
            "name": connector.title,
            "dockerRepository": connector.repository,
            "dockerImageTag": connector.tag,
            "documentationUrl": PAGES[connector.command],
        }
        return self._defined("POST", connector, "", body)

    def update_definition(self, connector: WantedConnector, there: Definition) -> str:
        """Has Airbyte run the image of another tag. Returns the id.

        Raises:
            AirbyteError: When it does not, or nobody can tell.
            Unsuitable: When it is Airbyte Cloud.
        """
        body = {"name": there.name, "dockerImageTag": connector.tag}
        return self._defined("PUT", connector, f"/{there.id}", body)

    def create_actor(self, connector: WantedConnector, definition_id: str) -> Actor:
        """Makes a source or a destination of a connector. Returns it.

        Raises:
            AirbyteError: When it is not made, or nobody can tell.
        """
        body = {
            "name": connector.name,
            "definitionId": definition_id,
            "workspaceId": self.place.id,
            "configuration": connector.config,
        }
        return self._acted("POST", connector, "", body)

    def update_actor(self, connector: WantedConnector, there: Actor) -> Actor:
        """Replaces all settings of a source or a destination. Returns it as it is then.

        Raises:
            AirbyteError: When they are not, or nobody can tell.
        """
        return self._acted("PUT", connector, f"/{there.id}", {"name": there.name, "configuration": connector.config})

    def create_connection(self, connection: WantedConnection, source_id: str, destination_id: str) -> str:
        """Makes a connection, which runs nothing yet. Returns its id.

        Raises:
            AirbyteError: When it is not made, or nobody can tell.
        """
        body = {
            "name": connection.name,
            "sourceId": source_id,
            "destinationId": destination_id,
            "status": "active",  # one that is not runs for nobody, whoever asks
            "namespaceDefinition": "destination",
            **_set(connection, {}),
            "schedule": _schedule(connection.cron),
        }
        return self._connected("POST", connection, "", body)

    def update_connection(self, connection: WantedConnection, there: Connection) -> str:
        """Sets a connection as it is to be. Returns its id.

        Raises:
            AirbyteError: When it is not, or nobody can tell.
        """
        before = next((each for each in there.streams if each["name"] == connection.direction.stream), {})
        # Without configurations, Airbyte overwrites all streams from then on: they are in whatever is sent.
        body = _set(connection, before)
        if connection.cron is not None:
            body = {**body, "schedule": _schedule(connection.cron)}
        return self._connected("PATCH", connection, f"/{there.id}", body)

    def _definitions(self, side: Side) -> Iterator[Definition]:
        path = f"/workspaces/{self.place.id}/definitions/{side}s"
        refusals = {403: _TOO_OLD, 404: _TOO_OLD, OTHER: _LISTED}
        answer = self._api.content(self._api.answered("GET", path), refusals, thing=self.place.id)
        for each in _data(self._api, answer):
            yield _read(self._api, Definition, each, ("id", "name", "dockerRepository", "dockerImageTag"))

    def _actors(self, side: Side) -> Iterator[Actor]:
        within = {"workspaceIds": self.place.id}
        for each in _pages(self._api, f"/{side}s", within, _OF_LISTS, f"{side}s"):
            yield self._actor(side, each)

    def _actor(self, side: Side, each: Any) -> Actor:
        config = each.get("configuration") if isinstance(each, dict) else None
        if not isinstance(config, dict):
            raise self._api.not_airbyte()
        id_, name, definition_id = _texts(self._api, each, (f"{side}Id", "name", "definitionId"))
        return Actor(id_, name, definition_id, config)

    def _connection(self, each: Any) -> Connection | None:
        """A connection as it is listed; None for one that was removed."""
        names = ("connectionId", "name", "sourceId", "destinationId", "status")
        id_, name, source_id, destination_id, status = _texts(self._api, each, names)
        if status == "deprecated":
            return None
        schedule, configurations = each.get("schedule") or {}, each.get("configurations") or {}
        streams = configurations.get("streams") or []
        if not all(isinstance(stream, dict) and isinstance(stream.get("name"), str) for stream in streams):
            raise self._api.not_airbyte()
        cron = schedule.get("cronExpression") if schedule.get("scheduleType") == "cron" else None
        return Connection(
            id_,
            name,
            source_id,
            destination_id,
            is_active=status == "active",
            streams=streams,
            cron=None if cron is None else str(cron).removesuffix(" UTC"),
            prefix=each.get("prefix") or "",
            behavior=str(each.get("nonBreakingSchemaUpdatesBehavior")),
        )

    def _defined(self, method: str, connector: WantedConnector, path: str, body: Mapping[str, Any]) -> str:
        below = f"/workspaces/{self.place.id}/definitions/{connector.side}s{path}"
        response = self._api.answered(method, below, body=body, patience=SLOW)
        if response.status_code == 400 and _SAID_BY_CLOUD in response.text:  # noqa: PLR2004
            raise Unsuitable(NOT_ON_CLOUD)
        answer = self._api.content(response, _OF_DEFINITIONS, thing=connector.image)
        return _texts(self._api, answer, ("id",))[0]

    def _acted(self, method: str, connector: WantedConnector, path: str, body: Mapping[str, Any]) -> Actor:
        response = self._api.answered(method, f"/{connector.side}s{path}", body=body)
        thing = f"{connector.command} in connection.yaml"
        return self._actor(connector.side, self._api.content(response, _OF_ACTORS, thing=thing))

    def _connected(self, method: str, connection: WantedConnection, path: str, body: Mapping[str, Any]) -> str:
        response = self._api.answered(method, f"/connections{path}", body=body, patience=SLOW)
        answer = self._api.content(response, _OF_CONNECTIONS, thing=f"the connection {connection.name}")
        return _texts(self._api, answer, ("connectionId",))[0]


def _set(connection: WantedConnection, before: Mapping[str, Any]) -> Mapping[str, Any]:
    """What of a connection is never left to anybody's choice, and what was chosen for its stream."""
    chosen = {name: before[name] for name in _KEPT_OF_A_STREAM if before.get(name)}
    stream = {"name": connection.direction.stream, "syncMode": connection.sync_mode, **chosen}
    return {
        "configurations": {"streams": [stream]},
        "prefix": "",
        "nonBreakingSchemaUpdatesBehavior": BEHAVIOR,
    }


def _schedule(cron: str | None) -> Mapping[str, str]:
    return {"scheduleType": "manual"} if cron is None else {"scheduleType": "cron", "cronExpression": cron}


def _pages(api: AirbyteApi, path: str, query: Mapping[str, str], refusals: Refusals, thing: str) -> Iterator[Any]:
    """All of a list. The address of its next page, which Airbyte gives, may be one that only Airbyte itself reaches."""
    offset = 0
    while True:
        page = {**query, "limit": PAGE, "offset": offset}
        listed = _data(api, api.content(api.answered("GET", path, query=page), refusals, thing=thing))
        yield from listed
        if len(listed) < PAGE:
            return
        offset += PAGE


def _data(api: AirbyteApi, answer: Any) -> list[Any]:
    listed = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        raise api.not_airbyte()
    return listed


def _texts(api: AirbyteApi, answer: Any, names: tuple[str, ...]) -> list[str]:
    texts = [answer.get(name) for name in names] if isinstance(answer, dict) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise api.not_airbyte()
    return [str(text) for text in texts]


def _read(api: AirbyteApi, kind: Callable[..., _T], answer: Any, names: tuple[str, ...]) -> _T:
    return kind(*_texts(api, answer, names))
