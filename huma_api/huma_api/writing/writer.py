"""Requests that write to Huma: what may be sent again, and what it means that there is no answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http import HttpClient
from airbyte_cdk.sources.streams.http.error_handlers import ErrorResolution, ResponseAction
from airbyte_cdk.sources.streams.http.error_handlers.response_models import SUCCESS_RESOLUTION

from connector_base.failures import ConnectorError, transient_error
from connector_base.reaching import never_left
from huma_api.asking.answers import HumaErrorHandler, is_of_somebody_else, json_object
from huma_api.asking.client import HumaClient, Method
from huma_api.writing.outcomes import Reason, Refused, Taken, Unanswered, Written, refused

REFUSALS: Final = frozenset(range(400, 500)) - {401, 405, 407, 408, 410, 425, 429}
"""What Huma answers to a request that it does not carry out because of what is in it. Of the others, some pass, and
some say that there is no Huma API, or no way to it."""

STOPPED: Final = REFUSALS - {404}
"""What a page for people with such a status says: that this request is not let through. Of 404 it says that there is
nobody to pass it on to."""

NOT_CARRIED_OUT: Final = frozenset({401, 429})
"""What is answered before a request is looked at."""

TAKEN: Final = frozenset({200, 202, 204})
"""What a change may be answered with and nothing else."""


class HumaWriter:
    """Writes to Huma. May be called by several threads at a time.

    Args:
        client: Sends the requests.
    """

    def __init__(self, client: HumaClient) -> None:
        self._client: Final = client
        self._changes: Final = client.sender(REFUSALS, _WriteErrorHandler, expects="id")
        self._additions: Final = client.sender(REFUSALS, _WriteErrorHandler, expects="id", repeatable=False)

    def change(self, path: str, body: Mapping[str, Any], identity: str) -> Written:
        """Changes what is there already, and sends the change again where it was not answered.

        Args:
            path: The path below the API's address.
            body: The JSON to send; not empty.
            identity: The id of what is changed.

        Raises:
            ConnectorError: When nothing can be written: the key is refused, or Huma was given up on.
        """
        return self._written(_Write(self._changes, "PATCH", path, body, identity))

    def add(self, path: str, body: Mapping[str, Any]) -> Written:
        """Adds something. It is never sent again when it may have been carried out already.

        Args:
            path: The path below the API's address.
            body: The JSON to send; not empty.

        Raises:
            ConnectorError: As for `change`.
        """
        return self._written(_Write(self._additions, "POST", path, body))

    def _written(self, write: "_Write") -> Written:
        try:
            return self._attempted(write)
        except _StoppedError as stopped:
            return self._judged(write, stopped)
        except ConnectorError as failure:
            return self._unanswered(failure)

    def _judged(self, write: "_Write", stopped: "_StoppedError") -> Written:
        """Whether a page in place of Huma's answer is about this request, or there is no way to Huma at present.

        It is, if others are let through, and this one again not. What must not be carried out twice is not sent again.
        """
        try:
            self._client.try_out()
            if write.adds:
                return stopped.refusal
            return self._attempted(write)
        except _StoppedError as again:
            return again.refusal
        except ConnectorError as failure:
            return self._unanswered(failure)

    def _attempted(self, write: "_Write") -> Written:
        response = self._client.sent(write.sender, write.method, write.path, body=write.body)
        if not response.ok:
            return refused(response, write.body, creates=write.adds)
        answer = json_object(response) or {}
        if answer and write.identity not in (None, answer.get("id")):
            raise transient_error(f"Huma did not answer with what was changed ({write.path}). Try again later.")
        return Taken(answer)

    def _unanswered(self, failure: ConnectorError) -> Unanswered:
        """What it means that there is no answer to a request that writes.

        Raises:
            ConnectorError: When nothing else can be written either.
        """
        if failure.failure_type is not FailureType.transient_error or self._client.run.given_up_on is not None:
            raise failure
        return Unanswered(failure)


@dataclass(frozen=True, slots=True)
class _Write:
    """A request that writes.

    Attributes:
        sender: What sends it.
        method: How.
        path: Where to.
        body: What.
        identity: The id of what is changed; None of what is added.
    """

    sender: HttpClient = field(repr=False)
    method: Method
    path: str
    body: Mapping[str, Any] = field(repr=False)
    identity: str | None = None

    @property
    def adds(self) -> bool:
        return self.identity is None


class _StoppedError(ConnectorError):
    """A page of somebody else came in place of Huma's answer, and says that the request is not let through."""

    def __init__(self, status: int) -> None:
        words = f"Something on the way to Huma, such as a firewall, does not let it through (HTTP status {status})."
        super().__init__(words, words, FailureType.transient_error)
        self.refusal: Final = Refused(Reason.STOPPED, status, words, words)


@dataclass
class _WriteErrorHandler(HumaErrorHandler):
    """What an answer means to a request that writes.

    Attributes:
        repeatable: Whether the request may be carried out twice.
    """

    repeatable: bool = True

    def interpret_response(self, response_or_exception: requests.Response | Exception | None) -> ErrorResolution:
        """Decides what to do about an answer, or about the exception raised in place of one.

        Raises:
            _StoppedError: When something on the way does not let the request through.
        """
        resolution = super().interpret_response(response_or_exception)
        again = resolution.response_action is ResponseAction.RETRY
        if again and not self.repeatable and _may_be_carried_out(response_or_exception):
            return replace(resolution, response_action=ResponseAction.FAIL)
        return resolution

    def _answered(self, response: requests.Response) -> ErrorResolution:
        if response.status_code in STOPPED and is_of_somebody_else(response):
            raise _StoppedError(response.status_code)
        if self.repeatable and response.status_code in TAKEN and not response.content:
            return SUCCESS_RESOLUTION
        return super()._answered(response)


def _may_be_carried_out(response_or_exception: requests.Response | Exception | None) -> bool:
    """Whether a request without an answer that tells may have been carried out all the same."""
    if isinstance(response_or_exception, requests.Response):
        return response_or_exception.status_code not in NOT_CARRIED_OUT
    return not never_left(response_or_exception or requests.RequestException())
