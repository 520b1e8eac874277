"""Access tokens for Huma, by OAuth client credentials."""

import logging
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any, Final

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.auth.oauth import DeclarativeOauth2Authenticator
from airbyte_cdk.sources.declarative.requesters.error_handlers import HttpResponseFilter
from airbyte_cdk.sources.streams.http import HttpClient
from airbyte_cdk.sources.streams.http.error_handlers import ResponseAction
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.datetime_helpers import AirbyteDateTime

from connector_base.environment import take_proxies_and_certificates
from connector_base.failures import ConnectorError, transient_error
from connector_base.settings.masked_secrets import mask_too
from connector_base.waiting import watch_answers
from huma_api.asking.answers import HumaErrorHandler, json_object
from huma_api.asking.failures import explained
from huma_api.asking.sync_run import CONNECT_TIMEOUT, READ_TIMEOUT, SyncRun
from huma_api.asking.tokens import LONG_AGO, AccessToken

KEY_REFUSED: Final = (
    "Huma does not accept the client ID and client secret. Check both; if the secret is lost, make a new API key in "
    "Huma under System settings > Open API > Add API key."
)


@dataclass
class HumaAuthenticator(DeclarativeOauth2Authenticator):
    """The CDK's OAuth authenticator, with one token for the whole run.

    The CDK gives each stream a token of its own, asks for it without a time limit, and has one sentence for
    everything that can go wrong. Here the token belongs to the run, and it is asked for with the CDK's HTTP client,
    so that retries, time limits and the table of errors hold for it as for every other request.

    Attributes:
        connect_timeout_in_seconds: How long to wait for a connection.
        read_timeout_in_seconds: How long to wait for the answer.
    """

    parameters: InitVar[Mapping[str, Any]]
    connect_timeout_in_seconds: float = CONNECT_TIMEOUT
    read_timeout_in_seconds: float = READ_TIMEOUT

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        self._run = SyncRun.current()
        error_handler = _error_handler(self.config)
        self._http_client = HttpClient(
            name="access_token",
            logger=logging.getLogger("airbyte"),  # what the CDK says is none of this connector's own words
            error_handler=error_handler,
            backoff_strategy=error_handler.backoff_strategies,
        )
        watch_answers(self._http_client._session, self._run.adapter)  # noqa: SLF001
        take_proxies_and_certificates(self._http_client._session, self.config["api_url"])  # noqa: SLF001

    def get_auth_header(self) -> Mapping[str, Any]:
        """The header that authorizes a request. The CDK would work out the token endpoint's address for each."""
        return {"Authorization": f"Bearer {self.get_access_token()}"}

    def refresh_and_set_access_token(self) -> None:
        """Replaces the run's token, unless another worker has done so since it was refused.

        The CDK compares tokens before it takes the lock, so two workers that are refused at once may both refresh,
        and Huma may take the second token for the end of the first.
        """
        with self._token_refresh_lock:
            if self.token_has_expired():
                super().refresh_and_set_access_token()

    def refresh_access_token(self) -> tuple[str, AirbyteDateTime]:
        """Asks Huma for a new token.

        Returns:
            The token and when it expires.

        Raises:
            ConnectorError: When Huma gives no token, with a sentence for the administrator.
        """
        if self._run.given_up_on is not None:
            raise self._run.given_up_on
        try:
            _, response = self._http_client.send_request(
                "POST",
                str(self.get_token_refresh_endpoint()),
                # A redirect would carry the secret to wherever it points.
                request_kwargs={
                    "timeout": (self.connect_timeout_in_seconds, self.read_timeout_in_seconds),
                    "allow_redirects": False,
                },
                data=self.build_refresh_request_body(),
            )
        except AirbyteTracedException as error:
            raise self._without_token(explained(error)) from None
        answer = json_object(response) or {}
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise self._without_token(transient_error("Huma answered without an access token. Try again later."))
        mask_too(token)
        organisation = answer.get("organizationId")
        self._run.tokens.organisation = organisation if isinstance(organisation, str) and organisation else None
        return token, self._expiry_date(answer)

    def _without_token(self, failure: ConnectorError) -> ConnectorError:
        self._run.note_failure(failure, hopeless=True)
        return failure

    def _expiry_date(self, answer: Mapping[str, Any]) -> AirbyteDateTime:
        """When a token expires. Where the answer does not say so in a known form, Huma refuses it when it has."""
        try:
            return self._extract_token_expiry_date(answer)
        except (ValueError, TypeError, OverflowError):
            return self._default_token_expiry_date()

    @property
    def access_token(self) -> str:
        """The run's token.

        Raises:
            ValueError: Before the first token was asked for.
        """
        if (token := self._run.tokens.latest) is None:
            raise ValueError("No access token has been asked for yet.")
        return token.value

    @access_token.setter
    def access_token(self, value: str) -> None:
        # The CDK sets the expiry date right after, under the same lock.
        self._run.tokens.keep(AccessToken(value, LONG_AGO))

    def get_token_expiry_date(self) -> AirbyteDateTime:
        """When the run's token expires; long ago before there is one."""
        return token.expires_at if (token := self._run.tokens.latest) else LONG_AGO

    def set_token_expiry_date(self, value: AirbyteDateTime) -> None:
        """Notes when the run's token expires."""
        self._run.tokens.keep(AccessToken(self.access_token, value))


def _error_handler(config: Mapping[str, Any]) -> HumaErrorHandler:
    """What the answers of the token endpoint mean."""
    refused = HttpResponseFilter(
        config=config,
        parameters={},
        http_codes={requests.codes.bad_request, requests.codes.unauthorized, requests.codes.forbidden},
        action=ResponseAction.FAIL,
        failure_type=FailureType.config_error,
        error_message=KEY_REFUSED,
    )
    return HumaErrorHandler(config=config, parameters={}, expects="access_token", response_filters=[refused])
