"""PyAirbyte, which takes seconds to load and reads its settings meanwhile: whoever imports it does so from here."""

import logging
import warnings
from typing import Any

from huma_xledger.environment import prepare

# What PyAirbyte imports warns of its own old age at length, which is nothing anybody who runs a sync could act on.
prepare()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import airbyte
    from airbyte.shared.state_providers import StaticInputState
    from airbyte.shared.state_writers import StateWriterBase
    from airbyte_protocol.models import AirbyteMessage, AirbyteStateMessage, Level

__all__ = ["AirbyteStateMessage", "StateWriterBase", "StaticInputState", "airbyte", "keep_levels"]


def keep_levels(connector: airbyte.Source | airbyte.Destination) -> None:
    """Has what a connector warns of logged as a warning: PyAirbyte logs whatever a connector logs as information."""
    take = connector._peek_airbyte_message  # noqa: SLF001  there is no other place where the level is known
    logger = logging.getLogger(f"airbyte.{connector.name}")

    def take_with_level(message: AirbyteMessage, **options: Any) -> None:
        if message.log is not None and message.log.level is Level.WARN:
            logger.warning("%s", message.log.message)
        else:
            take(message, **options)

    connector._peek_airbyte_message = take_with_level  # type: ignore[method-assign]  # noqa: SLF001
