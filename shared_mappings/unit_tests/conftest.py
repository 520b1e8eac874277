"""People and employees to plan with."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared_mappings import Action, Desired, Employee, FieldTable, Options, Plan, desired_from_user, field_table, plan
from shared_mappings.policies import Policies
from shared_mappings.states import State

EXAMPLES: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "fields.yaml").read_text(encoding="utf-8")
)
"""An example of each field."""

RECORD: Mapping[str, Any] = {
    "id": "1b671a64-40d5-491e-99b0-da01ff1f3341",
    "active": True,
    **{field: example["record"] for field, example in EXAMPLES.items() if "record" in example},
}
"""Somebody of whom every field is known."""

IN_XLEDGER: Mapping[str, State] = {
    **{target: value for example in EXAMPLES.values() for target, value in example["xledger"].items()},
    "employee.contact.address.state": None,
    "employee.subledger.address.state": None,
}
"""The same person as Xledger has them, value for value."""


@pytest.fixture
def table() -> FieldTable:
    return field_table()


@pytest.fixture
def desire(table: FieldTable) -> Callable[..., Desired]:
    """What the person's record says, with some of its keys replaced."""

    def build(**changed: Any) -> Desired:
        return desired_from_user({**RECORD, **changed}, table, Options())

    return build


@pytest.fixture
def have() -> Callable[..., Employee]:
    """The employee in Xledger, with some of the values replaced."""

    def build(changed: Mapping[str, State] | None = None) -> Employee:
        db_ids = {"updateEmployees": "11", "updateContacts": "12", "updateSuppliers": "13"}
        return Employee(db_ids, {**IN_XLEDGER, **(changed or {})})

    return build


def carried_out(decided: Plan, current: Employee | None, table: FieldTable) -> Employee:
    """The employee as Xledger has them once a plan is carried out."""
    before = current or Employee({}, dict.fromkeys(table.targets))
    return replace(before, values={**before.values, **{change.target: change.after for change in decided.changes}})


def planned_again(decided: Plan, desired: Desired, current: Employee | None, policies: Policies) -> Plan:
    """The plan after the plan; the one that completes a creation knows that it does."""
    table = field_table()
    creating = decided.action is Action.CREATE
    return plan(desired, carried_out(decided, current, table), policies, table, creating=creating)
