"""A sync ends before it empties a field of everybody, whatever the size of its batches."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_base.people.person import Person
from destination_xledger.people.planned import Planned
from destination_xledger.syncing.mass_unset import A_DAY, CameLately, MassUnset, UnsetGuard
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


def each_another(batch: Sequence[Planned], numbers: "count[int]") -> list[Planned]:
    """The same batch, with nobody twice in it."""
    return [replace(item, person=replace(item.person, identity=str(next(numbers)))) for item in batch]


def watched(*batches: Sequence[Planned], allowed: bool = False) -> list[MassUnset]:
    guard, numbers = UnsetGuard(TABLE, allowed), count()
    return [found for batch in batches for found in guard.watch(each_another(batch, numbers))]


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
    guard, written, numbers = UnsetGuard(TABLE), 0, count()
    for size in sizes:
        if guard.watch(each_another([LOSES] * size, numbers)):
            break
        written += size
    assert written <= 20


class Syncs:
    """Syncs of one process, one after the other."""

    def __init__(self) -> None:
        self.time = 0.0
        self.lately = CameLately(lambda: self.time)

    def sync(self, batch: Sequence[Planned], *, allowed: bool = False) -> tuple[MassUnset, ...]:
        return UnsetGuard(TABLE, allowed, self.lately).watch(batch)


def test_syncs_of_one_person_each_do_not_wear_it_away() -> None:
    syncs, everybody = Syncs(), each_another([LOSES] * 22, count())
    assert [syncs.sync([each]) for each in everybody[:20]] == [()] * 20
    assert [syncs.sync([each]) for each in everybody[20:]] == [
        (MassUnset("phone", 21, 21, in_a_day=True),),
        (MassUnset("phone", 22, 22, in_a_day=True),),
    ]


def test_whoever_is_tried_again_counts_once() -> None:
    syncs, ten = Syncs(), each_another([LOSES] * 10, count())
    assert [syncs.sync(ten) for _ in range(7)] == [()] * 7


def test_whoever_came_before_keeps_nobody_from_being_written_who_loses_nothing() -> None:
    syncs, numbers = Syncs(), count()
    assert syncs.sync(each_another([LOSES] * 30, numbers)) == (MassUnset("phone", 30, 30),)
    assert syncs.sync(each_another([KEEPS], numbers)) == ()


def test_what_they_lose_who_came_longer_ago_than_a_day_counts_no_more() -> None:
    syncs, numbers = Syncs(), count()
    assert syncs.sync(each_another([LOSES] * 20, numbers)) == ()
    syncs.time = A_DAY
    assert syncs.sync(each_another([LOSES], numbers)) != ()
    syncs.time = A_DAY + 1
    assert syncs.sync(each_another([LOSES] * 19, numbers)) == ()


def test_of_somebody_who_came_again_it_counts_what_was_seen_last() -> None:
    syncs, same = Syncs(), [str(number) for number in range(30)]
    assert syncs.sync([replace(LOSES, person=replace(LOSES.person, identity=each)) for each in same[:20]]) == ()
    assert syncs.sync([replace(KEEPS, person=replace(KEEPS.person, identity=each)) for each in same[:20]]) == ()
    assert syncs.sync([replace(LOSES, person=replace(LOSES.person, identity=each)) for each in same[20:]]) == ()


def test_the_sentence_names_the_field_and_the_numbers_and_what_to_do() -> None:
    sentence = MassUnset("phone", 113, 120).sentence
    assert "unset phone for 113 of the 120 active people" in sentence
    assert "allow_mass_unset" in sentence
    assert "people who came within a day and" in MassUnset("phone", 113, 120, in_a_day=True).sentence
