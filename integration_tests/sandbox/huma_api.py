"""Huma's Open API over HTTP, the part this project reads and writes."""

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

from integration_tests.sandbox import huma_changes, huma_writes, pages
from integration_tests.sandbox import huma_wire as wire
from integration_tests.sandbox.faults import Fault, FaultKind, answers_in_place, of_kind
from integration_tests.sandbox.huma_refusals import RefusedError, invalid, invalid_token, no_right, not_found
from integration_tests.sandbox.huma_store import ME, TOKEN, Huma, HumaRequest
from integration_tests.sandbox.server import CutConnection, hold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    from integration_tests.sandbox.huma_store import HumaUser
    from integration_tests.sandbox.huma_writes import Write

    Query = dict[str, list[str]]
    Answer = Callable[[Huma, Request, Query], Response]

_MOST_IDS = 25
_GROUP_FILTERS = {"company": "companies", "location": "locations", "team": "teams"}
_TOKEN_LIFETIME = 86_399
_EVERY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")


def application(huma: Huma) -> Starlette:
    """Return the application that serves this Huma."""

    def read(path: str, answer: Answer) -> Route:
        return Route(path, functools.partial(_read, huma, path, answer), methods=["GET"])

    def write(method: str, path: str, carry_out: Write) -> Route:
        return Route(path, functools.partial(_write, huma, path, carry_out), methods=[method])

    async def token(request: Request) -> Response:
        return await _token(huma, request)

    async def page(_request: Request) -> Response:
        return HTMLResponse(pages.huma_page(huma))

    async def users(_request: Request) -> Response:
        return JSONResponse([dict(user) for user in huma.users.values()])

    return Starlette(
        routes=[
            Route(TOKEN, token, methods=["POST"]),
            read("/users", _users),
            write("POST", "/users", huma_writes.create_user),
            read("/users/{id}", _user),
            write("PATCH", "/users/{id}", huma_writes.update_user),
            read("/users/{id}/positions", _positions),
            write("POST", "/users/{id}/positions", huma_writes.create_position),
            read("/users/{id}/positions/{position}", _position),
            write("PATCH", "/users/{id}/positions/{position}", huma_writes.update_position),
            write("POST", "/users/{id}/identifications", huma_writes.add_identification),
            write("PUT", "/users/{id}/identifications/{identification}", huma_writes.replace_identification),
            read("/groups", _groups),
            read("/job-titles", _job_titles),
            Route("/", page),
            Route("/_sandbox/users", users),
            Route("/_sandbox/people", functools.partial(huma_changes.hire, huma), methods=["POST"]),
            Route("/_sandbox/export", functools.partial(huma_changes.export, huma), methods=["POST"]),
            Route("/_sandbox/people/{id}", functools.partial(huma_changes.change, huma), methods=["POST"]),
            Route("/{path:path}", functools.partial(_unknown, huma), methods=_EVERY_METHOD),
        ]
    )


async def _read(huma: Huma, route: str, answer: Answer, request: Request) -> Response:
    """Answer one request that reads: faults, the token, the parameters, the answer, and the record of it."""

    def respond() -> Response:
        _check_token(huma, request)
        query = parse_qs(request.url.query, keep_blank_values=True)
        with huma.lock:
            return answer(huma, request, query)

    return await _counted(huma, route, request, respond)


async def _write(huma: Huma, route: str, carry_out: Write, request: Request) -> Response:
    """Answer one request that writes: faults, the token, what of its body is JSON, and the record of it."""
    body = await _json(request)

    def respond() -> Response:
        _check_token(huma, request)
        _only(parse_qs(request.url.query, keep_blank_values=True))
        if not isinstance(body, dict):
            raise invalid()
        with huma.noticed(*([request.path_params["id"]] if "id" in request.path_params else [])):
            answer = carry_out(huma, request.path_params, body)
        return JSONResponse(answer) if huma.dialect.answers_writes else Response()

    return await _counted(huma, route, request, respond, body)


async def _unknown(huma: Huma, request: Request) -> Response:
    """Answer, and record, a request for something that this Huma does not do."""

    def respond() -> Response:
        _check_token(huma, request)
        raise not_found("Path", request.url.path)

    return await _counted(huma, request.url.path, request, respond, await _json(request))


