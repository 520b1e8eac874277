"""What a page says that a decision comes to is what the planners of both directions make of it, for any two values.

Only what neither Huma's record nor Xledger's employee tells may be otherwise: which job titles Huma has, say.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector_base.pages.contents import Effect, Kind, System, Value
from connector_base.people.person import Person, Planned
from connector_base.reporting.compared import Comparing
from connector_base.reporting.effects import about_fields
from destination_huma.reporting.sides import SIDES as TO_HUMA
from destination_xledger.reporting.sides import SIDES as TO_XLEDGER
from integration_tests.field_examples import EXAMPLES
from shared_mappings import (
    MISSING,
    NO_RULINGS,
    Able,
    Employee,
    FieldChange,
    Options,
    Plan,
    Policies,
    Policy,
    Rulings,
    Stands,
    User,
    desired_from_employee,
    desired_from_user,
    employee_record,
    field_table,
    nothing_decided,
    parse_decisions,
    plan_for_huma,
    plan_for_xledger,
    titles_by_name,
)
from shared_mappings.employee import value_shown
from shared_mappings.states import State

TABLE: Final = field_table()
OPTIONS: Final = Options()
KEY: Final = base64.b64encode(bytes(32)).decode()

Record = dict[str, Any]

OTHERS: Final[Mapping[str, list[Any]]] = {
    "phone": ["+4791234567", "912 34 567", "hello"],
    "birthDate": ["1990-02-30"],
    "bankAccount": [{"type": "national", "number": "123"}, {"iban": "NO9386011117947"}, {}],
    "homeAddress": [
        {"line1": "Storgata 1", "city": "Oslo"},
        {"line1": "Nye gate 5", "postalCode": "7010", "city": None, "country": "Atlantis"},
        {"country": "SE"},
    ],
    "gender": ["rather not say"],
    "identifications": [[], [{"type": "national", "country": "NO", "value": "12345678901"}]],
    "employmentEndDate": ["9999-12-31"],
}
"""Values beside the examples: written in another way, partly there, or of no use."""

SEEN_IN_XLEDGER: Final[Mapping[str, list[State]]] = {
    "employee.contact.phone": ["91234567"],
    "employee.socialSecurityMasked": ["***********", "15108695088"],
    "employee.subledger.bankAccount": ["NO9386011117947", "5839-825746"],
}


def in_huma(field: str) -> st.SearchStrategy[Any]:
    example = EXAMPLES[field]
    return st.sampled_from([example["record"], example["changed"], None, *OTHERS.get(field, ())])


def in_xledger(target: str) -> st.SearchStrategy[State]:
    examples = (
        example[key] for example in EXAMPLES.values() for key in ("xledger", "becomes", "shown") if key in example
    )
    found = [values[target] for values in examples if target in values]
    shown = st.sampled_from([*found, None, *SEEN_IN_XLEDGER.get(target, ()), MISSING])
    return shown.map(lambda value: value_shown(value, TABLE.rule_of.get(target)))


RECORDS: Final = st.fixed_dictionaries(
    {"id": st.just("u1"), "active": st.booleans(), "employmentId": st.sampled_from(["1001", "N-1"])},
    optional={field: in_huma(field) for field in EXAMPLES if field not in ("employmentId", "bankAccount.country")},
)
EMPLOYEES: Final = st.fixed_dictionaries({target: in_xledger(target) for target in (*TABLE.targets, *TABLE.kept)}).map(
    lambda values: Employee({"updateEmployees": "11", "updateContacts": "12", "updateSuppliers": "13"}, values)
)
POLICIES: Final = st.dictionaries(st.sampled_from(TABLE.fields), st.sampled_from(list(Policy)), max_size=6).map(
    Policies
)
ABLE: Final = Able(
    position_id="886313e1-3b8a-5372-9b90-0c9aee199e5d",
    job_titles=titles_by_name((EXAMPLES["jobTitle"][key], key) for key in ("record", "changed")),
)


@dataclass(frozen=True)
class Pair:
    """Somebody who is in both systems.

    Attributes:
        record: Their record of `users`.
        employee: The employee.
    """

    record: Record
    employee: Employee

    def planned_to_xledger(self, policies: Policies, rulings: Rulings = NO_RULINGS) -> Planned[Employee]:
        desired = desired_from_user(self.record, TABLE, OPTIONS)
        person = Person("u1", "users u1", desired, self.record, rulings=rulings, whole=self.record)
        return Planned(person, self.employee, plan_for_xledger(desired, self.employee, policies, TABLE, rulings))

    def planned_to_huma(self, policies: Policies, rulings: Rulings = NO_RULINGS) -> Planned[User]:
        record = employee_record(self.employee, TABLE, shows_closed=True)
        desired, user = desired_from_employee(record, TABLE, OPTIONS), User.from_record(self.record, TABLE, OPTIONS)
        person = Person("11", "employees 11", desired, record, rulings=rulings, whole=record)
        return Planned(person, user, plan_for_huma(desired, user, policies, TABLE, ABLE, OPTIONS, rulings=rulings))

    def decided(self, stands: System) -> "Ran":
        """What both directions do if a system's value stands for every field."""
        rulings = Rulings(dict.fromkeys(TABLE.fields, Stands(stands)))
        to_huma, to_xledger = self.planned_to_huma(Policies(), rulings), self.planned_to_xledger(Policies(), rulings)
        return Ran(to_huma.plan, to_xledger.plan)


