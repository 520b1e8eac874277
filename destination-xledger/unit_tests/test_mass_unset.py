"""A sync ends before it empties a field of everybody, whatever the size of its batches."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_base.people.person import Person
from destination_xledger.people.planned import Planned
from destination_xledger.syncing.mass_unset import MassUnset, UnsetGuard
from shared_mappings import (
    Employee,
    Options,
    Plan,
    Policies,
    SkipReason,
    desired_from_user,
    field_table,
    plan_for_xledger,
)

TABLE = field_table()
PHONES = ("employee.contact.phone", "employee.subledger.phone")
DB_IDS = {"updateEmployees": "11", "updateContacts": "12", "updateSuppliers": "13"}


def somebody(*, loses: bool, has: bool = True, active: bool = True) -> Planned:
    """Somebody who has a phone in Xledger, and loses it if Huma has none."""
    record = {"id": "1", "employmentId": "1001", "active": active, "phone": None if loses else "+47 900 00 001"}
    desired = desired_from_user(record, TABLE, Options())
    phones = dict.fromkeys(PHONES, "+47 900 00 001" if has else None)
    employee = Employee(DB_IDS, {**dict.fromkeys(TABLE.place_keys), "employee.code": "1001", **phones})
    return Planned(
        Person("1", "users 1", desired, record), employee, plan_for_xledger(desired, employee, Policies(), TABLE)
    )


LOSES, KEEPS = somebody(loses=True), somebody(loses=False)


def watched(*batches: Sequence[Planned], allowed: bool = False) -> list[MassUnset]:
    guard = UnsetGuard(TABLE, allowed)
    return [found for batch in batches for found in guard.watch(batch)]


@pytest.mark.parametrize(
    ("losing", "keeping", "told"), [(20, 0, False), (21, 0, True), (21, 41, True), (21, 42, False), (100, 200, False)]
)
def test_more_than_twenty_and_more_than_a_third_are_too_many(losing: int, keeping: int, *, told: bool) -> None:
    expected = [MassUnset("phone", losing, losing + keeping)] if told else []
    assert watched([LOSES] * losing + [KEEPS] * keeping) == expected


def test_who_is_deactivated_or_has_nothing_or_is_nobody_does_not_count() -> None:
    inactive = somebody(loses=True, active=False)
    without = somebody(loses=True, has=False)
    nobody = Planned(LOSES.person, None, Plan.skip(SkipReason.NOT_IN_XLEDGER))
    assert watched([inactive] * 50 + [without] * 50 + [nobody] * 50 + [LOSES] * 20) == []
    assert watched([inactive] * 50 + [without] * 50 + [LOSES] * 21) == [MassUnset("phone", 21, 21)]


def test_small_batches_do_not_wear_it_away() -> None:
    assert watched(*[[LOSES]] * 20) == []
    assert watched(*[[LOSES]] * 21) == [MassUnset("phone", 21, 21)]


def test_those_who_came_before_do_not_hide_a_batch_that_is_emptied() -> None:
    assert watched(*[[KEEPS] * 500] * 4, [LOSES] * 30) == [MassUnset("phone", 30, 30)]


def test_what_is_allowed_is_not_told() -> None:
    assert watched([LOSES] * 500, allowed=True) == []


def test_a_field_is_told_once_a_sync() -> None:
    assert len(watched([LOSES] * 30, [LOSES] * 30)) == 1


@given(st.lists(st.integers(1, 500), min_size=1))
def test_a_field_that_everybody_loses_is_emptied_of_twenty_at_most(sizes: list[int]) -> None:
    guard, written = UnsetGuard(TABLE), 0
    for size in sizes:
        if guard.watch([LOSES] * size):
            break
        written += size
    assert written <= 20


def test_the_sentence_names_the_field_and_the_numbers_and_what_to_do() -> None:
    sentence = MassUnset("phone", 113, 120).sentence
    assert "unset phone for 113 of the 120 active people" in sentence
    assert "allow_mass_unset" in sentence
