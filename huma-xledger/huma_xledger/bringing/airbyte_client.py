"""What is asked of Airbyte's public API: a token, the jobs of one connection, and a new one.

By `requests`, and not by the generated `airbyte-api`: that waits for an answer without end, goes by none of the proxies
of the environment, has no types, and its errors hold what Airbyte answered.

The form is the published one (reference.airbyte.com: createAccessToken, listJobs, createJob, getJob), the same for
Airbyte Cloud and for an Airbyte of one's own; only the address differs.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from connector_base.environment import take_proxies_and_certificates
from connector_base.reaching import never_left, unreached
from connector_base.settings.masked_secrets import mask_too
from huma_xledger.bringing.runs import Ending
from huma_xledger.listen_settings import AirbyteJob

TIMEOUTS: Final = (10.0, 60.0)
"""Seconds for a connection and for an answer. A new job is answered only once it has a number, which takes a while."""

LATEST: Final = 20
"""How many jobs are listed, the latest first: what is wanted is the latest, and one that has come since."""

EARLY: Final = 30.0
"""Seconds before its end that a token counts as expired."""

ENDED: Final = frozenset({"succeeded", "failed", "cancelled"})
"""The statuses after which nothing comes. The others are `pending`, `running`, and `incomplete`: an attempt failed, and
Airbyte makes another one. A status that is not known here is none of an end."""

_IN_THE_FILE: Final = "below listen.airbyte in connection.yaml"

_CREDENTIALS: Final = (
    "Airbyte does not accept the client ID (client_id) and the client secret (client_secret) "
    f"{_IN_THE_FILE} (HTTP status {{status}}). Check both; an application with both is made in Airbyte under "
    "User settings > Applications."
)

_NO_API: Final = (
    f"Airbyte's API is not at {{host}} (HTTP status {{status}}). Check the API URL (api_url) {_IN_THE_FILE}: it is "
    "https://api.airbyte.com/v1 for Airbyte Cloud, and the address of an Airbyte of your own with /api/public/v1 after "
    "it."
)

_LATER: Final = (
    "Airbyte answered with an error of its own (HTTP status {status}). If it goes on, look at how Airbyte is at {host}."
)

_LIMITED: Final = "Airbyte is limiting how often it may be asked (HTTP status {status})."

_DEAD_TOKEN: Final = (
    "Airbyte refuses the access token that it has just given (HTTP status {status}). Check that the application still "
    f"exists in Airbyte, and that the API URL (api_url) {_IN_THE_FILE} is of the same Airbyte."
)

_NOT_ALLOWED: Final = (
    "Airbyte does not let the application run connection {connection} (HTTP status {status}). Check the connection's "
    f"ID (connection_id) {_IN_THE_FILE}, and that the user who made the application may run syncs in that workspace."
)

_NOT_FOUND: Final = (
    "Airbyte knows no connection {connection} at {host}, or not the job that it has begun (HTTP status {status}). "
    f"Check the connection's ID (connection_id) and the API URL (api_url) {_IN_THE_FILE}."
)

_NOT_UNDERSTOOD: Final = (
    "Airbyte can make nothing of connection {connection} (HTTP status {status}). Check its ID (connection_id) "
    f"{_IN_THE_FILE}: it is the ID in the address of the connection's page in Airbyte."
)

_UNKNOWN: Final = (
    "Airbyte refuses to run connection {connection} in a way that is not known here (HTTP status {status}). Look at "
    "the connection in Airbyte."
)

_NOT_AIRBYTE: Final = (
    "What answered at {host} is not Airbyte's API: a maintenance page, perhaps, or a proxy. If it goes on, check "
    f"the API URL (api_url) {_IN_THE_FILE}."
)

_ELSEWHERE: Final = frozenset({301, 302, 303, 307, 308, 405, 410})
"""What an address answers that has nothing of what was asked for, or names another one. No redirect is followed: the
secret goes to the address that an administrator has entered."""

_OF_A_TOKEN: Final[Mapping[int, tuple[Ending, str]]] = {
    **dict.fromkeys((400, 401, 403, 422), (Ending.CONFIG, _CREDENTIALS)),
    **dict.fromkeys((404, *_ELSEWHERE), (Ending.CONFIG, _NO_API)),
    408: (Ending.PASSING, _LATER),
    429: (Ending.PASSING, _LIMITED),
}

_OF_JOBS: Final[Mapping[int, tuple[Ending, str]]] = {
    **dict.fromkeys((400, 422), (Ending.CONFIG, _NOT_UNDERSTOOD)),
    **dict.fromkeys(_ELSEWHERE, (Ending.CONFIG, _NO_API)),
    401: (Ending.CONFIG, _DEAD_TOKEN),
    403: (Ending.CONFIG, _NOT_ALLOWED),
    404: (Ending.CONFIG, _NOT_FOUND),
    408: (Ending.PASSING, _LATER),
    429: (Ending.PASSING, _LIMITED),
}
"""What an answer that is no success means, by its status."""

_SERVER_ERROR: Final = 500


class AirbyteError(Exception):
    """Airbyte did not do what it was asked for; the message is a sentence, in which nothing is that Airbyte said.

    Attributes:
        ending: What that means for a run: it passes, or somebody has to mend it.
        may_be_done: Whether Airbyte may have done it all the same, since no answer came that says so or not.
    """

    def __init__(self, ending: Ending, problem: str, *, may_be_done: bool = False) -> None:
        super().__init__(problem)
        self.ending: Final = ending
        self.may_be_done: Final = may_be_done


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


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    good_until: float | None


class AirbyteClient:
    """Asks Airbyte about one connection. For one thread.

    Args:
        job: Whom to ask, who asks, and the connection.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, job: AirbyteJob, clock: Callable[[], float] = time.monotonic) -> None:
        self._job: Final = job
        self._clock: Final = clock
        self._host: Final = urlsplit(job.api_url).hostname or job.api_url
        self._session: Final = requests.Session()
        take_proxies_and_certificates(self._session, job.api_url)
        self._held: _Token | None = None

    def latest(self) -> list[Job]:
        """The latest jobs of the connection, of any kind; the latest first.

        Raises:
            AirbyteError: When Airbyte does not say.
        """
        query = {"connectionId": self._job.connection_id, "limit": LATEST, "orderBy": "createdAt|DESC"}
        answer = self._success(self._answered("GET", "/jobs", query=query), _OF_JOBS)
        listed = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(listed, list):
            raise self._not_airbyte()
        return sorted(map(self._read, listed), key=lambda job: job.number, reverse=True)

    def start(self) -> Job:
        """Starts a sync of the connection.

        Raises:
            Conflict: When Airbyte does not want to now.
            AirbyteError: When it was not started, or nobody can tell.
        """
        body = {"connectionId": self._job.connection_id, "jobType": "sync"}
        response = self._answered("POST", "/jobs", body=body)
        if response.status_code == requests.codes.conflict:
            raise Conflict
        return self._read(self._success(response, _OF_JOBS))

    def job(self, number: int) -> Job:
        """How far a job is.

        Raises:
            AirbyteError: When Airbyte does not say.
        """
        return self._read(self._success(self._answered("GET", f"/jobs/{number}"), _OF_JOBS))

    def _answered(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> requests.Response:
        """What Airbyte answers; a token that it refuses is replaced once, since it may have ended before its time."""
        response = self._sent(method, path, headers=self._authorization(), params=query, json=body)
        if response.status_code == requests.codes.unauthorized:
            self._held = None
            response = self._sent(method, path, headers=self._authorization(), params=query, json=body)
        return response

    def _authorization(self) -> Mapping[str, str]:
        held = self._held
        if held is None or (held.good_until is not None and held.good_until <= self._clock()):
            held = self._held = self._new_token()
        return {"Authorization": f"Bearer {held.value}"}

    def _new_token(self) -> _Token:
        asked_at = self._clock()
        body = {
            "client_id": self._job.client_id,
            "client_secret": self._job.client_secret,
            "grant-type": "client_credentials",  # with a hyphen, as the reference has it
        }
        try:
            answer = self._success(self._sent("POST", "/applications/token", json=body), _OF_A_TOKEN)
        except AirbyteError as error:  # whatever became of this request, no job came of it
            raise AirbyteError(error.ending, str(error)) from None
        value = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(value, str) or not value:
            raise AirbyteError(Ending.PASSING, str(self._not_airbyte()))
        mask_too(value)
        lasts = answer.get("expires_in")  # 15 minutes by now, 3 before; an older Airbyte does not say
        known = isinstance(lasts, int) and not isinstance(lasts, bool)
        return _Token(value, asked_at + lasts - EARLY if known else None)

    def _sent(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"{self._job.api_url}{path}"
        try:
            return self._session.request(method, url, timeout=TIMEOUTS, allow_redirects=False, **options)
        except requests.RequestException as error:
            found = unreached(error, self._job.api_url, f"the API URL (api_url) {_IN_THE_FILE}")
            problem = f"Airbyte cannot be reached: {found.why}. {found.remedy}"
            raise AirbyteError(Ending.PASSING, problem, may_be_done=not never_left(error)) from None

    def _success(self, response: requests.Response, meanings: Mapping[int, tuple[Ending, str]]) -> Any:
        status = response.status_code
        if status != requests.codes.ok:
            other = (Ending.PASSING, _LATER) if status >= _SERVER_ERROR else (Ending.CONFIG, _UNKNOWN)
            ending, text = meanings.get(status, other)
            problem = text.format(status=status, host=self._host, connection=self._job.connection_id)
            raise AirbyteError(ending, problem, may_be_done=status >= _SERVER_ERROR or status == 408)  # noqa: PLR2004
        try:
            return response.json()
        except ValueError:
            raise self._not_airbyte() from None

    def _read(self, job: Any) -> Job:
        """A job as it was answered; more keys may come, and none but these three is used."""
        if isinstance(job, dict):
            number, kind, status = (job.get(name) for name in ("jobId", "jobType", "status"))
            if isinstance(number, int) and isinstance(kind, str) and isinstance(status, str):
                return Job(number, kind, status)
        raise self._not_airbyte()

    def _not_airbyte(self) -> AirbyteError:
        return AirbyteError(Ending.PASSING, _NOT_AIRBYTE.format(host=self._host), may_be_done=True)
