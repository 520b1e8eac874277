"""In which ways webhooks of Huma may come: what Huma's help leaves open, and what happens on a network."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _hex(digest: bytes) -> str:
    return digest.hex()


def _upper_hex(digest: bytes) -> str:
    return digest.hex().upper()


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _url_base64(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class WebhookDialect:
    """How webhooks come. The defaults are the help's word, and where it has none, the plainest.

    Attributes:
        about: What is different, in a few words.
        signature: How the header shows a digest. The help does not say.
        copies: How often each comes.
        lost: Whether none comes.
        waits_for: For how many later ones each waits.
        newest_first: Whether those that have waited come in the opposite order.
        people_in_a_body: How many people there are in a body at most, where something happens to many at once.
        email_topic: What a changed e-mail address is told under instead; None for the topic of any other change.
        indent: How the JSON is laid out; None for all on one line.
        tries: How often one is tried until it is answered 200. The help does not say that any is tried again.
    """

    about: str = field(compare=False)
    signature: Callable[[bytes], str] = _hex
    copies: int = 1
    lost: bool = False
    waits_for: int = 0
    newest_first: bool = False
    people_in_a_body: int = 1
    email_topic: str | None = None
    indent: int | None = None
    tries: int = 1


DESCRIBED = WebhookDialect("The help, to the letter.")

WEBHOOK_DIALECTS: Mapping[str, WebhookDialect] = MappingProxyType(
    {
        "described": DESCRIBED,
        "upper_case_hex": WebhookDialect("Signatures are in capitals.", signature=_upper_hex),
        "base64": WebhookDialect("Signatures are in Base64.", signature=_base64),
        "url_base64": WebhookDialect("Signatures are in Base64 for addresses, without padding.", signature=_url_base64),
        "laid_out": WebhookDialect("Bodies are laid out for people.", indent=2),
        "doubled": WebhookDialect("Each comes twice.", copies=2),
        "lost": WebhookDialect("None comes.", lost=True),
        "late": WebhookDialect("Each comes only when the next one is there.", waits_for=1),
        "out_of_order": WebhookDialect("Of two, the later one comes first.", waits_for=1, newest_first=True),
        "many_in_one": WebhookDialect("There are up to 100 people in a body.", people_in_a_body=100),
        "email_topic": WebhookDialect(
            "A changed e-mail address has a topic of its own.", email_topic="users-login-email-update"
        ),
        "other_email_topic": WebhookDialect(
            "It has one that does not begin as the others do.", email_topic="login-email-changed"
        ),
        "tries_again": WebhookDialect("What is not answered 200 is tried twice more.", tries=3),
    }
)
"""The dialects there are, by name. What a topic is called that the help does not name is made up."""
