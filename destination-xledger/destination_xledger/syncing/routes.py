"""By which of its routes each value is written, in this sync."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shared_mappings import FieldChange, FieldTable, Route
from xledger_api.employees.gateway import Gateway
from xledger_api.employees.inputs import routes_for

logger = logging.getLogger(f"airbyte.{__name__}")


@dataclass(slots=True)
class Routes:
    """The routes that this Xledger has, without those that were given up.

    Attributes:
        gateway: Knows which routes there are.
    """

    gateway: Gateway
    _table: FieldTable | None = field(default=None, init=False, repr=False)

    @property
    def table(self) -> FieldTable:
        """The field table as it is at present.

        Raises:
            AirbyteTracedException: When the schema cannot be learned.
        """
        if self._table is None:
            self._table = self.gateway.table
        return self._table

    def of(self, change: FieldChange) -> tuple[Route, ...]:
        """The routes by which a change can be written, the best first."""
        return routes_for(change, self.table, self.gateway.system_values)

    def give_up(self, mutation: str, words: str, *, entirely: bool) -> None:
        """Goes without a mutation for the rest of the sync.

        Args:
            mutation: What Xledger refuses, whoever it is about.
            words: What Xledger says, scrubbed.
            entirely: Whether to go without it even where nothing else can write.
        """
        table = self.table
        targets = [
            name
            for name, target in table.targets.items()
            if entirely or any(route.mutation != mutation for route in target.routes)
        ]
        if not any(route.mutation == mutation for name in targets for route in table.targets[name].routes):
            return
        fields = self._without(targets, lambda route: route.mutation == mutation)
        logger.warning(
            "Xledger refuses %s whoever it is about, and says: %s The sync goes on without it.%s",
            mutation,
            words,
            _what_is_left_out(fields),
        )

    def give_up_at(self, target: str, route: Route) -> None:
        """Goes without a route to one target, because values that were sent by it did not get there."""
        fields = self._without((target,), lambda other: other == route)
        logger.warning(
            "Xledger accepts a new value for %s that is sent with %s, and keeps what it had. It is not sent so "
            "again in this sync.%s",
            target,
            route,
            _what_is_left_out(fields) or " Nothing is to be done.",
        )

    def give_up_guessing(self, change: FieldChange) -> None:
        """Goes without a system value that was written by a code that Xledger does not know."""
        self.gateway.system_values.is_no_code(change.after or "")
        logger.warning(
            "Xledger knows no %s by the code that the settings give for it, and nobody who was read has it. It is "
            "counted as partly_written. Give it to one employee in Xledger, and use its code or its name in Xledger in "
            "the settings.",
            change.field,
        )

    def _without(self, targets: Iterable[str], lost: Callable[[Route], bool]) -> list[str]:
        """Takes routes away from targets. Returns the fields of those that have none left."""
        table = self.table
        kept = dict(table.targets)
        left_out: list[str] = []
        for name in targets:
            routes = tuple(route for route in kept[name].routes if not lost(route))
            if kept[name].routes and not routes:
                left_out += table.rule_of[name].fields
            kept[name] = kept[name].model_copy(update={"routes": routes})
        self._table = table.with_targets(kept)
        return list(dict.fromkeys(left_out))


def _what_is_left_out(fields: Iterable[str]) -> str:
    named = ", ".join(fields)
    return f" What nothing else can write is counted as partly_written: {named}." if named else ""
