"""Whom nobody may bring yet: whoever may have been added to Xledger and is not seen there so soon."""

import json
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest

from huma_xledger import listen
from huma_xledger.bringing.everybody import Everybody
from huma_xledger.bringing.held import (
    EVERYBODY,
    MAY_APPEAR,
    everybody_begins,
    everybody_ended,
    held,
    nobody_until,
    take_up,
)
from huma_xledger.bringing.own_runs import OwnRuns
from huma_xledger.bringing.runs import Ending, Ran
from huma_xledger.connection_file import NAME as CONNECTION
from huma_xledger.inbox.store import NAME, Inbox

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
KARI = str(UUID(int=7))


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    inbox = Inbox.opened(tmp_path / NAME)
    yield inbox
    inbox.close()


def test_who_may_have_been_added_is_held_until_they_would_be_seen(inbox: Inbox) -> None:
    assert held(inbox, NOW) == {}
    inbox.adding([KARI], NOW)
    assert held(inbox, NOW + MAY_APPEAR - SECOND) == {KARI: NOW + MAY_APPEAR}
    assert held(inbox, NOW + MAY_APPEAR) == {}


def test_a_clock_that_went_back_lets_nobody_go_too_early_and_holds_nobody_longer(inbox: Inbox) -> None:
    inbox.adding([KARI], NOW + timedelta(minutes=50))
    everybody_ended(inbox, NOW + timedelta(days=50), in_doubt=True)
    assert held(inbox, NOW) == {KARI: NOW + MAY_APPEAR}
    assert nobody_until(inbox, NOW) == NOW + MAY_APPEAR
    assert held(inbox, NOW + SECOND) == {KARI: NOW + MAY_APPEAR}
    assert nobody_until(inbox, NOW + SECOND) == NOW + MAY_APPEAR
    assert held(inbox, NOW + MAY_APPEAR) == {}
    assert nobody_until(inbox, NOW + MAY_APPEAR) is None


def test_a_start_that_finds_everybody_under_way_has_nobody_brought_until_they_would_be_seen(inbox: Inbox) -> None:
    take_up(inbox, NOW)
    assert nobody_until(inbox, NOW) is None
    everybody_begins(inbox)
    assert nobody_until(inbox, NOW) is None
    take_up(inbox, NOW + SECOND)
    take_up(inbox, NOW + 9 * SECOND)
    assert nobody_until(inbox, NOW + 9 * SECOND) == NOW + SECOND + MAY_APPEAR
    everybody_begins(inbox)
    everybody_ended(inbox, NOW, in_doubt=False)
    take_up(inbox, NOW)
    assert nobody_until(inbox, NOW) is None


@pytest.mark.parametrize(
    ("came_to", "is_held"),
    [
        (Ran(Ending.DONE, everybody=True), False),
        (Ran(Ending.CONFIG, "It fails."), False),
        (Ran(Ending.PASSING, "It broke off.", in_doubt=True), True),
    ],
)
def test_that_everybody_is_brought_is_noted_while_it_lasts_and_after_that_if_it_is_not_known_who_was_added(
    came_to: Ran, is_held: bool, inbox: Inbox, tmp_path: Path
) -> None:
    noted: list[str | None] = []

    class Bringing(Everybody):
        def __call__(self) -> Ran:
            noted.append(inbox.recalled(EVERYBODY))
            return came_to

    content = {"source-huma": {}, "destination-xledger": {"mode": "sync"}}
    (tmp_path / CONNECTION).write_text(json.dumps(content), encoding="utf-8")
    ours = OwnRuns(tmp_path, tmp_path, inbox, Bringing(tmp_path, tmp_path), lambda: NOW)
    assert ours.everybody() == came_to
    assert noted[0] is not None
    assert (nobody_until(inbox, NOW) is not None) is is_held
    inbox.adding([KARI], NOW)
    assert ours.everybody().ending is Ending.BUSY
    assert len(noted) == 1


def test_a_signal_that_comes_before_webhooks_are_taken_ends_it_as_well() -> None:
    server = SimpleNamespace(should_exit=False)
    with listen._ending() as ending:  # noqa: SLF001  as listen has it
        signal.raise_signal(signal.SIGTERM)
        ending.will_end(server)  # type: ignore[arg-type]
    assert (server.should_exit, ending.code) == (True, 0)
