"""Adding people to Huma: nobody twice, and nobody is invited."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from connector_base.failures import ConnectorError, config_error, transient_error
from connector_base.people.person import Person, Refusal
from destination_huma.people.planned import Planned
from destination_huma.settings.groups import is_an_id
from destination_huma.syncing.done import Done
from destination_huma.syncing.unwritten import Said, said_by
from destination_huma.syncing.updates import Ended, Updates
from huma_api.people.fresh_user import FreshUser
from huma_api.writing.huma import Huma
from huma_api.writing.outcomes import Refused, Taken, Unanswered
from shared_mappings import FieldChange

logger = logging.getLogger(f"airbyte.{__name__}")

GROUPS: Final = "groups"

PAUSES: Final = (2.0, 10.0, 30.0)
"""Seconds after which it is looked up who is there when the answer to an addition got lost; then it is sent again. In
Huma an e-mail address is nobody else's, so that an addition which comes late after all is refused."""


@dataclass(frozen=True, slots=True)
class Additions:
    """Adds people. Called by several threads at once, each for a person of its own.

    Attributes:
        huma: Reads and writes users.
        updates: Writes what an addition does not take.
        groups: IDs of the groups that people are added to.
        sleep: Waits that many seconds.
        done: Notes who was added as soon as that is seen.
    """

    huma: Huma
    updates: Updates
    groups: Sequence[str]
    sleep: Callable[[float], None]
    done: Done

    def add(self, item: Planned) -> Ended:
        """Adds a person, and writes the rest; but whoever has their e-mail address in Huma by now is who they are.

        So somebody is found and finished, too, whom a sync has added that was cut short.

        Args:
            item: Somebody whose plan is to be added.

        Raises:
            ConnectorError: When the sync cannot go on.
        """
        person, changes = item.person, self._sent_of(item)
        if there := self._with_the_address_of(person):
            return self.updates.write(person, there)
        lost: list[ConnectorError] = []
        for pause in PAUSES:
            with self.done.sending(person, None, changes):
                answer = self.huma.create_user(self._body(item, changes))
            match answer:
                case Taken():
                    if (user_id := answer.body.get("id")) and is_an_id(user_id):
                        return self._complete(item, changes, self._read(user_id))
                    lost.append(transient_error("Huma does not tell whom it has added. Run the sync again later."))
                case Refused():
                    there = self._with_the_address_of(person) if lost else None
                    if there is not None:  # the addition whose answer got lost has come after all
                        return self._complete(item, changes, there)
                    self.done.not_added(person)
                    self.updates.rights.may_not_add(answer.reason)
                    if GROUPS in answer.about:  # which are the same for everybody
                        raise _wrong_groups()
                    return Ended(item, Refusal((_said_of_all(answer),), item.plan.changes))
                case Unanswered():
                    lost.append(answer.failure)
            logger.warning(
                "The answer to adding %s got lost. Looking up in %.0f seconds whether they are there.",
                person.label,
                pause,
            )
            self.sleep(pause)
            if there := self._with_the_address_of(person):
                logger.warning("%s was added although Huma did not say so, and is not added again.", person.label)
                return self._complete(item, changes, there)
        raise lost[-1]

    def _sent_of(self, item: Planned) -> list[FieldChange]:
        """What of a plan an addition is sent: the least that Huma wants. The rest is written after that."""
        needed = self.updates.back.needed_fields
        return [change for change in item.plan.changes if change.field in needed]

    def _body(self, item: Planned, changes: Sequence[FieldChange]) -> dict[str, Any]:
        return {**self.updates.body_for_nobody(item.person, changes), GROUPS: list(self.groups)}

    def _with_the_address_of(self, person: Person) -> FreshUser | None:
        """Who has a person's e-mail address in Huma; None for nobody whom Huma shows."""
        for user_id in self.huma.find_by_email(person.desired.email or ""):
            if there := self.huma.read_user(user_id):
                return there
        return None

    def _read(self, user_id: str) -> FreshUser:
        fresh = self.huma.read_user(user_id)
        if fresh is None:
            raise transient_error(
                f"Huma does not show user {user_id}, whom it has just added. Run the sync again: nobody is added twice."
            )
        return fresh

    def _complete(self, item: Planned, changes: Sequence[FieldChange], there: FreshUser) -> Ended:
        self.done.added(item.person, there.user_id, changes)
        self.updates.rights.added()
        return self.updates.write(item.person, there, creation=item)


def _said_of_all(refused: Refused) -> Said:
    """Why an addition was refused, and about which of all its fields, where Huma's words leave that open."""
    said = said_by(refused)
    names = ", ".join(sorted(name for name in refused.about if name not in said.words))
    return replace(said, words=f"{said.words} ({names})", original=f"{said.original} ({names})") if names else said


def _wrong_groups() -> ConnectorError:
    """How it ends that Huma adds nobody to the groups of the settings."""
    return config_error(
        "Huma does not take the groups under Groups of new people (new_user_groups): it does not have one of them any "
        "more, or none of them is a company. Correct them, and run the sync again; the stream groups of source-huma "
        "has the ID, the type and the name of every group."
    )
