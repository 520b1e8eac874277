"""People in Huma, for whoever reads them in the same process: as any host would have them read."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStream,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)

from connector_base.failures import ConnectorError, config_error, system_error, told
from connector_base.reading.entrypoint import SourceEntrypoint
from connector_base.reading.nulls import NULL
from connector_base.settings.settings import entered
from huma_api.asking.sync_run import SyncRun
from shared_mappings.record_schema import users_schema
from source_huma.changed_users import PRIMARY_KEY
from source_huma.source import USERS, SourceHuma

EVERYBODY: Final = ("client_id", "client_secret", "api_url")
"""The settings that whoever reads everybody has in common with this connector."""

MOST_NAMED: Final = 5
"""More people are not read in a sentence."""

CHANGED: Final = ConfiguredAirbyteCatalog(
    streams=[
        ConfiguredAirbyteStream(
            AirbyteStream(
                name=USERS,
                json_schema=dict(users_schema()),
                supported_sync_modes=[SyncMode.full_refresh, SyncMode.incremental],
                source_defined_primary_key=[[PRIMARY_KEY]],
            ),
            SyncMode.incremental,
            DestinationSyncMode.append_dedup,
            primary_key=[[PRIMARY_KEY]],
        )
    ]
)
"""The catalog of those who have changed. Its columns are those of every host that selects all: the state says which
they were, and with others everybody would count as changed."""


class SomeUnreadError(ConnectorError):
    """Some could not be read, each for a reason of their own; everybody else was.

    Attributes:
        users: Why, by their ids: a config error for somebody whom Huma does not show any more who was read before.
    """

    def __init__(self, users: Mapping[str, ConnectorError]) -> None:
        first = told(next(iter(users.values())))
        super().__init__(first.internal_message, first.message, first.failure_type)
        self.users = users


def users(config: Mapping[str, Any], beside: SyncRun) -> Iterator[dict[str, Any]]:
    """Reads everybody through the stream `users`, as fast as the connector does. Nothing is printed or kept.

    Half a directory is none: what came before a failure is not to be used. Whoever stops early closes the iterator, so
    that the threads that read can end.

    Args:
        config: A configuration that has `client_id`, `client_secret` and `api_url`; others of its settings are not
            looked at.
        beside: The run of whoever reads. Its access tokens are used, and what reading costs is counted there; when Huma
            was given up on in one of the two, the other one still asks.

    Yields:
        The records: null is None, and what is unknown has no key.

    Raises:
        ConnectorError: The first failure, once reading has come to its end.
    """
    settings = {name: config[name] for name in EVERYBODY if name in config}
    for message in _read(SourceHuma(settings, _everybody(), beside=beside), settings, _everybody(), None):
        if message.record is not None:
            yield {name: None if value is NULL else value for name, value in message.record.data.items()}


def changed_users(
    config: Mapping[str, Any], states: Sequence[Mapping[str, Any]], beside: SyncRun
) -> Iterator[AirbyteMessage]:
    """Reads those who have changed since an earlier sync, as the connector's command does with the catalog `CHANGED`.

    Args:
        config: The whole configuration; with `user_ids`, nobody else is read.
        states: What the earlier sync left, each as a state message has it.
        beside: The run whose access tokens are used, and in which is counted what reading costs. How patient it is,
            this one is; when Huma was given up on in one of the two, the other one still asks.

    Yields:
        The messages, but for log lines: records in which null is `NULL`, states, and how the stream goes.

    Raises:
        ConnectorError: A config error for settings that cannot work; or the first failure, once reading has come to its
            end, and whoever could be read was yielded, with the state that says who that was.
        SomeUnreadError: When that failure and all others are single people's.
    """
    source, settings = SourceHuma(config, CHANGED, beside=beside), entered(config)
    SourceEntrypoint.validate_connection(source.spec(logging.getLogger("airbyte")), settings)
    unread: dict[str, ConnectorError] = {}
    try:
        yield from _read(source, settings, CHANGED, source.states_of(states))
    except ConnectorError:
        unread.update(source.unread)
        if not unread:
            raise
    if hidden := sorted(source.hidden & _read_before(states)):
        unread.update(dict.fromkeys(hidden, _not_shown(hidden)))
    if unread:
        raise SomeUnreadError(unread)


def warm_up(config: Mapping[str, Any], beside: SyncRun) -> None:
    """Does beforehand what the first reading of a few people would take longer for than the next ones.

    Args:
        config: The whole configuration.
        beside: The run that those who read will have beside theirs: it gets an access token, unless it has one.

    Raises:
        ConnectorError: When Huma gives none, or for settings that cannot work.
    """
    source = SourceHuma(config, CHANGED, beside=beside)
    SourceEntrypoint.validate_connection(source.spec(logging.getLogger("airbyte")), entered(config))
    source.warm_up()


def _not_shown(hidden: Sequence[str]) -> ConnectorError:
    more = f" and {len(hidden) - MOST_NAMED} more" if len(hidden) > MOST_NAMED else ""
    return config_error(
        f"Huma does not show people to the API key any more whom it showed before: {', '.join(hidden[:MOST_NAMED])}"
        f"{more}. What has changed of them is not known. Let an administrator of Huma give the key the right to "
        "see them under System settings > Open API."
    )


def _read_before(states: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The ids of those whom an earlier sync has read."""
    return frozenset(
        user_id
        for state in states
        for user_id in state.get("stream", {}).get("stream_state", {}).get("fingerprints", ())
    )


def settings_form() -> Mapping[str, Any]:
    """The JSON Schema of the settings, which says which of them are secret."""
    return dict(SourceHuma().resolved_manifest["spec"]["connection_specification"])


def _read(
    source: SourceHuma,
    config: Mapping[str, Any],
    catalog: ConfiguredAirbyteCatalog,
    states: list[AirbyteStateMessage] | None,
) -> Iterator[AirbyteMessage]:
    """All messages of one stream, read to its end."""
    complete = False
    for message in source.read(logging.getLogger("airbyte"), config, catalog, states):
        if message.trace is not None and message.trace.stream_status is not None:
            complete = message.trace.stream_status.status is AirbyteStreamStatus.COMPLETE
        yield message
    if not complete:
        raise system_error(
            "Reading people in Huma stopped before its end, and nothing says why. Run the sync again; if it comes "
            "back, please report this to the maintainers of the connector."
        )


def _everybody() -> ConfiguredAirbyteCatalog:
    stream = AirbyteStream(name=USERS, json_schema=dict(users_schema()), supported_sync_modes=[SyncMode.full_refresh])
    read = ConfiguredAirbyteStream(stream, SyncMode.full_refresh, DestinationSyncMode.append)
    return ConfiguredAirbyteCatalog(streams=[read])
