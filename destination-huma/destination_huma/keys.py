"""What an API key of Huma's has to be allowed, and what is said of one that is not."""

from typing import Final

from connector_base.failures import ConnectorError, config_error
from shared_mappings import Direction, HumaObject, Policies, Policy, Rule

WHERE_KEYS_ARE: Final = "System settings > Open API"

JOB_TITLE: Final = "jobTitle"
"""The field for which the key has to list what there is in Huma."""


def fields_to_write(back: Direction, policies: Policies, written: HumaObject | None = None) -> tuple[str, ...]:
    """The fields of a record that a sync may have to write, outermost names alone.

    Args:
        back: The field table, read the way back.
        policies: What the administrator decided.
        written: The object whose request writes them; None for either.
    """
    rules = [rule for rule in back.rules if rule.huma and written in (None, rule.huma.object)]
    places = (place for rule in rules if _may_be_set(rule, policies) for place in back.places(rule))
    return tuple(dict.fromkeys(place.partition(".")[0] for place in places))


def _may_be_set(rule: Rule, policies: Policies) -> bool:
    """Whether the strictest policy of those that count lets the value of a row be written."""
    return (
        rule.huma is not None
        and policies.for_fields(rule.fields, rule.huma.rule, rule.huma.default) is not Policy.READ_ONLY
    )


def without_a_right_to_write() -> ConnectorError:
    """How it ends that a key may read and not write."""
    return config_error(
        "Huma's API key may read people, and write nothing of anybody. Let an administrator of Huma give it the right "
        f"to write under {WHERE_KEYS_ARE}, or enter the client ID and the client secret of a key that has it."
    )


def without_a_right_to_add() -> ConnectorError:
    """How it ends that a key may add nobody."""
    return config_error(
        "Huma's API key has no right to add people. Let an administrator of Huma give it that right under "
        f"{WHERE_KEYS_ARE}, or set People who are not in Huma (new_users) to skip."
    )
