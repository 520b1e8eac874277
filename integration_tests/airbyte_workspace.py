"""An Airbyte on loopback in which a connection can be set up, by the published description of its public API.

By reference.airbyte.com (listWorkspaces; list, create and update of source and destination definitions, sources,
destinations and connections) and by what Airbyte's own server does with each (airbyte-platform, ConnectionsController,
DefinitionsController, AirbyteCatalogHelper): what is not described is refused; secrets are masked in all that it gives
back; a connection that is changed without its streams has all of them overwritten from then on; and a schedule that is
set back to manual is passed over.

    python -m integration_tests.airbyte_workspace

serves an empty one until Ctrl-C, for whoever wants to try the page about setting one up.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
import sys
import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from airbyte_cdk.utils.airbyte_secrets_utils import get_secret_paths
from jsonschema import Draft7Validator
from starlette.responses import JSONResponse, Response

from huma_xledger.airbyte_settings import AirbyteLogin
from integration_tests import connector_forms
from integration_tests.airbyte_stand_in import CLIENT_ID, CLIENT_SECRET, QUOTED, AirbyteStandIn, problem
from integration_tests.sandbox.server import bind, serving

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from starlette.requests import Request

    from integration_tests.airbyte_stand_in import Operation

Thing = dict[str, Any]
"""Something in it, in the form in which it is given, but for secrets."""

WORKSPACE: Final = "a0cbe9e3-6f9c-44a5-8c0e-3a1a2b1d0f10"
MASK: Final = "**********"
PUBLIC: Final = {"id": "dfd88b22-b603-4c3d-aad7-3701784586b1", "name": "Sample Data", "dockerImageTag": "7.2.1"}

SIDES: Final = ("source", "destination")
STREAMS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "source-huma": {
        "users": ("full_refresh", "incremental"),
        "positions": ("full_refresh",),
        "groups": ("full_refresh",),
        "job_titles": ("full_refresh",),
    },
    "source-xledger": {"employees": ("full_refresh", "incremental")},
}
"""What each source offers, and how it can be read."""

MODES: Final = {
    "full_refresh_overwrite": ("full_refresh", "overwrite"),
    "full_refresh_append": ("full_refresh", "append"),
    "incremental_append": ("incremental", "append"),
    "incremental_deduped_history": ("incremental", "append_dedup"),
}
"""The sync modes of Airbyte's API, and what each takes of a source and of a destination."""

WRITTEN: Final = ("append", "append_dedup")

BEHAVIORS: Final = ("ignore", "disable_connection", "propagate_columns", "propagate_fully")

DEFAULTS: Final = {
    "prefix": "",
    "namespaceDefinition": "destination",
    "nonBreakingSchemaUpdatesBehavior": "ignore",
    "status": "active",
}

_OF_A_CONNECTION: Final = {
    *("name", "configurations", "schedule", "dataResidency", "namespaceDefinition", "namespaceFormat", "prefix"),
    *("nonBreakingSchemaUpdatesBehavior", "status", "tags"),
}
_OF_A_STREAM: Final = {"name", "syncMode", "cursorField", "primaryKey", "includeFiles", "selectedFields", "mappers"}


