"""Requests to Huma's API."""

import logging
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any, Final

import requests
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils import AirbyteTracedException

from source_huma.failures import explained
from source_huma.sync_run import SyncRun

LOGGER: Final = logging.getLogger("airbyte.source_huma.requester")


@dataclass
class HumaRequester(HttpRequester):
    """The CDK's requester, within the bounds of the run.

    It keeps the number of requests in flight at what the administrator allows, stops asking once Huma was given up
    on (the CDK would go through everybody, waiting for each), and says with a warning when somebody is skipped.
    """

    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        self._run = SyncRun.current()
        _read_environment_once(self._http_client._session, self.config["api_url"])  # noqa: SLF001

    def send_request(  # type: ignore[override]  # the CDK's arguments but one are passed on as they come, by keyword
        self, *, stream_slice: StreamSlice | None = None, **options: Any
    ) -> requests.Response | None:
        """Sends a request, with retries.

        Args:
            stream_slice: What is asked for.
            options: The CDK's other arguments, see `HttpRequester.send_request`.

        Returns:
            Huma's answer, or None when Huma was given up on: the failure that led to it has been reported, and ends
            the sync.

        Raises:
            AirbyteTracedException: When the request failed for good, with a sentence for the administrator.
        """
        with self._run.request_slot():
            if self._run.given_up_on is not None:
                return None
            try:
                response = super().send_request(stream_slice=stream_slice, **options)
            except AirbyteTracedException as error:
                failure = explained(error)
                self._run.note_failure(failure)
                raise failure from None
        self._run.note_success()
        if stream_slice is not None and response is not None and response.status_code == requests.codes.not_found:
            LOGGER.warning("User %s was deleted in Huma while the sync ran, and is skipped.", stream_slice.get("id"))
        return response


def _read_environment_once(session: requests.Session, url: str) -> None:
    """Gives a session the proxies and certificates that the environment names for Huma.

    Left to itself, requests goes through all environment variables twice for every request, which is a fifth of the
    time a person costs here.
    """
    settings = session.merge_environment_settings(url, {}, None, None, None)
    session.proxies, session.verify, session.cert = settings["proxies"], settings["verify"], settings["cert"]
    session.trust_env = False
