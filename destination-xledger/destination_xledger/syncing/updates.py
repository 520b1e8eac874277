"""Writing the changes of people who are in Xledger, and checking that it did what is taken for granted."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector_base.failures import system_error, transient_error
from destination_xledger.people.person import Planned, Refusal
from destination_xledger.syncing.refusals import Refusals
from shared_mappings import MISSING, Employee, FieldTable, read_path
from shared_mappings.employee import ROOT, value_shown
from xledger_api.employees.gateway import Gateway
from xledger_api.employees.inputs import InputNode, update_nodes
from xledger_api.halving import in_halves
from xledger_api.sending.answers import Failure
from xledger_api.sending.client import RefusedError, TooSlowError

logger = logging.getLogger(f"airbyte.{__name__}")


@dataclass(frozen=True, slots=True)
class _Update:
    """One object to update: part of what is to be done about a person."""

    item: Planned
    employee: Employee
    node: InputNode


@dataclass(frozen=True, slots=True)
class Updates:
    """Updates employees, their contacts and their subledgers, with the changed values alone.

    Attributes:
        gateway: Writes employees.
        table: The field table.
        refusals: Watches what is refused.
    """

    gateway: Gateway
    table: FieldTable
    refusals: Refusals

    def update(self, items: Sequence[Planned]) -> Mapping[str, Refusal]:
        """Writes people's changes, one mutation after the other.

        What one mutation refuses of a person does not keep the others from being written.

        Args:
            items: People who are in Xledger; those without changes cost nothing.

        Returns:
            What Xledger refused, by identity.

        Raises:
            AirbyteTracedException: When the sync cannot go on.
        """
        updates = defaultdict(list)
        for item in items:
            if item.employee is None:
                raise ValueError("only somebody who is in Xledger can be updated")
            for mutation, node in update_nodes(item.plan.changes, item.employee, self.table).items():
                updates[mutation].append(_Update(item, item.employee, node))
        refused = {mutation: self._refused(mutation, updates[mutation]) for mutation in self.table.mutations}
        return {
            item.identity: self._refusal(item, why)
            for item in items
            if (
                why := {mutation: those[item.identity] for mutation, those in refused.items() if item.identity in those}
            )
        }

    def _refusal(self, item: Planned, why: Mapping[str, Failure]) -> Refusal:
        unwritten = (change for change in item.plan.changes if self.table.targets[change.target].mutation in why)
        return Refusal(tuple(why.values()), tuple(unwritten))

    def _refused(self, mutation: str, updates: Sequence[_Update]) -> dict[str, Failure]:
        """Sends the updates of one mutation. Returns why those were refused that were, by identity."""
        refused: dict[str, Failure] = {}

        def carry_out(batch: Sequence[_Update]) -> Sequence[_Update]:
            try:
                answer = self.gateway.update(mutation, {update.item.identity: update.node for update in batch})
            except (RefusedError, TooSlowError) as error:
                if len(batch) > 1:
                    return batch
                if isinstance(error, TooSlowError):
                    raise transient_error(
                        f"Xledger takes too long to carry out {mutation} for a single person. Try again in an hour."
                    ) from None
                self.refusals.refused_alone(error)
                refused[batch[0].item.identity] = error.failure
                return ()
            self.refusals.accepted(mutation)
            for update in batch:
                self._verify(mutation, update, answer[update.item.identity])
            return ()

        in_halves(updates, carry_out)
        return refused

    def _verify(self, mutation: str, update: _Update, node: Mapping[str, Any]) -> None:
        """Checks what came back against what is taken for granted, and nobody has seen.

        A key that is absent leaves the value alone; if it did not, going on would wipe data. An explicit null unsets
        it; if it did not, the same change would be written on every sync.

        Raises:
            AirbyteTracedException: When a value that was not sent is gone.
        """
        sent = {change.target: change.after for change in update.item.plan.changes}
        prefix = ROOT + self.table.mutations[mutation].removesuffix("dbId")
        for name, target in self.table.targets.items():
            if target.mutation != mutation:
                continue
            now = value_shown(read_path(node, name.removeprefix(prefix)))
            if now is MISSING:
                continue
            if name not in sent:
                if now is None and isinstance(update.employee.values[name], str):
                    raise _wiped(mutation, name, update.employee)
            elif not self.table.rule_of[name].same(sent[name], now):
                logger.warning(
                    "%s: Xledger accepted a new value for %s (employee with dbId %s) and shows another one. It is "
                    "written again by the next sync; if this message comes back, look at the employee in Xledger.",
                    update.item.person.label,
                    name,
                    update.employee.db_id,
                )


def _wiped(mutation: str, target: str, employee: Employee) -> Exception:
    return system_error(
        f"Xledger unset {target} of the employee with dbId {employee.db_id}, although {mutation} did not send it. The "
        "sync stops so that nothing more gets lost. If somebody unset it in Xledger at this very time, run the sync "
        "again; if nobody did, restore the value from Xledger's log, and report this before you sync again."
    )
