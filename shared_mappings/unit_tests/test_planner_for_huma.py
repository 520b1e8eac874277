"""What the planner decides for every field where values go from Xledger to Huma."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared_mappings import (
    MISSING,
    Able,
    Action,
    Desired,
    FieldWarning,
    NewUsers,
    Options,
    Plan,
    Policies,
    Policy,
    RejectionCode,
    Rulings,
    SkipReason,
    Stands,
    User,
    WarningCode,
    bodies_for_huma,
    contradictions,
    desired_from_user,
    field_table,
    is_somebody_else,
    plan_for_huma,
    to_huma,
)
from shared_mappings.states import State

from .conftest import ABLE, EXAMPLES, IN_XLEDGER, RECORD, SHOWN, TITLES, taken_by_huma, user_like, wanted

TABLE = field_table()

SENT = {field: example["huma"]["sent"] for field, example in EXAMPLES.items() if "sent" in example.get("huma", {})}
"""The fields that are written in Huma, and what Huma is sent for the other value in the example."""

DEFAULT = Policies()

LOOSEST = Policies(dict.fromkeys(EXAMPLES, Policy.NO_UNSET))
"""What an administrator asks for who lets Xledger's values stand wherever they may."""

ADDRESS = RECORD["homeAddress"]

NOBODY: Mapping[str, Any] = {"id": RECORD["id"], "active": True, **dict.fromkeys(RECORD.keys() - {"id", "active"})}
"""Somebody of whom Huma has nothing."""


def planned(desired: Desired, user: User | None, policies: Policies = DEFAULT, able: Able = ABLE, **more: Any) -> Plan:
    return plan_for_huma(desired, user, policies, TABLE, able, Options(), **more)


def bodies(decided: Plan, user: User | None, desired: Desired, able: Able = ABLE) -> Mapping[str, Any]:
    return bodies_for_huma(decided.changes, user, able, TABLE, Options(), desired)


def fields(decided: Plan) -> set[str]:
    return {change.field for change in decided.changes}


def shown(field: str) -> dict[str, State]:
    """What Xledger shows of the other value of a field."""
    example = EXAMPLES[field]
    return {**IN_XLEDGER, **example["becomes"], **example.get("shown", {})}


def test_somebody_who_is_the_same_in_both_is_left_alone() -> None:
    masked = {"employee.socialSecurityMasked": "151086*****"}
    assert planned(wanted(IN_XLEDGER | masked), user_like(RECORD), LOOSEST) == Plan(Action.UNCHANGED)


def test_every_field_has_the_rule_in_huma_that_was_promised_to_the_administrator() -> None:
    direction = to_huma(TABLE)
    promised = {name: Policy(example["huma"]["rule"]) for name, example in EXAMPLES.items() if "huma" in example}
    assert {name: direction.own_rule(name) for name in direction.fields} == promised
    assert {name: direction.default(name) for name in direction.fields} == {
        name: max(rule, Policy.FILL_EMPTY, key=lambda policy: policy.strictness) for name, rule in promised.items()
    }


@pytest.mark.parametrize("field", SENT)
def test_what_huma_lacks_is_filled_in(field: str) -> None:
    desired, user = wanted(shown(field)), user_like({**RECORD, field: None})
    decided = planned(desired, user)
    assert fields(decided) == {field}
    assert bodies(decided, user, desired) == SENT[field]
    assert decided.conflicts == decided.warnings == ()


@pytest.mark.parametrize("field", SENT)
def test_where_both_have_a_value_humas_stands(field: str) -> None:
    decided = planned(wanted(shown(field)), user_like(RECORD))
    assert decided.changes == ()
    assert {conflict.field for conflict in decided.conflicts} == {field}
    assert {conflict.policy for conflict in decided.conflicts} == {Policy.FILL_EMPTY}


@pytest.mark.parametrize("field", SENT)
def test_a_setting_lets_xledgers_value_stand_as_far_as_the_fields_own_rule(field: str) -> None:
    desired, user = wanted(shown(field)), user_like(RECORD)
    decided = planned(desired, user, Policies({field: Policy.MIRROR}))
    may = Policy(EXAMPLES[field]["huma"]["rule"]) is Policy.NO_UNSET
    assert bodies(decided, user, desired) == (SENT[field] if may else {})
    assert bool(decided.conflicts) is not may


