"""Secrets in a configuration: which can be masked in what the connector says, and which cannot."""

from collections.abc import Mapping
from typing import Any, Final

from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets, get_secrets, update_secrets

SHORTEST_SECRET: Final = 8
"""Characters. The CDK masks a secret wherever it occurs in what is said: a shorter one would be masked in the middle of
words, until nobody could read them. None that Huma, Xledger or AWS give is so short."""


def is_too_short(secret: str) -> bool:
    """Whether something was entered that cannot be a whole secret; an empty one was not entered."""
    return 0 < len(secret) < SHORTEST_SECRET


def mask_secrets(form: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Has the secrets in a configuration masked from now on, in place of those before.

    One that is too short is not: it is refused, and the sentence that says so must stay readable.

    Args:
        form: The connection specification, which says where secrets are.
        config: The configuration.
    """
    update_secrets([secret for secret in map(str, get_secrets(form, config)) if len(secret) >= SHORTEST_SECRET])


def mask_secrets_too(form: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Has the secrets in a configuration masked from now on, beside those before: for several in one process.

    Args:
        form: The connection specification, which says where secrets are.
        config: The configuration.
    """
    for secret in map(str, get_secrets(form, config)):
        mask_too(secret)


def mask_too(secret: str) -> None:
    """Has a secret masked that was learned on the way, beside those in the configuration; unless it is too short."""
    if len(secret) >= SHORTEST_SECRET:
        add_to_secrets(secret)
