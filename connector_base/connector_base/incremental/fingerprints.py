"""What is remembered of each record from one sync to the next: a keyed fingerprint, never a value.

Where an API does not say when a record changed, comparing fingerprints does: digests, keyed with random bytes of the
connection's own, so that nobody can try values until one fits without holding the state.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from airbyte_cdk.sources.streams import NO_CURSOR_STATE_KEY

VERSION: Final = 1
"""The version of the state. Who changes its form, or the fingerprints (`shared_mappings.fingerprints`), raises it and
says in `RecordsState.parse` what becomes of the version before."""

KEY_BYTES: Final = 32


class UnknownStateError(Exception):
    """A state that this version cannot read. Says why, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class RecordsState:
    """What a sync leaves to the next one.

    Attributes:
        key: The key of the fingerprints.
        settings: The fingerprint of what decides which records are read and what of them counts: filters and columns.
        everything_since: When the sync started that last set out to emit everything.
        fingerprints: The fingerprint of each record as it was last emitted, by the record's primary key.
    """

    key: bytes = field(repr=False)
    settings: str
    everything_since: datetime
    fingerprints: Mapping[str, str] = field(repr=False)

    @staticmethod
    def new_key() -> bytes:
        """A random key for the fingerprints of a connection."""
        return secrets.token_bytes(KEY_BYTES)

    @classmethod
    def parse(cls, stream_state: Mapping[str, Any]) -> "RecordsState | None":
        """Reads a state message's `stream_state`.

        Returns:
            The state; None when there is nothing to go by: no state, or the one that a full refresh leaves, which
            is all that came before version 1.

        Raises:
            UnknownStateError: When it is in a form this version does not know.
        """
        if not stream_state or NO_CURSOR_STATE_KEY in stream_state:
            return None
        if stream_state.get("version") != VERSION:
            raise UnknownStateError(f"it is not of version {VERSION}")
        try:
            key = base64.urlsafe_b64decode(stream_state["key"])
            settings, fingerprints = stream_state["settings"], stream_state["fingerprints"]
            everything_since = datetime.fromisoformat(stream_state["everybodySince"])
            texts = [settings, *fingerprints.keys(), *fingerprints.values()]
        except KeyError as error:
            raise UnknownStateError(f"it has no {error.args[0]}") from None
        except (AttributeError, TypeError, ValueError):
            raise UnknownStateError("what it holds is of another form") from None
        if len(key) != KEY_BYTES or everything_since.tzinfo is None or not all(isinstance(text, str) for text in texts):
            raise UnknownStateError("what it holds is of another form")
        return cls(key, settings, everything_since, fingerprints)

    def as_stream_state(self) -> dict[str, Any]:
        """The state as a state message carries it."""
        return {
            "version": VERSION,
            "key": base64.urlsafe_b64encode(self.key).decode("ascii"),
            "settings": self.settings,
            "everybodySince": self.everything_since.isoformat(),
            "fingerprints": self.fingerprints,
        }