@pytest.mark.parametrize("field", SENT)
def test_a_decision_lets_xledgers_value_stand_for_one_person(field: str) -> None:
    desired, user = wanted(shown(field)), user_like(RECORD)
    strict = Policies({field: Policy.READ_ONLY})
    decided = planned(desired, user, strict, rulings=Rulings({field: Stands.XLEDGER}))
    may = Policy(EXAMPLES[field]["huma"]["rule"]) is Policy.NO_UNSET
    assert bodies(decided, user, desired) == (SENT[field] if may else {})


@pytest.mark.parametrize("stands", [Stands.HUMA, Stands.LATER])
@pytest.mark.parametrize("field", SENT)
def test_a_decision_lets_humas_value_stand_also_where_it_has_none(field: str, stands: Stands) -> None:
    decided = planned(
        wanted(shown(field)), user_like({**RECORD, field: None}), LOOSEST, rulings=Rulings({field: stands})
    )
    assert decided.changes == ()
    assert {(conflict.field, conflict.decided) for conflict in decided.conflicts} == {(field, True)}


@pytest.mark.parametrize("field", SENT)
def test_a_value_that_xledger_does_not_have_changes_nothing(field: str) -> None:
    for nothing in (None, MISSING):
        values = {**IN_XLEDGER, **dict.fromkeys(EXAMPLES[field]["becomes"], nothing)}
        assert planned(wanted(values), user_like(RECORD), LOOSEST).changes == ()


@pytest.mark.parametrize("field", SENT)
def test_a_value_that_nobody_sees_in_huma_is_not_written_and_that_is_said(field: str) -> None:
    hidden = {key: value for key, value in RECORD.items() if key != field}
    decided = planned(wanted(shown(field)), user_like(hidden), LOOSEST)
    assert decided.changes == ()
    if Policy(EXAMPLES[field]["huma"]["rule"]) is not Policy.READ_ONLY:
        assert FieldWarning(WarningCode.PARTLY_WRITTEN, field) in decided.warnings


def test_the_country_of_the_account_and_the_social_security_number_are_compared_and_never_written() -> None:
    xledger = {
        "employee.subledger.company.country.code": "SE",
        "employee.socialSecurityMasked": "260588*****",
        "employee.subledger.bankAccount": None,
    }
    decided = planned(wanted(IN_XLEDGER | xledger), user_like(RECORD), LOOSEST)
    assert decided.changes == ()
    assert [conflict.field for conflict in decided.conflicts] == ["bankAccount.country", "identifications"]
    assert planned(wanted(IN_XLEDGER | xledger), user_like(NOBODY), LOOSEST).conflicts == ()


@pytest.mark.parametrize(
    "written_differently",
    [
        {"employee.contact.email": "KARI.Nordmann@Example.com"},
        {"employee.contact.phone": "91234567"},
        {"employee.subledger.bankAccount": "NO9386011117947"},
        {"employee.contact.birthday": "1990-01-02T00:00:00"},
        {"employee.contact.gender": "f"},
        {"employee.contact.firstName": " Kari "},
        {"employee.contact.address.country.code": "no"},
        {"employee.contact.address.streetAddress": "Storgata 1, Oppgang B "},
        {"employee.socialSecurityMasked": "******95088"},
    ],
)
def test_a_value_that_only_looks_different_is_not_written(written_differently: Mapping[str, State]) -> None:
    assert planned(wanted(IN_XLEDGER | written_differently), user_like(RECORD), LOOSEST) == Plan(Action.UNCHANGED)


SHORTER: Mapping[str, State] = {
    **shown("homeAddress"),
    "employee.contact.address.place": None,
}
"""Another address, in Xledger without the city that Huma has."""


def test_an_address_with_a_line_of_its_own_in_huma_is_never_replaced() -> None:
    decided = planned(wanted(SHORTER), user_like(RECORD), LOOSEST)
    assert decided.changes == ()
    assert {conflict.target for conflict in decided.conflicts} == {
        "homeAddress.line1",
        "homeAddress.postalCode",
        "homeAddress.country",
    }


