"""What was seen of an Xledger by reading alone, and what may be said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from xledger_api.language.schema import Schema
from xledger_api.sending.answers import Problem

Node = Mapping[str, Any]
"""An employee as they were listed."""


class Verdict(Enum):
    """Whether something that is relied on is so."""

    HOLDS = "holds"
    DOES_NOT_HOLD = "does not hold"
    CANNOT_BE_SEEN = "cannot be seen"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict.

    Attributes:
        verdict: The verdict.
        detail: Why, in names of parts of the schema, in numbers and in Xledger's scrubbed words: never a value.
    """

    verdict: Verdict
    detail: str = ""


class Look(Enum):
    """What is looked for among the employees."""

    EMPLOYEES = "the first employees"
    FOLLOWING = "those who follow a cursor"
    CODE = "somebody by the code as it is"
    CODE_IN_OTHER_CASE = "somebody by the code in other letters"
    EMAIL = "somebody by the e-mail address as it is"
    EMAIL_IN_CAPITALS = "somebody by the e-mail address in capitals"
    EMAIL_IN_SMALL_LETTERS = "somebody by the e-mail address in small letters"
    DB_ID = "somebody by the dbId"
    MOST_KEYS = "as many keys as a request may have"
    NOBODY = "a key that nobody has, on the largest page"


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to a look.

    Attributes:
        nodes: The employees.
        cursors: Theirs.
        is_null: Whether there is nothing in place of the list.
    """

    nodes: tuple[Node, ...] = field(repr=False)
    cursors: tuple[str, ...] = field(repr=False)
    is_null: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a look was not answered.

    Attributes:
        problem: What went wrong; None when the answer has another shape.
        words: What to say of it, scrubbed.
    """

    problem: Problem | None
    words: str


@dataclass(frozen=True, slots=True)
class Observed:
    """All that was seen.

    Attributes:
        schema: What Xledger tells of its schema, or what is written down where it tells nothing.
        token_is_base64url: Whether the API token has the form of one.
        viewer_tells: Whether Xledger tells whose token it is.
        gender_codes: What the settings call genders in Xledger.
        pages: What was found, by what was looked for.
        refused: The looks that were not answered.
        sought: The employee who should be found by a look.
    """

    schema: Schema
    token_is_base64url: bool
    viewer_tells: bool
    gender_codes: tuple[str, ...] = ()
    pages: Mapping[Look, Page] = field(default_factory=dict)
    refused: Mapping[Look, Refusal] = field(default_factory=dict)
    sought: Mapping[Look, Node] = field(default_factory=dict, repr=False)

    @property
    def employees(self) -> tuple[Node, ...]:
        """The employees that were listed; none where they could not be."""
        return self.pages[Look.EMPLOYEES].nodes if Look.EMPLOYEES in self.pages else ()
