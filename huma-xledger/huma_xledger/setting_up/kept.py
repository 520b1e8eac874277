"""What is kept of what was set up: Airbyte's ids, and fingerprints of secrets, which nobody can read back there."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from huma_xledger.private_file import replace_at_once
from shared_mappings.fingerprints import fingerprint

NAME: Final = "airbyte.json"

_KEY_BYTES: Final = 32


class KeptError(Exception):
    """What is kept cannot be read; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept.

    Attributes:
        key: What fingerprints are keyed with.
        ids: Airbyte's id of each thing, by what it is.
        secrets: By Airbyte's id of a source or destination, a fingerprint of the secrets that it was given.
        fields: By Airbyte's id of a connection, the source's image whose fields it has.
        begun: By what it is to be, when Airbyte was asked to make something, until it answers.
    """

    key: bytes = field(default_factory=lambda: secrets.token_bytes(_KEY_BYTES), repr=False)
    ids: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    begun: Mapping[str, datetime] = field(default_factory=dict)

    def fingerprint(self, value: Any) -> str:
        """What is kept of secrets in their place."""
        return fingerprint(self.key, value)

    def beginning(self, thing: str, now: datetime) -> "Kept":
        """With something that Airbyte is asked to make."""
        return replace(self, begun={**self.begun, thing: now})

    def not_begun(self, thing: str) -> "Kept":
        """With something that Airbyte has answered about."""
        return replace(self, begun={name: at for name, at in self.begun.items() if name != thing})

    def with_id(self, thing: str, id_: str) -> "Kept":
        """With the id of something that is there."""
        return replace(self.not_begun(thing), ids={**self.ids, thing: id_})

    def with_secrets(self, id_: str, fingerprint_of_them: str) -> "Kept":
        """With the secrets that a source or destination was given."""
        return replace(self, secrets={**self.secrets, id_: fingerprint_of_them})

    def with_fields(self, id_: str, image: str) -> "Kept":
        """With the image whose fields a connection has."""
        return replace(self, fields={**self.fields, id_: image})


@dataclass(frozen=True, slots=True)
class KeptFile:
    """The file that it is kept in, for its owner alone.

    Attributes:
        path: Where; it need not be there.
    """

    path: Path

    def read(self) -> Kept:
        """What is in it; nothing where it is not there.

        Raises:
            KeptError: When it cannot be read.
        """
        try:
            content = json.loads(self.path.read_bytes())
            begun = {thing: datetime.fromisoformat(at) for thing, at in content["begun"].items()}
            key = bytes.fromhex(content["key"])
            return Kept(key, dict(content["ids"]), dict(content["secrets"]), dict(content["fields"]), begun)
        except FileNotFoundError:
            return Kept()
        except OSError as error:
            raise KeptError(f"{self.path} cannot be read: {error.strerror}. Check its permissions.") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KeptError(
                f"{self.path} is broken. It has the ids of what was set up in Airbyte. Remove it: what is there is "
                "found by its name then, and secrets are sent once more."
            ) from None

    def write(self, kept: Kept) -> None:
        """Replaces what is in it.

        Raises:
            OSError: When it cannot be written.
        """
        content = {
            "key": kept.key.hex(),
            "ids": kept.ids,
            "secrets": kept.secrets,
            "fields": kept.fields,
            "begun": {thing: at.isoformat() for thing, at in kept.begun.items()},
        }
        replace_at_once(self.path, json.dumps(content, indent=2).encode())
