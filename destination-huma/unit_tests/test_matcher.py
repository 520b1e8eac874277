"""Who is who in Huma: nobody is guessed, and nobody is taken for two. No network."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_base.people.claims import Claims
from connector_base.people.directory import MatchingKey
from connector_base.people.person import Person
from destination_huma.people.planned import Planned
from destination_huma.settings.field_policies import BACK
from destination_huma.syncing.everybody import Everybody
from destination_huma.syncing.matcher import Matcher
from shared_mappings import (
    NO_DECISIONS,
    Able,
    Action,
    NewUsers,
    Options,
    Policies,
    RejectionCode,
    SkipReason,
    User,
    desired_from_employee,
)

TABLE, OPTIONS = BACK.table, Options()

BOTH = (MatchingKey.EMPLOYMENT_ID, MatchingKey.EMAIL)

ANY = Policies()


def a_user(user_id: str, **values: Any) -> User:
    names = {"givenName": "Kari", "familyName": "Nordmann"}
    return User.from_record({"id": user_id, "active": True, **names, **values}, TABLE, OPTIONS)


def a_person(number: int = 1, **values: Any) -> Person:
    record = {"id": str(number), "active": True, "firstName": "Kari", "lastName": "Nordmann", **values}
    return Person(str(number), f"employees {number}", desired_from_employee(record, TABLE, OPTIONS), record)


def a_matcher(
    users: tuple[User, ...] = (), match_on: Sequence[MatchingKey] = BOTH, policies: Policies = ANY
) -> Matcher:
    claims = Claims(of_those_who_left=False)
    return Matcher(Everybody.of(users), TABLE, policies, OPTIONS, match_on, NO_DECISIONS, Able(), claims)


def matched(
    *people: Person, users: tuple[User, ...] = (), create: bool = True, match_on: Sequence[MatchingKey] = BOTH
) -> list[Planned]:
    matcher = a_matcher(users, match_on, Policies(new_users=NewUsers.CREATE if create else NewUsers.SKIP))
    for person in people:
        matcher.claims.came(person)
    return matcher.plans(people)


def test_the_employment_id_decides_and_the_address_does_not() -> None:
    users = (
        a_user("a", employmentId="1", email="other@example.com"),
        a_user("b", employmentId="2", email="k@example.com"),
    )
    (item,) = matched(a_person(code="1", email="k@example.com"), users=users)
    assert item.there is users[0]


def test_an_address_leads_to_somebody_without_an_employment_id() -> None:
    user = a_user("a", employmentId=None, email="K@example.com")
    (item,) = matched(a_person(code="1", email="k@example.com"), users=(user,))
    assert item.there is user
    assert [change.target for change in item.plan.changes] == ["employmentId"]


@pytest.mark.parametrize(
    "record",
    [
        {"employmentId": "2", "email": "k@example.com"},
        {"email": "k@example.com"},
        {"employmentId": None, "email": "k@example.com", "birthDate": "1970-05-05"},
    ],
    ids=["another employment ID", "one that is not shown", "another birthday"],
)
def test_an_address_alone_never_makes_somebody_of_somebody_else(record: dict[str, Any]) -> None:
    person = a_person(code="1", email="k@example.com", birthday="1990-01-02")
    (item,) = matched(person, users=(a_user("a", **record),))
    assert (item.there, item.plan.rejection) == (None, RejectionCode.CODE_CONFLICT)
    assert "a" in item.plan.detail


def test_where_people_are_found_by_address_alone_an_employment_id_that_is_not_shown_is_nobodys_business() -> None:
    user = a_user("a", email="k@example.com")
    (item,) = matched(a_person(code="1", email="k@example.com"), users=(user,), match_on=[MatchingKey.EMAIL])
    assert item.there is user


def test_whoever_was_found_by_employment_id_is_nobody_elses_by_address() -> None:
    """However they come."""
    user = a_user("a", employmentId="1", email="k@example.com")
    second, first = matched(
        a_person(2, email="k@example.com"), a_person(1, code="1", email="x@example.com"), users=(user,)
    )
    assert first.there is user
    assert second.plan.rejection is RejectionCode.DUPLICATE_KEY


@pytest.mark.parametrize("left_first", [True, False])
@pytest.mark.parametrize("users", [(), (a_user("a", employmentId=None, email="k@example.com"),)])
def test_somebody_who_has_left_keeps_their_address_from_nobody(users: tuple[User, ...], *, left_first: bool) -> None:
    old, new = (
        a_person(1, code="1", email="k@example.com", closed=True),
        a_person(2, code="2", email="k@example.com"),
    )
    items = matched(*((old, new) if left_first else (new, old)), users=users)
    planned = {item.identity: item for item in items}
    assert planned["2"].plan.action is (Action.UPDATE if users else Action.CREATE)
    assert planned["1"].plan.action in {Action.SKIP, Action.REJECT}


def test_two_with_one_key_are_guessed_for_nobody() -> None:
    users = (
        a_user("a", employmentId=None, email="k@example.com"),
        a_user("b", employmentId=None, email="K@example.com"),
    )
    (item,) = matched(a_person(code="1", email="k@example.com"), users=users)
    assert item.plan.rejection is RejectionCode.AMBIGUOUS_MATCH
    assert item.plan.detail == "Their ids are a, b."


def test_an_employment_id_that_differs_in_capital_letters_is_not_the_same() -> None:
    (item,) = matched(a_person(code="e1", email="k@example.com"), users=(a_user("a", employmentId="E1"),))
    assert item.plan.rejection is RejectionCode.AMBIGUOUS_MATCH


def test_nobody_is_added_beside_whoever_has_the_address_whatever_people_are_found_by() -> None:
    user = a_user("a", employmentId=None, email="k@example.com")
    only = [MatchingKey.EMPLOYMENT_ID]
    person = a_person(code="1", email="k@example.com")
    (found,) = matched(person, users=(user,), match_on=only)
    assert (found.there, found.plan.action) == (user, Action.UPDATE)
    (skipped,) = matched(person, users=(user,), match_on=only, create=False)
    assert skipped.plan.skip_reason is SkipReason.NOT_IN_HUMA


def test_nobody_is_added_under_an_employment_id_that_is_taken() -> None:
    user = a_user("a", employmentId="1", email="other@example.com")
    (item,) = matched(a_person(code="1", email="k@example.com"), users=(user,), match_on=[MatchingKey.EMAIL])
    assert item.there is user


def test_a_plan_is_made_anew_by_who_the_user_is_by_now() -> None:
    matcher = a_matcher()
    person = a_person(code="1", email="k@example.com")
    item = matcher.again(person, a_user("a", employmentId="2", email="k@example.com"), Able())
    assert item.plan.rejection is RejectionCode.CODE_CONFLICT


KEYS = st.sampled_from([None, "1", "2", "e1", "E1"])
ADDRESSES = st.sampled_from([None, "a@example.com", "b@example.com", "A@example.com"])


@given(
    people=st.lists(st.tuples(KEYS, ADDRESSES, st.booleans()), max_size=5),
    users=st.lists(st.tuples(KEYS, ADDRESSES), max_size=4),
    match_on=st.sampled_from([BOTH, BOTH[:1], BOTH[1:], BOTH[::-1]]),
)
def test_nobody_is_ever_two_and_no_two_are_one(
    people: list[tuple[str | None, str | None, bool]],
    users: list[tuple[str | None, str | None]],
    match_on: tuple[MatchingKey, ...],
) -> None:
    there = tuple(a_user(str(n), employmentId=code, email=email) for n, (code, email) in enumerate(users))
    came = [a_person(n, code=code, email=email, closed=closed) for n, (code, email, closed) in enumerate(people)]
    planned = matched(*came, users=there, match_on=match_on)
    taken = [item.there.user_id for item in planned if item.there is not None]
    assert len(taken) == len(set(taken))
    added = [item.person for item in planned if item.plan.action is Action.CREATE]
    for keys in ([person.code for person in added], [person.address for person in added]):
        given_to = [key for key in keys if key]
        assert len(given_to) == len(set(given_to))
    assert not any(person.desired.left for person in added)
    held = {user.values["employmentId"] for user in there} | {user.values["email"] for user in there}
    assert not held.intersection({person.code for person in added if person.code})
    for item in planned:
        if item.there is not None and item.plan.action is Action.UPDATE:
            assert item.there.values["employmentId"] in (None, item.person.code)
            assert item.there.values["employmentId"] is not None or not item.person.desired.left
