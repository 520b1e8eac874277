"""Adding employees, nobody twice."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from connector_base.failures import transient_error
from destination_xledger.people.person import Planned
from destination_xledger.reporting.outcomes import Outcomes
from destination_xledger.syncing.blame import is_theirs, refused_together, suspect
from destination_xledger.syncing.done import Added, Done
from destination_xledger.syncing.matcher import ambiguous
from destination_xledger.syncing.refusals import Refusals, Verdict
from xledger_api.employees.gateway import Gateway, Keys
from xledger_api.employees.inputs import InputNode, creation_node
from xledger_api.sending.answers import Problem
from xledger_api.sending.client import AnswerLostError, RefusedError
from xledger_api.sifting import Rest, sift

logger = logging.getLogger(f"airbyte.{__name__}")

WAITS_AFTER_LOST_ANSWERS: Final = (10.0, 20.0, 40.0, 80.0, *(120.0,) * 6)
"""Seconds before looking whether an addition was carried out, the first time and each time after that: Xledger may
still be at it, or down."""


@dataclass(frozen=True, slots=True)
class Additions:
    """Adds employees.

    Attributes:
        gateway: Reads and writes employees.
        refusals: Watches what is refused.
        outcomes: Takes those who are refused.
        sleep: Waits that many seconds.
        done: Notes who was added as soon as that is seen.
    """

    gateway: Gateway
    refusals: Refusals
    outcomes: Outcomes
    sleep: Callable[[float], None]
    done: Done = field(default_factory=Done)

    def add(self, items: Sequence[Planned]) -> Added:
        """Adds people as employees. Those who are refused are rejected.

        After any answer but success, codes are looked up before anything is added again: an answer that got lost
        may have been a success, and that a refused batch is refused as a whole is something nobody has seen.

        Args:
            items: People whose plan is to create them.

        Returns:
            The others, as they stand in Xledger now.

        Raises:
            AirbyteTracedException: When the sync cannot go on.
        """
        added = self.done.added
        before = len(added)
        beside: set[str] = set()
        refused: list[tuple[Planned, RefusedError]] = []
        carried_out = self.refusals.passed()["addEmployees"]
        sift(items, lambda batch, last: self._carry_out(batch, added, beside, refused, last=last))
        passed = self.refusals.passed()["addEmployees"] > carried_out
        for item, error in refused:
            self._reject(item, error, sure=passed or item.identity in beside)
        return added[before:]

    def _carry_out(
        self,
        batch: Sequence[Planned],
        added: Added,
        beside: set[str],
        refused: list[tuple[Planned, RefusedError]],
        *,
        last: bool,
    ) -> Rest[Planned]:
        """Adds a batch, notes who stands in Xledger now, and gives back who is to be added in smaller batches.

        Whoever is refused beside others who pass is noted in `beside`: Xledger is well then, however many they are.
        """
        for seconds in WAITS_AFTER_LOST_ANSWERS:
            try:
                added += self._added(batch)
            except RefusedError as error:
                there = self.gateway.added(error)
                if there:
                    beside.update(item.identity for item in batch if item.identity not in there)
                added += [(item, there[item.identity]) for item in batch if item.identity in there]
                missing = self._missing([item for item in batch if item.identity not in there], added)
                if len(batch) > 1 and not last:  # whoever is missing may not be the one who was refused
                    return Rest(missing, True, self._suspected(error, missing))
                together = RefusedError(error.operation, refused_together(error.failure, len(missing)))
                refused += ((item, together) for item in missing)
                return Rest(refused=True)
            except AnswerLostError as error:
                self._wait_after(error, seconds)
                batch = self._missing(batch, added)
                if error.failure.problem is Problem.TIMED_OUT and len(batch) > 1:
                    return Rest(batch)
                if batch:
                    continue
            return Rest()
        raise transient_error(
            f"Xledger's answer to addEmployees got lost {len(WAITS_AFTER_LOST_ANSWERS)} times in a row. Run the sync "
            "again later: nobody is added twice."
        )

    def _added(self, batch: Sequence[Planned]) -> Added:
        answer = self.gateway.add({item.identity: self._node(item) for item in batch})
        self.refusals.accepted("addEmployees")
        return [(item, answer[item.identity]) for item in batch]

    def _node(self, item: Planned) -> InputNode:
        return creation_node(item.plan.changes, self.gateway.table)

    def _suspected(self, error: RefusedError, missing: Sequence[Planned]) -> Planned | None:
        to_blame = suspect(error.failure, {item.identity: self._node(item) for item in missing})
        return next((item for item in missing if item.identity == to_blame), None)

    def _missing(self, batch: Sequence[Planned], added: Added) -> list[Planned]:
        """Those of a batch who are not in Xledger; those who were added although Xledger did not say so are noted."""
        directory = self.gateway.look_up([Keys(item.person.desired.employment_id) for item in batch])
        there: Added = []
        missing: list[Planned] = []
        for item in batch:
            db_ids = directory.by_code.get(item.person.code, frozenset())
            if len(db_ids) > 1:
                self.outcomes.carried_out(replace(item, plan=ambiguous(db_ids)))
            elif db_ids:
                there += [(item, directory.employees[db_id]) for db_id in db_ids]
            else:
                missing.append(item)
        if there:
            logger.warning(
                "%d people were added although Xledger did not say so; they are not added again.", len(there)
            )
        added += there
        return missing

    def _wait_after(self, error: AnswerLostError, seconds: float) -> None:
        logger.warning(
            "The answer to addEmployees got lost (%s). Looking up in %.0f seconds who was added before going on.",
            error.failure.words or error.failure.problem.value,
            seconds,
        )
        self.sleep(seconds)

    def _reject(self, item: Planned, error: RefusedError, *, sure: bool) -> None:
        def settle(_: Verdict) -> None:
            self.outcomes.refused(item.person, error.failure)

        if sure or is_theirs(error.failure, self._node(item)):
            settle(Verdict.THEIRS)
        else:
            self.refusals.wait_for_verdict(error, settle)
