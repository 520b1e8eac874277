"""People and employees to plan with."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared_mappings import (
    Able,
    Action,
    Desired,
    Employee,
    FieldTable,
    Options,
    Plan,
    User,
    desired_from_employee,
    desired_from_user,
    employee_record,
    field_table,
    plan_for_xledger,
    titles_by_name,
)
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

SHOWN: Mapping[str, State] = {
    **IN_XLEDGER,
    **{target: value for example in EXAMPLES.values() for target, value in example.get("becomes", {}).items()},
    **{target: value for example in EXAMPLES.values() for target, value in example.get("shown", {}).items()},
}
"""Somebody of whom Xledger has the other value of each field."""

TITLES: Mapping[str, str] = {
    EXAMPLES["jobTitle"]["record"]: "6fa459ea-ee8a-4ca4-894e-db77e160355e",
    EXAMPLES["jobTitle"]["changed"]: EXAMPLES["jobTitle"]["huma"]["sent"]["position"]["titleId"],
}
"""The ids of Huma's job titles, by name."""

ABLE = Able(position_id="886313e1-3b8a-5372-9b90-0c9aee199e5d", job_titles=titles_by_name(TITLES.items()))
"""Somebody of whom everything may be written."""


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
    return plan_for_xledger(desired, carried_out(decided, current, table), policies, table, creating=creating)


def employed(values: Mapping[str, State]) -> dict[str, Any]:
    """The record of an employee as the stream `employees` has it, by what Xledger has at each target."""
    db_ids = {"updateEmployees": "11", "updateContacts": "12", "updateSuppliers": "13"}
    return employee_record(Employee(db_ids, {**IN_XLEDGER, **values}), field_table(), shows_closed=True)


def wanted(values: Mapping[str, State], options: Options = Options()) -> Desired:  # noqa: B008  it is frozen
    """What the record of such an employee says."""
    return desired_from_employee(employed(values), field_table(), options)


def user_like(record: Mapping[str, Any], options: Options = Options()) -> User:  # noqa: B008  it is frozen
    """Somebody in Huma, by their record."""
    return User.from_record(record, field_table(), options)


def taken_by_huma(record: Mapping[str, Any], bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The record of a user once Huma has taken what was sent."""
    taken = {**record, **bodies.get("user", {})}
    if "homeAddress" in bodies.get("user", {}):
        taken["homeAddress"] = {key: text or None for key, text in taken["homeAddress"].items()}
    if "bankAccount" in bodies.get("user", {}):
        empty = dict.fromkeys(("type", "number", "country", "iban", "bic", "code"))
        taken["bankAccount"] = empty | taken["bankAccount"]
    names = {identity: name for name, identity in TITLES.items()}
    for rule in field_table().rules:
        key = rule.huma.body_keys[0] if rule.huma and rule.huma.object == "position" else None
        if rule.huma and key in bodies.get("position", {}):
            value = bodies["position"][key]
            taken[rule.huma.place] = names[value] if key == "titleId" else value
    return taken
