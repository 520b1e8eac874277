"""The decisions that count in a sync: those of the setting, or else those of the file beside the reports."""

import logging
import secrets
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.failures import config_error
from connector_base.storage.seen_decisions import SeenDecisions
from connector_base.storage.storage import open_storage
from connector_base.storage.storage_config import StorageConfig
from shared_mappings import Decisions, DecisionsError, nothing_decided, parse_decisions

logger = logging.getLogger(f"airbyte.{__name__}")

FILE: Final = "decisions.json"
UNDER_SETTING: Final = "under Decisions (decisions)"
"""Where decisions are that a setting holds, in words."""

KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Found:
    """Decisions, and where they were.

    Attributes:
        decisions: The decisions.
        where: Where, in words; empty where there were none.
    """

    decisions: Decisions
    where: str = ""

    def in_words(self) -> str:
        """How many there are, and where; to be ended."""
        number = len(self.decisions)
        return f"{number} {'decision was found' if number == 1 else 'decisions were found'} {self.where}"


def read_decisions(entered: str, config: StorageConfig) -> Decisions:
    """Reads the decisions, and tells in the log how many there are.

    Args:
        entered: What the setting holds, which is understood; the file counts where it is blank.
        config: Where the file may be: at the root of the storage, above the folders of the reports.

    Returns:
        The decisions; none where there is no file either, and a new key for those that are taken from now on.

    Raises:
        ConnectorError: A config error, when there is a file that cannot be read or understood.
    """
    found = _found(entered, config)
    if found.where:
        logger.info("%s.", found.in_words())
    return found.decisions


def check_decisions(entered: str, config: StorageConfig) -> Decisions:
    """Reads the decisions as a sync does, and tells in the log as well what earlier runs have seen of them.

    Those of a file that do not count, since the setting has others, are warned of.

    Raises:
        ConnectorError: As `read_decisions` does.
    """
    found = _found(entered, config)
    if entered.strip():
        _warn_of_a_file(found.decisions, config)
    if found.where:
        seen = SeenDecisions(found.decisions, config).known() if found.decisions else None
        logger.info("%s%s", found.in_words(), "." if seen is None else seen.in_words(len(found.decisions)))
    return found.decisions


def _warn_of_a_file(counting: Decisions, config: StorageConfig) -> None:
    """Warns of a file beside the reports that holds other decisions than those of the setting, which count."""
    storage = open_storage(config)
    try:
        content = None if storage is None else storage.read(FILE)
    except AirbyteTracedException:
        return  # it does not count, so nobody need read it
    if storage is None or content is None:
        return
    try:
        is_other = parse_decisions(_text(content)).digest != counting.digest
    except DecisionsError:
        is_other = True
    if is_other:
        logger.warning(
            "The decisions in %s do not count, since others stand %s (with huma-xledger, beside "
            "connection.yaml), which come first. Remove those that are not to count.",
            storage.place(FILE),
            UNDER_SETTING,
        )


def _found(entered: str, config: StorageConfig) -> Found:
    if entered.strip():
        return Found(parse_decisions(entered), UNDER_SETTING)
    storage = open_storage(config)
    content = None if storage is None else storage.read(FILE)
    if storage is None or content is None:
        return Found(nothing_decided(b64encode(secrets.token_bytes(KEY_BYTES)).decode()))
    place = storage.place(FILE)
    try:
        return Found(parse_decisions(_text(content)), f"in {place}")
    except DecisionsError as error:
        raise config_error(
            f"The decisions in {place} cannot be understood: {error}. Nothing is written before they are. Put the file "
            "there again as it was saved, or update this connector if the file is of a later version. "
            "Without the file, nothing is decided."
        ) from None


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise DecisionsError("it is no text in UTF-8") from None
