"""Xledger's GraphQL endpoint over HTTP."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    execute_sync,
    parse,
    validate,
    visit,
)
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from integration_tests.sandbox import pages
from integration_tests.sandbox import xledger_errors as errors
from integration_tests.sandbox.faults import Fault, FaultKind, answers_in_place, of_kind
from integration_tests.sandbox.server import CutConnection, hold
from integration_tests.sandbox.xledger import Operation, Xledger
from integration_tests.sandbox.xledger_errors import XledgerError
from integration_tests.sandbox.xledger_schema import Asked, executable_schema
from integration_tests.sandbox.xledger_sdl import contract_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    from integration_tests.sandbox.dialects import Dialect

    Json = dict[str, Any]

_TOKEN_FORMAT = re.compile(r"[A-Za-z0-9]{32,}", re.ASCII)
_DOCUMENTS_REMEMBERED = 256
_INTROSPECTION = ("__schema", "__type")


@dataclass
class _Received:
    """A request as far as it could be read."""

    body: bytes
    kind: str = ""
    name: str | None = None
    root_fields: tuple[str, ...] = ()
    variables: Json = field(default_factory=dict)
    inputs: int = 0
    size: int = 0
    query: str = ""
    document: DocumentNode | None = None
    operation_name: str | None = None


class _Endpoint:
    """Answers requests one after the other, and keeps a record of them."""

    def __init__(self, xledger: Xledger) -> None:
        self.xledger = xledger
        self.under_way = 0

    async def answer(self, request: Request) -> Response:
        """Answer one POST."""
        received = _Received(await request.body())
        self.under_way += 1
        try:
            await asyncio.sleep(self.xledger.latency)
            response, outcome = await self._admitted(request, received)
        finally:
            self.under_way -= 1
        self.xledger.operations.append(
            Operation(
                kind=received.kind,
                name=received.name,
                root_fields=received.root_fields,
                variables=received.variables,
                inputs=received.inputs,
                request_bytes=len(received.body),
                response_bytes=len(response.body),
                status=None if isinstance(response, CutConnection) else response.status_code,
                outcome=outcome,
            )
        )
        self.xledger.happenings.tell()
        return response

    async def _admitted(self, request: Request, received: _Received) -> tuple[Response, str]:
        """Read the request, let limits and faults have their say, and carry it out; return the answer and its kind."""
        try:
            self._authenticate(request)
            self._read(request, received)
        except _NotAuthenticatedError as error:
            return _failed(error.refusal, status=error.status), "refused"
        except XledgerError as error:
            return _failed(error, status=400), "refused"
        except GraphQLError as error:
            return _failed(errors.of_graphql(error)), "refused"
        limit = self.xledger.concurrency_limit
        if limit is not None and self.under_way > limit:
            return _failed(errors.concurrency_limit()), FaultKind.CONCURRENCY_LIMIT.value
        if not self.xledger.burst_limit.admits():
            return _failed(errors.burst_limit()), FaultKind.BURST_LIMIT.value
        return await self._through_faults(received)

    async def _through_faults(self, received: _Received) -> tuple[Response, str]:
        assert received.document is not None
        targets = {*received.root_fields, *_types_read(self.xledger.dialect, received.query)}
        self.xledger.catch_up()
        said = json.dumps(received.variables, ensure_ascii=False)
        met = self.xledger.faults.met_by(targets, received.size, said)
        if meanwhile := of_kind(met, FaultKind.MEANWHILE):
            meanwhile.details["action"]()
        stall = of_kind(met, FaultKind.STALL)
        if stall and not stall.details["carried_out"]:
            await hold(stall)
        if instead := answers_in_place(met):
            response, outcome = _faulty(instead, received), instead.kind.value
            if instead.kind is FaultKind.LATE:
                self._carry_out_later(received, instead.details["seconds"])
        else:
            response, outcome = self._carry_out(received, met)
        if stall and stall.details["carried_out"]:
            await hold(stall)
        if lost := of_kind(met, FaultKind.LOST_ANSWER):
            return CutConnection(half_of=response if lost.details["partial"] else None), FaultKind.LOST_ANSWER.value
        return response, outcome

    def _carry_out_later(self, received: _Received, seconds: Sequence[float]) -> None:
        """Carry a request out in as many parts as there are moments; the inputs of a mutation are dealt out in turn."""
        for number, moment in enumerate(seconds):
            variables = {
                name: value[number :: len(seconds)]
                if received.kind == "mutation" and isinstance(value, list)
                else value
                for name, value in received.variables.items()
            }
            part = dataclasses.replace(received, variables=variables)
            self.xledger.later(moment, functools.partial(self._carry_out, part, ()))

    def _carry_out(self, received: _Received, met: Sequence[Fault]) -> tuple[Response, str]:
        """Validate and execute. Xledger answers HTTP 200 even when it refuses."""
        assert received.document is not None
        dialect = self.xledger.dialect
        schema = executable_schema(dialect, self.xledger.lacks)
        status = 400 if of_kind(met, FaultKind.ERRORS_WITH_HTTP_400) else 200
        if not dialect.introspection and _asks_for_the_schema(received.query):
            return _failed(errors.no_introspection(), status=status), "refused"
        if wrong := _validation_errors(schema, received.query):
            return _failed(*map(errors.of_graphql, wrong), status=status), "refused"
        if _asks_for_nothing_but_the_schema(received):
            told = _told_of_the_schema(schema, received.query, json.dumps(received.variables))
            if not told.errors:
                return _json({"data": told.data}), "carried_out"
        asked = Asked(self.xledger.store, dialect, [fault for fault in met if fault.kind is FaultKind.REFUSE_VALUE])
        with self.xledger.store.lock:
            result = execute_sync(
                schema,
                received.document,
                variable_values=received.variables,
                operation_name=received.operation_name,
                context_value=asked,
            )
        refused = [*map(errors.of_graphql, result.errors or ()), *asked.refused]
        if not refused:
            return _json({"data": result.data}), "carried_out"
        answers = [value for value in (result.data or {}).values() if value is not None]
        in_part = any(value.get("edges") for value in answers if isinstance(value, dict))
        outcome = "partly_carried_out" if asked.refused and in_part else "refused"
        return _failed(*refused, status=status, data=result.data if answers else None), outcome

    def _authenticate(self, request: Request) -> None:
        header = request.headers.get("authorization")
        if header is None:
            raise _NotAuthenticatedError(errors.unknown_token(), 401)
        scheme, _, token = header.partition(" ")
        if scheme != "token" or not _TOKEN_FORMAT.fullmatch(token):
            raise _NotAuthenticatedError(errors.malformed_token(), 200)
        if token != self.xledger.token:
            raise _NotAuthenticatedError(errors.unknown_token(), 401)

    def _read(self, request: Request, received: _Received) -> None:
        """Fill in what the body says.

        Raises:
            XledgerError: The body is no GraphQL request.
            GraphQLError: The query cannot be parsed.
        """
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise errors.malformed_request("send JSON.")
        try:
            body = json.loads(received.body)
        except ValueError:
            raise errors.malformed_request("the body is not JSON.") from None
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            raise errors.malformed_request("the body has no query.")
        variables = body.get("variables") or {}
        if not isinstance(variables, dict):
            raise errors.malformed_request("variables are an object.")
        received.variables = variables
        received.size = _longest_list(variables)
        received.operation_name = body.get("operationName")
        received.query = body["query"]
        received.document = _parsed(received.query)
        operation = _operation(received.document, received.operation_name)
        if operation is None:
            raise errors.malformed_request("the query has no operation, or several and no operationName.")
        received.kind = "mutation" if operation.operation is OperationType.MUTATION else "query"
        received.name = operation.name.value if operation.name else None
        fields = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
        received.root_fields = tuple(node.name.value for node in fields)
        if received.kind == "mutation":
            received.inputs = sum(_number_of_inputs(node, variables) for node in fields)


class _NotAuthenticatedError(Exception):
    """The token is missing, malformed or unknown."""

    def __init__(self, refusal: XledgerError, status: int) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal
        self.status = status


def application(xledger: Xledger) -> Starlette:
    """Return the application that serves this Xledger."""

    async def page(_request: Request) -> Response:
        return HTMLResponse(pages.xledger_page(xledger))

    async def employees(_request: Request) -> Response:
        return JSONResponse(xledger.employees())

    return Starlette(
        routes=[
            Route("/graphql", _Endpoint(xledger).answer, methods=["POST"]),
            Route("/", page),
            Route("/_sandbox/employees", employees),
        ]
    )


@functools.lru_cache(maxsize=_DOCUMENTS_REMEMBERED)
def _parsed(query: str) -> DocumentNode:
    return parse(query)


@functools.lru_cache(maxsize=_DOCUMENTS_REMEMBERED)
def _validation_errors(schema: GraphQLSchema, query: str) -> tuple[GraphQLError, ...]:
    return tuple(validate(schema, _parsed(query)))


@functools.lru_cache(maxsize=_DOCUMENTS_REMEMBERED)
def _types_read(dialect: Dialect, query: str) -> frozenset[str]:
    """Return the contract's names of the types that a document selects fields of."""
    types = TypeInfo(executable_schema(dialect))
    read: set[str] = set()

    class Fields(Visitor):
        def enter_field(self, *_: object) -> None:
            if parent := types.get_parent_type():
                read.add(contract_names(dialect).get(parent.name, parent.name))

    visit(_parsed(query), TypeInfoVisitor(types, Fields()))
    return frozenset(read)


