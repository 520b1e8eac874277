"""How one thing follows from another in a review, whatever is told meanwhile and whenever it is killed."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from huma_xledger.reviewing import journal as following
from huma_xledger.reviewing.journal import GONE, Journal
from huma_xledger.reviewing.kept import Kept, for_another_look, keep
from huma_xledger.reviewing.messages import Begun, Ended, Message, Moved, Telling
from huma_xledger.reviewing.status import At, Doing, Phase, RefusedError, StepState
from integration_tests.decided import add, decisions, leave, stands
from integration_tests.records import a_user
from shared_mappings import parse_decisions

NOW = datetime(2026, 11, 29, 12, tzinfo=timezone.utc)
ACCOUNTS = ("read", "written")
SUMMARY = {"received": 7}
JOURNALS = TypeAdapter(Journal)


def after(journal: Journal, *messages: Message) -> Journal:
    for message in messages:
        journal = following.heard(journal, message, NOW)
    return journal


def a_review(*, both: bool = True) -> Journal:
    """A preview of which everything has gone well."""
    journal = following.reading("first", both=both, decided=None)
    for to in journal.left:
        journal = after(journal, Begun(to, None, ACCOUNTS), Ended(to, summary=SUMMARY, page=f"/{to}.html"))
    return following.ended(journal, NOW)


def a_sync(*, both: bool = True) -> Journal:
    return following.synchronising(a_review(both=both), "second", both=both, decided="digest")


def test_when_both_are_read_it_can_be_decided_on_the_page_of_what_would_be_written_to_xledger() -> None:
    review = a_review()
    assert review.phase is Phase.DECIDING
    assert review.preview is not None
    assert (review.preview.name, review.preview.page) == ("first", "/xledger.html")
    assert review.preview.accounts == {"xledger": ACCOUNTS, "huma": ACCOUNTS}
    assert a_review(both=False).preview is not None


def test_huma_is_written_to_before_xledger_loses_what_huma_is_to_get() -> None:
    assert a_sync().left == ("huma", "xledger")
    assert a_sync(both=False).left == ("xledger",)


def test_a_preview_without_a_page_is_nothing_to_decide_on() -> None:
    journal = after(following.reading("first", both=False, decided=None), Ended("xledger", summary=SUMMARY))
    journal = following.ended(journal, NOW)
    assert journal.phase is Phase.FAILED
    assert "no page" in (journal.problem or "")


def test_what_failed_is_done_once_more_and_what_is_done_stays_done() -> None:
    failed = following.ended(
        after(
            a_sync(),
            Begun("huma", None, ACCOUNTS),
            Ended("huma", summary=SUMMARY, page="/result.html"),
            Begun("xledger", None, ACCOUNTS),
            Ended("xledger", "destination-xledger: It is away."),
        ),
        NOW,
    )
    assert (failed.phase, failed.problem) == (Phase.FAILED, "destination-xledger: It is away.")
    again = following.left_to_do(failed)
    assert (again.phase, again.left, again.begun, again.problem) == (
        Phase.SYNCHRONISING,
        ("xledger",),
        ("xledger",),
        None,
    )
    assert again.page("huma") == "/result.html"
    done = following.ended(after(again, Ended("xledger", summary=SUMMARY)), NOW)
    assert done.phase is Phase.DONE


@pytest.mark.parametrize(
    "messages",
    [
        (),
        (Moved("huma", at=At.CHECKING),),
        (Moved("huma", at=At.CHECKING), Begun("huma", None, ACCOUNTS), Moved("huma", count=3)),
        (Moved("huma", at=At.CHECKING), Ended("huma", summary=SUMMARY)),
    ],
)
def test_a_run_that_ends_without_a_word_has_failed_and_never_counts_as_done(messages: tuple[Message, ...]) -> None:
    journal = following.ended(after(a_sync(), *messages), NOW)
    assert (journal.phase, journal.problem) == (Phase.FAILED, GONE)
    assert journal.left


def test_how_far_a_direction_is_is_told_as_it_comes() -> None:
    (step, _) = (leg.step for leg in after(a_sync(), Moved("huma", at=At.CHECKING), Moved("huma", said="Hm.")).legs)
    assert (step.state, step.at, step.said, step.count, step.of) == (StepState.RUNNING, At.CHECKING, "Hm.", 0, None)
    (step, _) = (
        leg.step
        for leg in after(
            a_sync(), Moved("huma", at=At.CHECKING), Begun("huma", "Everybody.", ACCOUNTS), Moved("huma", count=2)
        ).legs
    )
    assert (step.at, step.everybody, step.count, step.of) == (At.READING, "Everybody.", 2, 7)


def test_how_many_are_going_to_come_is_not_guessed_where_only_those_do_who_changed() -> None:
    (step, _) = (leg.step for leg in after(a_sync(), Begun("huma", None, ACCOUNTS)).legs)
    assert step.of is None


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (("sending", "nothing"), None),
        (("sending", "sent"), "sent"),
        (("sending", "sent", "sending", "nothing"), "sent"),
        (("sending", "failed", "sending", "sent"), "failed"),
        (("sending", "sent", "sending", "failed"), "failed"),
    ],
)
def test_of_two_directions_that_are_told_of_a_failure_is_what_is_shown(states: Any, told: str | None) -> None:
    journal = after(a_sync(), *(Telling(state, "Why." if state == "failed" else None) for state in states))
    assert (journal.told, journal.told_problem, journal.is_telling) == (
        told,
        "Why." if told == "failed" else None,
        False,
    )
    assert after(journal, Telling("sending")).is_telling


@pytest.mark.parametrize(
    ("left", "page_is_there", "next_one"),
    [
        (None, False, Phase.READING),
        (following.reading("r", both=True, decided=None), False, Phase.READING),
        (a_review(), True, None),
        (a_review(), False, Phase.READING),
        (a_sync(), True, Phase.SYNCHRONISING),
        (a_sync(), False, Phase.SYNCHRONISING),
        (following.failed(a_sync(), "It is away.", NOW), True, None),
        (following.failed(following.reading("r", both=True, decided=None), "It is away.", NOW), True, Phase.READING),
        (replace(a_sync(), phase=Phase.DONE), True, None),
    ],
)
def test_a_new_start_goes_on_with_what_the_last_one_left(
    left: Journal | None, page_is_there: bool, next_one: Phase | None
) -> None:
    assert following.taken_up(left, page_is_there=page_is_there) is next_one


def test_what_was_read_more_than_a_day_ago_is_old() -> None:
    preview = a_review().preview
    assert not following.is_old(preview, NOW + timedelta(hours=24))
    assert following.is_old(preview, NOW + timedelta(hours=24, seconds=1))
    assert not following.is_old(None, NOW)


TO = st.sampled_from(["xledger", "huma"])
MESSAGES = st.one_of(
    st.builds(Moved, to=TO, at=st.sampled_from(At), count=st.integers(0), said=st.text()),
    st.builds(Begun, to=TO, everybody=st.none() | st.text(), accounts=st.just(ACCOUNTS)),
    st.builds(Ended, to=TO, problem=st.none() | st.text(min_size=1), summary=st.none() | st.just(SUMMARY)),
    st.builds(Telling, state=st.sampled_from(["sending", "nothing", "sent", "failed"]), problem=st.none() | st.text()),
)


@given(st.lists(MESSAGES), st.booleans(), st.integers(0, 30))
def test_a_sync_that_is_killed_anywhere_does_all_that_was_not_done_and_nothing_that_was(
    messages: list[Message], both: bool, killed_after: int
) -> None:
    """What is written down is what a kill leaves."""
    journal = written = a_sync(both=both)
    for message in messages[:killed_after]:
        journal = following.heard(journal, message, NOW)
        if following.is_worth_writing_down(message):
            written = journal
    again = following.left_to_do(JOURNALS.validate_json(JOURNALS.dump_json(written)))
    done = {leg.step.to for leg in journal.legs if leg.step.state is StepState.DONE}
    assert {*again.left} == {leg.step.to for leg in journal.legs} - done
    assert {*again.begun} <= {*again.left}
    assert again.preview == journal.preview
    assert all(leg.step.state in (StepState.WAITING, StepState.DONE) for leg in again.legs)


@given(st.lists(MESSAGES), st.booleans(), st.sampled_from(Doing))
def test_a_run_always_comes_to_an_end_and_is_done_only_when_all_of_it_is(
    messages: list[Message], both: bool, doing: Doing
) -> None:
    start = a_sync(both=both) if doing is Doing.SYNC else following.reading("run", both=both, decided=None)
    journal = following.ended(after(start, *messages), NOW)
    assert not journal.is_running
    assert not journal.is_telling
    assert (journal.phase is Phase.FAILED) == (journal.problem is not None)
    assert journal.phase is Phase.FAILED or not journal.left


# ------------------------------------------------------------------ what is kept


def test_what_was_decided_is_kept_with_a_token_that_the_next_one_has_to_name() -> None:
    nothing = Kept("review")
    one = keep(nothing, decisions(add(7)), "draft", nothing.token, NOW)
    assert (one.text, one.draft, one.at, one.review) == (decisions(add(7)), "draft", NOW, "review")
    two = keep(one, decisions(add(8)), "draft", one.token, NOW)
    assert len({nothing.token, one.token, two.token}) == 3
    with pytest.raises(RefusedError, match="in another window or tab"):
        keep(two, decisions(), "draft", one.token, NOW)
    with pytest.raises(RefusedError, match="in another window or tab"):
        keep(Kept("another review"), decisions(), "draft", two.token, NOW)


def test_whoever_did_not_get_the_answer_may_ask_again() -> None:
    nothing = Kept("review")
    one = keep(nothing, decisions(add(7)), "draft", nothing.token, NOW)
    assert keep(one, decisions(add(7)), "draft", nothing.token, NOW + timedelta(1)) is one


@pytest.mark.parametrize("text", ["", "{}", decisions(version=2), decisions() + "Kari-Nordmann", '"\ud800"'])
def test_what_is_not_understood_is_not_kept_and_not_told(text: str) -> None:
    with pytest.raises(RefusedError, match="is not understood") as raised:
        keep(Kept("review"), text, "", "review/0", NOW)
    assert "Kari" not in str(raised.value)


def test_what_is_undecided_is_undecided_on_the_next_page_as_well() -> None:
    one, two, three = (a_user(number) for number in range(1, 4))
    decided = (stands(one, "phone", "huma"), stands(two, "phone", "xledger"), leave(three), add(7))
    text = decisions(stands(one, "jobTitle", "later"), *decided)
    for saved in (None, decisions(), decisions(stands(one, "jobTitle", "huma"))):
        assert parse_decisions(for_another_look(text, saved)) == parse_decisions(decisions(*decided))
    assert parse_decisions(for_another_look("\ufeff" + text, "\ufeff" + decisions())) == parse_decisions(
        decisions(*decided)
    )


def test_an_employment_id_that_was_put_off_is_not_left_to_the_rules_on_the_next_page() -> None:
    put_off = stands(a_user(1), "employmentId", "later")
    text = decisions(put_off, stands(a_user(1), "phone", "later"))
    assert parse_decisions(for_another_look(text, None)) == parse_decisions(decisions(put_off))


def test_what_was_saved_for_later_before_is_not_forgotten_on_the_next_page() -> None:
    one, two = a_user(1), a_user(2)
    before = stands(one, "phone", "later")
    text = decisions(before, stands(two, "phone", "later"), add(7))
    assert parse_decisions(for_another_look(text, decisions(before))) == parse_decisions(decisions(before, add(7)))
