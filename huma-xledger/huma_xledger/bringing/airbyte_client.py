"""What is asked of Airbyte's public API about a connection: its jobs, and a new one.

The form is the published one (reference.airbyte.com: listJobs, createJob, getJob).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import requests

from huma_xledger.airbyte.api import OTHER, AirbyteApi, Refusal, Refusals
from huma_xledger.listen_settings import AirbyteJob

LATEST: Final = 20
"""How many jobs are listed, the latest first: what is wanted is the latest, and one that has come since."""

ENDED: Final = frozenset({"succeeded", "failed", "cancelled"})
"""The statuses after which nothing comes. The others are `pending`, `running`, and `incomplete`: an attempt failed, and
Airbyte makes another one. A status that is not known here is none of an end."""

_ID: Final = "(connection_id) below listen.airbyte in connection.yaml"

_NOT_ALLOWED: Final = Refusal(
    "Airbyte does not let the application run connection {connection} (HTTP status {status}). Check the connection's "
    f"ID {_ID}, and that the user who made the application may run syncs in that workspace."
)

_NOT_FOUND: Final = Refusal(
    "Airbyte knows no connection {connection} at {host}, or not the job that it has begun (HTTP status {status}). "
    f"Check the connection's ID {_ID}, and the API URL (api_url)."
)

_NOT_UNDERSTOOD: Final = Refusal(
    "Airbyte can make nothing of connection {connection} (HTTP status {status}). Check its ID "
    f"{_ID}: it is the ID in the address of the connection's page in Airbyte."
)

_UNKNOWN: Final = Refusal(
    "Airbyte refuses to run connection {connection} in a way that is not known here (HTTP status {status}). Look at "
    "the connection in Airbyte."
)

_OF_JOBS: Final[Refusals] = {
    OTHER: _UNKNOWN,
    400: _NOT_UNDERSTOOD,
    403: _NOT_ALLOWED,
    404: _NOT_FOUND,
    422: _NOT_UNDERSTOOD,
}


class Conflict(Exception):  # noqa: N818  # it may well be nobody's error
    """Airbyte does not start a job: another one is running, or the connection is disabled (HTTP status 409)."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job of the connection.

    Attributes:
        number: Airbyte's id of it; later jobs have greater ones.
        kind: Its `jobType`, as `sync`.
        status: How far it is.
    """

    number: int
    kind: str
    status: str

    @property
    def has_ended(self) -> bool:
        """Whether nothing comes after it."""
        return self.status in ENDED


class AirbyteClient:
    """Asks Airbyte about one connection. For one thread.

    Args:
        job: Whom to ask, who asks, and the connection.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, job: AirbyteJob, clock: Callable[[], float] = time.monotonic) -> None:
        self._connection: Final = job.connection_id
        self._api: Final = AirbyteApi(job.login, clock)

    def latest(self) -> list[Job]:
        """The latest jobs of the connection, of any kind; the latest first.

        Raises:
            AirbyteError: When Airbyte does not say.
        """
        query = {"connectionId": self._connection, "limit": LATEST, "orderBy": "createdAt|DESC"}
        answer = self._success(self._api.answered("GET", "/jobs", query=query))
        listed = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(listed, list):
            raise self._api.not_airbyte()
        return sorted(map(self._read, listed), key=lambda job: job.number, reverse=True)

    def start(self) -> Job:
        """Starts a sync of the connection.

        Raises:
            Conflict: When Airbyte does not want to now.
            AirbyteError: When it was not started, or nobody can tell.
        """
        body = {"connectionId": self._connection, "jobType": "sync"}
        response = self._api.answered("POST", "/jobs", body=body)
        if response.status_code == requests.codes.conflict:
            raise Conflict
        return self._read(self._success(response))

    def job(self, number: int) -> Job:
        """How far a job is.

        Raises:
            AirbyteError: When Airbyte does not say.
        """
        return self._read(self._success(self._api.answered("GET", f"/jobs/{number}")))

    def _success(self, response: requests.Response) -> Any:
        return self._api.content(response, _OF_JOBS, connection=self._connection)

    def _read(self, job: Any) -> Job:
        """A job as it was answered; more keys may come, and none but these three is used."""
        if isinstance(job, dict):
            number, kind, status = (job.get(name) for name in ("jobId", "jobType", "status"))
            if isinstance(number, int) and isinstance(kind, str) and isinstance(status, str):
                return Job(number, kind, status)
        raise self._api.not_airbyte()
