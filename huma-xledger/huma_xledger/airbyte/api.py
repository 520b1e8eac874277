"""How Airbyte's public API is asked, whatever for: the token, one request, and what each answer means.

By `requests`, and not by the generated `airbyte-api`: that waits for an answer without end, goes by none of the proxies
of the environment, has no types, and its errors hold what Airbyte answered.

The form is the published one (reference.airbyte.com: createAccessToken), the same for Airbyte Cloud and for an Airbyte
of one's own; only the address differs.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from connector_base.environment import take_proxies_and_certificates
from connector_base.reaching import TrustingAdapter, never_left, unreached
from connector_base.settings.masked_secrets import mask_too
from huma_xledger.airbyte_settings import AirbyteLogin

CONNECTING: Final = 10.0
"""Seconds until a connection has to have come about."""

ANSWERING: Final = 60.0
"""Seconds until an answer has to have come, unless it is said. A new job is answered only once it has a number."""

EARLY: Final = 30.0
"""Seconds before its end that a token counts as expired."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an answer that is no success means.

    Attributes:
        text: A sentence that says what to do. It may have `{status}`, `{host}` and `{file}` in it, and whatever else
            whoever asks has a word for.
        passes: Whether it may be otherwise later, though nobody does anything.
    """

    text: str
    passes: bool = False


OTHER: Final = 0
"""In the place of a status: every one below 500 that has no row."""

Refusals = Mapping[int, Refusal]
"""What such answers mean, by their status."""

_CREDENTIALS: Final = Refusal(
    "Airbyte does not accept the client ID (client_id) and the client secret (client_secret) {file} (HTTP status "
    "{status}). Check both; an application with both is made in Airbyte under User settings > Applications."
)

_NO_API: Final = Refusal(
    "Airbyte's API is not at {host} (HTTP status {status}). Check the API URL (api_url) {file}: it is "
    "https://api.airbyte.com/v1 for Airbyte Cloud, and the address of an Airbyte of your own with /api/public/v1 after "
    "it."
)

_LATER: Final = Refusal(
    "Airbyte answered with an error of its own (HTTP status {status}). If it goes on, look into the logs of the "
    "Airbyte at {host}.",
    passes=True,
)

_LIMITED: Final = Refusal("Airbyte is limiting how often it may be asked (HTTP status {status}).", passes=True)

_DEAD_TOKEN: Final = Refusal(
    "Airbyte refuses the access token that it has just given (HTTP status {status}). Check that the application still "
    "exists in Airbyte, and that the API URL (api_url) {file} is of the same Airbyte."
)

_UNKNOWN: Final = Refusal(
    "Airbyte refuses what it was asked for in a way that is not known here (HTTP status {status}). Look into the "
    "logs of the Airbyte at {host}."
)

_NOT_AIRBYTE: Final = (
    "What answered at {host} is not Airbyte's API: a maintenance page, perhaps, or a proxy. If it goes on, check "
    "the API URL (api_url) {file}."
)

ELSEWHERE: Final = frozenset({301, 302, 303, 307, 308, 405, 410})
"""What an address answers that has nothing of what was asked for, or names another one. No redirect is followed: the
secret goes to the address that an administrator has entered."""

_OF_ANYTHING: Final[Refusals] = {
    **dict.fromkeys(ELSEWHERE, _NO_API),
    401: _DEAD_TOKEN,
    408: _LATER,
    429: _LIMITED,
}
"""What means the same whatever was asked for."""

_OF_A_TOKEN: Final[Refusals] = {
    **dict.fromkeys((400, 401, 403, 422), _CREDENTIALS),
    404: _NO_API,
}

_SERVER_ERROR: Final = 500
_TIMED_OUT: Final = 408


class AirbyteError(Exception):
    """Airbyte did not do what it was asked for; the message is a sentence, in which nothing is that Airbyte said.

    Attributes:
        passes: Whether it may be otherwise later, though nobody does anything; else somebody has to mend it.
        may_be_done: Whether Airbyte may have done it all the same, since no answer came that says so or not.
        may_go_on: Whether Airbyte may even be about to do it: what answered was not what does it, or nothing did.
    """

    def __init__(self, problem: str, *, passes: bool, may_be_done: bool = False, may_go_on: bool = False) -> None:
        super().__init__(problem)
        self.passes: Final = passes
        self.may_be_done: Final = may_be_done
        self.may_go_on: Final = may_go_on


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    good_until: float | None


class AirbyteApi:
    """Asks Airbyte. For one thread.

    Args:
        login: Where it is, and who asks.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, login: AirbyteLogin, clock: Callable[[], float] = time.monotonic) -> None:
        self._login: Final = login
        self._clock: Final = clock
        self._host: Final = urlsplit(login.api_url).hostname or login.api_url
        self._in_the_file: Final = f"below {login.where} in connection.yaml"
        self._session: Final = requests.Session()
        take_proxies_and_certificates(self._session, login.api_url)
        self._session.mount("https://", TrustingAdapter())
        self._held: _Token | None = None

    def answered(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        patience: float = ANSWERING,
    ) -> requests.Response:
        """What Airbyte answers; a token that it refuses is replaced once, since it may have ended before its time.

        Args:
            method: The method of the request.
            path: Below the API's address.
            query: What stands behind the address.
            body: What is sent as JSON.
            patience: Seconds until an answer has to have come.

        Raises:
            AirbyteError: When there is none.
        """
        options = {"params": query, "json": body, "timeout": (CONNECTING, patience)}
        response = self._sent(method, path, headers=self._authorization(), **options)
        if response.status_code == requests.codes.unauthorized:
            self._held = None
            response = self._sent(method, path, headers=self._authorization(), **options)
        return response

    def content(self, response: requests.Response, refusals: Refusals, **words: str) -> Any:
        """What a success has in it.

        Args:
            response: What was answered.
            refusals: What an answer means that is none, beside what it means whatever was asked for.
            words: What the sentences of these speak of.

        Raises:
            AirbyteError: When it is none, or nothing that Airbyte's API answers.
        """
        status = response.status_code
        if status != requests.codes.ok:
            other = _LATER if status >= _SERVER_ERROR else refusals.get(OTHER, _UNKNOWN)
            refusal = {**_OF_ANYTHING, **refusals}.get(status, other)
            problem = refusal.text.format(status=status, host=self._host, file=self._in_the_file, **words)
            may_be_done = status >= _SERVER_ERROR or status == _TIMED_OUT
            may_go_on = may_be_done and status != _SERVER_ERROR  # a gateway's, which has waited long enough
            raise AirbyteError(problem, passes=refusal.passes, may_be_done=may_be_done, may_go_on=may_go_on)
        try:
            return response.json()
        except ValueError:
            raise self.not_airbyte() from None

    def not_airbyte(self) -> AirbyteError:
        """What it means that an answer is nothing of what Airbyte's API answers."""
        problem = _NOT_AIRBYTE.format(host=self._host, file=self._in_the_file)
        return AirbyteError(problem, passes=True, may_be_done=True, may_go_on=True)

    def _authorization(self) -> Mapping[str, str]:
        held = self._held
        if held is None or (held.good_until is not None and held.good_until <= self._clock()):
            held = self._held = self._new_token()
        return {"Authorization": f"Bearer {held.value}"}

    def _new_token(self) -> _Token:
        asked_at = self._clock()
        body = {
            "client_id": self._login.client_id,
            "client_secret": self._login.client_secret,
            "grant-type": "client_credentials",  # with a hyphen, as the reference has it
        }
        try:
            response = self._sent("POST", "/applications/token", json=body, timeout=(CONNECTING, ANSWERING))
            answer = self.content(response, _OF_A_TOKEN)
        except AirbyteError as error:  # whatever became of this request, nothing came of it that was to be done
            raise AirbyteError(str(error), passes=error.passes) from None
        value = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(value, str) or not value:
            raise AirbyteError(str(self.not_airbyte()), passes=True)
        mask_too(value)
        lasts = answer.get("expires_in")  # 15 minutes by now, 3 before; an older Airbyte does not say
        known = isinstance(lasts, int) and not isinstance(lasts, bool)
        return _Token(value, asked_at + lasts - EARLY if known else None)

    def _sent(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"{self._login.api_url}{path}"
        try:
            return self._session.request(method, url, allow_redirects=False, **options)
        except requests.RequestException as error:
            found = unreached(error, self._login.api_url, f"the API URL (api_url) {self._in_the_file}")
            problem = f"Airbyte cannot be reached: {found.why}. {found.remedy}"
            left = not never_left(error)
            raise AirbyteError(problem, passes=True, may_be_done=left, may_go_on=left) from None
