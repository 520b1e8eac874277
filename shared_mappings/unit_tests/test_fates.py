"""What becomes of decisions, and what is known of it after several runs: of each, what was seen of it last."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings import (
    NO_DECISIONS,
    About,
    Action,
    Desired,
    Fate,
    FieldTable,
    NewUsers,
    Plan,
    Policies,
    RejectionCode,
    Rulings,
    Seen,
    SkipReason,
    Stands,
    numbers_by_fate,
    parse_seen,
    plan_for_xledger,
    what_became_of,
)

Desire = Callable[..., Desired]

KARI = "1b671a64-40d5-491e-99b0-da01ff1f3341"
NOW = datetime(2026, 11, 29, 18, 30, tzinfo=timezone.utc)


def about(*names: str) -> frozenset[About]:
    return frozenset(About(KARI, name) for name in names)


RULINGS = Rulings(
    {"phone": Stands.LATER, "email": Stands.HUMA}, lapsed=frozenset({"gender"}), leave=True, user=KARI, employee="4711"
)


@pytest.mark.parametrize(
    ("decided", "rulings", "applied", "lapsed"),
    [
        (Plan(Action.UPDATE), RULINGS, about("phone", "email"), about("gender", "leave")),
        (Plan(Action.UNCHANGED), Rulings({"phone": Stands.HUMA}, user=KARI), about("phone"), about()),
        (
            Plan(Action.CREATE),
            Rulings({"phone": Stands.LATER}, add=True, user=KARI, employee="4711"),
            about("phone") | {About("4711", "add")},
            about(),
        ),
        (Plan(Action.CREATE), Rulings(leave=True, user=KARI), about(), about()),
        (Plan.skip(SkipReason.NOT_IN_XLEDGER), RULINGS, about("leave"), about()),
        (Plan.skip(SkipReason.NOT_IN_XLEDGER), Rulings({"phone": Stands.HUMA}, user=KARI), about(), about()),
        (Plan.skip(SkipReason.DEACTIVATED), RULINGS, about(), about()),
        (Plan.reject(RejectionCode.DUPLICATE_KEY), RULINGS, about(), about()),
    ],
)
def test_each_decision_is_known_by_what_became_of_it(
    decided: Plan, rulings: Rulings, applied: frozenset[About], lapsed: frozenset[About]
) -> None:
    expected = dict.fromkeys(applied, Fate.APPLIED) | dict.fromkeys(lapsed, Fate.LAPSED)
    assert what_became_of(rulings, decided) == expected
    assert numbers_by_fate(expected) == {"applied": len(applied), "lapsed": len(lapsed), "unknown": 0}


def test_whom_a_decision_leaves_out_is_counted_alike_where_nobody_new_is_created_anyway(
    desire: Desire, table: FieldTable
) -> None:
    policies, rulings = Policies(new_users=NewUsers.SKIP), Rulings(leave=True, user=KARI)
    decided = plan_for_xledger(desire(), None, policies, table, rulings)
    assert what_became_of(rulings, decided) == {About(KARI, "leave"): Fate.APPLIED}


# ------------------------------------------------------------------ what runs have seen together

ALL = tuple(about("phone", "email", "gender", "leave"))


def seen(**known: Any) -> Seen:
    none: frozenset[About] = frozenset()
    given = {"decisions": "a", "as_of": NOW, "lapsed": none, "unknown": none, "unseen": none, **known}
    return Seen.model_validate(given)


runs = st.lists(st.dictionaries(st.sampled_from(ALL), st.sampled_from(Fate)), max_size=6)


@given(runs)
def test_of_each_decision_it_is_known_what_was_seen_last(fates: list[Mapping[About, Fate]]) -> None:
    known, last = seen(unseen=frozenset(ALL)), dict[About, Fate]()
    for number, run in enumerate(fates):
        known = known.after(run, NOW + timedelta(days=number))
        last |= run
    assert known.lapsed == {each for each, fate in last.items() if fate is Fate.LAPSED}
    assert known.unknown == {each for each, fate in last.items() if fate is Fate.UNKNOWN}
    assert known.unseen == set(ALL) - last.keys()
    assert parse_seen(known.as_text()) == known


@given(runs)
def test_a_run_that_sees_nothing_new_changes_nothing(fates: list[Mapping[About, Fate]]) -> None:
    known = seen(unseen=frozenset(ALL))
    for run in fates:
        known = known.after(run, NOW)
        assert known.after(run, NOW + timedelta(days=9)) is known
        assert known.after({}, NOW + timedelta(days=9)) is known


def test_it_says_since_when_it_is_so() -> None:
    later = NOW + timedelta(days=1)
    assert seen().after({ALL[0]: Fate.LAPSED}, later).as_of == later
    assert seen().after({ALL[0]: Fate.APPLIED}, later).as_of == NOW


def test_before_any_run_nothing_is_known_of_any() -> None:
    assert Seen.nothing(NO_DECISIONS, NOW).unseen == frozenset()


def test_it_is_the_same_text_for_the_same() -> None:
    assert seen(lapsed=frozenset(ALL)).as_text() == seen(lapsed=frozenset(reversed(ALL))).as_text()
    assert json.loads(seen(lapsed=about("phone")).as_text()) == {
        "version": 1,
        "decisions": "a",
        "asOf": "2026-11-29T18:30:00+00:00",
        "lapsed": [[KARI, "phone"]],
        "unknown": [],
        "unseen": [],
    }


@pytest.mark.parametrize("text", ["", "Kari", "[]", "{}", '{"version": 2}', seen().as_text()[:-1], "\ud83d"])
def test_what_is_not_understood_is_quoted_by_no_error(text: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011  pydantic has no narrower one for all of these
        parse_seen(text)
    assert "Kari" not in str(raised.value)


@pytest.mark.parametrize(
    ("known", "number", "words"),
    [
        ({"unseen": about("phone", "email")}, 2, "; no sync has gone by them yet."),
        ({"unseen": about("phone")}, 1, "; no sync has gone by it yet."),
        ({}, 1, "; as of 2026-11-29, it has not lapsed."),
        ({}, 14, "; as of 2026-11-29, none of them has lapsed."),
        ({"unknown": about("phone")}, 1, "; as of 2026-11-29, it is about nobody."),
        (
            {"unseen": about("email")},
            14,
            "; as of 2026-11-29, none of them has lapsed and no sync has gone by 1 of them yet.",
        ),
        ({"lapsed": about("phone")}, 1, "; as of 2026-11-29, it has lapsed. A decision lapses when"),
        ({"lapsed": about("phone")}, 14, "; as of 2026-11-29, 1 of them has lapsed. A decision lapses when"),
        ({"lapsed": about("phone", "email")}, 14, "; as of 2026-11-29, 2 of them have lapsed. A decision lapses when"),
        ({"lapsed": about("phone", "email")}, 2, "; as of 2026-11-29, all of them have lapsed. A decision lapses when"),
        (
            {"lapsed": about("phone"), "unknown": about("email", "gender")},
            14,
            "; as of 2026-11-29, 1 of them has lapsed and 2 of them are about nobody. A decision lapses when",
        ),
    ],
)
def test_it_is_told_in_a_sentence(known: Mapping[str, Any], number: int, words: str) -> None:
    told = seen(**known).in_words(number)
    assert told.startswith(words) if words.endswith("when") else told == words
