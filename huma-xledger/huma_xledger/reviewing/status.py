"""How far a review is, as whoever shows it may read it at any time. No value of anybody's record is in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Any, Literal

System = Literal["huma", "xledger"]


def in_utc(moment: datetime) -> str:
    """A moment in UTC, as a status has it."""
    return f"{moment.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


class RefusedError(Exception):
    """What is asked of a review cannot be done now; the message is a sentence that says why, and what to do."""


class Phase(str, Enum):
    """What a review is at."""

    READING = "reading"
    DECIDING = "deciding"
    SYNCHRONISING = "synchronising"
    DONE = "done"
    FAILED = "failed"


class Doing(str, Enum):
    """What connectors are run for."""

    PREVIEW = "preview"
    SYNC = "sync"


class StepState(str, Enum):
    """How far a direction is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class At(str, Enum):
    """What a direction that runs is at.

    Attributes:
        LOCK: It waits until another sync of the connection has ended.
        CHECKING: Both connectors are checked.
        READING: The source hands people over, and the destination takes them as they come.
        WRITING: The source is done, the destination is not.
    """

    LOCK = "lock"
    CHECKING = "checking"
    READING = "reading"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class Step:
    """One direction of a run.

    Attributes:
        doing: What for.
        to: The system that is written to, or would be.
        state: How far it is.
        at: What it is at; None while it does not run.
        count: How many people the source has handed over.
        of: How many there are going to be; None where nobody knows.
        said: What one of the connectors said last that is about no single person; empty before.
        everybody: Why everybody is sent, as a sentence; None when only those are who changed, or it is not known yet.
        began: When it began, in ISO 8601 and UTC; None before.
        ended: When it ended, likewise.
        summary: What it came to, as the destination sums it up; None before it does.
        problem: Why it failed, in sentences of the connectors.
        warnings: What the connectors warned of that is about no single person.
        has_result: Whether there is a page with what was done.
    """

    doing: Doing
    to: System
    state: StepState = StepState.WAITING
    at: At | None = None
    count: int = 0
    of: int | None = None
    said: str = ""
    everybody: str | None = None
    began: str | None = None
    ended: str | None = None
    summary: Mapping[str, Any] | None = None
    problem: str | None = None
    warnings: tuple[str, ...] = ()
    has_result: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """How far a review is.

    Attributes:
        version: Rises with every change, over a new start as well.
        phase: What it is at.
        steps: The directions of the run that goes on, or else of the last one, in the order in which they run.
        both: Whether the connection has the other direction, Xledger to Huma, as well.
        mode: What `connection.yaml` says of the mode of `destination-xledger`: `sync`, or `preview` for nothing.
        to_huma_mode: The same of `destination-huma`; None where the connection does not have it.
        review: Which preview is decided about; None before there is one.
        read_at: When it was made, in ISO 8601 and UTC.
        is_old: Whether that is more than a day ago, so that much may have changed.
        onto: The token of what was decided last; None while nothing can be decided.
        kept_at: When that was; None for not at all.
        saved: Whether what was decided last is what syncs of the connection go by.
        failed_in: What failed; None in every phase but `failed`.
        problem: Why, in sentences with what to do.
        told: Whether the result was told to those who are to be told: None for nobody, `sending`, `sent` or `failed`.
        told_problem: Why it could not be told.
    """

    version: int
    phase: Phase
    steps: tuple[Step, ...]
    both: bool
    mode: str
    to_huma_mode: str | None
    review: str | None = None
    read_at: str | None = None
    is_old: bool = False
    onto: str | None = None
    kept_at: str | None = None
    saved: bool = False
    failed_in: Doing | None = None
    problem: str | None = None
    told: Literal["sending", "sent", "failed"] | None = None
    told_problem: str | None = None
