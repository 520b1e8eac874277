"""IDs in Huma, and the groups that people are added to: a company, and whatever else they belong to."""

import re
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, WithJsonSchema

from shared_mappings.api_url import NOTHING_FOLLOWS

UUID_PATTERN: Final = f"^[0-9A-Fa-f]{{8}}(-[0-9A-Fa-f]{{4}}){{3}}-[0-9A-Fa-f]{{12}}{NOTHING_FOLLOWS}"

UUID_EXAMPLE: Final = "0b5f5c3e-6a1d-4f0e-9c57-2d8f4a7b1e90"


def is_an_id(value: Any) -> bool:
    """Whether something may be an ID in Huma, and so may stand in messages."""
    return isinstance(value, str) and re.fullmatch(UUID_PATTERN, value) is not None


def _an_id(text: str) -> str:
    if not is_an_id(text):
        raise ValueError(f"it is no ID of a group; an ID is a UUID, such as {UUID_EXAMPLE}")
    return str(UUID(text))


def _each_once(groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(groups))


GroupIds = Annotated[
    tuple[Annotated[str, AfterValidator(_an_id)], ...],
    AfterValidator(_each_once),
    WithJsonSchema(
        {
            "type": "array",
            "items": {
                "type": "string",
                "format": "uuid",
                "pattern": UUID_PATTERN,
                "pattern_descriptor": f"a UUID, such as {UUID_EXAMPLE}",
            },
        }
    ),
]
"""IDs of groups, each once, in the letters in which Huma writes them."""
