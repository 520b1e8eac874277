"""The source: its manifest, and what the manifest cannot say about checking and failing."""

import logging
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    FailureType,
    Status,
    SyncMode,
)
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.declarative import concurrent_declarative_source
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.types import ConnectionDefinition
from airbyte_cdk.utils import AirbyteTracedException

from connector_base.failures import ConnectorError, told, transient_error
from connector_base.incremental.cursor import ChangedRecordsCursor
from connector_base.incremental.identity import tell_identity
from connector_base.incremental.stream import ChangedRecordsStream
from connector_base.protocol.concurrent_reading import BoundedSource, without_logs
from connector_base.reading.handed import ReadsWhatIsHanded
from connector_base.settings.settings import entered
from huma_api.asking.client import HumaClient
from huma_api.asking.sync_run import DEFAULT_WORKERS, SyncRun
from huma_api.people.visibility import LOOKED_AT, sentence_about, unseen_fields
from source_huma.changed_users import PRIMARY_KEY, users_cursor
from source_huma.known_groups import named_groups, unknown_groups
from source_huma.named_users import all_hidden, named_users

LOGGER: Final = logging.getLogger("airbyte.source_huma.source")

USERS: Final = "users"
GROUPS: Final = "groups"

MANIFEST: Final = str(Path(__file__).with_name("manifest.yaml"))
"""In full, for the CDK would rather take a file of that name from where the process happens to run."""

STOPPED: Final = transient_error("The sync was stopped. Run it again: it goes on where it was.")

FEWER_AT_A_TIME: Final = "lower Requests at a time (num_workers)"
"""What to do when Huma is asked too often."""

NOT_TRIED: Final = "Whether the companies, locations and teams in the settings exist could not be tried."

NOBODY_NAMED: Final = (
    "Nobody of Only these people (user_ids) would be read: Huma has none of them, or the other settings leave them "
    "out. Empty it to read everybody."
)

CHECK_RETRIES: Final = 1
CHECK_LONGEST_WAIT: Final = 20.0
"""Seconds. Somebody is waiting for the result of a check; a sync has more patience."""


Made = TypeVar("Made")

_MADE: Final[dict[str, Any]] = {}
"""What was made of the manifest in this process; nothing changes it."""

concurrent_declarative_source.get_declarative_component_schema = cache(
    concurrent_declarative_source.get_declarative_component_schema
)
"""The CDK would parse its own schema of manifests, which is as long as a book, for each source."""


