"""A run, told to those who want to know of it: whether at all, in which words, and what became of that."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.settings.complaints import ordinal
from connector_base.telling.addresses import kind_of
from connector_base.telling.message import message_of
from connector_base.telling.remembered import Remembered
from connector_base.telling.run import Run
from connector_base.telling.sending import WITHIN, Became, send, tried
from shared_mappings import Language

logger = logging.getLogger(f"airbyte.{__name__}")


class State(str, Enum):
    """What became of telling a run."""

    OFF = "off"
    """Nobody wants to know."""
    NOTHING = "nothing"
    """There was nothing to tell, or it was told before."""
    SENT = "sent"
    """Somebody was told."""
    FAILED = "failed"
    """Nobody was reached."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of telling a run.

    Attributes:
        state: In a word.
        problems: What was in the way, in sentences that name addresses by their place and kind.
    """

    state: State
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audience:
    """Those who are told.

    Attributes:
        addresses: Where.
        language: In which language.
        setting: What the setting is called in which the addresses are.
        remembered: What they were told last.
    """

    addresses: Sequence[str] = field(repr=False)
    language: Language
    setting: str
    remembered: Remembered

    def tell(self, run: Run, now: datetime) -> Told:
        """Tells of a run that did something or failed, unless the same was told within the day and nothing since.

        Nothing that goes wrong here is raised: what was synced is synced.

        Args:
            run: The run.
            now: The time, with its zone.
        """
        if not self.addresses:
            return Told(State.OFF)
        problems: list[str] = []
        if self._is_old_news(run, now, problems):
            return Told(State.NOTHING, tuple(problems))
        became = send(message_of(run, self.language), self.addresses)
        problems += self._not_told(became)
        if Became.TOLD not in became:
            return Told(State.FAILED, tuple(problems))
        try:
            self.remembered.tells(run.told_as, now)
        except AirbyteTracedException as error:
            problems.append(_not_remembered(error))
        return Told(State.SENT, tuple(problems))

    def _is_old_news(self, run: Run, now: datetime, problems: list[str]) -> bool:
        try:
            if run.is_worth_telling:
                return not run.has_written and self.remembered.is_told(run.told_as, now)
            self.remembered.forget()
        except AirbyteTracedException as error:
            problems.append(_not_remembered(error))
        return not run.is_worth_telling

    def _not_told(self, became: Sequence[Became]) -> Iterator[str]:
        for position, (address, what) in enumerate(zip(self.addresses, became, strict=True)):
            if what is not Became.TOLD:
                which = f"The {ordinal(position)} address under {self.setting}"
                yield f"{which} was not told the result: {_WHY[what].format(kind=kind_of(address))}"


_WHY: Final = {
    Became.NOT_UNDERSTOOD: "Apprise does not understand it. Correct it.",
    Became.NOT_REACHED: "nobody was reached there, or not everybody ({kind}). Check its host, user name, password and "
    "token, and whether this machine may reach it.",
    Became.NO_ANSWER: f"there was no answer within {WITHIN:.0f} seconds ({{kind}}). Check its host, and whether this "
    "machine may reach it.",
    Became.NOT_RUN: "Apprise cannot be run here. Install this version anew, or give the machine more memory.",
}


def not_understood(addresses: Sequence[str], setting: str) -> Iterator[str]:
    """Of each address that Apprise does not understand, a sentence that says so, without it. Nothing is sent.

    Args:
        addresses: The addresses.
        setting: What the setting is called in which they are.
    """
    for position, became in enumerate(tried(addresses) if addresses else ()):
        which = f"the {ordinal(position)} address under {setting}"
        if became is Became.NOT_UNDERSTOOD:
            yield f"Apprise does not understand {which}: correct it, one address a line."
        elif became is not Became.UNDERSTOOD:
            yield (
                f"Apprise cannot be run here, so that nobody knows whether it understands {which}. Install this "
                "version anew, or give the machine more memory."
            )


def _not_remembered(error: AirbyteTracedException) -> str:
    return f"What was told is not remembered, so that it may be told again. {error.message}"
