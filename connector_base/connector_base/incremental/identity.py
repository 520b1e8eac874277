"""Whose state a host keeps: what `check` tells of the account that a connector reaches, and of its settings.

A state belongs to the account that it was read from or written to, and to the settings under which that was done. A
host that compares what is told here with what it was told before sees when an incremental sync would not do.
"""

import json
import logging
from typing import Any, Final

from shared_mappings.fingerprints import fingerprint

logger = logging.getLogger(f"airbyte.{__name__}")

IDENTITY: Final = "CONNECTION IDENTITY "
"""What the line begins with; what follows is a JSON object."""

UNKEYED: Final = b""
"""Two hosts that are told of one account are told the same. What an account is known by is no secret."""


def tell_identity(account: Any, settings: Any = None) -> None:
    """Tells a host whose state it keeps, in one line of the log: fingerprints, no value of a setting.

    Args:
        account: What tells this account of the API from all others, as JSON; None when the API does not say.
        settings: What decides what is written of a record that did not change, as JSON, in one form for the same
            choice. None when there is nothing of the kind, or the connector's own state knows.
    """
    told = {"account": account, "settings": settings}
    digests = {name: value if value is None else fingerprint(UNKEYED, value) for name, value in told.items()}
    logger.info("%s%s", IDENTITY, json.dumps(digests))