@dataclass(frozen=True)
class Ran:
    """The plans of both directions."""

    to_huma: Plan
    to_xledger: Plan

    def comes_to(self, value: Value) -> Effect:
        """What becomes of a value in both systems."""
        if any(change.field == value["field"] for change in self.to_huma.changes):
            return "huma_gets_xledger"
        changes = self.to_xledger.changes
        written = [change.after for change in changes if change.field == value["field"] or _is_shown(change, value)]
        if not written:
            return "both_keep"
        return "xledger_is_emptied" if set(written) == {None} else "xledger_gets_huma"

    def warns_of(self, value: Value) -> bool:
        """Whether Huma could not take it, which nobody knows who does not ask Huma; or Xledger's is of no use."""
        return any(warning.field == value["field"] for warning in self.to_huma.warnings)


def _is_shown(change: FieldChange, value: Value) -> bool:
    """Whether what is written of several fields, such as the whole name, is shown with the value."""
    return len(TABLE.rule_of[change.target].fields) > 1 and change.target in {
        each["target"] for each in value["places"]
    }


PAIRS: Final = st.builds(Pair, RECORDS, EMPLOYEES)


SYSTEMS: Final[tuple[System, ...]] = ("huma", "xledger")


def alike_everywhere(employee: Employee) -> Employee:
    """An employee who has the same in each place of a value."""
    values = {target: employee.values[TABLE.rule_of[target].canonical_target] for target in TABLE.targets}
    return replace(employee, values={**employee.values, **values})


def options_of(value: Value, sides: Any) -> Mapping[System, Effect | None]:
    """What a page offers for a value."""
    about = about_fields(TABLE, sides.direction, Policies())[value["field"]]
    return value.get("options", about["options"][value["kind"]])


def compared(pair: Pair, policies: Policies = Policies()) -> list[Value]:  # noqa: B008  it is frozen
    return Comparing(TO_XLEDGER, policies, nothing_decided(KEY)).differences(pair.planned_to_xledger(policies))


def compared_from_xledger(pair: Pair) -> list[Value]:
    item = pair.planned_to_huma(Policies())
    return Comparing(TO_HUMA, Policies(), nothing_decided(KEY)).differences(item)


# ------------------------------------------------------------------ what is offered


@settings(max_examples=150)
@given(PAIRS)
def test_what_a_page_of_a_preview_to_xledger_offers_is_what_comes_of_it(pair: Pair) -> None:
    ran = {stands: pair.decided(stands) for stands in SYSTEMS}
    for value in compared(pair):
        for stands, effect in options_of(value, TO_XLEDGER).items():
            if effect == "huma_gets_xledger" and ran[stands].warns_of(value):
                continue
            assert ran[stands].comes_to(value) == (effect or "both_keep"), (value, stands)


@settings(max_examples=150)
@given(PAIRS)
def test_what_a_page_of_a_preview_to_huma_offers_is_what_comes_of_it(pair: Pair) -> None:
    """Of several places in Xledger, the record has one: here all of them have the same."""
    pair = replace(pair, record={**pair.record, "active": True}, employee=alike_everywhere(pair.employee))
    ran = {stands: pair.decided(stands) for stands in SYSTEMS}
    for value in compared_from_xledger(pair):
        for stands, effect in options_of(value, TO_HUMA).items():
            if effect == "huma_gets_xledger" and ran[stands].warns_of(value):
                continue  # what Huma could not take is told once it would be written
            assert ran[stands].comes_to(value) == (effect or "both_keep"), (value, stands)


