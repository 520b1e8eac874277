"""What an answer of Huma, or the lack of one, means for the request that was made."""

import codecs
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Final

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.requesters.error_handlers import DefaultErrorHandler
from airbyte_cdk.sources.declarative.requesters.error_handlers.backoff_strategies import ExponentialBackoffStrategy
from airbyte_cdk.sources.streams.http.error_handlers import BackoffStrategy, ErrorResolution, ResponseAction
from airbyte_cdk.sources.streams.http.error_handlers.response_models import SUCCESS_RESOLUTION
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, TooManyRedirects

from connector_base.failures import transient_error
from connector_base.protocol.any_text import loads
from connector_base.reaching import unreached
from connector_base.traffic import travelled
from huma_api.asking.sync_run import SyncRun

LOGGER: Final = logging.getLogger(f"airbyte.{__name__}")

A_MOMENT: Final = 0.1
NOT_AN_ADDRESS: Final = (MissingSchema, InvalidSchema, InvalidURL)

NOT_HERE: Final = frozenset({301, 302, 303, 307, 308, 404, 405, 410})
"""What an address answers that has nothing of what was asked for, or names another address. No redirect is followed:
tokens go to the address that an administrator has entered, and personal data comes from there."""

DEAD_KEY: Final = (
    "Huma refuses the access token it has just given. Check in Huma under System settings > Open API that the API key "
    "is still active, or make a new key there and enter its client ID and secret."
)


def json_object(response: requests.Response) -> Mapping[str, Any] | None:
    """The JSON object in an answer's body; None when the body is anything else, such as a maintenance page."""
    body = json_of(response)
    return body if isinstance(body, dict) else None


def json_of(response: requests.Response) -> Any:
    """The JSON in an answer's body, with a byte order mark before it or without; None when there is none."""
    try:
        return loads(response.content.removeprefix(codecs.BOM_UTF8))
    except ValueError:
        return None


@dataclass
class HumaErrorHandler(DefaultErrorHandler):
    """The CDK's error handler, and what holds for every request to Huma.

    Response filters say what a status code means for one kind of request. Everything they do not
    name is decided here: lost connections, unknown status codes, and answers that only look like a success. The CDK
    would take a maintenance page with status 200 for an empty list, and a sync that read nobody for a good one.

    Attributes:
        expects: The key a successful answer holds; an answer without it is none of Huma's.
        expects_list: Whether a successful answer is a list instead.
    """

    expects: str = ""
    expects_list: bool = False

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        self._run = SyncRun.current()
        self.max_retries = self._run.max_retries
        self.backoff_strategies = [HumaBackoff(self.config, self._run)]

    def interpret_response(self, response_or_exception: requests.Response | Exception | None) -> ErrorResolution:
        """Decides what to do about an answer, or about the exception raised in place of one, and counts it."""
        self._count(response_or_exception)
        if not isinstance(response_or_exception, requests.Response):
            return self._without_answer(response_or_exception)
        resolution = self._answered(response_or_exception)
        if resolution.response_action not in (ResponseAction.SUCCESS, ResponseAction.IGNORE):
            # The CDK writes the body of a failed answer to the log and into its exceptions, and Huma's errors quote
            # values. Once the answer has been interpreted nobody needs the body any more, unless it is what was asked
            # for.
            response_or_exception._content = b""  # noqa: SLF001
        return resolution

    def _count(self, response_or_exception: requests.Response | Exception | None) -> None:
        """Counts a request. All that is sent comes by here, whoever sends it: the CDK asks what to make of it."""
        request = getattr(response_or_exception, "request", None)
        sent = len(getattr(request, "body", None) or b"")
        received = travelled(response_or_exception) if isinstance(response_or_exception, requests.Response) else 0
        self._run.traffic.count(requests=1, bytes_sent=sent, bytes_received=received)

    def _answered(self, response: requests.Response) -> ErrorResolution:
        for response_filter in self.response_filters or []:
            resolution = response_filter.matches(response)
            if resolution is None:
                continue
            if is_of_somebody_else(response):
                # What a proxy does not find, or let pass, says nothing about what Huma has, or would allow.
                return self._not_huma()
            if resolution.response_action is ResponseAction.IGNORE:
                self._run.tokens.was_accepted(_authorization(response))
            return resolution
        if response.status_code == requests.codes.unauthorized:
            return self._token_refused(response)
        if not response.ok or response.status_code in NOT_HERE:
            return self._unnamed_failure(response)
        body = json_of(response)
        if not (isinstance(body, list) if self.expects_list else isinstance(body, dict) and self.expects in body):
            return self._not_huma()
        self._run.tokens.was_accepted(_authorization(response))
        return SUCCESS_RESOLUTION

    def _not_huma(self) -> ErrorResolution:
        return self._try_again(
            f"What answered at {self.config['api_url']} is not Huma's API: a maintenance page, perhaps, or a proxy. "
            "Try again later; if it goes on, check the API URL (api_url)."
        )

    def _unnamed_failure(self, response: requests.Response) -> ErrorResolution:
        status = response.status_code
        if status == requests.codes.too_many_requests:
            return self._try_again(
                f"Huma is limiting how often it may be asked. Try again later; if it goes on, {self._run.gentler}."
            )
        if status >= requests.codes.internal_server_error or status == requests.codes.request_timeout:
            return self._try_again(
                f"Huma answered with an error of its own (HTTP status {status}), as it does during maintenance. "
                "Try again later; if it goes on, ask Huma's support."
            )
        if status in NOT_HERE:
            return self._nothing_here()
        if status == requests.codes.proxy_authentication_required:
            return self._misconfigured(
                "The proxy on the way to Huma asks for a user name and a password (HTTP status 407). Enter them into "
                "the address of the proxy, in the environment variable HTTPS_PROXY."
            )
        if is_of_somebody_else(response):
            return ErrorResolution(
                ResponseAction.FAIL,
                FailureType.transient_error,
                f"What answered at {self.config['api_url']} is not Huma's API, and refuses what it is asked for (HTTP "
                f"status {status}): a proxy, perhaps. Check the API URL (api_url) and the network, and try again.",
            )
        return ErrorResolution(
            ResponseAction.FAIL,
            FailureType.system_error,
            f"Huma refused a request in a way this connector does not know (HTTP status {status}). "
            "Please report this to the maintainers of the connector.",
        )

    def _without_answer(self, exception: Exception | None) -> ErrorResolution:
        api_url = self.config["api_url"]
        if isinstance(exception, NOT_AN_ADDRESS):
            return self._misconfigured(f"{api_url} is not a valid address. Check the API URL (api_url).")
        if isinstance(exception, TooManyRedirects):
            return self._nothing_here()
        found = unreached(exception or requests.RequestException(), api_url, "the API URL (api_url)")
        return self._try_again(f"Huma cannot be reached at {api_url}: {found.why}. {found.remedy}")

    def _nothing_here(self) -> ErrorResolution:
        return self._misconfigured(
            f"There is no Huma API at {self.config['api_url']}. Check the API URL (api_url); for production it is "
            "https://openapi.humahr.com."
        )

    @staticmethod
    def _misconfigured(message: str) -> ErrorResolution:
        return ErrorResolution(ResponseAction.FAIL, FailureType.config_error, message)

    @staticmethod
    def _try_again(message: str) -> ErrorResolution:
        return ErrorResolution(ResponseAction.RETRY, FailureType.transient_error, message)

    def _token_refused(self, response: requests.Response) -> ErrorResolution:
        """Tries again with another token, unless Huma refuses even what it has just given.

        Not as the CDK does: that refreshes once for each request, and takes the second refusal of a request for the
        fault of the key, though other requests may have used the token up in between. On a retry the CDK asks the
        authenticator for a header again, and that asks Huma for a new token, because the refused one counts as expired.
        A request that is refused every time in spite of that ends when its retries are used up.
        """
        if self._run.tokens.was_refused(_authorization(response)):
            return self._try_again(
                "Huma refuses access tokens soon after it has accepted them. Another connection may be using the same "
                "API key: give each connection an API key of its own, and try again."
            )
        if is_of_somebody_else(response):
            return self._not_huma()
        return self._misconfigured(DEAD_KEY)


