"""The decisions that count in a sync: those of the setting, or else those of the file beside the reports."""

import logging
import secrets
from base64 import b64encode
from typing import Final

from connector_base.failures import config_error
from connector_base.storage.storage import open_storage
from connector_base.storage.storage_config import StorageConfig
from shared_mappings import Decisions, DecisionsError, nothing_decided, parse_decisions

logger = logging.getLogger(f"airbyte.{__name__}")

FILE: Final = "decisions.json"
SETTING: Final = "Decisions (decisions)"
KEY_BYTES: Final = 32


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
    if entered.strip():
        return _told(parse_decisions(entered), f"under {SETTING}")
    storage = open_storage(config)
    content = None if storage is None else storage.read(FILE)
    if storage is None or content is None:
        return nothing_decided(b64encode(secrets.token_bytes(KEY_BYTES)).decode())
    place = storage.place(FILE)
    try:
        return _told(parse_decisions(_text(content)), f"in {place}")
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


def _told(decisions: Decisions, where: str) -> Decisions:
    number = len(decisions)
    logger.info("%d %s %s.", number, "decision was found" if number == 1 else "decisions were found", where)
    return decisions
