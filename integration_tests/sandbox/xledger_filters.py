"""What a filter of Xledger finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integration_tests.sandbox import xledger_rules as rules
from integration_tests.sandbox.xledger_errors import invalid_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from integration_tests.sandbox.xledger_rules import Row

    Condition = Callable[[Row], bool]

_MOST_IN_A_LIST = 1_000
_TEXTS = ("code", "email")
_CHECKS: Mapping[str, Callable[[str, str], object]] = {
    "modifiedAt": rules.moment,
    "employmentFrom": rules.date,
    "employmentTo": rules.date,
}
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "": lambda value, wanted: bool(value == wanted),
    "in": lambda value, wanted: value in wanted,
    "gt": lambda value, wanted: value is not None and value > wanted,
    "gte": lambda value, wanted: value is not None and value >= wanted,
    "lt": lambda value, wanted: value is not None and value < wanted,
    "lte": lambda value, wanted: value is not None and value <= wanted,
}


def matching(given: Row, look: Callable[[Row, str], Any], *, ignores_case: bool) -> Condition:
    """Return what tells whether a row passes a filter; all members of a filter have to hold.

    Args:
        given: The filter. Its keys are a name and an operator's suffix, `AND` and `OR`.
        look: Returns the value that a name stands for in a row.
        ignores_case: Whether codes and e-mail addresses are the same whatever their case.

    Raises:
        XledgerError: The filter holds what cannot be compared with.
    """

    def plain(name: str, value: Any) -> Any:
        return value.lower() if ignores_case and name in _TEXTS and isinstance(value, str) else value

    def condition(key: str, wanted: Any) -> Condition:
        name, _, operator = key.partition("_")
        if wanted is None:
            if operator or key in _COMBINED:
                raise invalid_value(f"filter.{key}", wanted, "Only equality can be with null.")
            return lambda row: look(row, name) in (None, "")
        if key in _COMBINED:
            parts = [matching(part, look, ignores_case=ignores_case) for part in wanted]
            return lambda row: _COMBINED[key](part(row) for part in parts)
        if name in _CHECKS:
            _CHECKS[name](f"filter.{key}", wanted)
        if operator == "in":
            if len(wanted) > _MOST_IN_A_LIST:
                raise invalid_value(f"filter.{key}", f"{len(wanted)} values", f"At most {_MOST_IN_A_LIST} in a list.")
            sought: Any = {plain(name, value) for value in wanted}
        else:
            sought = plain(name, wanted)
        return lambda row: _OPERATORS[operator](plain(name, look(row, name)), sought)

    conditions = [condition(key, wanted) for key, wanted in given.items()]
    return lambda row: all(holds(row) for holds in conditions)


_COMBINED: Mapping[str, Callable[..., bool]] = {"AND": all, "OR": any}
