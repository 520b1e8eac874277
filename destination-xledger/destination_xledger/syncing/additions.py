"""Adding employees, nobody twice."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connector_base.failures import transient_error
from destination_xledger.people.person import Planned
from destination_xledger.reporting.outcomes import Outcomes
from destination_xledger.syncing.matcher import ambiguous
from destination_xledger.syncing.refusals import Refusals
from shared_mappings import Employee, FieldTable
from xledger_api.employees.directory import MatchingKey
from xledger_api.employees.gateway import Gateway
from xledger_api.employees.inputs import creation_node
from xledger_api.halving import halves
from xledger_api.sending.answers import Problem
from xledger_api.sending.client import AnswerLostError, RefusedError

logger = logging.getLogger(f"airbyte.{__name__}")

PATIENCE: Final = 900.0
"""Seconds to wait in all before looking whether an addition was carried out: Xledger may still be at it, or down."""

Added = list[tuple[Planned, Employee]]


@dataclass(frozen=True, slots=True)
class Additions:
    """Adds employees.

    Attributes:
        gateway: Reads and writes employees.
        table: The field table.
        refusals: Watches what is refused.
        outcomes: Takes those who are refused.
        sleep: Waits that many seconds.
    """

    gateway: Gateway
    table: FieldTable
    refusals: Refusals
    outcomes: Outcomes
    sleep: Callable[[float], None]

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
        added: Added = []
        batches = deque([list(items)] if items else [])
        lost_in_a_row, waited = 0, 0.0
        while batches:
            batch = batches.popleft()
            try:
                added += self._added(batch)
                lost_in_a_row, waited = 0, 0.0
            except AnswerLostError as error:
                lost_in_a_row += 1
                pause = min(10.0 * 2 ** (lost_in_a_row - 1), 120.0)
                waited += pause
                if waited > PATIENCE:
                    raise _answers_keep_getting_lost(error, lost_in_a_row) from None
                self._wait_after(error, pause)
                there, missing = self._already_there(batch)
                added += there
                slow = error.failure.problem is Problem.TIMED_OUT and len(missing) > 1
                if slow:  # what comes is smaller, and may well be answered
                    lost_in_a_row, waited = 0, 0.0
                batches.extendleft(_in_front(halves(missing) if slow else (missing,)))
            except RefusedError as error:
                there, missing = self._already_there(batch)
                added += there
                if len(missing) > 1:
                    batches.extendleft(_in_front(halves(missing)))
                else:
                    self._reject(missing, error)
        return added

    def _added(self, batch: Sequence[Planned]) -> Added:
        answer = self.gateway.add({item.identity: creation_node(item.plan.changes, self.table) for item in batch})
        self.refusals.accepted("addEmployees")
        return [(item, answer[item.identity]) for item in batch]

    def _already_there(self, batch: Sequence[Planned]) -> tuple[Added, list[Planned]]:
        """Those of a batch who were added although Xledger did not say so, and those who were not."""
        directory = self.gateway.look_up([code for item in batch if (code := item.person.desired.employment_id)], [])
        there: Added = []
        missing: list[Planned] = []
        for item in batch:
            db_ids = directory.candidates(item.person.desired, (MatchingKey.EMPLOYMENT_ID,))
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
        return there, missing

    def _wait_after(self, error: AnswerLostError, seconds: float) -> None:
        logger.warning(
            "The answer to addEmployees got lost (%s). Looking up in %.0f seconds who was added before going on.",
            error.failure.words or error.failure.problem.value,
            seconds,
        )
        self.sleep(seconds)

    def _reject(self, items: Iterable[Planned], error: RefusedError) -> None:
        for item in items:
            self.refusals.refused_alone(error)
            self.outcomes.refused(item.person, error.failure)


def _in_front(batches: Iterable[list[Planned]]) -> list[list[Planned]]:
    """Batches in the order in which `extendleft` puts them first to last; empty ones are dropped."""
    return [batch for batch in reversed(list(batches)) if batch]


def _answers_keep_getting_lost(error: AnswerLostError, times: int) -> Exception:
    return transient_error(
        f"Xledger's answer to addEmployees got lost {times} times in a row "
        f"({error.failure.words or error.failure.problem.value}). Run the sync again later: nobody is added twice."
    )
