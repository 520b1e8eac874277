"""What the planner decides for every field, in every state, under every policy."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared_mappings import (
    MISSING,
    Action,
    DeactivatedUsers,
    Desired,
    Employee,
    FieldTable,
    FieldWarning,
    NewUsers,
    Plan,
    Policies,
    Policy,
    RejectionCode,
    SkipReason,
    WarningCode,
    contradictions,
    field_table,
    is_somebody_else,
    plan_for_xledger,
)
from shared_mappings.states import State

from .conftest import EXAMPLES, IN_XLEDGER, RECORD, carried_out

Changes = Mapping[str, str | None]

ADDRESS = RECORD["homeAddress"]
ACCOUNT = RECORD["bankAccount"]


def both(tail: str, value: str | None) -> Changes:
    return {f"employee.contact.{tail}": value, f"employee.subledger.{tail}": value}


def identified(value: str) -> list[dict[str, Any]]:
    return [{"id": "9c5b94b1-35ad-49bb-b118-8e8fc24abf80", "type": "national", "country": "NO", "value": value}]


CHANGED = [
    *(
        pytest.param(field, {field: example["changed"]}, example["becomes"], id=field)
        for field, example in EXAMPLES.items()
        if "changed" in example
    ),
    pytest.param(
        "homeAddress",
        {"homeAddress": {**ADDRESS, "line1": "Lillegata 2"}},
        both("address.streetAddress", "Lillegata 2, Oppgang B"),
        id="street address",
    ),
    pytest.param(
        "homeAddress",
        {"homeAddress": {**ADDRESS, "postalCode": "5003"}},
        both("address.zipCode", "5003"),
        id="postal code",
    ),
    pytest.param(
        "homeAddress", {"homeAddress": {**ADDRESS, "city": "Bergen"}}, both("address.place", "Bergen"), id="city"
    ),
    pytest.param(
        "homeAddress", {"homeAddress": {**ADDRESS, "country": "SE"}}, both("address.country.code", "SE"), id="country"
    ),
]
"""A new value for each field, and for each line of an address: the field, the record's change, and what it comes to in
Xledger."""

UNSET = [
    (field, dict.fromkeys(example["xledger"]) if Policy(example["rule"]) is Policy.MIRROR else None)
    for field, example in EXAMPLES.items()
    if "record" in example
]
"""For each field, what it unsets when it is null; None where the rule says never."""


def changes(decided: Plan) -> dict[str, str | None]:
    return {change.target: change.after for change in decided.changes}


def fields(decided: Plan) -> set[str]:
    return {change.field for change in decided.changes}


Desire = Callable[..., Desired]
Have = Callable[..., Employee]


def test_somebody_who_is_the_same_in_both_is_left_alone(desire: Desire, have: Have, table: FieldTable) -> None:
    assert plan_for_xledger(desire(), have(), Policies(), table) == Plan(Action.UNCHANGED)


@pytest.mark.parametrize(("field", "change", "expected"), CHANGED)
def test_a_new_value_reaches_every_place_it_lives_in_and_no_other(
    field: str, change: dict[str, Any], expected: Changes, desire: Desire, have: Have, table: FieldTable
) -> None:
    decided = plan_for_xledger(desire(**change), have(), Policies(), table)
    assert decided.action is Action.UPDATE
    assert changes(decided) == expected
    assert fields(decided) == {field}


def test_the_country_of_the_bank_account_is_compared_and_never_written(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    target = "employee.subledger.company.country.code"
    decided = plan_for_xledger(desire(), have({target: "SE"}), Policies(), table)
    assert decided.action is Action.UNCHANGED
    assert [(conflict.field, conflict.target) for conflict in decided.conflicts] == [("bankAccount.country", target)]
    assert plan_for_xledger(desire(), have({target: None}), Policies(), table) == Plan(Action.UNCHANGED)


@pytest.mark.parametrize(("field", "expected"), UNSET)
def test_null_unsets_only_what_may_be_unset(
    field: str, expected: Changes | None, desire: Desire, have: Have, table: FieldTable
) -> None:
    decided = plan_for_xledger(desire(**{field: None}), have(), Policies(), table)
    assert changes(decided) == (expected or {})
    assert fields(decided) == ({field} if expected else set())
    assert decided.conflicts == ()


def test_of_somebody_who_has_no_position_in_huma_nothing_of_it_is_unset(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    rules = [rule for rule in table.rules if rule.huma is not None and rule.huma.object == "position"]
    nothing = {field: None for rule in rules for field in rule.fields}
    assert len(nothing) > 3
    assert plan_for_xledger(desire(**nothing), have(), Policies(), table) == Plan(Action.UNCHANGED)
    for field in nothing:
        assert plan_for_xledger(desire(**{**nothing, field: MISSING}), have(), Policies(), table) == Plan(
            Action.UNCHANGED
        )
        others = nothing.keys() - {field}
        assert (
            fields(plan_for_xledger(desire(**{**nothing, field: RECORD[field]}), have(), Policies(), table)) == others
        )


def test_of_somebody_without_an_employment_id_nothing_is_unset(desire: Desire, have: Have, table: FieldTable) -> None:
    """Who was added to Huma a moment ago has the employment ID last: what is not there is yet to come."""
    nothing = {field: None for field, unset in UNSET if unset}
    assert fields(plan_for_xledger(desire(**nothing), have(), Policies(), table))
    for without in (None, " "):
        assert plan_for_xledger(desire(**{**nothing, "employmentId": without}), have(), Policies(), table).changes == ()
    assert fields(plan_for_xledger(desire(**{**nothing, "employmentId": MISSING}), have(), Policies(), table))


@pytest.mark.parametrize("line", ["line1", "postalCode", "city", "country"])
def test_a_cleared_line_of_an_address_stays_in_xledger(
    line: str, desire: Desire, have: Have, table: FieldTable
) -> None:
    cleared = {**ADDRESS, line: None} if line != "line1" else {**ADDRESS, "line1": None, "line2": None}
    assert plan_for_xledger(desire(homeAddress=cleared), have(), Policies(), table).changes == ()


@pytest.mark.parametrize("key", [field for field, _ in UNSET])
def test_a_missing_key_changes_nothing(key: str, desire: Desire, have: Have, table: FieldTable) -> None:
    everything_else = dict.fromkeys(IN_XLEDGER)
    desired = desire(**{key: MISSING})
    for current in (have(), have(everything_else)):
        decided = plan_for_xledger(desired, current, Policies(), table)
        touched = {
            rule.canonical_target for rule in table.rules if {c.target for c in decided.changes} & set(rule.targets)
        }
        depends = {
            rule.canonical_target
            for rule in table.rules
            if any(path.partition(".")[0] == key for path in rule.record.values())
        }
        assert touched & depends == set()


def without(record: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in keys}


def test_the_rest_of_an_address_is_written_without_what_is_no_country(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    decided = plan_for_xledger(
        desire(homeAddress={**ADDRESS, "city": "Poseidonis", "country": "Atlantis"}), have(), Policies(), table
    )
    assert changes(decided) == both("address.place", "Poseidonis")


STREET = both("address.streetAddress", "Lillegata 2")

IN_AN_OBJECT = [
    pytest.param({"homeAddress": {"line1": "Lillegata 2"}}, STREET, id="one line of an address"),
    pytest.param(
        {"homeAddress": {**without(ADDRESS, "line2", "line3"), "line1": "Lillegata 2"}}, STREET, id="no other lines"
    ),
    pytest.param({"homeAddress": {}}, {}, id="an empty address"),
    pytest.param({"homeAddress": {"planet": "Earth"}}, {}, id="nothing known of an address"),
    pytest.param(
        {"bankAccount": {"iban": "SE4550000000058398257466"}},
        {"employee.subledger.bankAccount": "SE4550000000058398257466"},
        id="an iban alone",
    ),
    pytest.param(
        {"bankAccount": {"number": "15030806309"}}, {"employee.subledger.bankAccount": "15030806309"}, id="a number"
    ),
    pytest.param({"bankAccount": {}}, {"employee.subledger.bankAccount": None}, id="an empty account"),
    pytest.param(
        {"bankAccount": {"type": "national", "country": "NO"}},
        {"employee.subledger.bankAccount": None},
        id="an account without a number",
    ),
]
"""Objects that are there but do not mention everything, and what they come to in Xledger."""


@pytest.mark.parametrize(("record", "expected"), IN_AN_OBJECT)
def test_what_an_address_or_an_account_that_is_there_does_not_mention_is_empty(
    record: dict[str, Any], expected: Changes, desire: Desire, have: Have, table: FieldTable
) -> None:
    assert changes(plan_for_xledger(desire(**record), have(), Policies(), table)) == expected


@pytest.mark.parametrize(
    "written_differently",
    [
        both("email", "KARI.Nordmann@Example.com"),
        both("phone", "91234567"),
        {"employee.subledger.bankAccount": "8601.11.17947"},
        {"employee.contact.birthday": "1990-01-02T00:00:00"},
        {"employee.contact.gender": "f"},
        {"employee.contact.firstName": " Kari "},
        both("address.country.code", "no"),
        {"employee.socialSecurityMasked": "******95088"},
    ],
)
def test_a_value_that_only_looks_different_is_not_written(
    written_differently: Changes, desire: Desire, have: Have, table: FieldTable
) -> None:
    assert plan_for_xledger(desire(), have(written_differently), Policies(), table) == Plan(Action.UNCHANGED)


@pytest.mark.parametrize(
    ("country", "theirs"), [("SE", "91234567"), ("NO", "+47 91 23 45 67"), (None, "0047 91234567")]
)
def test_a_phone_number_is_the_same_wherever_its_owner_lives(
    country: str | None, theirs: str, desire: Desire, have: Have, table: FieldTable
) -> None:
    current = have(both("phone", theirs) | both("address.country.code", country))
    assert (
        plan_for_xledger(desire(homeAddress={**ADDRESS, "country": country}), current, Policies(), table).changes == ()
    )


def test_only_the_place_that_differs_is_written(desire: Desire, have: Have, table: FieldTable) -> None:
    decided = plan_for_xledger(desire(), have({"employee.subledger.phone": "+47 900 00 000"}), Policies(), table)
    assert changes(decided) == {"employee.subledger.phone": "+47 912 34 567"}


def test_a_stale_description_alone_is_counted_under_the_name(desire: Desire, have: Have, table: FieldTable) -> None:
    decided = plan_for_xledger(desire(), have({"employee.subledger.description": "Kari Olsen"}), Policies(), table)
    assert fields(decided) == {"givenName"}


def test_the_employees_own_description_is_only_given_at_creation(desire: Desire, have: Have, table: FieldTable) -> None:
    current = have({"employee.description": "Night shift, building 3"})
    assert plan_for_xledger(desire(), current, Policies(), table) == Plan(Action.UNCHANGED)
    assert changes(plan_for_xledger(desire(), None, Policies(), table))["employee.description"] == "Kari Nordmann"


POLICY_CASES = [
    (Policy.MIRROR, "+47 900 00 000", "set"),
    (Policy.MIRROR, None, "set"),
    (Policy.NO_UNSET, "+47 900 00 000", "set"),
    (Policy.NO_UNSET, None, "set"),
    (Policy.FILL_EMPTY, "+47 900 00 000", "conflict"),
    (Policy.FILL_EMPTY, None, "set"),
    (Policy.CREATE_ONLY, "+47 900 00 000", "conflict"),
    (Policy.CREATE_ONLY, None, "nothing"),
    (Policy.READ_ONLY, "+47 900 00 000", "conflict"),
    (Policy.READ_ONLY, None, "nothing"),
]


@pytest.mark.parametrize(("policy", "theirs", "expected"), POLICY_CASES)
def test_a_policy_decides_what_happens_to_a_value_that_differs(
    policy: Policy, theirs: str | None, expected: str, desire: Desire, have: Have, table: FieldTable
) -> None:
    decided = plan_for_xledger(desire(), have(both("phone", theirs)), Policies({"phone": policy}), table)
    assert fields(decided) == ({"phone"} if expected == "set" else set())
    assert {conflict.field for conflict in decided.conflicts} == ({"phone"} if expected == "conflict" else set())


@pytest.mark.parametrize("policy", list(Policy))
def test_only_mirror_unsets(policy: Policy, desire: Desire, have: Have, table: FieldTable) -> None:
    decided = plan_for_xledger(desire(phone=None), have(), Policies({"phone": policy}), table)
    assert changes(decided) == (both("phone", None) if policy is Policy.MIRROR else {})


@pytest.mark.parametrize("policy", list(Policy))
def test_while_creating_everything_is_written_but_what_is_read_only(
    policy: Policy, desire: Desire, table: FieldTable
) -> None:
    decided = plan_for_xledger(desire(), None, Policies({"phone": policy}), table)
    assert decided.action is Action.CREATE
    assert ("phone" in fields(decided)) is (policy is not Policy.READ_ONLY)


def test_what_creation_put_elsewhere_is_moved_by_the_plan_that_completes_it(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    added = have(both("phone", None) | both("email", None) | {"employee.trialTo": None})
    policies = Policies({"phone": Policy.CREATE_ONLY})
    decided = plan_for_xledger(desire(), added, policies, table, creating=True)
    assert fields(decided) == {"phone", "email", "probationEndDate"}


UNFINISHED = both("email", None) | both("phone", None) | {"employee.contact.jobTitle": "Head", "employee.trialTo": None}
"""An employee who was added, and of whom the last step is missing."""

CREATE_ONLY = Policies(dict.fromkeys(("email", "phone", "jobTitle", "probationEndDate"), Policy.CREATE_ONLY))


def test_of_a_creation_that_was_cut_short_create_only_fills_what_is_empty(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    decided = plan_for_xledger(desire(), have(UNFINISHED), CREATE_ONLY, table)
    assert fields(decided) == {"email", "phone", "probationEndDate"}
    assert [conflict.field for conflict in decided.conflicts] == ["jobTitle"]


def test_create_only_writes_nothing_more_once_the_creation_is_finished(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    finished = have({**UNFINISHED, table.completed_by: "kari.nordmann@example.com"})
    assert plan_for_xledger(desire(), finished, CREATE_ONLY, table).changes == ()


@pytest.mark.parametrize("email", [None, MISSING])
def test_a_creation_that_nothing_can_finish_counts_as_finished(
    email: State, desire: Desire, have: Have, table: FieldTable
) -> None:
    no_email = replace(desire(), values={**desire().values, table.completed_by: email})
    locked = replace(CREATE_ONLY, fields={**CREATE_ONLY.fields, "email": Policy.READ_ONLY})
    assert plan_for_xledger(no_email, have(UNFINISHED), CREATE_ONLY, table).changes == ()
    assert plan_for_xledger(desire(), have(UNFINISHED), locked, table).changes == ()


OTHER_ADDRESS: Mapping[str, State] = {
    **dict.fromkeys((target for target in IN_XLEDGER if ".address." in target), None),
    "employee.contact.address.place": "Bergen",
    "employee.subledger.address.state": "Vestland",
}
"""A line of another address in each place."""


@pytest.mark.parametrize("policy", [Policy.FILL_EMPTY, Policy.CREATE_ONLY])
@pytest.mark.parametrize("finished", [True, False])
def test_two_addresses_are_never_mixed(
    policy: Policy, *, finished: bool, desire: Desire, have: Have, table: FieldTable
) -> None:
    current = have(OTHER_ADDRESS if finished else {**OTHER_ADDRESS, table.completed_by: None})
    decided = plan_for_xledger(desire(), current, Policies({"homeAddress": policy}), table)
    assert "homeAddress" not in fields(decided)
    assert {conflict.field for conflict in decided.conflicts} == {"homeAddress"}


def test_an_address_fills_the_place_that_is_empty_and_leaves_the_other(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    empty = {target: None for target in IN_XLEDGER if target.startswith("employee.contact.address.")}
    elsewhere = {"employee.subledger.address.place": "Bergen"}
    decided = plan_for_xledger(desire(), have(empty | elsewhere), Policies({"homeAddress": Policy.FILL_EMPTY}), table)
    assert set(changes(decided)) == set(empty) - {"employee.contact.address.state"}
    assert [conflict.target for conflict in decided.conflicts] == ["employee.subledger.address.place"]


def test_an_address_with_a_line_that_nobody_sees_is_not_filled_up_and_that_is_said(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    hidden = {target: MISSING if "zipCode" in target else None for target in IN_XLEDGER if ".address." in target}
    fill = Policies({"homeAddress": Policy.FILL_EMPTY})
    decided = plan_for_xledger(desire(), have(hidden), fill, table)
    assert decided.changes == ()
    assert decided.warnings == (FieldWarning(WarningCode.PARTLY_WRITTEN, "homeAddress"),)
    assert fields(plan_for_xledger(desire(), have(hidden), fill, table, creating=True)) == {"homeAddress"}


@pytest.mark.parametrize("active", [True, False, None])
def test_whoever_works_and_is_closed_in_xledger_is_warned_of_by_the_name_of_the_field(
    *, active: bool | None, desire: Desire, have: Have, table: FieldTable
) -> None:
    closed = replace(have(), closed=True, left=True)
    decided = plan_for_xledger(desire(active=active), closed, Policies(), table)
    warning = FieldWarning(WarningCode.EMPLOYEE_IS_CLOSED, "dateTo")
    assert decided == Plan(Action.UNCHANGED, warnings=(warning,) if active else ())


ANOTHER_BIRTHDAY: Mapping[str, State] = {"employee.contact.birthday": "1971-03-04", "employee.employmentTo": None}
ANOTHER_PERSON: Mapping[str, State] = {
    **ANOTHER_BIRTHDAY,
    "employee.contact.firstName": "Ola",
    "employee.contact.lastName": "Hansen",
    "employee.contact.email": "ola@example.com",
    "employee.subledger.email": None,
}


@pytest.mark.parametrize(
    ("changed", "theirs", "left", "told"),
    [
        pytest.param({}, ANOTHER_BIRTHDAY, False, (), id="a birthday that was corrected"),
        pytest.param({}, ANOTHER_BIRTHDAY, True, ("birthDate",), id="a code that came back"),
        pytest.param({"active": False}, ANOTHER_BIRTHDAY, True, (), id="a leaver whose birthday was corrected"),
        pytest.param({}, {"employee.contact.birthday": "1971-03-04"}, True, (), id="who has left on both sides"),
        pytest.param({}, {"employee.employmentTo": None}, True, (), id="somebody who came back"),
        pytest.param({}, {**ANOTHER_PERSON, "employee.contact.birthday": None}, True, (), id="nobody's birthday"),
        pytest.param({}, {"employee.socialSecurityMasked": "160***", "employee.employmentTo": None}, True,
                     ("identifications",), id="another number that came back"),
        pytest.param({}, ANOTHER_PERSON, False, ("birthDate",), id="nothing that is theirs alone"),
        pytest.param({}, {**ANOTHER_PERSON, "employee.subledger.email": "KARI.nordmann@example.com"}, False, (),
                     id="the same e-mail address"),
        pytest.param({"birthDate": "1971-03-04"}, ANOTHER_PERSON, False, (), id="another name and address alone"),
    ],
)  # fmt: skip
def test_a_code_that_comes_back_to_somebody_else_is_told_from_a_correction(
    changed: dict[str, Any],
    theirs: Mapping[str, State],
    told: tuple[str, ...],
    *,
    left: bool,
    desire: Desire,
    have: Have,
) -> None:
    assert is_somebody_else(desire(**changed), replace(have(theirs), left=left), field_table()) == told


MASKED = identified("151086*****")


@pytest.mark.parametrize("country", ["NO", "SE", None])
def test_a_number_that_is_masked_is_compared_and_never_written(
    country: str | None, desire: Desire, have: Have, table: FieldTable
) -> None:
    target = "employee.socialSecurityMasked"
    desired = desire(identifications=[{**MASKED[0], "country": country}])
    assert plan_for_xledger(desired, have(), Policies(), table) == Plan(Action.UNCHANGED)
    other = plan_for_xledger(desired, have({target: "260588*****"}), Policies(), table)
    assert other.changes == ()
    assert [conflict.target for conflict in other.conflicts] == [target]
    for nothing in (have({target: None}), None):
        decided = plan_for_xledger(desired, nothing, Policies(), table)
        assert target not in changes(decided)
        assert decided.warnings == (FieldWarning(WarningCode.PARTLY_WRITTEN, "identifications"),)


def test_a_setting_never_loosens_a_fields_own_rule(desire: Desire, have: Have, table: FieldTable) -> None:
    loosened = Policies(dict.fromkeys(table.fields, Policy.MIRROR))
    assert plan_for_xledger(desire(email=None, homeAddress=None), have(), loosened, table).changes == ()


def test_a_description_is_as_strict_as_the_stricter_of_the_two_names(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    policies = Policies({"familyName": Policy.READ_ONLY})
    decided = plan_for_xledger(desire(givenName="Åse", familyName="Berg"), have(), policies, table)
    assert changes(decided) == {"employee.contact.firstName": "Åse"}


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        (
            {"bankAccount": {**ACCOUNT, "number": "86011117948"}},
            FieldWarning(WarningCode.INVALID_BANK_ACCOUNT, "bankAccount"),
        ),
        (
            {"identifications": identified("15108695077")},
            FieldWarning(WarningCode.INVALID_SOCIAL_SECURITY_NUMBER, "identifications"),
        ),
        ({"birthDate": "1990-02-30"}, FieldWarning(WarningCode.INVALID_DATE, "birthDate")),
        ({"gender": "rather not say"}, FieldWarning(WarningCode.UNMAPPED_GENDER, "gender")),
        (
            {"homeAddress": {**ADDRESS, "country": "Atlantis"}},
            FieldWarning(WarningCode.INVALID_COUNTRY, "homeAddress"),
        ),
        (
            {"bankAccount": {**ACCOUNT, "country": "EU"}},
            FieldWarning(WarningCode.INVALID_COUNTRY, "bankAccount.country"),
        ),
    ],
)
def test_what_xledger_could_never_accept_is_left_out_and_the_rest_is_written(
    change: dict[str, Any], warning: FieldWarning, desire: Desire, have: Have, table: FieldTable
) -> None:
    decided = plan_for_xledger(desire(jobTitle="Head", **change), have(), Policies(), table)
    assert changes(decided) == {"employee.contact.jobTitle": "Head"}
    assert decided.warnings == (warning,)


def test_what_cannot_be_seen_in_xledger_is_not_written_and_that_is_said(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    hidden = {target: MISSING for target in IN_XLEDGER if target.startswith("employee.contact.")}
    decided = plan_for_xledger(desire(jobTitle="Head"), have(hidden), Policies(), table)
    assert decided.changes == ()
    assert FieldWarning(WarningCode.PARTLY_WRITTEN, "jobTitle") in decided.warnings


@pytest.mark.parametrize(
    ("active", "in_xledger", "policies", "expected"),
    [
        (True, False, Policies(), Action.CREATE),
        (True, False, Policies(new_users=NewUsers.SKIP), SkipReason.NOT_IN_XLEDGER),
        (True, True, Policies(new_users=NewUsers.SKIP), Action.UPDATE),
        (False, False, Policies(), SkipReason.DEACTIVATED),
        (False, True, Policies(), Action.UPDATE),
        (False, True, Policies(deactivated_users=DeactivatedUsers.SKIP), SkipReason.DEACTIVATED),
        (False, False, Policies(deactivated_users=DeactivatedUsers.SKIP), SkipReason.DEACTIVATED),
        (False, True, Policies(deactivated_users=DeactivatedUsers.SYNC), Action.UPDATE),
        (False, False, Policies(deactivated_users=DeactivatedUsers.SYNC), Action.CREATE),
    ],
)
def test_new_and_deactivated_people_are_treated_as_the_administrator_decided(
    *,
    active: bool,
    in_xledger: bool,
    policies: Policies,
    expected: Action | SkipReason,
    desire: Desire,
    have: Have,
    table: FieldTable,
) -> None:
    current = have({"employee.contact.jobTitle": "Trainee"}) if in_xledger else None
    decided = plan_for_xledger(desire(active=active), current, policies, table)
    assert expected in (decided.action, decided.skip_reason)


@pytest.mark.parametrize("employment_id", [None, MISSING, "  "])
def test_somebody_without_an_employment_id_is_not_created_but_updated(
    employment_id: Any, desire: Desire, have: Have, table: FieldTable
) -> None:
    desired = desire(employmentId=employment_id, jobTitle="Head")
    assert plan_for_xledger(desired, None, Policies(), table).rejection is RejectionCode.MISSING_KEY
    assert changes(plan_for_xledger(desired, have(), Policies(), table)) == {"employee.contact.jobTitle": "Head"}


def test_a_plan_can_be_printed_without_showing_a_value(desire: Desire, have: Have, table: FieldTable) -> None:
    current = have({"employee.subledger.company.country.code": "SE", "employee.contact.jobTitle": "Trainee"})
    desired = desire()
    shown = repr((plan_for_xledger(desired, current, Policies(), table), desired, current))
    for value in ("Trainee", "Engineer", "kari", "Kari", "15108695088", "86011117947", "912 34"):
        assert value not in shown


def test_a_creation_is_complete_when_planned_again(desire: Desire, table: FieldTable) -> None:
    desired = desire()
    created = carried_out(plan_for_xledger(desired, None, Policies(), table), None, table)
    assert plan_for_xledger(desired, created, Policies(), table, creating=True) == Plan(Action.UNCHANGED)


@pytest.mark.parametrize(
    ("changed", "theirs", "told"),
    [
        pytest.param({"birthDate": "1971-03-04"}, {}, ("birthDate",), id="another birthday"),
        pytest.param({}, {"employee.socialSecurityMasked": "160***"}, ("identifications",), id="another number"),
        pytest.param({}, {"employee.socialSecurityMasked": "151086*****"}, (), id="the digits that are visible"),
        pytest.param({"birthDate": None}, {}, (), id="no birthday in Huma"),
        pytest.param({}, {"employee.contact.birthday": None}, (), id="no birthday in Xledger"),
        pytest.param({}, {"employee.contact.birthday": MISSING}, (), id="a birthday that cannot be seen"),
        pytest.param({"familyName": "Berg", "phone": "+47 913 00 000"}, {}, (), id="another name and number"),
    ],
)
def test_only_what_somebody_has_for_life_tells_that_they_are_somebody_else(
    changed: dict[str, Any], theirs: Mapping[str, State], told: tuple[str, ...], desire: Desire, have: Have
) -> None:
    assert contradictions(desire(**changed), have(theirs), field_table()) == told
