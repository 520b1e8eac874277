"""What Huma shows of somebody after a write: whether it did what it was asked for, and nothing else. No I/O."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connector_base.failures import ConnectorError, system_error
from destination_huma.huma import POSITION
from destination_huma.syncing.everybody import EMAIL
from huma_api.people.employment import employment_from
from huma_api.people.fresh_user import pending_email
from huma_api.people.user_record import user_record
from shared_mappings import MISSING, FieldChange, FieldTable, Options, User


@dataclass(frozen=True, slots=True)
class Shown:
    """A user as the answer to a write shows them. What it does not show is unknown.

    Attributes:
        user: The user.
        pending_email: An address that its owner has yet to confirm; None for none. It counts as written.
        table: The field table.
    """

    user: User
    pending_email: str | None
    table: FieldTable

    @classmethod
    def of(cls, user_id: str, written: str, answer: Mapping[str, Any], table: FieldTable, options: Options) -> "Shown":
        """Reads an answer.

        Args:
            user_id: Whose it is.
            written: The object that was written: the answer to a position has names of its own.
            answer: What Huma answered; empty where it answered with nothing.
            table: The field table.
            options: Settings that change what a value becomes.
        """
        details = employment_from(answer, {}) if written == POSITION else answer
        record = user_record(user_id, details, "").record
        return cls(User.from_record(record, table, options), pending_email(answer), table)

    def not_made(self, changes: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
        """Changes that were taken, and of which another value is shown than the one that was sent."""
        return tuple(change for change in changes if not self._has(change))

    def _has(self, change: FieldChange) -> bool:
        now, rule = self.user.values[change.target], self.table.rule_at[change.target]
        if change.target == EMAIL and self.pending_email is not None:
            return rule.same(change.after, self.pending_email)
        return now is MISSING or rule.same(change.after, now)

    def lost(self, before: User, sent: Collection[str]) -> ConnectorError | None:
        """Why a sync has to stop: Huma emptied what it was not asked to change. None when it did not.

        Args:
            before: The user before the write.
            sent: The places that were sent.
        """
        emptied = [
            self.table.rule_at[place].fields[0]
            for place, value in self.user.values.items()
            if value is None and isinstance(before.values[place], str) and place not in sent
        ]
        if not emptied:
            return None
        return system_error(
            f"Huma unset {', '.join(emptied)} of user {before.user_id}, although this sync did not send it. The sync "
            "stops, so that it happens to nobody else. Look at the user in Huma; if nobody there did it at the same "
            "moment, report this to the makers of this connector before you sync again."
        )
