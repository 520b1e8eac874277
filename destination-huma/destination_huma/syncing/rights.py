"""What Huma lets this API key write: of somebody, and at all."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from connector_base.settings.modes import Mode
from destination_huma.keys import JOB_TITLE, without_a_right_to_add, without_a_right_to_write
from destination_huma.syncing.unwritten import Unwritten
from huma_api.people.fresh_user import FreshUser
from huma_api.people.rights import unwritable
from huma_api.people.visibility import LOOKED_AT
from huma_api.writing.huma import Huma
from huma_api.writing.outcomes import Reason
from shared_mappings import Able, FieldChange

logger = logging.getLogger(f"airbyte.{__name__}")

ENOUGH: Final = 3
"""As many people in a row of whom nothing may be written tell of the key, before anybody was written; after that, it is
looked whether it has lost its right."""


@dataclass(slots=True)
class Rights:
    """Judges what may be written. Called by several threads at once.

    That nothing of one person may be written can be about the person; that nothing of anybody may be is about the key,
    and a sync that went on would take everybody for done.

    Attributes:
        huma: Shows more people, where one person alone leaves it open.
        mode: A preview goes on without a right to write, as if there were one.
        fields: The fields of the user, without those of the position, that a sync may write.
        job_titles: The ids of job titles by name; None where the key may not list them.
    """

    huma: Huma
    mode: Mode
    fields: Sequence[str]
    job_titles: Mapping[str, str] | None
    _may_write: bool | None = None
    """None as long as nothing has told."""
    _in_vain: int = 0
    """Of how many people in a row nothing could be written."""
    _wrote: bool = False
    """Whether anybody was written."""
    _closed: int = 0
    """How many people in a row show nothing that may be written."""
    _patience: int = ENOUGH
    """How many of either there may be before it is looked again. It grows: as often as not, it is about persons."""
    _adds: bool = False
    """Whether somebody was added."""
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def of_anybody(self) -> Able:
        """What can be written of a user whom nobody has looked at more closely."""
        return Able(locked=self._without_titles, job_titles=self.job_titles or {})

    def able(self, user: FreshUser) -> Able:
        """What can be written of a user.

        Raises:
            ConnectorError: A config error, when the key may write nothing of anybody.
        """
        locked = user.locked if self._writes(user) else user.owned_elsewhere
        return Able(user.position_id, locked | self._without_titles, self.job_titles or {})

    def tried(self, changes: Sequence[FieldChange], unwritten: Sequence[Unwritten]) -> None:
        """Takes what came of writing to somebody.

        Args:
            changes: What was to be written.
            unwritten: What of it was not.

        Raises:
            ConnectorError: A config error, when Huma lets the key write nothing, whoever it is about.
        """
        forbidden = sum(len(each.changes) for each in unwritten if each.reason is Reason.NOT_ALLOWED)
        with self._lock:
            if forbidden < len(changes):
                self._wrote, self._in_vain = True, 0
                return
            self._in_vain += 1
            if not self._wrote and self._in_vain >= ENOUGH:
                raise without_a_right_to_write()
            if self._in_vain >= self._patience:
                self._look_again()

    def added(self) -> None:
        """Notes that somebody was added, so that the key may add people."""
        self._adds = True

    def may_not_add(self, reason: Reason) -> None:
        """Takes why somebody was not added.

        Raises:
            ConnectorError: A config error, when it is because the key may add nobody.
        """
        if reason is Reason.NOT_ALLOWED and not self._adds:
            raise without_a_right_to_add()

    @property
    def _without_titles(self) -> frozenset[str]:
        return frozenset({JOB_TITLE}) if self.job_titles is None else frozenset()

    def _writes(self, user: FreshUser) -> bool:
        """Whether the key may write at all; never False but in a preview."""
        with self._lock:
            if self._may_write is not False and self._may_write_some_of([user]):
                self._may_write, self._closed = True, 0
            elif self._may_write is None:
                self._look()
            elif self._may_write:
                self._closed += 1
                if self._closed >= self._patience:
                    self._look_again()
            return bool(self._may_write)

    def _look_again(self) -> None:
        """Whether the key still has the right that it had; if so, it is looked less often from then on."""
        self._in_vain, self._closed, self._patience = 0, 0, 2 * self._patience
        self._look()

    def _look(self) -> None:
        """Whether the key may write anything of anybody."""
        self._may_write = self._may_write_some_of(self.huma.some_people(LOOKED_AT))
        if not self._may_write:
            self._end_or_warn()

    def _may_write_some_of(self, people: Sequence[FreshUser]) -> bool:
        return not self.fields or set(unwritable(people, self.fields)) != set(self.fields)

    def _end_or_warn(self) -> None:
        if self.mode is Mode.SYNC:
            raise without_a_right_to_write()
        logger.warning("%s This preview goes on as if it had that right.", without_a_right_to_write().message)
