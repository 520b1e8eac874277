"""What a host hands to a source in files: config, catalog and state, none of which is quoted."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    DestinationSyncMode,
)
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager

from connector_base.protocol.command_files import configured_catalog, read_json, read_object
from connector_base.settings.settings import entered

LOGGER: Final = logging.getLogger(f"airbyte.{__name__}")


class ReadsWhatIsHanded:
    """Reads the files that a command line names, in place of the CDK's way, which quotes them."""

    @staticmethod
    def read_config(config_path: str) -> dict[str, Any]:
        """Reads the configuration; null stands for the default.

        Raises:
            ConnectorError: A config error that names the file, when it cannot be read.
        """
        return entered(read_object("config", config_path))

    @classmethod
    def read_catalog(cls, catalog_path: str) -> ConfiguredAirbyteCatalog:
        """Reads which streams are wanted. How they are written is none of a source's business.

        Raises:
            ConnectorError: A config error that names the file and the place in it, when it cannot be read.
        """
        content = read_object("catalog", catalog_path)
        streams = content.get("streams")
        if isinstance(streams, list):
            written = {"destination_sync_mode": DestinationSyncMode.append.value}
            content = {**content, "streams": [{**s, **written} if isinstance(s, Mapping) else s for s in streams]}
        return configured_catalog(content, catalog_path)

    @classmethod
    def read_state(cls, state_path: str) -> list[AirbyteStateMessage]:
        """Reads what an earlier sync emitted.

        Returns:
            The state messages; none, with a warning, when the file holds something else.

        Raises:
            ConnectorError: A config error that names the file, when it cannot be read or is not JSON.
        """
        return cls.states_of(read_json("state", state_path) if state_path else None)

    @staticmethod
    def states_of(content: Any) -> list[AirbyteStateMessage]:
        """What an earlier sync emitted, from what was kept of it.

        Args:
            content: The state messages, as JSON; None for none.

        Returns:
            The state messages; none, with a warning, when it is something else.
        """
        try:
            return _states_in(content or ())
        except (AttributeError, TypeError, ValueError):
            LOGGER.warning(
                "What the last sync left (the state) cannot be used, so everybody is read once more. Nothing is to "
                "be done."
            )
            return []


def _states_in(content: Any) -> list[AirbyteStateMessage]:
    """The state messages that a file holds; one of several kinds of errors when it holds something else."""
    states = [AirbyteStateMessageSerializer.load(state) for state in content]
    if not all(state.stream or state.data or state.global_ for state in states):
        raise ValueError
    ConnectorStateManager(states)
    return states
