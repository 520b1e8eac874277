"""What a review remembers, and how one thing follows from another; without I/O.

Every function here takes a journal and gives the next one. Whatever kills a review, the next start goes on from the
journal that was written last.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from huma_xledger.reviewing.messages import Accounts, Begun, Ended, Message, Moved, Telling
from huma_xledger.reviewing.status import At, Doing, Phase, Step, StepState, System, in_utc

OLD: Final = timedelta(days=1)
"""How long what was read is taken to be as it was."""

GONE: Final = (
    "What runs the connectors was ended from outside, or the machine lacks memory or room. Try again: what was written "
    "stays written, and nothing is done twice."
)


@dataclass(frozen=True, slots=True)
class Leg:
    """One direction of a run, and what nobody is shown of it.

    Attributes:
        step: What is shown of it.
        begun: Whether it had begun to sync.
        accounts: The accounts that it is between.
        page: The file with the page of its report.
    """

    step: Step
    begun: bool = False
    accounts: Accounts | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What is decided about.

    Attributes:
        name: What it is called, which no other one is.
        at: When it was made.
        page: The file with the page.
        accounts: The accounts that were read, by the system that would be written to.
        received: How many people were, likewise.
    """

    name: str
    at: datetime
    page: str
    accounts: Mapping[System, Accounts]
    received: Mapping[System, int]


@dataclass(frozen=True, slots=True)
class Journal:
    """What a review remembers.

    Attributes:
        phase: What it is at.
        run: What the run is called that goes on or went last.
        legs: Its directions, in the order in which they run.
        preview: What is decided about; None before the first preview is whole.
        decided: A digest of the decisions of the connection as this review has seen or written them; None for none.
        told: Whether the result was told to those who are to be told; None where nobody is, or nothing.
        told_problem: Why it could not be.
        is_telling: Whether that goes on.
    """

    phase: Phase
    run: str
    legs: tuple[Leg, ...]
    preview: Preview | None = None
    decided: str | None = None
    told: Literal["sent", "failed"] | None = None
    told_problem: str | None = None
    is_telling: bool = False

    @property
    def doing(self) -> Doing:
        """What the connectors are run for, or were last."""
        return self.legs[0].step.doing

    @property
    def is_running(self) -> bool:
        """Whether connectors are to be run now."""
        return self.phase in (Phase.READING, Phase.SYNCHRONISING)

    @property
    def left(self) -> tuple[System, ...]:
        """The systems that the run has not written to yet, or would not have."""
        return tuple(leg.step.to for leg in self.legs if leg.step.state is not StepState.DONE)

    @property
    def begun(self) -> tuple[System, ...]:
        """Those of them whose sync has begun."""
        return tuple(leg.step.to for leg in self.legs if leg.begun and leg.step.to in self.left)

    @property
    def problem(self) -> str | None:
        """Why the run failed; None when it did not."""
        return "\n".join(leg.step.problem for leg in self.legs if leg.step.problem) or None

    def page(self, to: System) -> str | None:
        """The file with the page of what was done in a direction."""
        return next((leg.page for leg in self.legs if leg.step.to == to and leg.step.doing is Doing.SYNC), None)


def reading(run: str, *, both: bool, decided: str | None, before: Journal | None = None) -> Journal:
    """Both systems are read anew.

    Args:
        run: What the run is called, which no other one is.
        both: Whether in both directions.
        decided: A digest of the decisions of the connection.
        before: What there was; what could be decided about stays until the new preview is whole.
    """
    to: tuple[System, ...] = ("xledger", "huma") if both else ("xledger",)
    legs = tuple(Leg(Step(Doing.PREVIEW, each)) for each in to)
    return Journal(Phase.READING, run, legs, before.preview if before else None, decided)


def synchronising(journal: Journal, run: str, *, both: bool, decided: str | None) -> Journal:
    """What was decided is to be done. Huma is written to first, so that Xledger loses nothing Huma is to get from it.

    Args:
        journal: What there was.
        run: What the run is called.
        both: Whether in both directions.
        decided: A digest of the decisions that were written for the connection.
    """
    to: tuple[System, ...] = ("huma", "xledger") if both else ("xledger",)
    legs = tuple(Leg(Step(Doing.SYNC, each)) for each in to)
    return Journal(Phase.SYNCHRONISING, run, legs, journal.preview, decided)


def left_to_do(journal: Journal) -> Journal:
    """A sync that failed or was killed goes on: what is done stays done, all else is to be done again."""
    legs = tuple(
        leg if leg.step.state is StepState.DONE else replace(leg, step=Step(leg.step.doing, leg.step.to))
        for leg in journal.legs
    )
    return replace(journal, phase=Phase.SYNCHRONISING, legs=legs, told=None, told_problem=None)


