"""A choice between a few words, as hosts draw it.

Facts: a form shows the bare words of an `enum`, and has no place for what each of them means but the setting's own
description (Airbyte's webapp, `Property/Control.tsx`).
"""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from pydantic import WithJsonSchema

ChoiceT = TypeVar("ChoiceT", bound=Enum)


def choice_of(kind: type[Enum]) -> WithJsonSchema:
    """A choice without a reference to a definition: the CDK resolves only those that stand alone."""
    return WithJsonSchema({"type": "string", "enum": [choice.value for choice in kind]})


def explained(meanings: Mapping[ChoiceT, str]) -> str:
    """What each choice means, as the description of a setting.

    Args:
        meanings: A sentence for each, without its full stop.
    """
    return " ".join(f"{choice.value}: {meaning}." for choice, meaning in meanings.items())