def test_an_address_with_a_line_that_is_no_country_in_xledger_is_not_replaced_and_fills_what_is_empty() -> None:
    desired = wanted({**shown("homeAddress"), "employee.contact.address.country.code": "Atlantis"})
    assert planned(desired, user_like(RECORD), LOOSEST).changes == ()
    user = user_like({**RECORD, "homeAddress": None})
    decided = planned(desired, user)
    assert bodies(decided, user, desired)["user"]["homeAddress"]["country"] == ""
    assert FieldWarning(WarningCode.INVALID_COUNTRY, "homeAddress") in decided.warnings


def test_an_address_is_sent_as_a_whole_with_the_lines_that_stay() -> None:
    desired = wanted({**IN_XLEDGER, "employee.contact.address.place": "Bergen"})
    user = user_like({**RECORD, "homeAddress": {**ADDRESS, "line1": "Storgata 1, ", "line2": "Oppgang B"}})
    user = replace(user, values={**user.values, "homeAddress.line1": "Storgata 1, Oppgang B"})
    decided = planned(desired, user, LOOSEST)
    assert bodies(decided, user, desired) == {
        "user": {"homeAddress": {**ADDRESS, "line1": "Storgata 1, ", "line3": "", "city": "Bergen"}}
    }


def test_an_address_of_which_huma_cannot_take_a_line_is_left_out_as_a_whole() -> None:
    desired = wanted({**shown("homeAddress"), "employee.contact.address.place": "x" * 256})
    decided = planned(desired, user_like({**RECORD, "homeAddress": None, "phone": None}))
    assert fields(decided) == {"phone"}
    assert decided.warnings == (FieldWarning(WarningCode.PARTLY_WRITTEN, "homeAddress"),)


@pytest.mark.parametrize("city", ["Oslo", None])
def test_an_address_with_a_line_that_nobody_sees_in_huma_is_not_written_and_that_is_said(city: str | None) -> None:
    """It would be sent along as empty."""
    user = user_like({**RECORD, "homeAddress": None})
    hidden = replace(user, values={**user.values, "homeAddress.city": MISSING})
    decided = planned(wanted({**IN_XLEDGER, "employee.contact.address.place": city}), hidden, LOOSEST)
    assert decided.changes == ()
    assert decided.warnings == (FieldWarning(WarningCode.PARTLY_WRITTEN, "homeAddress"),)


def test_what_huma_holds_that_has_no_form_in_xledger_is_a_value() -> None:
    user = user_like({**RECORD, "gender": "rather not say", "birthDate": "1990-02-30"})
    decided = planned(wanted(IN_XLEDGER), user)
    assert decided.changes == ()
    assert [(each.field, each.theirs) for each in decided.conflicts] == [
        ("birthDate", "1990-02-30"),
        ("gender", "rather not say"),
    ]


TOO_LONG = {
    "email": "employee.contact.email",
    "employmentId": "employee.code",
    "givenName": "employee.contact.firstName",
    "phone": "employee.contact.phone",
    "homeAddress": "employee.contact.address.streetAddress",
}


@pytest.mark.parametrize(("field", "target"), TOO_LONG.items())
def test_a_value_that_huma_can_never_take_is_left_out_and_the_rest_is_written(field: str, target: str) -> None:
    desired = wanted({**IN_XLEDGER, target: "9" * 256})
    decided = planned(desired, user_like({**RECORD, field: None, "birthDate": None}))
    assert fields(decided) == {"birthDate"}
    assert decided.warnings == (FieldWarning(WarningCode.PARTLY_WRITTEN, field),)
    longest = wanted({**IN_XLEDGER, target: "9" * 255})
    assert fields(planned(longest, user_like({**RECORD, field: None}))) == {field}


EMPLOYMENT = {"jobTitle", "employmentStartDate", "probationEndDate", "terminationNoticeDate", "employmentEndDate"}


