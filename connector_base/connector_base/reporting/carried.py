"""The decisions that a page says nothing of, which are saved again with those that are taken on it: ids, no values."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from connector_base.pages.contents import Decided, Somebody
from connector_base.people.person import Planned, There
from shared_mappings import Decisions
from shared_mappings.decisions import Leave


@dataclass(frozen=True, slots=True)
class Carried:
    """Notes which decisions are on a page, and which of the others have lapsed.

    Attributes:
        decisions: What was decided.
    """

    decisions: Decisions
    _fields: set[tuple[str, str]] = field(default_factory=set)
    """The fields of users about which decisions are not carried."""
    _left: set[str] = field(default_factory=set)
    """The users whose decision to be left out is not."""
    _added: set[str] = field(default_factory=set)
    """The employees whose decision to be added is not."""

    def notes(self, item: Planned[There], entry: Somebody) -> None:
        """Notes what a page says of somebody who came.

        Args:
            item: The person, and what was decided about them.
            entry: What the page says.
        """
        user, employee = entry["user"], entry["employee"]
        if user is not None and user in self.decisions.users:
            shown = {value["field"] for value in entry.get("values", ()) if "seen" in value}
            if item.plan.lifted_by is not None and "renumber" in entry:
                shown.add(item.plan.lifted_by)
            self._fields.update((user, name) for name in shown | item.person.rulings.lapsed)
            if employee is not None or "leave" in entry:  # whoever is there is not left out
                self._left.add(user)
        if employee is not None and "add" in entry:
            self._added.add(employee)

    def notes_to_be_added(self, employees: Iterable[str]) -> None:
        """Notes of which employees, who are in Xledger only, a page says that they are to be added to Huma."""
        self._added.update(employees)

    @property
    def decided(self) -> Decided:
        """What was decided before, as a page has it."""
        decisions = self.decisions
        fields = (each for each in decisions.fields if (each.user, each.field) not in self._fields)
        people = (
            each
            for each in decisions.people
            if (each.user not in self._left if isinstance(each, Leave) else each.employee not in self._added)
        )
        return {
            "key": decisions.key,
            "decidedAt": decisions.decided_at.isoformat() if decisions else None,
            "fields": [each.model_dump(mode="json") for each in dict.fromkeys(fields)],
            "people": [each.model_dump(mode="json") for each in dict.fromkeys(people)],
        }
