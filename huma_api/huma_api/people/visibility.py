"""Which fields an API key does not get to see."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

LOOKED_AT: Final = 5
"""How many people `check` looks at: enough that one person's odd record says nothing about the key."""


def unseen_fields(schema: Mapping[str, Any], records: Iterable[Mapping[str, Any]]) -> list[str]:
    """The fields that are unknown in every one of these records.

    Args:
        schema: The JSON Schema of a record.
        records: Records; a field that is null is known to be unset, one that has no key is unknown.

    Returns:
        Names of fields, in the order of the schema; none when there are no records to judge by.
    """
    seen = [set(record) for record in records]
    if not seen:
        return []
    return [name for name in schema["properties"] if name not in set().union(*seen)]


def sentence_about(unseen: Sequence[str]) -> str:
    """What an administrator should know about fields that the key does not get to see.

    Args:
        unseen: Names of the fields, at least one.
    """
    return (
        "Huma sends none of these fields with the first people it lists, not even as unset; the API key may not be "
        f"allowed to see them: {', '.join(unseen)}. The destination leaves them as they are. To have them synced, let "
        "an administrator of Huma give the key the right to see them under System settings > Open API."
    )
