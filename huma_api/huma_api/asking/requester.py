"""Requests to Huma's API."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any, Final

import requests
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils import AirbyteTracedException

from connector_base.environment import take_proxies_and_certificates
from connector_base.failures import ConnectorError, told
from connector_base.waiting import watch_answers
from huma_api.asking.failures import explained
from huma_api.asking.sync_run import SyncRun

LOGGER: Final = logging.getLogger("airbyte.huma_api.asking.requester")


@dataclass
class HumaRequester(HttpRequester):
    """The CDK's requester, within the bounds of the run.

    It keeps the number of requests in flight at what the administrator allows, stops asking once Huma was given up
    on (the CDK would go through everybody, waiting for each), and says with a warning when something is skipped.

    Attributes:
        skips: What to warn of when Huma has not got what was asked for, or does not show it, and the manifest lets
            that pass. `{id}` stands for the id of the user in the slice.
        hides: What to warn of when Huma does not show somebody, where it may show others. Empty where a right that is
            missing is missing for everybody: then it is warned of once, with `skips`.
    """

    parameters: InitVar[Mapping[str, Any]]
    skips: str = ""
    hides: str = ""

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        self._run = SyncRun.current()
        self._failed = False
        self._warned_of_a_right = False
        self._lock = threading.Lock()
        session = self._http_client._session  # noqa: SLF001
        # The CDK keeps a connection open for each thread, but over https alone; tunnels and tests speak http.
        watch_answers(session, self._run.adapter)
        session.max_redirects = 0
        take_proxies_and_certificates(session, self.config["api_url"])

    def send_request(  # type: ignore[override]  # the CDK's arguments but one are passed on as they come, by keyword
        self, *, stream_slice: StreamSlice | None = None, **options: Any
    ) -> requests.Response | None:
        """Sends a request, with retries.

        Args:
            stream_slice: What is asked for.
            options: The CDK's other arguments, see `HttpRequester.send_request`.

        Returns:
            Huma's answer, or None when Huma was given up on: why has been said for this kind of request, and ends the
            sync.

        Raises:
            ConnectorError: When the request failed for good, with a sentence for the administrator.
        """
        with self._run.request_slot():
            if self._run.given_up_on is not None:
                self._fail_once(self._run.given_up_on)
                return None
            try:
                response = super().send_request(stream_slice=stream_slice, **options)
            except AirbyteTracedException as error:
                failure = explained(error)
                self._run.note_failure(failure)
                self._failed = True
                raise failure from None
        self._run.note_success()
        if stream_slice is not None and response is not None and not response.ok:
            self._run.note_skipped(response.status_code)
            self._warn(response.status_code, stream_slice["id"])
        return response

    def _warn(self, status: int, user_id: str) -> None:
        """Says what is skipped; of a right that is missing for everybody once."""
        if status == requests.codes.forbidden:
            if self.hides:
                self._run.note_hidden(user_id)
                LOGGER.warning(self.hides.format(id=user_id))
                return
            with self._lock:
                warned_before, self._warned_of_a_right = self._warned_of_a_right, True
            if warned_before:
                return
        LOGGER.warning(self.skips.format(id=user_id))

    def _fail_once(self, given_up_on: ConnectorError) -> None:
        """Fails once, so that the stream does not pass for read, and is silent from then on.

        Raises:
            ConnectorError: Why Huma was given up on, perhaps by another stream.
        """
        with self._lock:
            failed_before, self._failed = self._failed, True
        if not failed_before:
            raise told(given_up_on)
