"""Addresses at which somebody is told, as Apprise knows them: `mailtos://...`, `slack://...`, a webhook of Slack's.

They hold passwords and tokens. So one is only ever named by its place among the others, and by its kind.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from connector_base.settings.complaints import ordinal

SETTING: Final = "notify"
"""What the setting is called, in every destination and in the host."""

_KIND: Final = re.compile(r"[a-z][a-z0-9]*(?=://[^\s/?#])", re.IGNORECASE)
"""How an address begins, with something after it."""

_BETWEEN: Final = re.compile(r"[\s,;]*[\r\n][\s,;]*|[\s,;]+(?=[a-z][a-z0-9]*://)", re.IGNORECASE)
"""What stands between two addresses: the end of a line; or, as Apprise has it, a comma, a semicolon or a space before
something that begins as an address does. All of these may be within one."""


def addresses_in(text: str) -> tuple[str, ...]:
    """The addresses in a text, in their order; none where it is blank."""
    return tuple(address for part in _BETWEEN.split(text) if (address := part.strip(" \t\r\n,;\u00a0\ufeff\u200b")))


def kind_of(address: str) -> str | None:
    """Of which kind an address is, such as `mailtos`; None where it does not say so, and can be none."""
    kind = _KIND.match(address)
    return kind[0].lower() if kind else None


def without_a_kind(addresses: Iterable[str]) -> str | None:
    """What is wrong with the first address that does not say of which kind it is, without it; None for nothing."""
    for position, address in enumerate(addresses):
        if kind_of(address) is None:
            return (
                f"the {ordinal(position)} address does not say of which kind it is, as in mailtos:// for an e-mail or "
                "slack:// for Slack; write one address a line, as Apprise knows it"
            )
    return None


def entered_in(config: Any) -> tuple[str, ...]:
    """The addresses in a config, whatever else is in it."""
    entered = config.get(SETTING) if isinstance(config, Mapping) else None
    return addresses_in(entered) if isinstance(entered, str) else ()
