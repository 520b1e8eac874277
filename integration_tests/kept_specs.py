"""A destination's specification as it is kept to be compared with: a new field is no change of it."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from shared_mappings import Direction, Policy

FIELDS: Final = "<each field whose own rule allows {policy}>"
"""What stands in for a list that the field table decides."""


def without_lists_of_fields(specification: dict[str, Any], direction: Direction) -> dict[str, Any]:
    """A specification with a name in place of each list of fields.

    A list that is another one than the field table says stays as it is, and so is seen.

    Args:
        specification: What hosts draw a form from.
        direction: The field table, read the way the destination writes.
    """
    kept = deepcopy(specification)
    for policy, offered in _offers_of_fields(kept):
        allowing = [name for name in direction.fields if not policy.is_looser_than(direction.own_rule(name))]
        if offered["enum"] == allowing:
            offered["enum"] = [FIELDS.format(policy=policy.value)]
    return kept


def _offers_of_fields(specification: dict[str, Any]) -> Iterator[tuple[Policy, dict[str, Any]]]:
    """The parts that offer fields to choose from, each with the policy that is chosen for them."""
    settings = specification["properties"]
    for policy in Policy:
        if setting := settings.get(f"{policy.value}_fields"):
            yield policy, setting["items"]
    for entry in settings["field_policies"]["items"]["oneOf"]:
        yield Policy(entry["properties"]["policy"]["const"]), entry["properties"]["field"]
