"""An example of each field: the domain's own, for tests that take a field from Huma to Xledger."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from shared_mappings import read_path

FILE: Final = Path(__file__).parents[1] / "shared_mappings" / "unit_tests" / "fields.yaml"

EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))

SET: Final[Mapping[str, Any]] = {
    field: example["changed"] for field, example in EXAMPLES.items() if "changed" in example
}
"""For each field that is ever written, a new value in Huma."""

UNSET: Final = tuple(field for field in SET if EXAMPLES[field]["rule"] == "mirror")
"""The fields that may be unset."""

_NAME: Final = "employee.subledger.description"
"""Has the rest of somebody's name in it, which is not the example's."""

User = Mapping[str, Any]
"""Somebody in Huma."""


def places(field: str) -> tuple[str, ...]:
    """The targets of a field, as paths in the type `Employee`."""
    targets = EXAMPLES[field].get("becomes", EXAMPLES[field]["xledger"])
    return tuple(target.removeprefix("employee.") for target in targets if target != _NAME)


def expected(field: str) -> Mapping[str, Any]:
    """What Xledger shows at each place of a field, once the new value is there."""
    shown = {**EXAMPLES[field]["becomes"], **EXAMPLES[field].get("shown", {})}
    return {place: shown[f"employee.{place}"] for place in places(field)}


def shown(employee: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """What an employee has at each place of a field; of a system value, its code."""
    values = {place: read_path(employee, place) for place in places(field)}
    return {place: value["code"] if isinstance(value, Mapping) else value for place, value in values.items()}


def one_for_each(fields: Iterable[str], users: Iterable[User], has: Callable[[User, str], Any]) -> Mapping[str, Any]:
    """Somebody else for each field, who has another value there than the new one.

    Args:
        fields: The fields.
        users: Who there is to choose from.
        has: What one of them has of a field.
    """
    left = list(users)
    chosen = {}
    for field in fields:
        chosen[field] = next(user for user in left if has(user, field) != SET[field])
        left.remove(chosen[field])
    return chosen
