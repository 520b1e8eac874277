"""Requests to Huma outside of a stream, and those that write."""

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.requesters.error_handlers import HttpResponseFilter
from airbyte_cdk.sources.streams.http import HttpClient
from airbyte_cdk.sources.streams.http.error_handlers import ErrorResolution, ResponseAction
from airbyte_cdk.sources.streams.http.error_handlers.response_models import SUCCESS_RESOLUTION
from airbyte_cdk.sources.streams.http.http_client import MAX_CONNECTION_POOL_SIZE
from airbyte_cdk.utils import AirbyteTracedException

from connector_base.environment import take_proxies_and_certificates
from connector_base.failures import ConnectorError, config_error, told, transient_error
from connector_base.reaching import never_left
from connector_base.waiting import watch_answers
from huma_api.asking.answers import HumaErrorHandler, is_of_somebody_else, json_object, json_of
from huma_api.asking.authenticator import HumaAuthenticator
from huma_api.asking.failures import explained
from huma_api.asking.lists import Item, Page, everything_listed, page_of
from huma_api.asking.outcomes import Reason, Refused, Taken, Unanswered, Written, refused
from huma_api.asking.sync_run import CONNECT_TIMEOUT, READ_TIMEOUT, SyncRun

Method = Literal["GET", "PATCH", "POST"]

SILENT: Final = logging.Logger("silent")
"""Takes what the CDK says of requests: bodies, and addresses that quote e-mail addresses. All that is worth telling is
told by whoever waits or fails."""
SILENT.disabled = True

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


class HumaClient:
    """Asks Huma and writes to it, within the bounds of a run. May be called by several threads at a time.

    Args:
        config: The connector's configuration: `client_id`, `client_secret` and `api_url`.
        run: What holds for all requests of the run.
    """

    def __init__(self, config: Mapping[str, Any], run: SyncRun) -> None:
        self.run: Final = run
        self._api_url: Final = str(config["api_url"]).rstrip("/")
        self._session: Final = requests.Session()
        self._session.max_redirects = 0
        watch_answers(self._session, MAX_CONNECTION_POOL_SIZE)
        take_proxies_and_certificates(self._session, self._api_url)
        with run.building_components():
            self._session.auth = HumaAuthenticator(  # type: ignore[abstract]  # in name only, like the CDK's own
                config=config,
                parameters={},
                client_id="{{ config['client_id'] }}",
                client_secret="{{ config['client_secret'] }}",  # noqa: S106  where it is, not what it is
                token_refresh_endpoint=f"{self._api_url}/auth/oauth/token",
                grant_type="client_credentials",
            )
            told_of = [_let_through(config, {403, 404})]
            self._objects = _sender(HumaErrorHandler({}, config, told_of, expects="id"), self._session)
            no_right = [_let_through(config, {403})]
            self._pages = _sender(HumaErrorHandler({}, config, no_right, expects="items"), self._session)
            self._lists = _sender(HumaErrorHandler({}, config, no_right, expects_list=True), self._session)
            refusals = [_let_through(config, REFUSALS)]
            self._changes = _sender(_WriteErrorHandler({}, config, refusals, expects="id"), self._session)
            self._additions = _sender(
                _WriteErrorHandler({}, config, refusals, expects="id", repeatable=False), self._session
            )

    def ask(self, path: str, right: str) -> Mapping[str, Any] | None:
        """Asks for one object.

        Args:
            path: The path below the API's address.
            right: What the API key needs a right to, as sentences name it; empty where a missing right is no fault.

        Returns:
            The object; None when Huma has not got it, or does not show it although that is no fault.

        Raises:
            ConnectorError: When Huma cannot be asked, or the API key has no right to it.
        """
        response = self._sent(self._objects, "GET", path)
        if response.status_code == requests.codes.forbidden and right:
            raise _without_right(right)
        return (json_object(response) or {}) if response.ok else None

    def ask_for_list(
        self, path: str, what: str, page_size: int = 0, parameters: Mapping[str, str] | None = None
    ) -> Iterator[Item]:
        """Asks for everything in a list, page by page.

        Args:
            path: The path below the API's address.
            what: What is listed, as sentences name it.
            page_size: How many items to ask for at a time; 0 where the list comes as a whole.
            parameters: What else is asked for.

        Yields:
            The items, each once, as soon as they come.

        Raises:
            ConnectorError: When Huma cannot be asked, the API key has no right to list them, or the list is not whole.
        """
        sender = self._pages if page_size else self._lists

        def page(offset: int) -> Page:
            of_the_page = {"limit": str(page_size), "offset": str(offset)} if page_size else {}
            response = self._sent(sender, "GET", path, parameters={**(parameters or {}), **of_the_page})
            if not response.ok:
                raise _without_right(f"list {what}")
            return page_of(json_of(response), what)

        return everything_listed(page, what)

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
            self._sent(self._pages, "GET", "users", parameters={"limit": "1", "offset": "0"})
            if write.adds:
                return stopped.refusal
            return self._attempted(write)
        except _StoppedError as again:
            return again.refusal
        except ConnectorError as failure:
            return self._unanswered(failure)

    def _attempted(self, write: "_Write") -> Written:
        response = self._sent(write.sender, write.method, write.path, body=write.body)
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
        if failure.failure_type is not FailureType.transient_error or self.run.given_up_on is not None:
            raise failure
        return Unanswered(failure)

    def _sent(
        self,
        sender: HttpClient,
        method: Method,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        """Sends a request, with retries, and gives an answer that the error handler lets through."""
        with self.run.request_slot():
            if self.run.given_up_on is not None:
                raise told(self.run.given_up_on)
            try:
                _, response = sender.send_request(method, f"{self._api_url}/{path}", {}, params=parameters, json=body)
            except AirbyteTracedException as error:
                failure = explained(error)
            else:
                self.run.note_success()
                return response
        # Outside of the clause, for an error keeps hold of the one that it is raised beside, and that quotes the body.
        self.run.note_failure(failure)
        raise failure


def _sender(error_handler: HumaErrorHandler, session: requests.Session) -> HttpClient:
    return HttpClient(
        name="huma",
        logger=SILENT,
        error_handler=error_handler,
        session=session,
        backoff_strategy=error_handler.backoff_strategies,
        request_timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
    )


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


def _let_through(config: Mapping[str, Any], statuses: Collection[int]) -> HttpResponseFilter:
    """Has answers of Huma with such a status come back to whoever asked."""
    return HttpResponseFilter(config=config, parameters={}, http_codes=set(statuses), action=ResponseAction.IGNORE)


def _without_right(right: str) -> ConnectorError:
    return config_error(
        f"Huma's API key has no right to {right}. Let an administrator of Huma give it that right under System "
        "settings > Open API."
    )