def pair_of(field: str, kind: Kind) -> Pair:
    """Somebody who is the same in both systems, but for one field."""
    record = {
        "id": "u1",
        "active": True,
        **{name: each["record"] for name, each in EXAMPLES.items() if "record" in each},
    }
    values: dict[str, State] = dict.fromkeys(TABLE.kept)
    for each in EXAMPLES.values():
        values |= each["xledger"]
    example = EXAMPLES[field]
    if kind == "missing_in_xledger":
        values |= dict.fromkeys(example["xledger"])
    elif field == "bankAccount.country":
        record["bankAccount"] = {**record["bankAccount"], "country": "SE" if kind == "differs" else None}
    else:
        record[field] = example["changed"] if kind == "differs" else None
    return Pair(record, Employee({"updateEmployees": "11", "updateContacts": "12", "updateSuppliers": "13"}, values))


@pytest.mark.parametrize("field", TABLE.fields)
@pytest.mark.parametrize("kind", ["differs", "missing_in_huma", "missing_in_xledger"])
def test_of_each_field_and_kind_the_page_offers_what_comes_of_it_and_nothing_where_nothing_does(
    field: str, kind: Kind
) -> None:
    pair = pair_of(field, kind)
    for sides, found in ((TO_XLEDGER, compared(pair)), (TO_HUMA, compared_from_xledger(pair))):
        value = next((value for value in found if value["field"] == field), None)
        if value is None:
            assert sides is TO_HUMA
            assert (field, kind) == ("bankAccount.country", "missing_in_huma")  # it is read from the account
            continue
        about = about_fields(TABLE, sides.direction, Policies())[field]["options"][kind]
        assert value["kind"] == kind
        assert "options" not in value
        assert ("seen" in value) is (set(about.values()) != {None})
        for stands, effect in about.items():
            assert pair.decided(stands).comes_to(value) == (effect or "both_keep")


# ------------------------------------------------------------------ what is decided, and what is not


@given(PAIRS, st.sampled_from(list(Stands)))
def test_what_is_decided_on_a_page_is_in_force_as_long_as_huma_has_what_was_seen(pair: Pair, stands: Stands) -> None:
    for seen in (compared(pair), compared_from_xledger(pair)):
        decided = {value["field"]: value["seen"] for value in seen if "seen" in value}
        fields = [{"user": "u1", "field": name, "stands": stands.value, "seen": seen} for name, seen in decided.items()]
        content = {"version": 1, "decidedAt": "2026-11-25T10:00:00Z", "key": KEY, "fields": fields, "people": []}
        rulings = parse_decisions(json.dumps(content)).about_user("u1", pair.record)
        assert rulings.stands == dict.fromkeys(decided, stands)
        assert rulings.lapsed == frozenset()


@given(PAIRS, POLICIES, st.dictionaries(st.sampled_from(TABLE.fields), st.sampled_from(list(Stands)), max_size=4))
def test_what_becomes_of_a_value_if_nobody_decides_does_not_depend_on_what_was_decided(
    pair: Pair, policies: Policies, decided: Mapping[str, Stands]
) -> None:
    comparing = Comparing(TO_XLEDGER, policies, nothing_decided(KEY))
    undecided = pair.planned_to_xledger(policies)
    item = replace(pair.planned_to_xledger(policies, Rulings(decided)), undecided=undecided.plan)
    by_field = {value["field"]: value for value in comparing.differences(item)}
    for value in comparing.differences(undecided):
        found = by_field[value["field"]]
        assert [found[key] for key in ("then", "by")] == [value[key] for key in ("then", "by")]
        assert found.get("stands") == (decided[value["field"]].value if value["field"] in decided else None)


@given(PAIRS, POLICIES)
def test_what_a_page_says_of_a_value_is_what_the_plan_does_about_it(pair: Pair, policies: Policies) -> None:
    item = pair.planned_to_xledger(policies)
    after = {change.target: change.after for change in item.plan.changes}
    for value in Comparing(TO_XLEDGER, policies, nothing_decided(KEY)).differences(item):
        first = [place for place in value["places"] if place.get("xledger") != place.get("huma")]
        written = [after[place["target"]] for place in first if place["target"] in after]
        if value["then"] == "xledger_is_emptied":
            assert set(written) == {None}
        elif value["then"] == "xledger_gets_huma":
            assert any(written)
        else:
            shown = [
                place
                for place in first
                if (place.get("huma"), place.get("xledger")) == (value["huma"], value["xledger"])
            ]
            assert not [place for place in shown if place["target"] in after]
        assert ("code" in value) is (value["then"] == "left_out")
