"""Who may come in: whoever has the address, and from then on the browser that has shown it."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from huma_xledger.private_file import replace_at_once

_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Known:
    """What a review knows of the one before it, so that a window that was open then goes on.

    Attributes:
        secret: What a browser's cookie is made from.
        port: Where the review before was served; 0 where none was.
    """

    secret: bytes
    port: int


def known(path: Path) -> Known:
    """What the file of a connection has of its last review. One that cannot be read as such is as good as none.

    Raises:
        OSError: When the file is there and cannot be read.
    """
    try:
        match json.loads(path.read_bytes()):
            case {"secret": str(secret), "port": int(port)} if len(secret) == 2 * _BYTES and 0 < port < 1 << 16:
                return Known(bytes.fromhex(secret), port)
    except (FileNotFoundError, ValueError):
        pass
    return Known(secrets.token_bytes(_BYTES), 0)


def keep(path: Path, of: Known) -> None:
    """Replaces the file, which only its owner can read.

    Raises:
        OSError: When it cannot be written.
    """
    replace_at_once(path, json.dumps({"secret": of.secret.hex(), "port": of.port}).encode())


class Keys:
    """The keys of one run of the server.

    A token in an address is good for this run. A browser that came with one gets a cookie, which is good for every run
    of the connection's reviews on the same port: a window that is still open goes on after a restart.

    Attributes:
        token: For the address that people are told, as often as they like.
        ticket: For the address that a browser is started with, once: others on this machine can see the arguments of a
            process for as long as it runs.
        cookie_name: The cookie. Browsers do not tell ports apart, so it does.
        cookie: What is in it.
    """

    def __init__(self, of: Known) -> None:
        self.token: Final = secrets.token_urlsafe(_BYTES)
        self.ticket: Final = secrets.token_urlsafe(_BYTES)
        self.cookie_name: Final = f"huma-xledger-review-{of.port}"
        self.cookie: Final = hashlib.blake2b(str(of.port).encode(), key=of.secret, digest_size=_BYTES).hexdigest()
        self._ticket_is_good = True

    def opens(self, token: str) -> bool:
        """Whether a token from an address is good. The ticket is used up by that."""
        if _same(token, self.token):
            return True
        if self._ticket_is_good and _same(token, self.ticket):
            self._ticket_is_good = False
            return True
        return False

    def knows(self, cookie: str | None) -> bool:
        """Whether a cookie is the one that was given."""
        return cookie is not None and _same(cookie, self.cookie)


def _same(one: str, other: str) -> bool:
    """Whether they are the same, which takes as long as finding out that they are not."""
    return hmac.compare_digest(one.encode(), other.encode())
