"""What is worth telling is told once; whatever goes wrong with that is a sentence without an address."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_base.failures import config_error
from connector_base.storage.storage import LocalFolder, Storage
from connector_base.telling import telling
from connector_base.telling.message import Message
from connector_base.telling.remembered import FILE, Remembered
from connector_base.telling.run import Run
from connector_base.telling.sending import Became
from connector_base.telling.telling import Audience, State, Told, not_understood
from shared_mappings import Side

NOON = datetime(2026, 11, 29, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
ADDRESSES = ("mailtos://post:Zq-secret@example.com", "https://hooks.slack.com/services/T0/B0/Zq-secret")


@dataclass
class Post:
    """What is sent, and what becomes of it.

    Attributes:
        becomes: What becomes of the next messages, by address.
        sent: The messages.
    """

    becomes: Sequence[Became] = (Became.TOLD, Became.TOLD)
    sent: list[Message] = field(default_factory=list)

    def __call__(self, message: Message, addresses: Sequence[str]) -> list[Became]:
        self.sent.append(message)
        return list(self.becomes)[: len(addresses)]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    post = Post()
    monkeypatch.setattr(telling, "send", post)
    return post


def audience(storage: Storage | None, written: Side = Side.XLEDGER, addresses: Sequence[str] = ADDRESSES) -> Audience:
    return Audience(addresses, "en", "Who is told the result (notify)", Remembered(storage, written))


def a_run(problem: str | None = None, mode: str = "sync", written: Side = Side.XLEDGER, **counts: Any) -> Run:
    named = {code: [f"users {n}" for n in range(number)] for code, number in counts.get("rejected", {}).items()}
    return Run(written, {"mode": mode, "received": 9, **counts}, named, None, problem)


IDLE = a_run(unchanged=9)
FAILURE = a_run("Xledger asks to wait until 14:35.")


def test_where_nobody_wants_to_know_nothing_is_sent_or_remembered(tmp_path: Path, post: Post) -> None:
    assert audience(LocalFolder(tmp_path), addresses=()).tell(FAILURE, NOON) == Told(State.OFF)
    assert post.sent == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "run",
    [
        a_run(created=1),
        a_run(updated=1),
        a_run(rejected={"missing_key": 1}),
        a_run(warnings={"invalid_date": 1}),
        a_run(mode="preview", created=1),
        FAILURE,
        Run(Side.XLEDGER, {}, problem="The source does not answer."),
    ],
    ids=range(7),
)
def test_a_run_that_did_something_or_failed_is_told(run: Run, post: Post) -> None:
    assert audience(None).tell(run, NOON) == Told(State.SENT)
    assert len(post.sent) == 1


@pytest.mark.parametrize(
    "run",
    [IDLE, a_run(received=0), a_run(skipped={"deactivated": 3}), a_run(conflicts={"phone": 3}), a_run(mode="preview")],
)
def test_an_idle_run_is_not(run: Run, tmp_path: Path, post: Post) -> None:
    assert audience(LocalFolder(tmp_path)).tell(run, NOON) == Told(State.NOTHING)
    assert post.sent == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        (FAILURE, FAILURE, False),
        (FAILURE, a_run("Xledger asks to wait until 15:05."), False),
        (a_run("It failed.", created=500), a_run("It failed."), False),
        (FAILURE, a_run("It failed."), True),
        (a_run("It failed."), a_run("It failed.", created=1), True),
        (a_run("It failed."), a_run("It failed.", rejected={"missing_key": 1}), True),
        (a_run(rejected={"missing_key": 2}), a_run(rejected={"missing_key": 2}), False),
        (a_run(rejected={"missing_key": 2}), a_run(rejected={"duplicate_key": 2}), True),
        (a_run(warnings={"invalid_date": 2}), a_run(warnings={"invalid_date": 3}), True),
        (a_run(created=1), a_run(created=1), True),
        (a_run(mode="preview", created=1), a_run(mode="preview", created=1), False),
        (a_run(mode="preview", created=1), a_run(mode="preview", created=2), True),
        (a_run(mode="preview", rejected={"missing_key": 2}), a_run(rejected={"missing_key": 2}), True),
    ],
    ids=range(13),
)
def test_the_same_is_told_once_unless_something_was_written(
    first: Run, then: Run, told: bool, tmp_path: Path, post: Post
) -> None:
    audience(LocalFolder(tmp_path)).tell(first, NOON)
    again = audience(LocalFolder(tmp_path)).tell(then, NOON + HOUR)
    assert again == Told(State.SENT if told else State.NOTHING)
    assert len(post.sent) == 1 + told


def test_other_people_who_are_rejected_are_news(tmp_path: Path, post: Post) -> None:
    for label in ("users a", "users b"):
        run = Run(Side.XLEDGER, {"mode": "sync", "rejected": {"missing_key": 1}}, {"missing_key": [label]})
        audience(LocalFolder(tmp_path)).tell(run, NOON)
    assert len(post.sent) == 2


@pytest.mark.parametrize("between", [IDLE, a_run(updated=1), a_run("Something else.")])
def test_what_comes_back_after_something_else_is_told_again(between: Run, tmp_path: Path, post: Post) -> None:
    for run in (FAILURE, between, FAILURE):
        audience(LocalFolder(tmp_path)).tell(run, NOON)
    assert [message.subject for message in post.sent].count("Huma to Xledger: the sync failed") >= 2
    assert json.loads((tmp_path / FILE).read_text())["xledger"]["what"] == FAILURE.told_as


@pytest.mark.parametrize(("later", "times"), [(timedelta(hours=23), 1), (timedelta(days=1), 2), (-HOUR, 2)])
def test_after_a_day_it_is_told_again(later: timedelta, times: int, tmp_path: Path, post: Post) -> None:
    for now in (NOON, NOON + later):
        audience(LocalFolder(tmp_path)).tell(FAILURE, now)
    assert len(post.sent) == times


def test_without_a_storage_it_is_told_every_time(post: Post) -> None:
    for _ in range(2):
        assert audience(None).tell(FAILURE, NOON) == Told(State.SENT)
    assert len(post.sent) == 2


def test_the_two_directions_do_not_forget_what_the_other_one_told(tmp_path: Path, post: Post) -> None:
    for _ in range(2):
        for written in Side:
            run = a_run("It failed.", written=written)
            audience(LocalFolder(tmp_path), written).tell(run, NOON)
    audience(LocalFolder(tmp_path)).tell(IDLE, NOON)
    assert len(post.sent) == 2
    assert json.loads((tmp_path / FILE).read_text()).keys() == {"huma"}


def test_nothing_but_a_digest_and_a_time_is_remembered(tmp_path: Path, post: Post) -> None:  # noqa: ARG001  it sends
    audience(LocalFolder(tmp_path)).tell(a_run("Zq is wrong.", rejected={"missing_key": 1}), NOON)
    kept = (tmp_path / FILE).read_text()
    assert json.loads(kept) == {
        "xledger": {"what": json.loads(kept)["xledger"]["what"], "at": "2026-11-29T12:00:00+00:00"}
    }
    assert "Zq" not in kept
    assert "users" not in kept


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "5", '{"xledger": 5}', '{"xledger": {"what": "WHAT"}}', '{"xledger": {"what": "WHAT", "at": "x"}}'],
)
def test_whatever_else_stands_there_is_taken_for_nothing(content: str, tmp_path: Path, post: Post) -> None:
    (tmp_path / FILE).write_text(content.replace("WHAT", FAILURE.told_as))
    assert audience(LocalFolder(tmp_path)).tell(FAILURE, NOON) == Told(State.SENT)
    assert len(post.sent) == 1


class Broken:
    """A storage that has gone."""

    def put(self, *_: Any) -> None:
        raise config_error("The folder cannot be written.")

    def read(self, _: str) -> bytes | None:
        raise config_error("The folder cannot be read.")

    def remove(self, _: str) -> None:
        raise AssertionError

    def place(self, _: str) -> str:
        raise AssertionError


def test_where_nothing_can_be_remembered_it_is_told_all_the_same(post: Post) -> None:
    told = audience(Broken()).tell(FAILURE, NOON)
    assert told.state is State.SENT
    assert "The folder cannot be read." in told.problems[0]
    assert len(post.sent) == 1


def test_what_reached_nobody_is_tried_again(tmp_path: Path, post: Post) -> None:
    post.becomes = (Became.NOT_REACHED, Became.NO_ANSWER)
    assert audience(LocalFolder(tmp_path)).tell(FAILURE, NOON).state is State.FAILED
    post.becomes = (Became.NOT_REACHED, Became.TOLD)
    assert audience(LocalFolder(tmp_path)).tell(FAILURE, NOON).state is State.SENT
    assert audience(LocalFolder(tmp_path)).tell(FAILURE, NOON).state is State.NOTHING


def test_an_address_that_was_not_reached_is_named_by_its_place_and_kind(post: Post) -> None:
    post.becomes = (Became.NO_ANSWER, Became.NOT_REACHED)
    first, second = audience(None).tell(FAILURE, NOON).problems
    assert first.startswith(
        "The first address under Who is told the result (notify) was not told the result: there was no"
    )
    assert "(mailtos)" in first
    assert "(https)" in second


@given(
    st.lists(
        st.tuples(
            st.text(), st.sampled_from([Became.NOT_REACHED, Became.NO_ANSWER, Became.NOT_UNDERSTOOD, Became.NOT_RUN])
        )
    )
)
def test_no_sentence_holds_anything_of_an_address_but_its_kind(answers: list[tuple[str, Became]]) -> None:
    addresses = [f"mailto://Zq{text}Zq" for text, _ in answers]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(telling, "send", Post([became for _, became in answers]))
        patched.setattr(telling, "tried", lambda _: [became for _, became in answers])
        told = (*audience(None, addresses=addresses).tell(FAILURE, NOON).problems, *not_understood(addresses, "notify"))
    assert len(told) >= len(answers)
    assert "Zq" not in "".join(told)