@dataclass
class AirbyteWorkspaces(AirbyteStandIn):
    """An Airbyte whose workspaces something can be set up in.

    Attributes:
        base: Where its API begins.
        workspaces: The names of its workspaces, by their ids.
        definitions: The connectors that it knows, by their side.
        actors: Sources and destinations with their secrets, by their side.
        connections: The connections.
        images: The images that it can pull; None for any.
        is_cloud: Whether it is Airbyte Cloud.
        is_old: Whether it is of a version before 1.6.
        may_edit: Whether the application's user is an editor.
        is_discovered: Whether sources can be asked what they offer.
    """

    base: str = "/api/public/v1"
    workspaces: dict[str, str] = field(default_factory=lambda: {WORKSPACE: "Default Workspace"})
    definitions: dict[str, list[Thing]] = field(default_factory=lambda: {side: _public(side) for side in SIDES})
    actors: dict[str, list[Thing]] = field(default_factory=lambda: {side: [] for side in SIDES})
    connections: list[Thing] = field(default_factory=list)
    images: set[str] | None = None
    is_cloud: bool = False
    is_old: bool = False
    may_edit: bool = True
    is_discovered: bool = True

    @contextlib.contextmanager
    def served(self, port: int = 0) -> Iterator[AirbyteLogin]:
        """Serves it, and says where and who may ask."""
        with serving({bind(port): self._application()}) as (address,):
            yield AirbyteLogin(f"{address}{self.base}", CLIENT_ID, CLIENT_SECRET)

    def made(self) -> int:
        """How often it was asked to make something."""
        return sum(operation.startswith("create") for operation in self.asked) - self.count("createAccessToken")

    def everything(self) -> Any:
        """All that was set up in it, without what Airbyte comes with, as JSON."""
        definitions = {side: [each for each in self.definitions[side] if each["id"] != PUBLIC["id"]] for side in SIDES}
        return json.loads(json.dumps([definitions, self.actors, self.connections]))

    def _operations(self) -> Iterator[Operation]:
        yield from super()._operations()
        yield "GET", "/workspaces", "listWorkspaces", self._list_workspaces
        for side in SIDES:
            title, of = side.title(), functools.partial
            if not self.is_old:
                below = f"/workspaces/{{workspaceId}}/definitions/{side}s"
                yield "GET", below, f"list{title}Definitions", of(self._list_definitions, side)
                yield "POST", below, f"create{title}Definition", of(self._create_definition, side)
                yield "PUT", f"{below}/{{id}}", f"update{title}Definition", of(self._update_definition, side)
            yield "GET", f"/{side}s", f"list{title}s", of(self._list_actors, side)
            yield "POST", f"/{side}s", f"create{title}", of(self._create_actor, side)
            yield "PUT", f"/{side}s/{{id}}", f"put{title}", of(self._put_actor, side)
        yield "GET", "/connections", "listConnections", self._list_connections
        yield "POST", "/connections", "createConnection", self._create_connection
        yield "PATCH", "/connections/{id}", "patchConnection", self._patch_connection

    def _list_workspaces(self, request: Request, _: Any) -> Response:
        listed = [
            {"workspaceId": id_, "name": name, "dataResidency": "auto", "notifications": {}}
            for id_, name in self.workspaces.items()
        ]
        return self._page(request, listed, {"workspaceIds", "includeDeleted"})

    def _list_definitions(self, side: str, request: Request, _: Any) -> Response:
        if request.query_params:
            return problem(400)
        if request.path_params["workspaceId"] not in self.workspaces:
            return problem(403)
        return JSONResponse({"data": self.definitions[side]})

    def _create_definition(self, side: str, request: Request, body: Any) -> Response:
        if refused := self._refused_definition(request, body, {"name", "dockerRepository", "dockerImageTag"}):
            return refused
        if not self._can_pull(body["dockerRepository"], body["dockerImageTag"]):
            return problem(500)
        made = {"id": str(uuid.uuid4()), "documentationUrl": "", **body}
        self.definitions[side].append(made)
        return JSONResponse(made)

    def _update_definition(self, side: str, request: Request, body: Any) -> Response:
        if refused := self._refused_definition(request, body, {"name", "dockerImageTag"}, ()):
            return refused
        found = _of_id(self.definitions[side], "id", request.path_params["id"])
        if found is None:
            return problem(404)
        if found["id"] == PUBLIC["id"]:
            return problem(400)
        if not self._can_pull(found["dockerRepository"], body["dockerImageTag"]):
            return problem(500)
        found |= body
        return JSONResponse(found)

    def _refused_definition(
        self, request: Request, body: Any, required: set[str], more: Collection[str] = ("documentationUrl",)
    ) -> Response | None:
        if not isinstance(body, dict) or not required <= {*body} <= required | {*more} or not _all_texts(body):
            return problem(400)
        if self.is_cloud:
            message = f"Non-declarative definitions cannot be created or updated in Airbyte Cloud. {QUOTED}"
            content = {"status": 400, "type": "error", "title": "bad-request", "data": {"message": message}}
            return JSONResponse(content, 400, media_type="application/problem+json")
        return None if self.may_edit and request.path_params["workspaceId"] in self.workspaces else problem(403)

    def _can_pull(self, repository: str, tag: str) -> bool:
        is_a_connector = repository.rpartition("/")[2] in (*connector_forms.CONNECTORS, *OF_OTHERS)
        return is_a_connector and (self.images is None or f"{repository}:{tag}" in self.images)

    def _list_actors(self, side: str, request: Request, _: Any) -> Response:
        return self._page_of_workspace(request, [self._masked(side, actor) for actor in self.actors[side]])

    def _create_actor(self, side: str, _: Request, body: Any) -> Response:
        required, more = {"name", "workspaceId", "configuration"}, {"definitionId", "secretId", "resourceAllocation"}
        if not isinstance(body, dict) or not required <= {*body} <= required | more:
            return problem(400)
        if body["workspaceId"] not in self.workspaces or not self.may_edit:
            return problem(403)
        if "definitionId" not in body:
            return problem(422)
        definition = _of_id(self.definitions[side], "id", body["definitionId"])
        if definition is None:
            return problem(404)
        if not self._is_accepted(definition, body["configuration"]):
            return problem(422)
        made = {f"{side}Id": str(uuid.uuid4()), "createdAt": 1_790_000_000, f"{side}Type": definition["name"], **body}
        self.actors[side].append(made)
        return JSONResponse(self._masked(side, made))

    def _put_actor(self, side: str, request: Request, body: Any) -> Response:
        required = {"name", "configuration"}
        if not isinstance(body, dict) or not required <= {*body} <= {*required, "resourceAllocation"}:
            return problem(400)
        found = _of_id(self.actors[side], f"{side}Id", request.path_params["id"])
        if found is None:
            return problem(404)
        if not self.may_edit:
            return problem(403)
        definition = _of_id(self.definitions[side], "id", found["definitionId"])
        assert definition is not None
        if not self._is_accepted(definition, body["configuration"]):
            return problem(422)
        found |= body
        return JSONResponse(self._masked(side, found))

    def _is_accepted(self, definition: Mapping[str, Any], configuration: Any) -> bool:
        return not [*Draft7Validator(form_of(definition)).iter_errors(configuration)]

    def _masked(self, side: str, actor: Mapping[str, Any]) -> dict[str, Any]:
        definition = _of_id(self.definitions[side], "id", actor["definitionId"])
        assert definition is not None
        masked: dict[str, Any] = json.loads(json.dumps(actor))
        for path in get_secret_paths(form_of(definition)):
            _mask(masked["configuration"], path)
        return masked

    def _list_connections(self, request: Request, _: Any) -> Response:
        return self._page_of_workspace(request, self.connections)

    def _create_connection(self, _: Request, body: Any) -> Response:
        ends = {"sourceId", "destinationId"}
        if not isinstance(body, dict) or not ends <= {*body} <= ends | _OF_A_CONNECTION:
            return problem(400)
        source, destination = (_of_id(self.actors[side], f"{side}Id", body[f"{side}Id"]) for side in SIDES)
        if source is None or destination is None or not self.may_edit:
            return problem(403)
        if refused := self._refused_connection(source, body):
            return refused
        made = {
            "connectionId": str(uuid.uuid4()),
            "name": f"{source['name']} → {destination['name']}",
            "workspaceId": destination["workspaceId"],
            "dataResidency": "auto",
            "createdAt": 1_790_000_000,
            "tags": [],
            **DEFAULTS,
            **body,
            "configurations": self._configured(source, body),
            "schedule": _scheduled(body.get("schedule")),
        }
        self.connections.append(made)
        return JSONResponse(made)

    def _patch_connection(self, request: Request, body: Any) -> Response:
        found = _of_id(self.connections, "connectionId", request.path_params["id"])
        if found is None:
            return problem(403)
        source = _of_id(self.actors["source"], "sourceId", found["sourceId"])
        if not isinstance(body, dict) or not {*body} <= _OF_A_CONNECTION or source is None:
            return problem(400)
        if not self.may_edit:
            return problem(403)
        if refused := self._refused_connection(source, body):
            return refused
        schedule = body.get("schedule") or {}
        # What has no cron expression is passed over, be it `manual`.
        scheduled = _scheduled(schedule) if schedule.get("cronExpression") else found["schedule"]
        found |= {**body, "configurations": self._configured(source, body), "schedule": scheduled}
        return JSONResponse(found)

    def _refused_connection(self, source: Mapping[str, Any], body: Mapping[str, Any]) -> Response | None:
        """Why a connection is refused, or what becomes of it where the source cannot be asked."""
        if not self.is_discovered:
            return problem(500)
        streams = (body.get("configurations") or {}).get("streams") or []
        offered = STREAMS[self._command(source)]
        names = [stream.get("name") for stream in streams]
        schedule = body.get("schedule") or {"scheduleType": "manual"}
        is_fine = (
            len(names) == len({*names})
            and all(self._is_offered(offered, stream) for stream in streams)
            and body.get("nonBreakingSchemaUpdatesBehavior", "ignore") in BEHAVIORS
            and body.get("status", "active") in ("active", "inactive")
            and {*schedule} <= {"scheduleType", "cronExpression"}
            and schedule.get("scheduleType") in ("manual", "cron")
            and (schedule["scheduleType"] == "manual" or is_hourly_at_most(schedule.get("cronExpression")))
        )
        return None if is_fine else problem(400)

    def _is_offered(self, offered: Mapping[str, tuple[str, ...]], stream: Mapping[str, Any]) -> bool:
        if stream.get("name") not in offered or not {*stream} <= _OF_A_STREAM or "syncMode" not in stream:
            return stream.get("name") in offered and {*stream} <= _OF_A_STREAM
        read, written = MODES.get(stream["syncMode"], ("", ""))
        is_known = stream.get("cursorField") in (None, ["changedAt"]) and stream.get("primaryKey") in (None, [["id"]])
        return is_known and read in offered[stream["name"]] and written in WRITTEN

    def _configured(self, source: Mapping[str, Any], body: Mapping[str, Any]) -> Mapping[str, Any]:
        streams = (body.get("configurations") or {}).get("streams") or []
        chosen = streams or [{"name": name} for name in STREAMS[self._command(source)]]
        cursor = {"cursorField": ["changedAt"], "primaryKey": [["id"]], "syncMode": "full_refresh_overwrite"}
        return {"streams": [{**cursor, **stream} for stream in chosen]}

    def _command(self, source: Mapping[str, Any]) -> str:
        definition = _of_id(self.definitions["source"], "id", source["definitionId"])
        assert definition is not None
        return str(definition["dockerRepository"].rpartition("/")[2])

    def _page_of_workspace(self, request: Request, things: list[Thing]) -> Response:
        asked = request.query_params.get("workspaceIds", "").split(",")
        if not {*asked} <= {*self.workspaces}:
            return problem(403)
        within = [thing for thing in things if thing["workspaceId"] in asked]
        return self._page(request, within, {"workspaceIds", "includeDeleted", "tagIds"})

    def _page(self, request: Request, things: list[Thing], more: set[str]) -> Response:
        query = request.query_params
        limit, offset = int(query.get("limit", "20")), int(query.get("offset", "0"))
        if not {*query} <= {"limit", "offset", *more} or not 1 <= limit <= 100 or offset < 0:
            return problem(400)
        listed = things[offset : offset + limit]
        elsewhere = "http://airbyte-server-svc:8001/v1/internal"  # what an address inside a cluster looks like
        return JSONResponse({"data": listed, "previous": "", "next": elsewhere if len(listed) == limit else ""})


