"""Xledger's system values, such as genders: learned from the employees that are read, since nobody knows them before.

Facts: a system value has a `dbSubId`, a `code` and a `name`, and a reference takes one of them. Which values genders
have is unknown; other system values have names such as CREDIT_MEMO.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shared_mappings import MISSING, Desired, FieldTable, FieldWarning, State, WarningCode
from shared_mappings.employee import SystemValue, code_or_name
from shared_mappings.normal_forms import normalised_word
from xledger_api.language.fitting import SYSTEM_VALUE

Reference = Mapping[str, Any]
"""What a system value can be written by: its `dbSubId`, its `code` or its `name`, as it was read."""


@dataclass(frozen=True, slots=True)
class SystemValues:
    """The system values that employees were read with.

    Attributes:
        settings: What the settings call them. Each means whichever system value has it as its code or as its name.
    """

    settings: tuple[str, ...] = ()
    _by_code: dict[str, Reference] = field(default_factory=dict)
    _by_name: dict[str, Reference] = field(default_factory=dict)
    _no_codes: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, settings: Iterable[str]) -> "SystemValues":
        """None read yet."""
        return cls(tuple(dict.fromkeys(settings)))

    def called(self, value: SystemValue) -> State:
        """What the settings call a system value that was read; its code or name where they do not speak of it."""
        reference = {key: value[key] for key in SYSTEM_VALUE if value.get(key) is not None}
        code, name = (_compared(value.get(key)) for key in ("code", "name"))
        if code:
            self._by_code[code] = reference
        if name:
            self._by_name[name] = reference
        ours = (setting for known in (code, name) for setting in self.settings if known and _compared(setting) == known)
        return next(ours, code_or_name(value))

    def reference(self, setting: str) -> Reference | None:
        """What to write for something that the settings name.

        Returns:
            What it was read with. Before it was read it is taken for a code; None when Xledger does not know it as
            one, or when those that were read have no codes, so that nothing can be known.
        """
        if self.knows(setting):
            return self._by_code.get(_compared(setting)) or self._by_name.get(_compared(setting))
        without_codes = self._by_name and not self._by_code
        return None if without_codes or _compared(setting) in self._no_codes else {"code": setting}

    def knows(self, setting: str) -> bool:
        """Whether somebody was read who has it."""
        return _compared(setting) in self._by_code or _compared(setting) in self._by_name

    def is_no_code(self, setting: str) -> None:
        """Notes that Xledger has refused it as a code."""
        self._no_codes.add(_compared(setting))


def _compared(text: Any) -> str:
    return normalised_word(str(text)) if text is not None else ""


def with_known_system_values(desired: Desired, table: FieldTable, system_values: SystemValues) -> Desired:
    """What a person should have, without system values of which nobody can know what to write.

    Args:
        desired: What the record says.
        table: The field table, which says where system values are.
        system_values: Those that were read.
    """
    for rule in table.rules:
        value = desired.values[rule.canonical_target]
        of_the_system = table.targets[rule.canonical_target].system_value
        if of_the_system and isinstance(value, str) and system_values.reference(value) is None:
            return replace(
                desired,
                values={**desired.values, rule.canonical_target: MISSING},
                warnings=(
                    *desired.warnings,
                    FieldWarning(WarningCode.UNMAPPED_GENDER, rule.fields[0], target=rule.canonical_target),
                ),
                left_out={**desired.left_out, rule.canonical_target: {"value": value}},
            )
    return desired
