"""PyAirbyte, which takes seconds to load and reads its settings meanwhile: whoever imports it does so from here."""

import importlib.metadata
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from connector_base.process import loading
from huma_xledger.environment import prepare


@contextmanager
def without_warnings() -> Iterator[None]:
    """Imports what warns of its own old age at length, which is nothing anybody who runs a sync could act on.

    Google's libraries look for the name of the package to warn of in the lists of all files of all that is installed,
    a fifth of a second each time a host starts: meanwhile nothing is installed.
    """
    look = importlib.metadata.packages_distributions
    importlib.metadata.packages_distributions = dict
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        importlib.metadata.packages_distributions = look


prepare()
with loading(), without_warnings():
    import airbyte
    from airbyte.shared.state_providers import StaticInputState
    from airbyte.shared.state_writers import StateWriterBase
    from airbyte_protocol.models import AirbyteMessage, AirbyteStateMessage, AirbyteStreamStatus, Level

__all__ = [
    "AirbyteMessage",
    "AirbyteStateMessage",
    "AirbyteStreamStatus",
    "StateWriterBase",
    "StaticInputState",
    "airbyte",
    "see_messages",
]


def see_messages(
    connector: airbyte.Source | airbyte.Destination, see: Callable[[AirbyteMessage], object] = lambda _: None
) -> None:
    """Has what a connector warns of logged as a warning: PyAirbyte logs whatever a connector logs as information.

    Args:
        connector: The connector.
        see: Takes each of its messages beforehand, in the thread that reads them. It must not raise: PyAirbyte would
            log the message as it is, values and all.
    """
    take = connector._peek_airbyte_message  # noqa: SLF001  there is no other place where the level is known
    logger = logging.getLogger(f"airbyte.{connector.name}")

    def take_with_level(message: AirbyteMessage, **options: Any) -> None:
        see(message)
        if message.log is not None and message.log.level is Level.WARN:
            logger.warning("%s", message.log.message)
        else:
            take(message, **options)

    connector._peek_airbyte_message = take_with_level  # type: ignore[method-assign]  # noqa: SLF001