@pytest.mark.parametrize(
    ("able", "left_out"),
    [
        pytest.param(ABLE, {}, id="everything"),
        pytest.param(replace(ABLE, position_id=MISSING), {}, id="a position that nobody has looked for"),
        pytest.param(replace(ABLE, position_id=None), dict.fromkeys(EMPLOYMENT, "no_position"), id="no position"),
        pytest.param(replace(ABLE, job_titles={}), {"jobTitle": "unknown_job_title"}, id="no such title"),
        pytest.param(
            replace(ABLE, locked=frozenset({"phone", "homeAddress", "employmentEndDate"})),
            {
                **dict.fromkeys(("phone", "homeAddress", "employmentEndDate"), "locked_field"),
                "employmentId": "partly_written",
            },
            id="fields of another integration",
        ),
    ],
)
def test_what_huma_does_not_let_us_write_is_left_out_and_told_and_the_rest_is_written(
    able: Able, left_out: Mapping[str, str]
) -> None:
    desired, user = wanted(IN_XLEDGER), user_like({**NOBODY, "identifications": RECORD["identifications"]})
    decided = planned(desired, user, able=able)
    assert {warning.field: warning.code.value for warning in decided.warnings} == left_out
    assert fields(decided) == SENT.keys() - left_out.keys()
    sent = bodies(decided, user, desired, able)
    assert (able.position_id is None) is ("position" not in sent)


@pytest.mark.parametrize("able", [Able(position_id=None), replace(ABLE, locked=frozenset(RECORD))])
def test_what_stays_as_it_is_is_not_told_however_little_may_be_written(able: Able) -> None:
    assert planned(wanted(IN_XLEDGER), user_like(RECORD), able=able) == Plan(Action.UNCHANGED)


@pytest.mark.parametrize("creating", [True, False])
@pytest.mark.parametrize(
    ("field", "waits"),
    [("phone", True), ("birthDate", True), ("bankAccount", True), ("gender", True), ("homeAddress", False)],
)
def test_the_employment_id_waits_for_what_would_be_unset_in_xledger_without(
    field: str, waits: bool, creating: bool
) -> None:
    able = replace(ABLE, locked=frozenset({field}))
    nobody = {**NOBODY, "identifications": RECORD["identifications"]}
    decided = planned(wanted(IN_XLEDGER), user_like(nobody), able=able, creating=creating)
    assert ("employmentId" not in fields(decided)) is waits
    assert (FieldWarning(WarningCode.PARTLY_WRITTEN, "employmentId") in decided.warnings) is waits
    there = planned(wanted(IN_XLEDGER), user_like({**nobody, field: RECORD[field]}), able=able, creating=creating)
    assert "employmentId" in fields(there)
    never = Policies({field: Policy.READ_ONLY})
    asked = planned(wanted(IN_XLEDGER), user_like(nobody), never, able=able, creating=creating)
    assert "employmentId" in fields(asked)


CREATE = Policies(new_users=NewUsers.CREATE)
SKIP = Policies(new_users=NewUsers.SKIP)


@pytest.mark.parametrize(
    ("policies", "left", "rulings", "expected"),
    [
        (CREATE, {}, Rulings(), Action.CREATE),
        (SKIP, {}, Rulings(), SkipReason.NOT_IN_HUMA),
        (SKIP, {}, Rulings(add=True), Action.CREATE),
        (CREATE, {"active": False}, Rulings(), SkipReason.DEACTIVATED),
        (CREATE, {"ended": True}, Rulings(), SkipReason.DEACTIVATED),
        (SKIP, {"active": False}, Rulings(), SkipReason.NOT_IN_HUMA),
        (SKIP, {"active": False}, Rulings(add=True), Action.CREATE),
        (SKIP, {"ended": True}, Rulings(add=True), Action.CREATE),
    ],
)
def test_people_only_in_xledger_are_added_as_the_administrator_decided(
    policies: Policies, left: dict[str, bool], rulings: Rulings, expected: Action | SkipReason
) -> None:
    desired = replace(wanted(IN_XLEDGER), **left)  # type: ignore[arg-type]
    decided = planned(desired, None, policies, rulings=rulings)
    assert expected in (decided.action, decided.skip_reason)


