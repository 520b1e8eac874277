"""What brings those to Xledger of whom Huma told, and everybody every so often: one thread, one run at a time."""

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from connector_base.reporting.rejection_lines import rejection_in
from huma_xledger.bringing.condition import Condition
from huma_xledger.bringing.gathering import SOON, Batch, Later, gathered, of_nobody
from huma_xledger.bringing.given_up import GivenUp
from huma_xledger.bringing.held import held as held_in
from huma_xledger.bringing.held import nobody_until
from huma_xledger.bringing.held import take_up as take_up_what_was_held
from huma_xledger.bringing.runs import Ending, Ran, Runs
from huma_xledger.bringing.timetable import Timetable
from huma_xledger.bringing.told import Tells
from huma_xledger.clock import utc_now
from huma_xledger.inbox.events import Kept
from huma_xledger.inbox.file import InboxError
from huma_xledger.inbox.pauses import PAUSES, due_after
from huma_xledger.inbox.store import Inbox
from huma_xledger.metering import Meters
from huma_xledger.report import cut_short

logger = logging.getLogger(f"airbyte.{__name__}")

LAST_SUCCESS: Final = "last success"
LAST_EVERYBODY: Final = "last everybody"
"""What the inbox calls when a run last ended well, and when the last one of everybody that did had begun."""

APART: Final = timedelta(minutes=15)
"""How long after everybody was brought they are brought again at the earliest for a webhook that names nobody: each of
those asks for a whole sync, and whoever has seen one of them can send it again."""

LOOK: Final = timedelta(seconds=2)
"""How long it is waited at most before the inbox is looked at: somebody may have had events tried again."""

BUSY: Final = timedelta(seconds=5)
"""How long it is waited where another sync of the connection runs."""

TROUBLED: Final = timedelta(seconds=10)
"""How long it is waited where the inbox cannot be read or written, or something failed that nobody foresaw."""

_MINUTE: Final = timedelta(minutes=1)
_MINUTES: Final = 2 * _MINUTE

TO_STOP: Final = 5.0
"""Seconds that a run gets to end when it has been told to."""