class SourceHuma(ReadsWhatIsHanded, YamlDeclarativeSource):
    """Reads people from Huma.

    Args:
        config: The connector's configuration; None for `spec`.
        catalog: The streams to read; None unless reading.
        state: What an earlier sync emitted; None for the first.
        beside: The run of another connector in this process that asks with the same API key; None without one.
    """

    def __init__(
        self,
        config: Mapping[str, Any] | None = None,
        catalog: ConfiguredAirbyteCatalog | None = None,
        state: list[AirbyteStateMessage] | None = None,
        beside: SyncRun | None = None,
    ) -> None:
        super().__init__(path_to_yaml=MANIFEST, config=entered(config or {}), catalog=catalog, state=state)
        self._beside: Final = beside
        self._run: SyncRun | None = None
        self._unread: Mapping[str, ConnectorError] = {}
        self._catalog_to_read: ConfiguredAirbyteCatalog | None = None
        self._last_states: list[AirbyteStateMessage] | None = None

    @property
    def hidden(self) -> frozenset[str]:
        """The ids of those who were to be read by their names in what was read last, and whom Huma did not show."""
        return frozenset(self._run.hidden) if self._run is not None else frozenset()

    @property
    def unread(self) -> Mapping[str, ConnectorError]:
        """Why those could not be read who could not, by their ids, where what was read last failed for them alone.

        Everybody else was read then. It is empty where something else failed as well, or Huma was given up on.
        """
        return self._unread

    # One manifest is for all sources of a process, and the CDK copies what it builds from. To read and judge it takes
    # ten times as long as to ask Huma for somebody, and a host that asks for a few people makes a source each time.

    def _read_and_parse_yaml_file(self, path_to_yaml_file: str) -> ConnectionDefinition:
        return _once("read", super()._read_and_parse_yaml_file, path_to_yaml_file)

    def _pre_process_manifest(self, manifest: dict[str, Any]) -> dict[str, Any]:
        return _once("resolved", super()._pre_process_manifest, manifest)

    def _validate_source(self) -> None:
        _once("validated", super()._validate_source)

    def configure(self, config: Mapping[str, Any], temp_dir: str) -> Mapping[str, Any]:
        """Takes a configuration. `airbyte-cdk connector test` makes a source without one; the CDK wants it earlier."""
        if not self._config:
            super().__init__(path_to_yaml=MANIFEST, config=entered(config or {}))
        return super().configure(entered(config or {}), temp_dir)

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """The streams, built for one run of the connector."""
        workers = entered(config or {}).get("num_workers", DEFAULT_WORKERS)
        gentler = self._beside.gentler if self._beside else FEWER_AT_A_TIME
        self._run = SyncRun(workers=workers, gentler=gentler, beside=self._beside)
        return self._streams_of(self._run, config)

    def warm_up(self) -> None:
        """Does beforehand what the first reading would: builds the streams, and has Huma give an access token.

        Raises:
            ConnectorError: When Huma gives none.
        """
        self.streams(self._config)
        if self._run is not None:
            HumaClient(self._config, self._run).be_let_in()

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:  # noqa: ARG002
        """Checks that Huma gives a token, lists users, and gives the details of a few of them.

        Where the settings name companies, locations or teams, Huma's groups are listed until all are found. Where they
        name people, these are asked for until a few are found, and nobody is listed: that none is there is no failure,
        for people leave; that the key may see none of those who are there is one.

        Fields that the API key does not get to see are named in a warning in the log. The CDK's own check fails where
        nobody is listed, and wraps its reasons into Python's quotation marks.
        """
        to_check = self.resolved_manifest["check"]["stream_names"]
        try:
            run = _impatient_run()
            problems, warnings = self._about_groups(run, config)
            if warnings:  # the run has been given up: but people may be read all the same
                run = _impatient_run()
            for stream in self._streams_of(run, config):
                if stream.name in to_check:
                    named = bool(named_users(config))
                    records = list(_first_records(stream, named=named))
                    unseen = unseen_fields(stream.get_json_schema(), records)
                    warnings += [sentence_about(unseen)] if unseen else []
                    if named and not records:
                        hidden = all_hidden(config, run.skipped)
                        problems += [self.resolved_manifest["definitions"]["no_right_to_details"]] if hidden else []
                        warnings += [] if hidden else [NOBODY_NAMED]
        except AirbyteTracedException as error:
            return AirbyteConnectionStatus(status=Status.FAILED, message=told(error).message)
        for warning in warnings:
            LOGGER.warning(warning)
        if problems:
            return AirbyteConnectionStatus(status=Status.FAILED, message=" ".join(problems))
        tell_identity(run.tokens.organisation)
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
            ConnectorError: The first failure, when a stream failed. The CDK ends such a sync with a summary that calls
                every failure one of configuration.
        """
        self._catalog_to_read, self._last_states, self._unread = catalog, state, {}
        self._concurrent_source = reading = BoundedSource.in_place_of(self._concurrent_source)
        try:
            yield from without_logs(super().read(logger, config, catalog, state))
        except AirbyteTracedException as error:
            run = self._run
            if run is not None and run.given_up_on is None and len(run.unread) == reading.failures:
                self._unread = dict(run.unread)
            raise reading.first_failure or error from None
        finally:
            if self._run is not None:
                self._run.note_failure(STOPPED, hopeless=True)
            reading.let_threads_end()

    def _about_groups(self, run: SyncRun, config: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """What is wrong with the groups that the settings name, and what to warn of where the key may not list them.

        Raises:
            ConnectorError: When Huma cannot be asked.
        """
        if not named_groups(config):
            return [], []
        [groups] = [stream for stream in self._streams_of(run, config) if stream.name == GROUPS]
        form = self.resolved_manifest["spec"]["connection_specification"]
        try:
            return unknown_groups(config, form, _records(groups)), []
        except ConnectorError as error:
            if error.failure_type is not FailureType.config_error:
                raise
            return [], [f"{NOT_TRIED} {error.message}"]

    def _streams_of(self, run: SyncRun, config: Mapping[str, Any]) -> list[AbstractStream]:
        with run.building_components():
            streams = super().streams(config)
        return [
            ChangedRecordsStream(stream, PRIMARY_KEY, self._users_cursor(run, config))
            if stream.name == USERS
            else stream
            for stream in streams
        ]

    def _create_streams(
        self, selected_configs: list[dict[str, Any]], all_configs: list[dict[str, Any]]
    ) -> list[AbstractStream]:
        """Builds of the streams those that are read: building all takes longer than asking Huma who changed."""
        if self._catalog_to_read is not None:
            wanted = {configured.stream.name for configured in self._catalog_to_read.streams}
            selected_configs = [stream for stream in selected_configs if stream["name"] in wanted]
        return super()._create_streams(selected_configs, all_configs)

    def _users_cursor(self, run: SyncRun, config: Mapping[str, Any]) -> ChangedRecordsCursor | None:
        """The cursor of `users`; None unless it is to be read incrementally."""
        for configured in self._catalog_to_read.streams if self._catalog_to_read else ():
            if configured.stream.name == USERS and configured.sync_mode is SyncMode.incremental:
                state = ConnectorStateManager(self._last_states).get_stream_state(USERS, configured.stream.namespace)
                return users_cursor(entered(config or {}), configured, state, run.started_at, self._message_repository)
        return None


def _once(what: str, make: Callable[..., Made], *arguments: Any) -> Made:
    """What was made of the manifest by this name; made now where it has not been."""
    if what not in _MADE:
        _MADE[what] = make(*arguments)
    made: Made = _MADE[what]
    return made


def _impatient_run() -> SyncRun:
    return SyncRun(max_retries=CHECK_RETRIES, longest_wait=CHECK_LONGEST_WAIT, gentler=FEWER_AT_A_TIME)


def _records(stream: AbstractStream) -> Iterator[Mapping[str, Any]]:
    for partition in stream.generate_partitions():
        for record in partition.read():
            yield record.data


def _first_records(stream: AbstractStream, *, named: bool) -> Iterator[Mapping[str, Any]]:
    """The records of a few people: of those who are listed first, or of those named who are found first."""
    if named:
        yield from islice(_records(stream), LOOKED_AT)
        return
    for partition in islice(stream.generate_partitions(), LOOKED_AT):
        for record in partition.read():
            yield record.data
