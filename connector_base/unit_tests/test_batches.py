"""When a batch is to be written, and who is in it."""

from typing import Any

import pytest

from connector_base.people.batches import Batch
from connector_base.people.person import Person
from shared_mappings import Options, desired_from_user, field_table


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def person(identity: str, **values: Any) -> Person:
    record = {"id": identity, **values}
    return Person(identity, f"users {identity}", desired_from_user(record, field_table(), Options()), record)


def test_a_batch_is_due_when_it_has_its_size(clock: Clock) -> None:
    batch = Batch(2, clock)
    batch.add(person("1"))
    assert not batch.is_due
    batch.add(person("2"))
    assert batch.is_due


def test_a_batch_is_due_when_its_first_record_has_waited_for_a_minute(clock: Clock) -> None:
    batch = Batch(500, clock)
    batch.add(person("1"))
    clock.seconds += 40
    batch.add(person("2"))
    clock.seconds += 19.9
    assert not batch.is_due
    clock.seconds += 0.1
    assert batch.is_due


def test_whoever_comes_after_a_batch_was_handed_over_waits_anew(clock: Clock) -> None:
    batch = Batch(500, clock)
    batch.add(person("1"))
    clock.seconds += 60
    batch.take()
    batch.add(person("2"))
    assert not batch.is_due


def test_a_batch_that_nobody_waits_in_is_never_due(clock: Clock) -> None:
    batch = Batch(1, clock)
    clock.seconds += 3600
    assert not batch.is_due


def test_of_the_same_person_twice_the_later_record_counts_and_nobody_is_reordered(clock: Clock) -> None:
    batch = Batch(500, clock)
    for each in (person("1", phone="1"), person("2"), person("1", phone="2")):
        batch.add(each)
    assert [(each.identity, each.record.get("phone")) for each in batch.take()] == [("1", "2"), ("2", None)]
    assert len(batch) == 0


def test_a_batch_does_not_show_values_when_it_is_printed(clock: Clock) -> None:
    batch = Batch(500, clock)
    batch.add(person("1", givenName="Kari"))
    assert "Kari" not in repr(batch)
