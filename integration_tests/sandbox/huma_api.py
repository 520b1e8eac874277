"""Huma's Open API over HTTP, the part this project reads."""

from __future__ import annotations

import asyncio
import codecs
import functools
import secrets
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from integration_tests.sandbox import huma_changes, pages
from integration_tests.sandbox import huma_wire as wire
from integration_tests.sandbox.faults import Fault, FaultKind, answers_in_place, of_kind
from integration_tests.sandbox.huma_store import Huma, HumaRequest
from integration_tests.sandbox.server import CutConnection, hold

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request

    Query = dict[str, list[str]]
    Answer = Callable[[Huma, Request, Query], Response]

_MOST_IDS = 25
_GROUP_FILTERS = {"company": "companies", "location": "locations", "team": "teams"}
_TOKEN_LIFETIME = 86_399


class _BadParametersError(Exception):
    """A request whose parameters Huma refuses; holds their names."""

    def __init__(self, *names: str) -> None:
        super().__init__(", ".join(names))
        self.names = list(names)


def application(huma: Huma) -> Starlette:
    """Return the application that serves this Huma."""

    def route(path: str, answer: Answer) -> Route:
        return Route(path, functools.partial(_served, huma, path, answer), methods=["GET"])

    async def token(request: Request) -> Response:
        return await _token(huma, request)

    async def page(_request: Request) -> Response:
        return HTMLResponse(pages.huma_page(huma))

    async def users(_request: Request) -> Response:
        return JSONResponse([dict(user) for user in huma.users.values()])

    return Starlette(
        routes=[
            Route("/auth/oauth/token", token, methods=["POST"]),
            route("/users", _users),
            route("/users/{id}", _user),
            route("/users/{id}/positions", _positions),
            route("/users/{id}/positions/{position}", _position),
            route("/groups", _groups),
            route("/job-titles", _job_titles),
            Route("/", page),
            Route("/_sandbox/users", users),
            Route("/_sandbox/people", functools.partial(huma_changes.hire, huma), methods=["POST"]),
            Route("/_sandbox/people/{id}", functools.partial(huma_changes.change, huma), methods=["POST"]),
        ]
    )


async def _served(huma: Huma, route: str, answer: Answer, request: Request) -> Response:
    """Answer one request of the API: faults, the token, the parameters, the answer, and the record of it."""

    def carried_out() -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not huma.accepts(token):
            return JSONResponse(wire.invalid_token("The access token is missing, unknown or expired"), 401)
        query = parse_qs(request.url.query, keep_blank_values=True)
        try:
            with huma.lock:
                return answer(huma, request, query)
        except _BadParametersError as error:
            return JSONResponse(wire.bad_parameters(error.names), 400)

    async def respond() -> Response:
        return carried_out()

    return await _counted(huma, route, request, respond)


async def _token(huma: Huma, request: Request) -> Response:
    async def respond() -> Response:
        given = await _credentials(request)
        if given.get("grant_type") != "client_credentials":
            return JSONResponse(wire.bad_parameters(["grant_type"]), 400)
        right = secrets.compare_digest(
            f"{given.get('client_id')} {given.get('client_secret')}".encode(),
            f"{huma.client_id} {huma.client_secret}".encode(),
        )
        if not right:
            return JSONResponse(wire.invalid_token("The client id or the client secret is wrong"), 401)
        return JSONResponse(
            {
                "access_token": huma.issue_token(),
                "token_type": "bearer",
                "expires_in": _TOKEN_LIFETIME,
                "organizationId": huma.organisation.id,
                "userId": huma.service_user.id,
            }
        )

    return await _counted(huma, "/auth/oauth/token", request, respond)


async def _credentials(request: Request) -> dict[str, Any]:
    """Return what a token request sends, by form or JSON; nothing when it is neither."""
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind == "application/x-www-form-urlencoded":
        return {name: values[-1] for name, values in parse_qs((await request.body()).decode()).items()}
    if kind == "application/json":
        try:
            given = await request.json()
        except ValueError:
            return {}
        return given if isinstance(given, dict) else {}
    return {}


async def _counted(huma: Huma, route: str, request: Request, respond: Callable[[], Awaitable[Response]]) -> Response:
    """Answer after the time it takes to get here, and count the requests that are under way meanwhile."""
    huma.under_way += 1
    huma.most_under_way = max(huma.most_under_way, huma.under_way)
    try:
        await asyncio.sleep(huma.latency)
        return await _through_faults(huma, route, request, respond)
    finally:
        huma.under_way -= 1


async def _through_faults(
    huma: Huma, route: str, request: Request, respond: Callable[[], Awaitable[Response]]
) -> Response:
    met = huma.faults.met_by({route})
    if meanwhile := of_kind(met, FaultKind.MEANWHILE):
        meanwhile.details["action"]()
    stall = of_kind(met, FaultKind.STALL)
    if stall and not stall.details["carried_out"]:
        await hold(stall)
    instead = answers_in_place(met)
    response = _faulty(instead, request, huma) if instead else _marked(huma, await respond())
    if stall and stall.details["carried_out"]:
        await hold(stall)
    if lost := of_kind(met, FaultKind.LOST_ANSWER):
        response = CutConnection(half_of=response if lost.details["partial"] else None)
    status = None if isinstance(response, CutConnection) else response.status_code
    query = parse_qs(request.url.query, keep_blank_values=True)
    huma.requests.append(HumaRequest(request.method, request.url.path, query, status))
    return response


