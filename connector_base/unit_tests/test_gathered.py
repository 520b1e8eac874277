"""What is told of one person comes to one entry, for as many people as may be kept in memory."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector_base.pages.contents import Change, Written
from connector_base.reporting.gathered import Gathered


def piece(user: str | None, employee: str | None = None, **more: Any) -> Written:
    entry: Written = {"user": user, "employee": employee, "name": "Kari", "employmentId": None}
    return {**entry, **more}  # type: ignore[typeddict-item]  # whatever a test hands over


def change(number: int) -> Change:
    return {"field": "phone", "target": "employee.contact.phone", "after": str(number), "at": "2026-01-15T12:00:00Z"}


def test_what_is_told_of_one_person_is_put_together_in_the_order_in_which_it_came() -> None:
    gathered = Gathered()
    told = {"code": "missing_key"}
    pieces = [
        piece("u1", changes=[change(1)]),
        piece("u1", "61", told=[told]),
        piece("u1", changes=[change(2)], kept=[{"field": "phone"}]),
    ]
    assert [gathered.add("u1", each) for each in pieces] == [None, None, None]
    assert list(gathered.take()) == [
        piece("u1", "61", changes=[change(1), change(2)], told=[told], kept=[{"field": "phone"}])
    ]
    assert list(gathered.take()) == []


def test_whoever_nothing_has_come_of_for_the_longest_time_is_handed_over_first() -> None:
    gathered = Gathered(most=2)
    for identity in ("a", "b", "a"):
        assert gathered.add(identity, piece(identity)) is None
    assert gathered.add("c", piece("c")) == piece("b")
    assert [entry["user"] for entry in gathered.take()] == ["a", "c"]


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers()), max_size=40), st.integers(1, 4))
def test_nothing_is_lost_and_nothing_is_told_twice(pieces: list[tuple[str, int]], most: int) -> None:
    gathered, handed = Gathered(most), []
    for identity, number in pieces:
        if entry := gathered.add(identity, piece(identity, changes=[change(number)])):
            handed.append(entry)
        assert len(gathered._people) <= most
    handed += gathered.take()
    for identity in "abcde":
        found = [each["after"] for entry in handed if entry["user"] == identity for each in entry["changes"]]
        assert found == [str(number) for whose, number in pieces if whose == identity]