OF_OTHERS: Final[Mapping[str, dict[str, Any]]] = {
    "source-faker": {"properties": {}},
    "destination-faker": {"properties": {}},
}
"""What the images of connectors of others say of the settings that they take."""


def form_of(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What the image of a definition says of the settings that it takes."""
    command = definition["dockerRepository"].rpartition("/")[2]
    return OF_OTHERS[command] if command in OF_OTHERS else connector_forms.form_of(command)


def _public(side: str) -> list[Thing]:
    return [{**PUBLIC, "dockerRepository": f"airbyte/{side}-faker", "documentationUrl": "https://docs.airbyte.com"}]


def _of_id(things: list[Thing], key: str, id_: Any) -> Thing | None:
    return next((thing for thing in things if thing[key] == id_), None)


def _all_texts(body: Mapping[str, Any]) -> bool:
    return all(isinstance(value, str) and value for value in body.values())


def _mask(value: Any, path: list[str]) -> None:
    """Masks what is at a path, if it is there; `*` stands for each of a list."""
    name, *further = path
    within = value if name == "*" and isinstance(value, list) else [value] if isinstance(value, dict) else []
    for each in within:
        if name == "*":
            _mask(each, further)
        elif name in each and not further:
            each[name] = MASK
        elif name in each and further == ["*"]:
            each[name] = [MASK] * len(each[name])
        elif name in each:
            _mask(each[name], further)


def _scheduled(schedule: Mapping[str, str] | None) -> dict[str, str]:
    if not schedule or schedule["scheduleType"] == "manual":
        return {"scheduleType": "manual"}
    return {"scheduleType": "cron", "cronExpression": f"{schedule['cronExpression'].removesuffix(' UTC')} UTC"}


def is_hourly_at_most(expression: Any) -> bool:
    """Whether Airbyte takes a cron expression: six fields, the seconds and the minute of which are numbers."""
    if not isinstance(expression, str):
        return False
    fields = expression.removesuffix(" UTC").split()
    only_one_day = len(fields) == 6 and "?" in (fields[3], fields[5]) and fields[3] != fields[5]
    return only_one_day and all(re.fullmatch("[0-9]+", part) for part in fields[:2])


def main() -> int:
    """Serves an empty Airbyte until Ctrl-C, and says in the end what was set up in it."""
    port = int(sys.argv[1]) if sys.argv[1:] else 8000
    airbyte = AirbyteWorkspaces()
    with airbyte.served(port) as login:
        print(f"airbyte:\n  api_url: {login.api_url}\n  client_id: {CLIENT_ID}\n  client_secret: {CLIENT_SECRET}")
        print("Put that into connection.yaml. Ctrl-C ends this Airbyte; nothing of it is kept.", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    for side in SIDES:
        for actor in airbyte.actors[side]:
            print(f"{side} {actor['name']}: {', '.join(actor['configuration'])}")
    print(json.dumps(airbyte.connections, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
