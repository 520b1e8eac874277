"""The table read one way and the other."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared_mappings import (
    NO_RULINGS,
    FieldTable,
    Policies,
    Policy,
    Rulings,
    Side,
    Stands,
    field_table,
    policy_in_force,
    to_huma,
    to_xledger,
)
from shared_mappings.field_table import Rule

TABLE = field_table()


def row(field: str) -> Rule:
    return next(rule for rule in TABLE.rules if rule.fields == (field,))


def test_a_row_is_written_to_its_targets_one_way_and_to_its_place_the_other() -> None:
    assert to_xledger(TABLE).places(row("phone")) == ("employee.contact.phone", "employee.subledger.phone")
    assert to_huma(TABLE).places(row("phone")) == ("phone",)
    whole_name = next(rule for rule in TABLE.rules if len(rule.fields) > 1)
    assert to_huma(TABLE).places(whole_name) == ()
    assert whole_name not in to_huma(TABLE).rules
    assert to_xledger(TABLE).fields == TABLE.fields
    assert [name for name in TABLE.fields if name in to_huma(TABLE).fields] == list(to_huma(TABLE).fields)


@pytest.mark.parametrize(
    "direction", [to_xledger(TABLE), to_huma(TABLE)], ids=lambda direction: direction.written.value
)
def test_every_place_belongs_to_its_row(direction: Any) -> None:
    for rule in direction.rules:
        assert [direction.rule_at(place) for place in direction.places(rule)] == [rule] * len(direction.places(rule))


def test_a_field_that_the_table_does_not_have_has_no_policy() -> None:
    for ask in (to_huma(TABLE).own_rule, to_huma(TABLE).default):
        with pytest.raises(KeyError):
            ask("shoeSize")


@pytest.mark.parametrize(
    ("field", "asked", "rulings", "expected"),
    [
        ("phone", None, NO_RULINGS, Policy.FILL_EMPTY),
        ("phone", Policy.NO_UNSET, NO_RULINGS, Policy.NO_UNSET),
        ("phone", Policy.MIRROR, NO_RULINGS, Policy.NO_UNSET),
        ("phone", Policy.READ_ONLY, NO_RULINGS, Policy.READ_ONLY),
        ("phone", Policy.READ_ONLY, Rulings({"phone": Stands.XLEDGER}), Policy.NO_UNSET),
        ("phone", None, Rulings({"phone": Stands.XLEDGER}), Policy.NO_UNSET),
        ("phone", None, Rulings({"phone": Stands.HUMA}), Policy.FILL_EMPTY),
        ("email", Policy.MIRROR, NO_RULINGS, Policy.FILL_EMPTY),
        ("email", None, Rulings({"email": Stands.XLEDGER}), Policy.FILL_EMPTY),
        ("identifications", Policy.MIRROR, Rulings({"identifications": Stands.XLEDGER}), Policy.READ_ONLY),
    ],
)
def test_a_policy_for_huma_is_never_looser_than_the_fields_own_rule_there(
    field: str, asked: Policy | None, rulings: Rulings, expected: Policy
) -> None:
    policies = Policies({field: asked} if asked else {})
    assert policy_in_force(row(field), policies, to_huma(TABLE), rulings) is expected


def broken(**huma: Any) -> dict[str, Any]:
    """The table with another way back for the phone number."""
    content = TABLE.model_dump(mode="json")
    for rule in content["rules"]:
        if rule["fields"] == ["phone"]:
            rule["huma"] |= huma
    return content


@pytest.mark.parametrize(
    ("huma", "said"),
    [
        ({"rule": "mirror"}, "nothing is ever unset in Huma"),
        ({"rule": "fill_empty", "default": "no_unset"}, "the default is looser than the rule"),
        ({"place": "givenName"}, "two rules go back to the same place"),
        ({"place": "privateEmail"}, r"nothing of the record comes from \['privateEmail'\]"),
        ({"converter": "shout"}, "shout is none of"),
        ({"object": "company"}, "object"),
    ],
)
def test_a_way_back_that_contradicts_the_table_is_an_error(huma: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        FieldTable.model_validate(broken(**huma))


def test_what_completes_a_creation_in_huma_goes_there() -> None:
    with pytest.raises(ValidationError, match="nothing goes back to shoeSize"):
        FieldTable.model_validate(TABLE.model_dump(mode="json") | {"completed_in_huma": "shoeSize"})


def test_a_side_has_the_name_that_reports_have_for_it() -> None:
    assert [side.value for side in Side] == ["xledger", "huma"]


def test_the_lines_of_an_address_are_written_together_in_huma_and_an_account_by_its_number() -> None:
    lines = ("homeAddress.line1", "homeAddress.postalCode", "homeAddress.city", "homeAddress.country")
    assert {TABLE.lines(line) for line in lines} == {lines}
    assert TABLE.lines("bankAccount.number") == ("bankAccount.number",)