@pytest.mark.parametrize("policies", [CREATE, LOOSEST])
def test_a_locked_profile_is_left_alone(policies: Policies) -> None:
    user = user_like({**NOBODY, "active": False})
    assert planned(wanted(IN_XLEDGER), user, policies) == Plan.skip(SkipReason.LOCKED)


@pytest.mark.parametrize(
    ("values", "lacking"),
    [
        ({"employee.contact.email": None}, "email"),
        ({"employee.contact.firstName": None, "employee.contact.lastName": MISSING}, "givenName and familyName"),
        ({"employee.contact.email": "x" * 256}, "email"),
    ],
)
def test_nobody_is_created_without_an_address_and_a_name(values: Mapping[str, State], lacking: str) -> None:
    decided = planned(wanted({**IN_XLEDGER, **values}), None, CREATE)
    assert decided == Plan.reject(RejectionCode.MISSING_KEY, f"Nobody is created in Huma without {lacking}.")


def test_somebody_who_is_created_gets_everything_and_a_position_none_until_they_have_one() -> None:
    desired = wanted(SHOWN)
    decided = planned(desired, None, CREATE, able=Able(job_titles=ABLE.job_titles))
    assert decided.action is Action.CREATE
    assert bodies(decided, None, desired) == {
        "user": {key: value for sent in SENT.values() for key, value in sent.get("user", {}).items()}
    }
    assert {(warning.field, warning.code) for warning in decided.warnings} == {
        (field, WarningCode.NO_POSITION) for field in EMPLOYMENT
    }


ONLY_NEW = Policies(dict.fromkeys(EXAMPLES, Policy.CREATE_ONLY), NewUsers.CREATE)


def test_a_creation_that_was_cut_short_is_finished_also_with_what_is_only_written_while_creating() -> None:
    added = {**NOBODY, **{key: RECORD[key] for key in ("email", "givenName", "familyName")}}
    desired = wanted(IN_XLEDGER)
    assert "phone" in fields(planned(desired, user_like(added), ONLY_NEW))
    finished = {**added, "employmentId": RECORD["employmentId"]}
    assert planned(desired, user_like(finished), ONLY_NEW).changes == ()
    assert "phone" in fields(planned(desired, user_like(finished), ONLY_NEW, creating=True))


def test_a_creation_is_complete_when_planned_again() -> None:
    desired = wanted(SHOWN)
    added = {**NOBODY, **bodies(planned(desired, None, CREATE), None, desired)["user"]}
    first = planned(desired, user_like(added), CREATE, creating=True)
    completed = user_like(taken_by_huma(added, bodies(first, user_like(added), desired)))
    assert planned(desired, completed, CREATE, creating=True) == Plan(Action.UNCHANGED)


def test_a_record_in_humas_own_terms_is_planned_like_any_other() -> None:
    account = {"type": "international", "iban": "SE45 5000 0000 0583 9825 7466", "bic": "SWEDSESS"}
    desired = desired_from_user({**RECORD, "bankAccount": account}, TABLE, Options())
    user = user_like({**RECORD, "bankAccount": None})
    assert bodies(planned(desired, user), user, desired) == {
        "user": {"bankAccount": {"type": "international", "iban": "SE4550000000058398257466", "bic": "SWEDSESS"}}
    }


@pytest.mark.parametrize(
    ("country", "written"), [("SE", {"type": "national", "number": "5839825746", "country": "SE"}), ("Atlantis", None)]
)
def test_an_account_without_a_country_in_xledger_is_of_the_one_that_stands_in_huma(
    country: str, written: Mapping[str, str] | None
) -> None:
    values = {"employee.subledger.bankAccount": "5839825746", "employee.subledger.company.country.code": None}
    desired, user = wanted({**IN_XLEDGER, **values}), user_like({**RECORD, "bankAccount": {"country": country}})
    sent = bodies(planned(desired, user), user, desired)
    assert sent == ({"user": {"bankAccount": written}} if written else {})


def test_a_part_of_the_changes_is_sent_as_if_it_were_all() -> None:
    desired, user = wanted(SHOWN), user_like(NOBODY)
    decided = planned(desired, user)
    for field in fields(decided):
        alone = replace(decided, changes=tuple(change for change in decided.changes if change.field == field))
        assert bodies(alone, user, desired) == SENT[field]