def _check_token(huma: Huma, request: Request) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not huma.accepts(token):
        raise invalid_token("The access token is missing, unknown or expired")


async def _json(request: Request) -> Any:
    """Return what a request sends as JSON, empty text when that is nothing."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        return ""
    try:
        return await request.json()
    except ValueError:
        return ""


async def _token(huma: Huma, request: Request) -> Response:
    given = await _credentials(request)

    def respond() -> Response:
        if given.get("grant_type") != "client_credentials":
            raise invalid("grant_type")
        right = secrets.compare_digest(
            f"{given.get('client_id')} {given.get('client_secret')}".encode(),
            f"{huma.client_id} {huma.client_secret}".encode(),
        )
        if not right:
            raise invalid_token("The client id or the client secret is wrong")
        return JSONResponse(
            {
                "access_token": huma.issue_token(),
                "token_type": "bearer",
                "expires_in": _TOKEN_LIFETIME,
                "organizationId": huma.organisation.id,
                "userId": huma.service_user.id,
            }
        )

    return await _counted(huma, TOKEN, request, respond)


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


async def _counted(
    huma: Huma, route: str, request: Request, respond: Callable[[], Response], body: Any = None
) -> Response:
    """Answer after the time it takes to get here, and count the requests that are under way meanwhile."""
    huma.under_way += 1
    huma.most_under_way = max(huma.most_under_way, huma.under_way)
    try:
        await asyncio.sleep(huma.latency)
        response = await _through_faults(huma, route, request, respond, body)
    finally:
        huma.under_way -= 1
    status = None if isinstance(response, CutConnection) else response.status_code
    query = parse_qs(request.url.query, keep_blank_values=True)
    huma.requests.append(HumaRequest(request.method, request.url.path, query, status, route, body))
    huma.happenings.tell()
    return response


async def _through_faults(
    huma: Huma, route: str, request: Request, respond: Callable[[], Response], body: Any
) -> Response:
    keys = body if isinstance(body, dict) else ()
    met = huma.faults.met_by({route, request.url.path}, method=request.method, keys=keys)
    if meanwhile := of_kind(met, FaultKind.MEANWHILE):
        meanwhile.details["action"]()
    stall = of_kind(met, FaultKind.STALL)
    if stall and not stall.details["carried_out"]:
        await hold(stall)
    instead = answers_in_place(met)
    try:
        response = _faulty(instead, request, huma) if instead else _marked(huma, respond())
    except RefusedError as error:
        response = _marked(huma, JSONResponse(_told(huma, error, body), error.status))
    if stall and stall.details["carried_out"]:
        await hold(stall)
    if after := of_kind(met, FaultKind.ERROR_AFTER):
        response = _server_error(after, request, huma)
    if lost := of_kind(met, FaultKind.LOST_ANSWER):
        response = CutConnection(half_of=response if lost.details["partial"] else None)
    return response


def _told(huma: Huma, error: RefusedError, body: Any) -> wire.Json:
    """Return the body of a refusal as the dialect has it."""
    told = dict(error.body)
    fields = told.get("fields", [])
    if huma.dialect.quotes_values and isinstance(body, dict):
        values = (str(body.get(name.partition(".")[0])) for name in fields)
        told["errorMessage"] = ": ".join((told["errorMessage"], *values))
    if not huma.dialect.names_fields:
        told.pop("fields", None)
    return told


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
        raise no_right()
    if fault.kind is FaultKind.REFUSE_FIELD:
        raise invalid(fault.details["field"])
    if fault.kind is FaultKind.ANSWER:
        return Response(fault.details["body"], fault.details["status"], media_type="application/json")
    if fault.kind is FaultKind.SERVER_ERROR:
        return _server_error(fault, request, huma)
    if fault.kind is FaultKind.MAINTENANCE_PAGE:
        return HTMLResponse(pages.MAINTENANCE, fault.details["status"])
    if fault.kind is FaultKind.NOT_JSON:
        return Response('{"items": [', media_type="application/json")
    return CutConnection()


def _server_error(fault: Fault, request: Request, huma: Huma) -> Response:
    status = fault.details["status"]
    return JSONResponse(wire.server_error(status, request.url.path, huma.today), status)


# ---- the routes that read


def _users(huma: Huma, _request: Request, query: Query) -> Response:
    _only(query, "limit", "offset", "orderDirection", "isActive", "id", "search", *_GROUP_FILTERS)
    active = _choice(query, "isActive", ("true", "false"), default="true") == "true"
    descending = _choice(query, "orderDirection", ("ASC", "DESC"), default="ASC") == "DESC"
    groups = {kind: _ids(query, name) for name, kind in _GROUP_FILTERS.items()}
    users = huma.listed(
        active=active,
        ids=_ids(query, "id", alias=ME),
        search=_single(query, "search") or "",
        groups=groups,
        descending=descending,
    )
    return _page(huma, users, query, lambda user: wire.list_item(user, huma.view), default=25, most=50)


def _user(huma: Huma, request: Request, query: Query) -> Response:
    _only(query)
    return JSONResponse(wire.details(_asked_for(huma, request), huma.view))


def _positions(huma: Huma, request: Request, query: Query) -> Response:
    _only(query, "limit", "offset")
    positions = list(wire.positions(_asked_for(huma, request)))
    return _page(huma, positions, query, lambda facts: wire.position_summary(facts, huma.view), default=25, most=None)


def _position(huma: Huma, request: Request, query: Query) -> Response:
    _only(query)
    user, position_id = _asked_for(huma, request), request.path_params["position"]
    known = {facts["id"]: facts for facts in wire.positions(user)}
    if position_id not in known:
        raise not_found("Position", position_id)
    return JSONResponse(wire.position(user, known[position_id], huma.view))


def _asked_for(huma: Huma, request: Request) -> HumaUser:
    """Return the user whose id is in the path.

    Raises:
        RefusedError: There is none that the key may see.
    """
    user_id = request.path_params["id"]
    user = huma.user(user_id)
    if user is None:
        raise not_found("User", user_id)
    return user


def _groups(huma: Huma, _request: Request, query: Query) -> Response:
    _only(query, "limit", "offset", "orderDirection", "type", "search")
    kinds = query.get("type", [])
    if not set(kinds) <= {"company", "location", "team"} or len(set(kinds)) < len(kinds):
        raise invalid("type")
    descending = _choice(query, "orderDirection", ("ASC", "DESC"), default="ASC") == "DESC"
    search = (_single(query, "search") or "").casefold()
    groups = [
        group
        for group in huma.organisation.groups
        if (not kinds or group.type in kinds) and search in group.name.casefold()
    ]
    groups.sort(key=lambda group: group.name, reverse=descending)
    return _page(huma, groups, query, lambda group: {**group.reference(), "type": group.type}, default=10, most=25)


def _job_titles(huma: Huma, _request: Request, query: Query) -> Response:
    _only(query, "search")
    search = (_single(query, "search") or "").casefold()
    return JSONResponse([wire.job_title(name) for name in huma.job_titles() if search in name.casefold()])


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
        raise invalid(*unknown)


def _single(query: Query, name: str) -> str | None:
    values = query.get(name)
    if values is None:
        return None
    if len(values) > 1:
        raise invalid(name)
    return values[0]


def _choice(query: Query, name: str, choices: tuple[str, ...], *, default: str) -> str:
    value = _single(query, name)
    if value is None:
        return default
    if value not in choices:
        raise invalid(name)
    return value


def _number(query: Query, name: str, default: int, most: int | None) -> int:
    text = _single(query, name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or (most is not None and int(text) > most):
        raise invalid(name)
    return int(text)


def _ids(query: Query, name: str, alias: str | None = None) -> set[str]:
    """Return the UUIDs of a filter: its parameter repeated, each id once, at most 25; an alias stands for itself."""
    values = query.get(name, [])
    if len(values) > _MOST_IDS or len(set(values)) < len(values):
        raise invalid(name)
    try:
        return {value if value == alias else str(uuid.UUID(value)) for value in values}
    except ValueError:
        raise invalid(name) from None
