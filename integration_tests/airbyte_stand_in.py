"""An Airbyte on loopback: as much of its public API as starts a connection's jobs, in the published form.

By the descriptions at reference.airbyte.com (createAccessToken, listJobs, createJob, getJob) and what an Airbyte
answers that is asked in another way: what is not in them is refused. Jobs go on by the test's hand.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from huma_xledger.airbyte_settings import AirbyteLogin
from huma_xledger.listen_settings import AirbyteJob
from integration_tests.sandbox.server import CutConnection, bind, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from starlette.requests import Request

    Operation = tuple[str, str, str, Callable[[Request, Any], Response]]

CLIENT_ID: Final = "5f1f2bd4-7c8e-4d0a-9b57-1f2a6c3e9d10"
CLIENT_SECRET: Final = "zq-airbyte-client-secret"
CONNECTION: Final = "e735894a-e773-4938-969f-45f53957b75b"

QUOTED: Final = "zq-what-airbyte-says"
"""Is in every error that it answers, and must never be told."""

STARTED: Final = datetime(2026, 11, 29, 21, 30, tzinfo=timezone.utc)

UNDER_WAY: Final = ("pending", "running", "incomplete")
STATUSES: Final = (*UNDER_WAY, "failed", "succeeded", "cancelled")
KINDS: Final = ("sync", "reset", "refresh", "clear")

LOST: Final = 0
"""In the place of a status: what was asked for is done, and the answer to it never arrives."""


@dataclass
class StandInJob:
    """A job.

    Attributes:
        number: Its id.
        kind: What it does.
        status: How far it is, set by the test.
    """

    number: int
    kind: str = "sync"
    status: str = "pending"

    def as_answered(self) -> dict[str, Any]:
        """It in the form of a `JobResponse`."""
        answer = {
            "jobId": self.number,
            "status": self.status,
            "jobType": self.kind,
            "startTime": (STARTED + timedelta(seconds=self.number)).isoformat().replace("+00:00", "Z"),
            "connectionId": CONNECTION,
        }
        if self.status != "pending":
            answer |= {"duration": "PT8M12S", "bytesSynced": 1234, "rowsSynced": 5}
        return answer


@dataclass
class AirbyteStandIn:
    """An Airbyte with one connection.

    Attributes:
        base: Where its API begins: that of Airbyte Cloud, unless it is said.
        jobs: The jobs of the connection, the first one first.
        enabled: Whether the connection is.
        lasts: Seconds that a token is said to be good for; None where it does not say.
        asked: The operations that it was asked for, each in its turn.
        instead: By operation: how its next answers end instead of as they should, a status or `LOST`.
        before: By operation: what happens right before it is answered.
    """

    base: str = "/v1"
    jobs: list[StandInJob] = field(default_factory=list)
    enabled: bool = True
    lasts: int | None = 900
    asked: list[str] = field(default_factory=list)
    instead: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))
    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    _tokens: set[str] = field(default_factory=set)
    _given: int = 0

    def end_tokens(self) -> None:
        """Lets the time of all tokens be over."""
        self._tokens.clear()

    def schedule(self, status: str = "running", kind: str = "sync") -> StandInJob:
        """Starts a job by its own schedule."""
        job = StandInJob(len(self.jobs) + 1, kind, status)
        self.jobs.append(job)
        return job

    def count(self, operation: str) -> int:
        """How often it was asked for something."""
        return self.asked.count(operation)

    @contextmanager
    def running(self) -> Iterator[AirbyteJob]:
        """Serves it on a free port, and says how a connection is set up with it."""
        with serving({bind(0): self._application()}) as (address,):
            yield AirbyteJob(
                AirbyteLogin(f"{address}{self.base}", CLIENT_ID, CLIENT_SECRET, "listen.airbyte"), CONNECTION
            )

    def _application(self) -> Starlette:
        return Starlette(routes=[self._route(*row) for row in self._operations()])

    def _operations(self) -> Iterator[Operation]:
        """What it can be asked for: the method, the path, the name of the operation, and what answers."""
        yield "POST", "/applications/token", "createAccessToken", self._create_token
        yield "GET", "/jobs", "listJobs", self._list_jobs
        yield "POST", "/jobs", "createJob", self._create_job
        yield "GET", "/jobs/{jobId:int}", "getJob", self._get_job

    def _route(self, method: str, path: str, operation: str, does: Callable[[Request, Any], Response]) -> Route:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            self.asked.append(operation)
            self.before.get(operation, lambda: None)()
            ends = self.instead[operation].popleft() if self.instead[operation] else None
            if ends:
                return _page(ends) if ends in (302, 502) else problem(ends)
            answer = self._checked(request, body, operation, does)
            return CutConnection() if ends == LOST else answer

        return Route(f"{self.base}{path}", endpoint, methods=[method])

    def _checked(
        self, request: Request, body: bytes, operation: str, does: Callable[[Request, Any], Response]
    ) -> Response:
        if operation != "createAccessToken":
            kind, _, token = request.headers.get("Authorization", "").partition(" ")
            if kind != "Bearer" or token not in self._tokens:
                return problem(401)
        if request.method == "GET":
            return problem(400) if body else does(request, None)
        if request.headers.get("Content-Type") != "application/json" or request.query_params:
            return problem(415)
        try:
            return does(request, json.loads(body))
        except ValueError:
            return problem(400)

    def _create_token(self, _: Request, body: Any) -> Response:
        if set(body) != {"client_id", "client_secret", "grant-type"} or body["grant-type"] != "client_credentials":
            return problem(400)
        if (body["client_id"], body["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return problem(401)
        self._given += 1
        token = f"zq-airbyte-token-{self._given}"
        self._tokens.add(token)
        said: Mapping[str, Any] = {} if self.lasts is None else {"token_type": "Bearer", "expires_in": self.lasts}
        return JSONResponse({"access_token": token, **said})

    def _list_jobs(self, request: Request, _: Any) -> Response:
        query = dict(request.query_params)
        connection = query.pop("connectionId", None)
        limit, order, kind = int(query.pop("limit", "20")), query.pop("orderBy", ""), query.pop("jobType", None)
        if query or not 1 <= limit <= 100 or order not in {"createdAt|DESC", "createdAt|ASC", ""}:
            return problem(400)
        if connection != CONNECTION:
            return problem(403)
        kinds = (kind,) if kind else ("sync", "reset")
        found = [job.as_answered() for job in self.jobs if job.kind in kinds]
        listed = found[::-1] if order.endswith("DESC") else found
        return JSONResponse({"data": listed[:limit], "next": "", "previous": ""})

    def _create_job(self, _: Request, body: Any) -> Response:
        if set(body) != {"connectionId", "jobType"} or body["jobType"] not in KINDS:
            return problem(400)
        if body["connectionId"] != CONNECTION:
            return problem(403)
        if body["jobType"] != "sync":
            return problem(422)
        if not self.enabled or any(job.status in UNDER_WAY for job in self.jobs):
            return problem(409)
        return JSONResponse(self.schedule("pending").as_answered())

    def _get_job(self, request: Request, _: Any) -> Response:
        number = request.path_params["jobId"]
        if request.query_params:
            return problem(400)
        found = [job for job in self.jobs if job.number == number]
        return JSONResponse(found[0].as_answered()) if found else problem(404)


def problem(status: int) -> Response:
    """A refusal in the form of Airbyte's."""
    content = {"status": status, "type": "error", "title": QUOTED, "data": {"message": QUOTED}}
    return JSONResponse(content, status, media_type="application/problem+json")


def _page(status: int) -> Response:
    return HTMLResponse(f"<html>{QUOTED}</html>", status, {"Location": "http://127.0.0.1:9/"})
