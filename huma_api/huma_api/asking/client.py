"""Requests to Huma outside of a stream."""

import logging
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, Literal

import requests
from airbyte_cdk.sources.declarative.requesters.error_handlers import HttpResponseFilter
from airbyte_cdk.sources.streams.http import HttpClient
from airbyte_cdk.sources.streams.http.error_handlers import ResponseAction
from airbyte_cdk.utils import AirbyteTracedException

from connector_base.environment import take_proxies_and_certificates
from connector_base.failures import ConnectorError, config_error, told
from connector_base.waiting import watch_answers
from huma_api.asking.answers import HumaErrorHandler, json_object, json_of
from huma_api.asking.authenticator import HumaAuthenticator
from huma_api.asking.failures import explained
from huma_api.asking.lists import Item, Page, everything_listed, page_of
from huma_api.asking.sync_run import CONNECT_TIMEOUT, READ_TIMEOUT, SyncRun

Method = Literal["GET", "PATCH", "POST"]

SILENT: Final = logging.Logger("silent")
"""Takes what the CDK says of requests: bodies, and addresses that quote e-mail addresses. All that is worth telling is
told by whoever waits or fails."""
SILENT.disabled = True


class HumaClient:
    """Asks Huma, within the bounds of a run. May be called by several threads at a time.

    Args:
        config: The connector's configuration: `client_id`, `client_secret` and `api_url`.
        run: What holds for all requests of the run.
    """

    def __init__(self, config: Mapping[str, Any], run: SyncRun) -> None:
        self.run: Final = run
        self._api_url: Final = str(config["api_url"]).rstrip("/")
        self._config: Final = config
        self._session: Final = requests.Session()
        self._session.max_redirects = 0
        watch_answers(self._session, run.adapter)
        take_proxies_and_certificates(self._session, self._api_url)
        with run.building_components():
            self._authenticator: Final = HumaAuthenticator(  # type: ignore[abstract]  # in name only, like the CDK's own
                config=config,
                parameters={},
                client_id="{{ config['client_id'] }}",
                client_secret="{{ config['client_secret'] }}",  # noqa: S106  where it is, not what it is
                token_refresh_endpoint=f"{self._api_url}/auth/oauth/token",
                grant_type="client_credentials",
            )
        self._session.auth = self._authenticator
        self._objects: Final = self.sender({403, 404}, expects="id")
        self._pages: Final = self.sender({403}, expects="items")
        self._lists: Final = self.sender({403}, expects_list=True)

    def sender(
        self, let_through: Collection[int], handler: type[HumaErrorHandler] = HumaErrorHandler, **expected: Any
    ) -> HttpClient:
        """What sends one kind of request.

        Args:
            let_through: The statuses of Huma's answers that come back to whoever asked.
            handler: Knows what other answers mean.
            expected: What the handler is told of an answer that is a success.
        """
        with self.run.building_components():
            filters = [_let_through(self._config, let_through)]
            error_handler = handler(config=self._config, parameters={}, response_filters=filters, **expected)
        return HttpClient(
            name="huma",
            logger=SILENT,
            error_handler=error_handler,
            session=self._session,
            backoff_strategy=error_handler.backoff_strategies,
            request_timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
        )

    def be_let_in(self) -> None:
        """Asks for an access token, unless the run has one that Huma takes.

        Raises:
            ConnectorError: When Huma gives none.
        """
        self._authenticator.get_auth_header()

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
        response = self.sent(self._objects, "GET", path)
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
        return everything_listed(lambda offset: self.ask_for_page(path, what, page_size, parameters, offset), what)

    def ask_for_page(
        self, path: str, what: str, page_size: int, parameters: Mapping[str, str] | None = None, offset: int = 0
    ) -> Page:
        """Asks for one page of a list; as `ask_for_list`.

        Args:
            path: The path below the API's address.
            what: What is listed, as sentences name it.
            page_size: How many items to ask for; 0 where the list comes as a whole.
            parameters: What else is asked for.
            offset: How many items come before it.
        """
        of_the_page = {"limit": str(page_size), "offset": str(offset)} if page_size else {}
        sender = self._pages if page_size else self._lists
        response = self.sent(sender, "GET", path, parameters={**(parameters or {}), **of_the_page})
        if not response.ok:
            raise _without_right(f"list {what}")
        return page_of(json_of(response), what)

    def try_out(self) -> None:
        """Asks for next to nothing, to see whether there is a way to Huma.

        Raises:
            ConnectorError: When there is none.
        """
        self.sent(self._pages, "GET", "users", parameters={"limit": "1", "offset": "0"})

    def sent(
        self,
        sender: HttpClient,
        method: Method,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        """Sends a request, with retries, and gives an answer that its sender lets through.

        Args:
            sender: What sends such requests.
            method: How.
            path: The path below the API's address.
            parameters: What is asked for.
            body: What is written, as JSON.

        Raises:
            ConnectorError: When there is no such answer, or Huma was given up on.
        """
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


def _let_through(config: Mapping[str, Any], statuses: Collection[int]) -> HttpResponseFilter:
    """Has answers of Huma with such a status come back to whoever asked."""
    return HttpResponseFilter(config=config, parameters={}, http_codes=set(statuses), action=ResponseAction.IGNORE)


def _without_right(right: str) -> ConnectorError:
    return config_error(
        f"Huma's API key has no right to {right}. Let an administrator of Huma give it that right under System "
        "settings > Open API."
    )