@pytest.mark.parametrize(
    ("xledger", "changed", "told"),
    [
        pytest.param({"employee.contact.birthday": "1971-03-04"}, {}, ("birthDate",), id="another birthday"),
        pytest.param({"employee.socialSecurityMasked": "160***"}, {}, ("identifications",), id="another number"),
        pytest.param({"employee.socialSecurityMasked": "151086*****"}, {}, (), id="the digits that are visible"),
        pytest.param({"employee.contact.birthday": None}, {}, (), id="no birthday in Xledger"),
        pytest.param({}, {"birthDate": None}, (), id="no birthday in Huma"),
        pytest.param({}, {"birthDate": "1990-02-30"}, (), id="a birthday that is none"),
        pytest.param({}, {"familyName": "Berg"}, (), id="another name"),
    ],
)
def test_only_what_somebody_has_for_life_tells_that_they_are_somebody_else(
    xledger: Mapping[str, State], changed: Mapping[str, Any], told: tuple[str, ...]
) -> None:
    assert contradictions(wanted({**IN_XLEDGER, **xledger}), user_like({**RECORD, **changed}), TABLE) == told


ANOTHER_BIRTHDAY: Mapping[str, State] = {"employee.contact.birthday": "1971-03-04", "employee.employmentTo": None}


@pytest.mark.parametrize(
    ("xledger", "changed", "told"),
    [
        pytest.param(ANOTHER_BIRTHDAY, {}, (), id="a birthday that was corrected"),
        pytest.param(ANOTHER_BIRTHDAY, {"active": False}, ("birthDate",), id="a code that came back"),
        pytest.param(
            ANOTHER_BIRTHDAY, {"email": "ola@example.com", "givenName": "Ola"}, ("birthDate",), id="nothing of theirs"
        ),
    ],
)
def test_a_code_that_comes_back_to_somebody_else_is_told_from_a_correction(
    xledger: Mapping[str, State], changed: Mapping[str, Any], told: tuple[str, ...]
) -> None:
    assert is_somebody_else(wanted({**IN_XLEDGER, **xledger}), user_like({**RECORD, **changed}), TABLE) == told


def test_a_warning_names_the_place_in_huma() -> None:
    values = {"employee.contact.address.country.code": "Atlantis", "employee.contact.jobTitle": "Astronaut"}
    decided = planned(wanted({**IN_XLEDGER, **values}), user_like({**RECORD, "jobTitle": None}))
    assert [(warning.code.value, warning.target) for warning in decided.warnings] == [
        ("invalid_country", "homeAddress.country"),
        ("unknown_job_title", "jobTitle"),
    ]


def test_a_plan_can_be_printed_without_showing_a_value() -> None:
    desired = wanted(SHOWN)
    user = user_like({**RECORD, "phone": None, "gender": "rather not say"})
    shown = repr((planned(desired, user, LOOSEST), planned(desired, user), desired, user, ABLE))
    values = [*TITLES, "Kari", "kari", "Nordmann", "912 34", "rather", "Obi", "400 00", "new.address", "7010"]
    for value in (*values, "15030806309", "86011117947", "260588"):
        assert value not in shown


def test_of_whoever_has_left_by_what_xledger_says_and_is_active_in_huma_no_end_is_written_unless_it_was_decided() -> (
    None
):
    end = IN_XLEDGER["employee.employmentTo"]
    user = user_like({**RECORD, "phone": None, "employmentEndDate": None})
    desired = replace(wanted(IN_XLEDGER), active=False)
    decided = planned(desired, user)
    assert fields(decided) == {"phone"}
    assert decided.warnings == (FieldWarning(WarningCode.EMPLOYEE_IS_CLOSED, "employmentEndDate"),)
    assert planned(desired, user_like(RECORD)) == Plan(Action.UNCHANGED)
    rulings = Rulings({"employmentEndDate": Stands.XLEDGER})
    assert {change.after for change in planned(desired, user, rulings=rulings).changes} == {
        IN_XLEDGER["employee.contact.phone"],
        end,
    }