@functools.lru_cache(maxsize=_DOCUMENTS_REMEMBERED)
def _asks_for_the_schema(query: str) -> bool:
    found = False

    class Fields(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            nonlocal found
            found = found or node.name.value in _INTROSPECTION

    visit(_parsed(query), Fields())
    return found


def _asks_for_nothing_but_the_schema(received: _Received) -> bool:
    return set(received.root_fields) <= {"__schema", "__type"} and received.operation_name is None


@functools.lru_cache(maxsize=_DOCUMENTS_REMEMBERED)
def _told_of_the_schema(schema: GraphQLSchema, query: str, variables: str) -> ExecutionResult:
    """Return what a schema tells of itself: the same each time, and it takes longer than all other requests."""
    return execute_sync(schema, _parsed(query), variable_values=json.loads(variables))


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """Return the operation to carry out; None when there is none, or it is not clear which."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        operations = [node for node in operations if node.name and node.name.value == name]
    return operations[0] if len(operations) == 1 else None


def _number_of_inputs(node: FieldNode, variables: Json) -> int:
    for argument in node.arguments or ():
        if argument.name.value == "inputs":
            if isinstance(argument.value, VariableNode):
                given = variables.get(argument.value.name.value)
                return len(given) if isinstance(given, list) else int(given is not None)
            return len(argument.value.values) if isinstance(argument.value, ListValueNode) else 1
    return 0


def _longest_list(variables: Json) -> int:
    """Return how many rows a request is about: its longest list, or the page it asks for."""
    sizes = [0]
    for name, value in variables.items():
        if isinstance(value, list):
            sizes.append(len(value))
        elif isinstance(value, dict):
            sizes.append(_longest_list(value))
        elif name == "first" and isinstance(value, int):
            sizes.append(value)
    return max(sizes)


def _failed(*refusals: XledgerError | Json, status: int = 200, data: Json | None = None) -> Response:
    entries = [entry.as_json() if isinstance(entry, XledgerError) else entry for entry in refusals]
    return _json({"errors": entries, "data": data}, status)


def _json(content: Json, status: int = 200) -> Response:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair has no UTF-8; written with a backslash it is an escape JSON knows.
    return Response(text.encode("utf-8", "backslashreplace"), status, media_type="application/json")


def _faulty(fault: Fault, received: _Received) -> Response:
    details = fault.details
    refusals: dict[FaultKind, Callable[[], XledgerError]] = {
        FaultKind.BURST_LIMIT: errors.burst_limit,
        FaultKind.CONCURRENCY_LIMIT: errors.concurrency_limit,
        FaultKind.OUT_OF_CREDITS: lambda: errors.insufficient_credits(details["reset_at"]),
        FaultKind.QUERY_TIMED_OUT: errors.query_timed_out,
        FaultKind.NO_ACCESS: lambda: errors.no_access(fault.root_field or fault.type_name or received.root_fields[0]),
    }
    if fault.kind in refusals:
        return _failed(refusals[fault.kind]())
    if fault.kind is FaultKind.TOO_MANY_REQUESTS:
        wait = details["retry_after"]
        return Response(status_code=429, headers={} if wait is None else {"Retry-After": str(wait)})
    if fault.kind in (FaultKind.SERVER_ERROR, FaultKind.LATE):
        return Response("Internal Server Error", details["status"], media_type="text/plain")
    for_people = {FaultKind.MAINTENANCE_PAGE: pages.MAINTENANCE, FaultKind.FIREWALL: pages.FORBIDDEN}
    if fault.kind in for_people:
        return HTMLResponse(for_people[fault.kind], details["status"])
    if fault.kind in (FaultKind.NOT_JSON, FaultKind.ANSWER):
        return Response(details.get("body", '{"data": {'), details.get("status", 200), media_type="application/json")
    return CutConnection()