def is_of_somebody_else(response: requests.Response) -> bool:
    """Whether an answer that is no success has words in it, and not in the way Huma has them."""
    return bool(response.content) and json_object(response) is None


def _authorization(response: requests.Response) -> str | None:
    return response.request.headers.get("Authorization")


class HumaBackoff(BackoffStrategy):
    """Waits as long as Huma asks for, or else longer each time, and says so.

    Huma asks by the `Retry-After` header: seconds, or until a date (RFC 9110, section 10.2.3). The CDK's strategies
    read the header as a number only, and the CDK calls every wait a rate limit.

    Args:
        config: The connector's configuration.
        run: Says how often a request is tried again, and what the longest wait is. Who asks for more ends the sync, to
            be run again later. Retries are counted there.
    """

    def __init__(self, config: Mapping[str, Any], run: SyncRun) -> None:
        self._api_url: Final = str(config.get("api_url", ""))
        self._run: Final = run
        self._growing: Final = ExponentialBackoffStrategy({}, config, factor=2, jitter_range_in_seconds=2)

    def backoff_time(
        self, response_or_exception: requests.Response | requests.RequestException | None, attempt_count: int
    ) -> float | None:
        """The seconds to wait; the CDK adds one.

        Raises:
            ConnectorError: A transient error, when the wait would be too long.
        """
        if attempt_count <= self._run.max_retries:
            self._run.traffic.count(retries=1)
        seconds, happened = None, "there was no answer"
        if isinstance(response_or_exception, requests.Response):
            if response_or_exception.status_code == requests.codes.unauthorized:
                return A_MOMENT  # By now there is a new token.
            seconds = _seconds_from_now(response_or_exception.headers.get("Retry-After", ""))
            happened = f"it answered with HTTP status {response_or_exception.status_code}"
        elif isinstance(response_or_exception, requests.RequestException):
            happened = unreached(response_or_exception, self._api_url).why
        if seconds is not None and seconds > self._run.longest_wait:
            raise transient_error(f"Huma asks to be left alone for {seconds / 60:.0f} minutes. Try again after that.")
        seconds = seconds or self._growing.backoff_time(response_or_exception, attempt_count)
        if seconds is not None and attempt_count <= self._run.max_retries:
            LOGGER.info(
                "Waiting %.0f seconds for Huma, which did not give what it was asked for: %s. Then it is asked again.",
                seconds + 1,
                happened,
            )
        return seconds


def _seconds_from_now(retry_after: str) -> float | None:
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
