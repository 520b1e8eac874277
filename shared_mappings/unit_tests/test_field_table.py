"""The table keeps its promises: every path exists, every rule is the one that was promised."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared_mappings import (
    MISSING,
    FieldTable,
    Policy,
    Route,
    Rule,
    State,
    employee_schema,
    field_table,
    to_xledger,
    users_schema,
)

from .conftest import EXAMPLES

PROMISED = {field: Policy(example["rule"]) for field, example in EXAMPLES.items()}

CONTRACT = Path(__file__).parents[3] / "shared" / "contracts" / "field-table.md"

RULES = [pytest.param(rule, id=rule.canonical_target) for rule in field_table().rules]


def declared(schema: Any, path: str) -> Any:
    """What a JSON Schema declares of the property at a dotted path; None for nothing."""
    for key in path.split("."):
        schema = schema.get("properties", {}).get(key)
        if schema is None:
            return None
    return schema


def declares(schema: Any, path: str) -> bool:
    """Whether a JSON Schema declares the property at a dotted path."""
    return declared(schema, path) is not None


def test_every_field_has_the_rule_that_was_promised_to_the_administrator() -> None:
    forth = to_xledger(field_table())
    assert {field: forth.own_rule(field) for field in forth.fields} == PROMISED


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_reads_only_what_the_schema_of_users_declares(rule: Rule) -> None:
    assert [path for path in rule.record.values() if not declares(users_schema(), path)] == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_reads_only_what_the_schema_of_employee_declares(rule: Rule) -> None:
    assert [path for path in rule.employee.values() if not declares(employee_schema(), path)] == []


def test_a_number_is_taken_as_text_only_where_text_is_declared() -> None:
    """Where a number is declared, the text of its digits fits no schema, and everybody would be rejected."""
    taken = [
        (path, declared(schema, path)["type"])
        for rule in field_table().rules
        if rule.digits
        for schema, paths in ((users_schema(), rule.record), (employee_schema(), rule.employee))
        for path in paths.values()
    ]
    assert taken
    assert [path for path, kinds in taken if {*kinds} & {"number", "integer"}] == []


def test_every_property_of_an_employee_is_of_use() -> None:
    used = {path for rule in field_table().rules for path in rule.employee.values()} | {"active"}
    assert {path.partition(".")[0] for path in used} == set(employee_schema()["properties"])


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not part of the project")
def test_the_table_has_the_rows_of_the_contract() -> None:
    lines = CONTRACT.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith(("| Huma", "| ---"))]
    assert len(rows) == len(PROMISED)
    assert sum("never unset" in row or "cannot be unset" in row for row in rows) == 6
    assert sum("may be unset" in row for row in rows) == 9
    assert sum("read only" in row for row in rows) == 1


def broken(**changed: Any) -> dict[str, Any]:
    content = field_table().model_dump(mode="json")
    return {**content, **changed}


def test_two_rules_for_one_target_are_an_error() -> None:
    rules = broken()["rules"]
    with pytest.raises(ValidationError, match="two rules name the same target"):
        FieldTable.model_validate(broken(rules=[*rules, rules[0]]))


@pytest.mark.parametrize("one_value", [{"record": ["homeAdress"]}, {"employee": ["homeAddress"]}])
def test_an_object_that_no_rule_looks_into_cannot_be_said_to_be_one_value(one_value: dict[str, list[str]]) -> None:
    with pytest.raises(ValidationError, match="no rule looks into"):
        FieldTable.model_validate(broken(one_value={**broken()["one_value"], **one_value}))


@pytest.mark.parametrize(
    "changed",
    [
        {"one_value": {**field_table().one_value.model_dump(), "xledger": ["employee.contact.adress"]}},
        {"one_value": {**field_table().one_value.model_dump(), "xledger": ["employee.contact.address.country"]}},
        {"kept": {"employee.contact.state": ["updateContacts.state"]}},
    ],
)
def test_what_is_one_value_in_xledger_has_several_lines(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="is not of several lines"):
        FieldTable.model_validate(broken(**changed))


@pytest.mark.parametrize("place", ["contact", "subledger"])
def test_the_lines_of_an_address_are_one_value(place: str) -> None:
    keys = ("streetAddress", "zipCode", "place", "country.code", "state")
    lines = tuple(f"employee.{place}.address.{key}" for key in keys)
    assert {field_table().lines(line) for line in lines} == {lines}
    assert field_table().lines(f"employee.{place}.phone") == (f"employee.{place}.phone",)


@pytest.mark.parametrize(
    ("route", "line", "beside"),
    [
        ("updateContacts.address.place", "employee.contact.address.zipCode", ["updateContacts.address.zipCode"]),
        ("updateSuppliers.address.place", "employee.subledger.address.state", ["updateSuppliers.address.state"]),
        ("updateSuppliers.place", "employee.subledger.address.zipCode", []),
        ("updateSuppliers.country.code", "employee.subledger.address.zipCode", []),
    ],
)
def test_lines_stand_beside_each_other_where_they_are_sent_in_one_object(
    route: str, line: str, beside: list[str]
) -> None:
    assert [str(way) for way in field_table().routes_beside(Route.model_validate(route), line)] == beside


def test_a_property_of_an_employee_that_nothing_says_what_it_is_is_an_error() -> None:
    employee = {path: words for path, words in broken()["employee"].items() if path != "jobTitle"}
    with pytest.raises(ValidationError, match=r"nothing says what \['jobTitle'\] of an employee are"):
        FieldTable.model_validate(broken(employee=employee))


def names_but(**changed: dict[str, str] | None) -> dict[str, dict[str, str]]:
    """The names of all fields, with others for some, and none for those of which nothing is given."""
    names: dict[str, dict[str, str] | None] = {**broken()["names"], **changed}
    return {field: named for field, named in names.items() if named is not None}


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (names_but(phone=None), r"rules and names disagree on \['phone'\]"),
        (names_but(shoeSize={"en": "Shoe size", "nb": "Skostørrelse"}), r"rules and names disagree on \['shoeSize'\]"),
        (names_but(phone={"en": "Phone number"}), "has to be said in each of en, nb"),
        (names_but(phone={"en": "Phone number", "nb": ""}), "has to be said in each of en, nb"),
        (dict(reversed(names_but().items())), "another order than the fields"),
    ],
)
def test_a_field_has_a_name_in_each_language_where_its_row_stands(names: Any, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        FieldTable.model_validate(broken(names=names))


def test_what_a_page_does_not_show_at_a_glance_are_accounts_and_identity_numbers() -> None:
    assert field_table().sensitive == {"bankAccount", "identifications"}


def test_a_target_that_nothing_says_how_to_write_is_an_error() -> None:
    targets = broken()["targets"]
    del targets["employee.contact.phone"]
    with pytest.raises(ValidationError, match=r"employee\.contact\.phone"):
        FieldTable.model_validate(broken(targets=targets))


def test_a_target_that_cannot_be_written_must_be_read_only() -> None:
    content = broken()
    content["targets"]["employee.contact.phone"] = {}
    with pytest.raises(ValidationError, match="cannot be written"):
        FieldTable.model_validate(content)


@pytest.mark.parametrize(("column", "name"), [("converter", "shout"), ("comparator", "vaguely")])
def test_an_unknown_converter_or_comparator_is_an_error(column: str, name: str) -> None:
    content = broken()
    content["rules"][0][column] = name
    with pytest.raises(ValidationError, match=name):
        FieldTable.model_validate(content)


@pytest.mark.parametrize(
    "completed_by", ["employee.contact.firstName", "employee.subledger.email", "employee.contact.shoeSize"]
)
def test_a_creation_is_completed_by_what_it_does_not_take_and_the_last_mutation_writes(completed_by: str) -> None:
    with pytest.raises(ValidationError, match="nothing that the last mutation writes"):
        FieldTable.model_validate(broken(completed_by=completed_by))


def test_the_table_cannot_be_changed_by_accident() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        field_table().version = "2"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("+47 900 00 001", "90000001", True),
        ("+47 900 00 001", "+46 900 00 001", False),
        ("+47 900 00 001", None, False),
        (None, None, True),
        (None, MISSING, False),
    ],
)
def test_a_row_tells_whether_two_values_mean_the_same(ours: State, theirs: State, same: bool) -> None:
    assert field_table().rule_of["employee.contact.phone"].same(ours, theirs) is same