@dataclass(slots=True)
class Worker:
    """Brings people to Xledger, as long as it is not closed.

    What it goes by is in the inbox, so that a new one goes on where a killed one was.

    Attributes:
        runs: What brings them.
        inbox: The events.
        meters: What is counted.
        tells: Whom to tell of what nobody sees otherwise.
        timetable: When everybody is synced; None for never.
        batch_size: How many people are brought at a time.
        now: The current time, in UTC.
    """

    runs: Runs
    inbox: Inbox
    meters: Meters
    tells: Tells
    timetable: Timetable | None
    batch_size: int
    now: Callable[[], datetime] = utc_now
    _changed: threading.Condition = field(default_factory=threading.Condition, init=False, repr=False)
    _thread: threading.Thread | None = field(default=None, init=False, repr=False)
    _has_arrived: bool = field(default=False, init=False)
    _is_closing: bool = field(default=False, init=False)
    _is_well: bool = field(default=True, init=False)
    _last_success: datetime | None = field(default=None, init=False)
    _last_everybody: datetime | None = field(default=None, init=False)
    _alone: frozenset[str] = field(default=frozenset(), init=False)
    _alone_next: bool = field(default=False, init=False)
    _everybody_next: bool = field(default=True, init=False)
    _scheduled: datetime | None = field(default=None, init=False)
    _said: datetime | None = field(default=None, init=False)
    _failures: int = field(default=0, init=False)
    _is_busy: bool = field(default=False, init=False)
    _may_be_cold: bool = field(default=True, init=False)
    _given_up: GivenUp = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._given_up = GivenUp(self.inbox, self.tells)

    # -------------------------------------------------------------- from the start to the end

    def take_up(self) -> None:
        """Finds out where the last worker of this inbox was. To be done once, before anything else; `start` does it.

        Raises:
            InboxError: When the inbox cannot be read.
        """
        take_up_what_was_held(self.inbox, self.now())
        if until := nobody_until(self.inbox, self.now()):
            logger.warning(
                "A sync of everybody was broken off. Whom it added last may be seen in Xledger only in a while, so "
                "nobody is brought before %s.",
                f"{until:%H:%M:%S} UTC",
            )
        self._last_success = self._recalled(LAST_SUCCESS)
        self._last_everybody = everybody = self._recalled(LAST_EVERYBODY)
        self._given_up.take_up()
        if self.timetable is not None:
            self._scheduled = self.now() if everybody is None else self.timetable.next_after(everybody)
            self._say_when()

    def start(self) -> None:
        """Begins, in a thread.

        Raises:
            InboxError: When what earlier runs left cannot be read.
        """
        self.take_up()
        self._thread = threading.Thread(target=self._work, daemon=True, name="worker")
        self._thread.start()

    def arrived(self) -> None:
        """Hears that an event has come."""
        with self._changed:
            self._has_arrived = True
            self._changed.notify_all()

    def condition(self) -> Condition:
        """How things are.

        Raises:
            InboxError: When the inbox cannot be read.
        """
        waiting = self.inbox.waiting()
        return Condition(
            works=self._thread is not None and self._thread.is_alive() and self._is_well,
            last_success=self._last_success,
            oldest_waiting=min((kept.came_at for kept in waiting), default=None),
            waiting=len(waiting),
            given_up=len(self.inbox.given_up()),
        )

    def close(self, within: float) -> bool:
        """Begins no run any more, lets the one that is under way end, and ends it if that takes too long.

        Args:
            within: For how many seconds it is let.

        Returns:
            Whether nothing runs any more. What still does is as good as killed, and loses nothing by it.
        """
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(within)
            if self._thread.is_alive():
                self.runs.stop()
                self._thread.join(TO_STOP)
            if self._thread.is_alive():
                return False
        try:
            self._given_up.tell()
        except InboxError as error:
            logger.error("%s", error)  # noqa: TRY400  as below
        return True

    def _work(self) -> None:
        while not self._is_closing:
            self._wait(self._turn_or_trouble())

    def _turn_or_trouble(self) -> datetime | None:
        """Does what is to be done, and is well again, or not."""
        try:
            at = self.turn()
        except InboxError as error:
            logger.error("%s", error)  # noqa: TRY400  it is a sentence
        except Exception as error:
            logger.exception("Nobody foresaw this (%s). It goes on in a while.", type(error).__name__)
        else:
            self._is_well = True
            return at
        self._is_well = False
        return None

    def _wait(self, at: datetime | None) -> None:
        """Waits until a time, until the inbox is to be looked at anyway, or until something comes.

        Who is to be brought within a second is waited for whatever comes, so that a burst does not have the inbox read
        for each of its events.
        """
        pause = self._pause(at)
        heeds = pause > SOON and self._is_well
        with self._changed:
            self._changed.wait_for(lambda: self._is_closing or (heeds and self._has_arrived), pause.total_seconds())
            self._has_arrived = False

    def _pause(self, at: datetime | None) -> timedelta:
        """How long it is waited, if nothing comes."""
        if not self._is_well:
            return TROUBLED
        return LOOK if at is None else min(LOOK, max(at - self.now(), timedelta()))

    # -------------------------------------------------------------- what is next

    def turn(self) -> datetime | None:
        """Does one run, if one is due. Called by one thread only.

        Returns:
            When to look again, if nothing comes before; None where nothing waits.

        Raises:
            InboxError: When the inbox cannot be read or written.
        """
        newest = self.inbox.newest()  # before the others: what comes from now on is not answered
        waiting = self.inbox.waiting()
        now = self.now()
        if until := nobody_until(self.inbox, now):
            self._given_up.tell()
            return until
        self._alone &= {kept.event.user for kept in waiting if kept.event.user is not None}
        held = held_in(self.inbox, now)
        people = gathered(waiting, now, self.batch_size, held=held, alone=self._alone, alone_next=self._alone_next)
        everybody = self._everybody(waiting, now, newest, held)
        due = [found for found in (people, everybody) if isinstance(found, Batch)]
        if due:  # where both are, they take turns: nobody waits forever
            batch = due[-1] if self._everybody_next else due[0]
            self._run(replace(batch, up_to=max(newest, batch.up_to)))  # which answers what was given up on, too
            return self.now()
        self._given_up.tell()
        self._warm_up()
        return min((found.at for found in (people, everybody) if isinstance(found, Later) and found.at), default=None)

    def _warm_up(self) -> None:
        """Has what the first run would take longer for be done while nobody is to be brought."""
        if not self._may_be_cold or self._is_closing:
            return
        self._may_be_cold, began = False, self.now()
        try:
            self._spent(self.runs.warm_up(), began)
        except InboxError:
            raise
        except Exception as error:  # noqa: BLE001  nothing of a foreign error's text may get out
            logger.debug("Nothing could be done beforehand (%s).", type(error).__name__)

    def _everybody(
        self, waiting: Sequence[Kept], now: datetime, newest: int, held: Mapping[str, datetime]
    ) -> Batch | Later:
        """The batch of everybody, if one is due: by the timetable, or for an event that names nobody."""
        unnamed = of_nobody(waiting, now)
        asked = now if isinstance(unnamed, Batch) else unnamed.at
        if asked is not None and self._last_everybody is not None and self._last_everybody <= now:
            asked = max(asked, self._last_everybody + APART)
        if self._scheduled is not None and self.timetable is not None:  # by a clock that was ahead it may be in a year
            self._scheduled = min(self._scheduled, self.timetable.next_after(now))
        at = [moment for moment in (self._scheduled, asked) if moment is not None]
        if not at:
            return Later(None)
        due = max((min(at), *held.values()))
        if due > now:
            return Later(due)
        return Batch((), unnamed.numbers if isinstance(unnamed, Batch) else (), newest)

    def _recalled(self, name: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(self.inbox.recalled(name) or "")
        except ValueError:
            return None
        return found if found.tzinfo is not None and found <= self.now() else None

    # -------------------------------------------------------------- a run, and what comes of it

    def _run(self, batch: Batch) -> None:
        """Runs a batch, and keeps what came of it."""
        self._everybody_next, self._alone_next = bool(batch.users), bool(batch.users) and not self._is_single(batch)
        began = self.now()
        if not batch.users and not self._is_busy:
            logger.info("A sync of everybody who has changed begins. Whom Huma names meanwhile waits for its end.")
        ran = self._ran(batch)
        ended = self.now()
        of_everybody = ran.everybody or not batch.users
        self.meters.ran("everybody" if of_everybody else "some", ran.ending.value, (ended - began).total_seconds())
        self._spent(ran, began)
        if of_everybody:  # what is said in this process is told as it is said
            for line in (*cut_short([line for line in ran.log if rejection_in(line)]), *ran.untold):
                logger.warning("%s", line)
        if ran.ending is Ending.DONE:
            self._done(batch, ran, began, ended, of_everybody=of_everybody)
        elif ran.unread and not of_everybody:
            self._all_but_some(batch, ran, began, ended)
        elif self._is_closing:
            return  # it was told to end: that is no failure, and a new start tries again
        else:
            self._undone(batch, ran, ended)
        self._is_busy = ran.ending is Ending.BUSY
        if not batch.users or (of_everybody and ran.ending is Ending.DONE):
            self._schedule(ran.ending, began, ended)

    def _undone(self, batch: Batch, ran: Ran, ended: datetime) -> None:
        """Keeps what came of a run that failed for all whom it was to bring, or was in somebody else's way."""
        if ran.ending is Ending.BUSY:
            if not self._is_busy:  # a sync of everybody may take an hour, and one line says it
                every = f"{BUSY.total_seconds():.0f} seconds"
                logger.info("%s This is tried again every %s, until it is done.", ran.problem or "It is busy.", every)
            self.inbox.put_off(batch.numbers, ended + BUSY)
        elif ran.ending is Ending.UNFORESEEN and len(batch.users) > 1:
            logger.warning(
                "%s %s Each of them is tried alone.", _not_brought(batch.users), ran.problem or "Nobody says why."
            )
            self._alone |= set(batch.users)
        else:
            self._failed(batch.users, batch.numbers, ran.problem or "Nobody says why.", ended)

    def _is_single(self, batch: Batch) -> bool:
        return len(batch.users) == 1 and batch.users[0] in self._alone

    def _ran(self, batch: Batch) -> Ran:
        try:
            return self.runs.some(batch.users) if batch.users else self.runs.everybody()
        except InboxError:
            raise  # which is nobody's failure among the people
        except Exception as error:
            name = type(error).__name__
            logger.exception("A run failed unexpectedly (%s).", name)
            return Ran(
                Ending.UNFORESEEN,
                f"It failed unexpectedly ({name}), which is told in the log of huma-xledger listen. Report it if it "
                "comes back.",
            )

    def _spent(self, ran: Ran, began: datetime) -> None:
        """Counts what a run cost."""
        cost = [int(ran.summary.get(what, 0)) for what in ("requests", "bytes_sent", "bytes_received")]
        self.meters.spent(ran.huma_requests, *cost)
        if any(cost):
            self.inbox.spent(f"{began:%Y-%m}", *cost)

    def _done(self, batch: Batch, ran: Ran, began: datetime, ended: datetime, *, of_everybody: bool) -> None:
        answered = (
            self.inbox.answered_all(batch.up_to) if of_everybody else self.inbox.answered(batch.users, batch.up_to)
        )
        self._last_success = ended
        self.inbox.remember(LAST_SUCCESS, ended.isoformat())
        if of_everybody:
            self._last_everybody, self._may_be_cold = began, True
            self.inbox.remember(LAST_EVERYBODY, began.isoformat())
        self._alone = frozenset() if of_everybody else self._alone - set(batch.users)
        # A sync of everybody without a summary is somebody else's: what it came to is not known.
        self.meters.became("brought" if ran.summary or ran.everybody else "nothing_to_do", len(answered))
        for kept in answered:
            self.meters.brought_after(max((ended - kept.came_at).total_seconds(), 0))
        logger.info("%s", _came_to(batch, ran, ended - began))
        if ran.summary.get("rejected") and not of_everybody:
            self.tells.rejected(ran)

    def _all_but_some(self, batch: Batch, ran: Ran, began: datetime, ended: datetime) -> None:
        """Keeps what came of a run that did not read some: they alone are tried again, and the others are answered."""
        why: dict[str, list[str]] = {}
        for user, problem in ran.unread.items():
            why.setdefault(problem, []).append(user)
        for problem, users in why.items():
            self._failed(users, batch.numbers, problem, ended)
        if brought := tuple(user for user in batch.users if user not in ran.unread):
            self._done(replace(batch, users=brought), ran, began, ended, of_everybody=False)

    def _failed(self, users: Collection[str], numbers: Collection[int], problem: str, ended: datetime) -> None:
        """Has events tried again later, each by how often it was tried, or gives up on them.

        Args:
            users: Whose; none for everybody's.
            numbers: Which were tried.
            problem: Why they failed.
            ended: When.
        """
        tried_now, of = set(numbers), set(users)
        tried = [
            kept for kept in self.inbox.waiting() if kept.number in tried_now and (not of or kept.event.user in of)
        ]
        due: dict[datetime | None, list[Kept]] = {}
        for kept in tried:
            due.setdefault(due_after(kept.attempts + 1, ended), []).append(kept)
        left = due.get(None, [])
        if left:  # before they are given up on: after a kill in between, they wait
            self._given_up.note(left, ended)
        for at, events in due.items():
            self.inbox.failed([kept.number for kept in events], problem, at)
        self.meters.became("failed", len(tried) - len(left))
        self.meters.became("given_up", len(left))
        next_time = min((at for at in due if at is not None), default=None)
        again = f" Tried again in {_in_words(next_time - ended)}." if next_time else ""
        logger.warning("%s %s%s", _not_brought(users), problem, again)
        if left:
            logger.error(
                "%s given up on. huma-xledger events lists what was, and has it tried again with --retry.",
                "1 event was" if len(left) == 1 else f"{len(left)} events were",
            )
            self._given_up.tell_in_time(ended)

    def _schedule(self, ending: Ending, began: datetime, ended: datetime) -> None:
        """Finds out when everybody is to be synced next: by the timetable, and sooner after a failure."""
        self._failures = 0 if ending in (Ending.DONE, Ending.BUSY) else self._failures + 1
        if self.timetable is None:
            return
        self._scheduled = self.timetable.next_after(began)
        if ending is Ending.BUSY:
            self._scheduled = ended + BUSY
        elif self._failures:
            self._scheduled = min(self._scheduled, ended + PAUSES[min(self._failures, len(PAUSES)) - 1])
        self._say_when()

    def _say_when(self) -> None:
        """Says when everybody is synced next, unless that is at once or was said."""
        at = self._scheduled
        if at is not None and at != self._said and at - self.now() > BUSY:
            self._said = at
            logger.info("Everybody who has changed is synced next at %s.", f"{at:%Y-%m-%d %H:%M:%S} UTC")


def _came_to(batch: Batch, ran: Ran, took: timedelta) -> str:
    """What a run came to, in a line: whoever needed nothing, or was rejected, was not brought."""
    seconds = f"in {took.total_seconds():.1f} seconds"
    if ran.everybody and not ran.summary:
        return f"Everybody was brought {seconds}, by a sync that says nothing more here."
    counts = {
        what: sum(number.values()) if isinstance(number, Mapping) else number
        for what in ("created", "updated", "unchanged", "skipped", "rejected")
        if (number := ran.summary.get(what))
    }
    of_everybody = ran.everybody or not batch.users
    were = "brought" if of_everybody or (counts and counts.keys() <= {"created", "updated"}) else "looked at"
    requests = int(ran.summary.get("requests", 0))
    return (
        f"{_who(() if of_everybody else batch.users)} {were} {seconds}: "
        f"{', '.join(f'{count} {what}' for what, count in counts.items()) or 'nothing to bring'} "
        f"({requests} {'request' if requests == 1 else 'requests'} to Xledger)."
    )


def _who(users: Collection[str]) -> str:
    if not users:
        return "Everybody was"
    return f"User {next(iter(users))} was" if len(users) == 1 else f"{len(users)} people were"


def _not_brought(users: Collection[str]) -> str:
    return f"{_who(users)} not brought." if users else "The sync of everybody failed."


def _in_words(pause: timedelta) -> str:
    return f"{round(pause.total_seconds())} seconds" if pause < _MINUTES else f"{pause // _MINUTE} minutes"