def heard(journal: Journal, message: Message, now: datetime) -> Journal:
    """What runs the connectors has told something."""
    if isinstance(message, Telling):
        return _telling(journal, message)
    legs = tuple(_heard(leg, message, now, journal) if leg.step.to == message.to else leg for leg in journal.legs)
    return replace(journal, legs=legs)


def is_worth_writing_down(message: Message) -> bool:
    """Whether a new start would do something else if it did not know of a message."""
    return not isinstance(message, Moved)


def ended(journal: Journal, now: datetime) -> Journal:
    """What runs the connectors has ended: a direction that had not ended by then has failed."""
    legs = tuple(
        replace(leg, step=replace(leg.step, state=StepState.FAILED, at=None, ended=in_utc(now), problem=GONE))
        if leg.step.state is StepState.RUNNING
        else leg
        for leg in journal.legs
    )
    journal = replace(journal, legs=legs, is_telling=False)
    if journal.problem is None and any(leg.step.state is StepState.WAITING for leg in legs):
        return failed(journal, GONE, now)
    if journal.problem:
        return replace(journal, phase=Phase.FAILED)
    if journal.doing is Doing.SYNC:
        return replace(journal, phase=Phase.DONE)
    page = next(leg.page for leg in legs if leg.step.to == "xledger")
    if page is None:
        return failed(journal, "The preview left no page to decide on. Read once more.", now)
    preview = Preview(
        name=journal.run,
        at=now,
        page=page,
        accounts={leg.step.to: leg.accounts for leg in legs if leg.accounts},
        received={leg.step.to: leg.step.summary["received"] for leg in legs if leg.step.summary},
    )
    return replace(journal, phase=Phase.DECIDING, preview=preview)


def failed(journal: Journal, problem: str, now: datetime) -> Journal:
    """The run cannot go on, and it is the fault of no connector.

    Args:
        journal: What there was.
        problem: Why, in sentences with what to do.
        now: The time.
    """
    first = next((leg for leg in journal.legs if leg.step.state is not StepState.DONE), journal.legs[-1])
    step = replace(first.step, state=StepState.FAILED, at=None, ended=in_utc(now), problem=problem)
    legs = tuple(replace(leg, step=step) if leg is first else leg for leg in journal.legs)
    return replace(journal, phase=Phase.FAILED, legs=legs)


def taken_up(journal: Journal | None, *, page_is_there: bool) -> Phase | None:
    """What a new start does with what the last one left.

    Args:
        journal: What was left; None for nothing.
        page_is_there: Whether the page that is decided about can still be read.

    Returns:
        `reading` to read anew, `synchronising` to go on with a sync, None to go on waiting for somebody.
    """
    match journal:
        case None | Journal(phase=Phase.READING):
            return Phase.READING
        case Journal(phase=Phase.FAILED) if journal.doing is Doing.PREVIEW:
            return Phase.READING
        case Journal(phase=Phase.DECIDING) if not page_is_there:
            return Phase.READING
        case Journal(phase=Phase.SYNCHRONISING):
            return Phase.SYNCHRONISING
    return None


def is_old(preview: Preview | None, now: datetime) -> bool:
    """Whether much may have changed since something was read."""
    return preview is not None and now - preview.at > OLD


def _heard(leg: Leg, message: Moved | Begun | Ended, now: datetime, journal: Journal) -> Leg:
    step = leg.step
    match message:
        case Moved() if step.ended is not None:
            return leg
        case Moved():
            step = replace(
                step,
                state=StepState.RUNNING,
                began=step.began or in_utc(now),
                at=message.at or step.at,
                count=step.count if message.count is None else message.count,
                said=step.said if message.said is None else message.said,
            )
            return replace(leg, step=step)
        case Begun():
            received = journal.preview.received.get(step.to) if journal.preview else None
            of = received if step.doing is Doing.SYNC and message.everybody else None
            step = replace(step, at=At.READING, everybody=message.everybody, of=of)
            return replace(leg, step=step, begun=True, accounts=message.accounts)
        case Ended():
            step = replace(
                step,
                state=StepState.FAILED if message.problem else StepState.DONE,
                at=None,
                began=step.began or in_utc(now),
                ended=in_utc(now),
                problem=message.problem,
                summary=message.summary,
                warnings=message.warnings,
                has_result=message.page is not None and step.doing is Doing.SYNC,
            )
            return replace(leg, step=step, page=message.page)


def _telling(journal: Journal, message: Telling) -> Journal:
    """Of several directions, the one that could not be told of is what somebody has to know."""
    told = replace(journal, is_telling=message.state == "sending")
    if message.state not in ("sent", "failed") or journal.told == "failed":
        return told
    return replace(told, told=message.state, told_problem=message.problem)
