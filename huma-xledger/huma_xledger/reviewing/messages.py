"""What passes between a review and the process that runs its connectors: a task, and how far it is, a line each.

What is in a line is JSON. Ids, numbers and sentences are in it, and no value of anybody's record.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeVar

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from huma_xledger.reviewing.status import At, Doing, System

Accounts = tuple[str | None, str | None]
"""What the connectors say whose accounts they reach, the source's first; None where one does not say."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be run.

    Attributes:
        doing: What for.
        folder: The folder of the connection.
        states: The folder with its states.
        reports: A folder of this program's own, for what nobody else is to have.
        to: The systems that are written to, or would be, one after the other.
        begun: Those of them whose sync had begun when the one before broke off.
        accounts: The accounts that were read when it was decided what is synced; a sync with others is refused.
        decisions: The file with what was decided; None leaves it to the connection.
    """

    doing: Doing
    folder: str
    states: str
    reports: str
    to: tuple[System, ...]
    begun: tuple[System, ...] = ()
    accounts: Mapping[System, Accounts] | None = None
    decisions: str | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A direction has come further; what is None stays as it was.

    Attributes:
        to: The system that is written to.
        at: What it is at.
        count: How many people the source has handed over.
        said: What a connector said.
    """

    to: System
    at: At | None = None
    count: int | None = None
    said: str | None = None
    kind: Literal["moved"] = "moved"


@dataclass(frozen=True, slots=True)
class Begun:
    """A direction has been checked, and begins.

    Attributes:
        to: The system that is written to.
        everybody: Why everybody is sent; None when only those are who changed.
        accounts: The accounts that it is between.
    """

    to: System
    everybody: str | None
    accounts: Accounts
    kind: Literal["begun"] = "begun"


@dataclass(frozen=True, slots=True)
class Ended:
    """A direction has ended.

    Attributes:
        to: The system that is written to.
        problem: Why it failed; None when it did not.
        summary: What it came to; None when the destination did not get so far as to sum up.
        warnings: What the connectors warned of that is about no single person.
        page: The file with the page of its report; None when there is none.
    """

    to: System
    problem: str | None = None
    summary: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    page: str | None = None
    kind: Literal["ended"] = "ended"


@dataclass(frozen=True, slots=True)
class Telling:
    """What a direction came to is told to those who are to be told.

    Attributes:
        state: How far that is; `nothing` when there is nobody to be told, or nothing to tell.
        problem: Whom it did not reach, and why.
    """

    state: Literal["sending", "nothing", "sent", "failed"]
    problem: str | None = None
    kind: Literal["telling"] = "telling"


Message = Moved | Begun | Ended | Telling

_Type = TypeVar("_Type")

TASK: Final[TypeAdapter[Task]] = TypeAdapter(Task)
MESSAGE: Final[TypeAdapter[Message]] = TypeAdapter(Message)


def as_line(adapter: TypeAdapter[_Type], content: _Type) -> bytes:
    """A task or a message as a line."""
    return adapter.dump_json(content) + b"\n"
