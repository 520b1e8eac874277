"""The source: its manifest, and what the manifest cannot say about checking and failing."""

import logging
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteErrorTraceMessage,
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    FailureType,
    Status,
)
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils import AirbyteTracedException

from source_huma.sync_run import DEFAULT_WORKERS, SyncRun
from source_huma.visibility import LOOKED_AT, sentence_about, unseen_fields

MANIFEST: Final = str(Path(__file__).with_name("manifest.yaml"))
"""In full, for the CDK would rather take a file of that name from where the process happens to run."""

CHECK_RETRIES: Final = 1
CHECK_LONGEST_WAIT: Final = 20.0
"""Seconds. Somebody is waiting for the result of a check; a sync has more patience."""


class SourceHuma(YamlDeclarativeSource):
    """Reads people from Huma.

    Args:
        config: The connector's configuration; None for `spec`.
        catalog: The streams to read; None unless reading.
        state: What an earlier sync emitted; None for the first.
    """

    def __init__(
        self,
        config: Mapping[str, Any] | None = None,
        catalog: ConfiguredAirbyteCatalog | None = None,
        state: list[AirbyteStateMessage] | None = None,
    ) -> None:
        super().__init__(path_to_yaml=MANIFEST, config=config, catalog=catalog, state=state)

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """Takes a configuration. `airbyte-cdk connector test` makes a source without one; the CDK wants it earlier."""
        if not self._config:
            super().__init__(path_to_yaml=MANIFEST, config=config)
        return super().configure(config, temp_dir)

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """The streams, built for one run of the connector."""
        return self._streams_of(SyncRun(workers=config.get("num_workers", DEFAULT_WORKERS)), config)

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Checks that Huma gives a token, lists users, and gives the details of a few of them.

        Fields that the API key does not get to see are named in a warning in the log. The CDK's own check fails where
        nobody is listed, and wraps its reasons into Python's quotation marks.
        """
        run = SyncRun(max_retries=CHECK_RETRIES, longest_wait=CHECK_LONGEST_WAIT)
        to_check = self.resolved_manifest["check"]["stream_names"]
        try:
            for stream in self._streams_of(run, config):
                if stream.name in to_check:
                    unseen = unseen_fields(stream.get_json_schema(), _first_records(stream))
                    if unseen:
                        logger.warning(sentence_about(unseen))
        except AirbyteTracedException as error:
            return AirbyteConnectionStatus(status=Status.FAILED, message=str(error))
        return AirbyteConnectionStatus(status=Status.SUCCEEDED)

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Reads the configured streams.

        Yields:
            Records, states, and what the host should know on the way.

        Raises:
            AirbyteTracedException: The first failure, when a stream failed. The CDK ends such a sync with a summary
                that calls every failure one of configuration.
        """
        first_failure: AirbyteErrorTraceMessage | None = None
        try:
            for message in super().read(logger, config, catalog, state):
                if first_failure is None and message.trace is not None and message.trace.error is not None:
                    first_failure = message.trace.error
                yield message
        except AirbyteTracedException:
            if first_failure is None:
                raise
            raise AirbyteTracedException(
                message=first_failure.message,
                internal_message=first_failure.message,
                failure_type=first_failure.failure_type or FailureType.system_error,
            ) from None

    def _streams_of(self, run: SyncRun, config: Mapping[str, Any]) -> list[AbstractStream]:
        with run.building_components():
            return super().streams(config)


def _first_records(stream: AbstractStream) -> Iterator[Mapping[str, Any]]:
    for partition in islice(stream.generate_partitions(), LOOKED_AT):
        for record in partition.read():
            yield record.data