def _marked(huma: Huma, response: Response) -> Response:
    if not huma.dialect.byte_order_mark:
        return response
    return Response(
        codecs.BOM_UTF8 + bytes(response.body), response.status_code, media_type="application/json; charset=utf-8"
    )


def _faulty(fault: Fault, request: Request, huma: Huma) -> Response:
    if fault.kind is FaultKind.TOO_MANY_REQUESTS:
        wait = fault.details["retry_after"]
        return Response(status_code=429, headers={} if wait is None else {"Retry-After": str(wait)})
    if fault.kind is FaultKind.NO_RIGHT:
        return JSONResponse(wire.no_right(), 403)
    if fault.kind is FaultKind.SERVER_ERROR:
        status = fault.details["status"]
        return JSONResponse(wire.server_error(status, request.url.path, huma.today), status)
    if fault.kind is FaultKind.MAINTENANCE_PAGE:
        return HTMLResponse(pages.MAINTENANCE, fault.details["status"])
    if fault.kind is FaultKind.NOT_JSON:
        return Response('{"items": [', media_type="application/json")
    return CutConnection()


# ---- the routes


def _users(huma: Huma, _request: Request, query: Query) -> Response:
    _only(query, "limit", "offset", "orderDirection", "isActive", *_GROUP_FILTERS)
    active = _choice(query, "isActive", ("true", "false"), default="true") == "true"
    descending = _choice(query, "orderDirection", ("ASC", "DESC"), default="ASC") == "DESC"
    groups = {kind: _ids(query, name) for name, kind in _GROUP_FILTERS.items()}
    users = huma.listed(active=active, groups=groups, descending=descending)
    return _page(huma, users, query, wire.list_item, default=25, most=50)


def _user(huma: Huma, request: Request, query: Query) -> Response:
    _only(query)
    user_id = request.path_params["id"]
    user = huma.user(user_id)
    if user is None:
        return JSONResponse(wire.not_found("User", user_id), 404)
    return JSONResponse(wire.details(user, huma.organisation, huma.today))


def _positions(huma: Huma, request: Request, query: Query) -> Response:
    _only(query, "limit", "offset")
    user_id = request.path_params["id"]
    user = huma.user(user_id)
    if user is None:
        return JSONResponse(wire.not_found("User", user_id), 404)
    return _page(
        huma,
        list(wire.positions(user)),
        query,
        lambda facts: wire.position_summary(facts, huma.today),
        default=25,
        most=None,
    )


def _position(huma: Huma, request: Request, query: Query) -> Response:
    _only(query)
    user_id, position_id = request.path_params["id"], request.path_params["position"]
    user = huma.user(user_id)
    known = {} if user is None else {facts["id"]: facts for facts in wire.positions(user)}
    if position_id not in known:
        return JSONResponse(wire.not_found("Position", position_id), 404)
    return JSONResponse(wire.position(known[position_id], huma.today))


def _groups(huma: Huma, _request: Request, query: Query) -> Response:
    _only(query, "limit", "offset", "orderDirection", "type")
    kinds = query.get("type", [])
    if not set(kinds) <= {"company", "location", "team"} or len(set(kinds)) < len(kinds):
        raise _BadParametersError("type")
    descending = _choice(query, "orderDirection", ("ASC", "DESC"), default="ASC") == "DESC"
    groups = [group for group in huma.organisation.groups if not kinds or group.type in kinds]
    groups.sort(key=lambda group: group.name, reverse=descending)
    return _page(huma, groups, query, lambda group: {**group.reference(), "type": group.type}, default=10, most=25)


def _job_titles(huma: Huma, _request: Request, query: Query) -> Response:
    _only(query)
    return JSONResponse([wire.job_title(name) for name in huma.job_titles()])


# ---- parameters and pages


def _page(
    huma: Huma, rows: Sequence[Any], query: Query, render: Callable[[Any], wire.Json], *, default: int, most: int | None
) -> Response:
    limit = _number(query, "limit", default, most)
    offset = _number(query, "offset", 0, None)
    items = [render(row) for row in huma.dialect.part(rows, offset, limit)]
    total = {"total": len(rows)} if huma.dialect.tells_total else {}
    return JSONResponse({**total, "items": items or huma.dialect.empty})


def _only(query: Query, *known: str) -> None:
    """Refuse parameters the sandbox does not know, so that a misspelt filter is noticed instead of ignored."""
    if unknown := sorted(set(query) - set(known)):
        raise _BadParametersError(*unknown)


def _single(query: Query, name: str) -> str | None:
    values = query.get(name)
    if values is None:
        return None
    if len(values) > 1:
        raise _BadParametersError(name)
    return values[0]


def _choice(query: Query, name: str, choices: tuple[str, ...], *, default: str) -> str:
    value = _single(query, name)
    if value is None:
        return default
    if value not in choices:
        raise _BadParametersError(name)
    return value


def _number(query: Query, name: str, default: int, most: int | None) -> int:
    text = _single(query, name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or (most is not None and int(text) > most):
        raise _BadParametersError(name)
    return int(text)


def _ids(query: Query, name: str) -> set[str]:
    """Return the UUIDs of a filter: its parameter repeated, each id once, at most 25."""
    values = query.get(name, [])
    if len(values) > _MOST_IDS or len(set(values)) < len(values):
        raise _BadParametersError(name)
    try:
        return {str(uuid.UUID(value)) for value in values}
    except ValueError:
        raise _BadParametersError(name) from None
