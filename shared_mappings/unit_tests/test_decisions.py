"""What an administrator decided holds for what was seen, and for nothing that is understood only in part."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings import (
    NO_DECISIONS,
    NO_RULINGS,
    About,
    Action,
    Decisions,
    DecisionsError,
    Desired,
    Employee,
    FieldTable,
    Plan,
    Policies,
    Policy,
    Rulings,
    SkipReason,
    Stands,
    field_table,
    parse_decisions,
    plan_for_xledger,
    policy_in_force,
    to_xledger,
)
from shared_mappings.fingerprints import canonical, fingerprint

KEY = bytes(range(32))
ENCODED = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
KARI, OLA = "1b671a64-40d5-491e-99b0-da01ff1f3341", "6fa459ea-ee8a-3ca4-894e-db77e160355e"
PHONE = "+47 912 34 567"
SEEN = fingerprint(KEY, PHONE)
DECIDED = {"user": KARI, "field": "phone", "stands": "xledger", "seen": SEEN}
FILE: dict[str, Any] = {
    "version": 1,
    "decidedAt": "2026-11-25T10:00:00Z",
    "key": ENCODED,
    "fields": [DECIDED],
    "people": [{"user": OLA, "action": "leave"}, {"employee": "4711", "action": "add"}],
}


def decisions(*fields: dict[str, Any], **changed: Any) -> Decisions:
    return parse_decisions(json.dumps({**FILE, **({"fields": fields} if fields else {}), **changed}))


# ------------------------------------------------------------------ the file


def test_a_file_is_read_whole() -> None:
    read = decisions()
    assert len(read) == 3
    assert read.users == {KARI, OLA}
    assert parse_decisions(f"\ufeff{json.dumps(FILE)}\n") == read


def test_the_key_may_be_in_either_alphabet_of_base64() -> None:
    plain, for_addresses = "+/" * 16, "-_" * 16
    assert decisions(key=plain)._key_octets == decisions(key=for_addresses)._key_octets


BROKEN: list[tuple[Any, str]] = [
    ("", "it is no JSON, or only a part of one (line 1)"),
    (json.dumps(FILE, indent=1)[:-9], "it is no JSON, or only a part of one (line "),
    ("[" * 100_000, "it is no JSON"),
    ('{"version": 1, "decidedAt": "\\ud800"}', "it is no JSON that can be read"),
    ("[]", "it holds no decisions"),
    ('{"version": 1, "fields": [], "fields": []}', "a key stands in it twice"),
    ({"version": 2}, "it is not of version 1, the one that is understood here"),
    ({"version": True}, "it is not of version 1"),
    ({"version": "1"}, "it is not of version 1"),
    ({"decidedAt": "2026-11-25T10:00:00"}, "decidedAt must be a time with its zone, such as"),
    ({"key": "c2hvcnQ="}, "key must be 16 to 64 bytes in base64"),
    ({"key": "Kari"}, "key must be 16 to 64 bytes in base64"),
    ({"fields": {}}, "fields must be a list"),
    ({"fields": [DECIDED, "Kari"]}, "in fields, entry 2 is no decision"),
    ({"fields": [{**DECIDED, "user": ""}]}, "in fields, entry 1, user must be the id of a user in Huma"),
    ({"fields": [{**DECIDED, "field": "shoeSize"}]}, "in fields, entry 1, field must be one of email, employmentId,"),
    ({"fields": [DECIDED, {**DECIDED, "stands": "Kari"}]}, "in fields, entry 2, stands must be huma, xledger or later"),
    ({"fields": [{**DECIDED, "seen": PHONE}]}, "in fields, entry 1, seen must be a fingerprint, 16 characters long"),
    ({"fields": [{**DECIDED, "shoeSize": 45}]}, "in fields, entry 1, there is a key that is not known here"),
    ({"shoeSize": 45}, "there is a key that is not known here"),
    ({"people": [{"user": OLA, "action": "Kari"}]}, "in people, entry 1 is no decision"),
    ({"people": [{"user": OLA, "action": "add"}]}, "in people, entry 1, employee must be the dbId of an employee"),
    (
        {"fields": [DECIDED, {**DECIDED, "field": "email"}, {**DECIDED, "stands": "huma"}]},
        "in fields, entry 1 and entry 3 decide about the same field of the same person, and not alike",
    ),
]


@pytest.mark.parametrize(("broken", "words"), BROKEN)
def test_a_file_that_is_not_understood_says_where_and_why_and_quotes_nothing(broken: Any, words: str) -> None:
    text = broken if isinstance(broken, str) else json.dumps({**FILE, **broken})
    with pytest.raises(DecisionsError) as raised:
        parse_decisions(text)
    assert words in str(raised.value)
    assert not [value for value in ("Kari", "shoeSize", "45", PHONE, KARI) if value in str(raised.value)]
    assert raised.value.__cause__ is None


@given(st.data())
def test_no_part_of_a_file_can_be_lost_without_an_error(data: st.DataObject) -> None:
    """Each decision counts, or none of the file does."""
    text = json.dumps(FILE)
    cut = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(DecisionsError):
        parse_decisions(text[:cut])


def test_a_decision_that_stands_there_twice_counts_once() -> None:
    twice = decisions(DECIDED, DECIDED)
    assert len(twice) == len(twice.everything) == 3
    assert len(twice.about_nobody(users=())) == 2
    assert twice.as_setting == decisions().as_setting


def test_without_decisions_nothing_was_decided_about_anybody() -> None:
    assert len(NO_DECISIONS) == 0
    assert NO_DECISIONS.about_user(KARI, {"phone": PHONE}) is NO_RULINGS
    assert NO_DECISIONS.about_nobody(users=(), employees=()) == frozenset()


def test_no_decision_and_no_key_is_shown_when_it_is_printed() -> None:
    assert ENCODED not in repr(decisions())


# ------------------------------------------------------------------ what holds


def test_a_decision_holds_while_huma_has_the_value_that_was_seen() -> None:
    rulings = decisions().about_user(KARI, {"phone": PHONE, "email": "kari@example.com"})
    assert rulings.of("phone") is Stands.XLEDGER
    assert rulings.of("email") is None
    assert not rulings.lapsed


@pytest.mark.parametrize("now", ["+47 912 34 568", None, f"{PHONE} "])
def test_a_decision_lapses_once_huma_has_another_value(now: str | None) -> None:
    rulings = decisions().about_user(KARI, {"phone": now})
    assert rulings.of("phone") is None
    assert rulings.lapsed == {"phone"}


def test_a_value_that_is_unknown_neither_keeps_a_decision_nor_lets_it_lapse() -> None:
    assert decisions().about_user(KARI, {}) == Rulings(user=KARI)


def test_a_decision_is_about_the_whole_value_as_the_source_has_it() -> None:
    account = {"type": "national", "number": "8601 11 17947", "country": "NO", "iban": None, "bic": None, "code": "x"}
    country = {**DECIDED, "field": "bankAccount.country", "seen": fingerprint(KEY, "NO")}
    whole = {**DECIDED, "field": "bankAccount", "seen": fingerprint(KEY, account)}
    decided = decisions(country, whole)
    assert decided.about_user(KARI, {"bankAccount": account}).stands.keys() == {"bankAccount", "bankAccount.country"}
    assert decided.about_user(KARI, {"bankAccount": {**account, "code": "y"}}).lapsed == {"bankAccount"}


@given(st.text() | st.integers() | st.lists(st.text()) | st.dictionaries(st.text(), st.text() | st.none()))
def test_any_value_can_be_decided_about(value: Any) -> None:
    decided = decisions({**DECIDED, "seen": fingerprint(KEY, value)})
    assert decided.about_user(KARI, {"phone": value}).of("phone") is Stands.XLEDGER


@pytest.mark.parametrize("odd", ["half of \ud83d", {"b": 2**64, "a": -(2**80)}])
def test_what_json_can_say_and_utf_8_or_64_bits_cannot_has_a_fingerprint_too(odd: Any) -> None:
    assert canonical(odd).isascii()
    assert fingerprint(KEY, odd) != fingerprint(KEY, [odd])


def test_whoever_is_to_be_left_or_added_is_known_by_their_id_alone() -> None:
    assert decisions().about_user(OLA, {}) == Rulings(leave=True, user=OLA)
    assert decisions().about_employee("4711", None, {}) == Rulings(add=True, employee="4711")
    assert decisions().about_employee("4712", None, {}) is NO_RULINGS


def test_towards_huma_the_decisions_are_those_about_the_user_whom_an_employee_is() -> None:
    rulings = decisions().about_employee("4711", KARI, {"phone": PHONE})
    assert rulings == Rulings({"phone": Stands.XLEDGER}, add=True, user=KARI, employee="4711")
    assert decisions().about_employee("4712", OLA, {}) == Rulings(user=OLA), "To leave somebody out is about Xledger."


@pytest.mark.parametrize("stands", Stands)
def test_a_value_goes_through_or_is_held_back_by_whose_value_stands(stands: Stands) -> None:
    rulings = Rulings({"phone": stands})
    for source in (Stands.HUMA, Stands.XLEDGER):
        assert rulings.let_through(["phone", "email"], source) == ({"phone"} if stands is source else frozenset())
        assert rulings.hold_back(["email", "phone"], source) is (stands is not source)
        assert not rulings.hold_back(["email"], source)


# ------------------------------------------------------------------ what becomes of a plan

PLACES = ("employee.contact.phone", "employee.subledger.phone")
Desire = Callable[..., Desired]
Have = Callable[..., Employee]


@pytest.mark.parametrize("stands", [Stands.XLEDGER, Stands.LATER])
@pytest.mark.parametrize("theirs", ["99 99 99 99", None])
@pytest.mark.parametrize("ours", ["+47 912 34 567", None])
def test_what_is_decided_to_stand_in_xledger_stands_in_all_places_also_where_nothing_is(
    desire: Desire, have: Have, table: FieldTable, stands: Stands, ours: str | None, theirs: str | None
) -> None:
    current = have(dict.fromkeys(PLACES, theirs))
    decided = plan_for_xledger(desire(phone=ours), current, Policies(), table, Rulings({"phone": stands}))
    assert decided.action is Action.UNCHANGED
    told = [(each.target, each.ours, each.theirs, each.decided) for each in decided.conflicts]
    assert told == ([] if ours == theirs else [(place, ours, theirs, True) for place in PLACES])


def test_a_conflict_that_the_policy_decides_anyway_is_decided_too(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    current, policies = have(dict.fromkeys(PLACES, "99 99 99 99")), Policies({"phone": Policy.FILL_EMPTY})
    for rulings, is_decided in ((NO_RULINGS, False), (Rulings({"phone": Stands.XLEDGER}), True)):
        told = plan_for_xledger(desire(), current, policies, table, rulings).conflicts
        assert [(each.target, each.decided) for each in told] == [(place, is_decided) for place in PLACES]


def test_what_is_decided_to_stand_in_huma_is_written_whatever_was_asked_of_the_field(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    current, policies = have(dict.fromkeys(PLACES, "99 99 99 99")), Policies({"phone": Policy.READ_ONLY})
    assert plan_for_xledger(desire(), current, policies, table).action is Action.UNCHANGED
    decided = plan_for_xledger(desire(), current, policies, table, Rulings({"phone": Stands.HUMA}))
    assert {change.target for change in decided.changes} == {*PLACES}


def test_a_field_of_two_is_as_strict_as_what_was_asked_of_the_one_that_was_not_decided(table: FieldTable) -> None:
    (rule,) = (rule for rule in table.rules if rule.fields == ("givenName", "familyName"))
    asked = Policies({"givenName": Policy.READ_ONLY, "familyName": Policy.CREATE_ONLY})
    assert policy_in_force(rule, asked, to_xledger(table), Rulings({"givenName": Stands.HUMA})) is Policy.CREATE_ONLY
    both = Rulings({"givenName": Stands.HUMA, "familyName": Stands.HUMA})
    assert policy_in_force(rule, asked, to_xledger(table), both) is rule.rule


def test_nobody_is_created_whom_it_was_decided_to_leave_out(desire: Desire, have: Have, table: FieldTable) -> None:
    left = plan_for_xledger(desire(), None, Policies(), table, Rulings(leave=True))
    assert left == Plan.skip(SkipReason.NOT_IN_XLEDGER)
    assert plan_for_xledger(desire(phone=None), have(), Policies(), table, Rulings(leave=True)).action is Action.UPDATE


@pytest.mark.parametrize("name", field_table().fields)
def test_nobody_is_created_without_what_takes_a_code_and_a_name_whatever_was_decided(
    desire: Desire, table: FieldTable, name: str
) -> None:
    created = plan_for_xledger(desire(), None, Policies(), table, Rulings({name: Stands.LATER}))
    written = {change.target for change in created.changes}
    for rule in table.rules:
        if name in rule.fields and rule.rule is not Policy.READ_ONLY:
            needed = {"employmentId", "givenName", "familyName"} & {*rule.fields}
            assert written.isdisjoint(rule.targets) is not bool(needed)


def test_a_creation_that_was_cut_short_is_not_thought_unfinished_over_an_address_that_is_held_back(
    desire: Desire, have: Have, table: FieldTable
) -> None:
    """Or a field that is written only while creating would be written with every sync that follows."""
    current = have({"employee.contact.email": None, "employee.contact.jobTitle": None})
    policies = Policies({"jobTitle": Policy.CREATE_ONLY})
    assert plan_for_xledger(desire(), current, policies, table).changes
    assert plan_for_xledger(desire(), current, policies, table, Rulings({"email": Stands.LATER})).changes == ()


def test_a_decision_about_nobody_is_known_only_where_everybody_is() -> None:
    phone, left, added = About(KARI, "phone"), About(OLA, "leave"), About("4711", "add")
    assert decisions().about_nobody() == frozenset()
    assert decisions().about_nobody(users={KARI, "somebody else"}) == {left}
    assert decisions().about_nobody(users={OLA}) == {phone}
    assert decisions().about_nobody(users={KARI, OLA}, employees={"4711"}) == frozenset()
    assert decisions().about_nobody(users=(), employees=()) == decisions().everything == {phone, left, added}


def test_the_same_decisions_are_known_again_by_their_digest_and_others_are_not() -> None:
    one, other = {**DECIDED, "user": OLA}, {**DECIDED, "user": "somebody"}
    assert decisions(one, other).digest == decisions(other, one).digest
    assert len({decisions().digest, decisions(one).digest, decisions(one, other).digest, NO_DECISIONS.digest}) == 4
