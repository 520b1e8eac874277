"""Writing changed values to people who are in Huma: one request for each object."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connector_base.people.person import Person, Refusal
from connector_base.settings.modes import Mode
from destination_huma.huma import POSITION, USER
from destination_huma.people.planned import Planned
from destination_huma.syncing.done import Done
from destination_huma.syncing.matcher import Matcher
from destination_huma.syncing.rights import Rights
from destination_huma.syncing.shown import Shown
from destination_huma.syncing.unwritten import DOES_NOT_SHOW, NOT_YET, Unwritten, refusal_of, said_by
from huma_api.people.fresh_user import FreshUser
from huma_api.writing.huma import Huma
from huma_api.writing.outcomes import Refused, Unanswered, Written
from shared_mappings import Able, Action, Direction, FieldChange, Options, User, bodies_for_huma

OBJECTS: Final = (POSITION, USER)
"""What is written of somebody, in this order: last the employment ID, which tells that an addition is finished."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a person.

    Attributes:
        item: The person, who they are in Huma, and the plan that was carried out.
        refusal: What Huma refused of it; None when it took everything.
        creation: The plan by which the person was added, if they were; `item` is then what remained to be written.
    """

    item: Planned
    refusal: Refusal | None = None
    creation: Planned | None = None


@dataclass(frozen=True, slots=True)
class Updates:
    """Updates users. Called by several threads at once, each for a person of its own.

    Attributes:
        huma: Reads and writes users.
        matcher: Plans.
        rights: Judges what may be written.
        back: The field table, read the way back.
        options: Settings that change what a value becomes.
        mode: Whether anything is written.
        done: Notes what was written as soon as that is seen.
    """

    huma: Huma
    matcher: Matcher
    rights: Rights
    back: Direction
    options: Options
    mode: Mode
    done: Done

    def update(self, item: Planned, user_id: str) -> Ended:
        """Writes what somebody's record has, by how the user stands now: somebody may have changed them since.

        Args:
            item: Somebody whose plan is to update a user.
            user_id: The user.

        Returns:
            What became of them. Where the user is gone, what is to be done then, which may be to add them.

        Raises:
            ConnectorError: When the sync cannot go on.
        """
        fresh = self.huma.read_user(user_id, to_write=any(map(self._is_of_the_position, item.plan.changes)))
        if fresh is None:
            return Ended(self.matcher.gone(item.person, user_id))
        return self.write(item.person, fresh)

    def write(self, person: Person, fresh: FreshUser, creation: Planned | None = None) -> Ended:
        """Writes what a person's record has to the user that they are.

        Args:
            person: The person.
            fresh: The user, read a moment ago.
            creation: The plan by which the user was added a moment ago; None for somebody who was there before.

        Raises:
            ConnectorError: When the sync cannot go on.
        """
        user, able = self._as_user(fresh), self.rights.able(fresh)
        item = self.matcher.again(person, user, able, creating=creation is not None)
        if item.plan.action is not Action.UPDATE or self.mode is Mode.PREVIEW:
            return Ended(item, creation=creation)
        unwritten = [each for part in OBJECTS for each in self._write_object(item, user, able, part) if each.changes]
        left = {change for each in unwritten for change in each.changes}
        self.matcher.wrote(user, [change for change in item.plan.changes if change not in left])
        self.rights.tried(item.plan.changes, unwritten)
        return Ended(item, refusal_of(unwritten), creation)

    def body_for_nobody(self, person: Person, changes: Sequence[FieldChange]) -> Mapping[str, Any]:
        """The body of an addition, but for the groups."""
        bodies = bodies_for_huma(changes, None, Able(), self.back.table, self.options, person.desired)
        return bodies[USER]

    def _as_user(self, fresh: FreshUser) -> User:
        """A user; an e-mail address that they have yet to confirm is theirs."""
        record = {**fresh.record, "email": fresh.pending_email} if fresh.pending_email else fresh.record
        return User.from_record(record, self.back.table, self.options)

    def _is_of_the_position(self, change: FieldChange) -> bool:
        return self._object_of(change) == POSITION

    def _object_of(self, change: FieldChange) -> str:
        huma = self.back.rule_at(change.target).huma
        return huma.object if huma else USER

    def _write_object(self, item: Planned, user: User, able: Able, part: str) -> Iterator[Unwritten]:
        """Writes what a plan has for one of somebody's objects; gives what was refused of it.

        What is refused as a whole is tried field by field, each once: a bad value keeps no other from being written.
        The employment ID alone waits, where the next sync to Xledger would unset there what Huma did not take.
        """
        changes = [change for change in item.plan.changes if self._object_of(change) == part]
        if not changes:
            return
        refused = self._send(item, user, able, changes)
        fields = list(dict.fromkeys(change.field for change in changes))
        if not refused.may_be_parted or len(fields) == 1:
            yield refused
            return
        last = self.back.rule_at(self.back.completed_by).fields[0]
        left: list[Unwritten] = []
        for name in sorted(fields, key=lambda name: name == last):
            of_the_field = [change for change in changes if change.field == name]
            waits_for = next((each for each in left if name == last and self._would_be_unset(each.changes)), None)
            if waits_for is not None:
                left.append(Unwritten(tuple(of_the_field), NOT_YET, waits_for.reason))
            else:
                left.append(self._send(item, user, able, of_the_field))
        yield from left

    def _would_be_unset(self, unwritten: Sequence[FieldChange]) -> bool:
        """Whether a sync to Xledger may unset any of what Huma does not have."""
        return any(change.before is None and self.back.rule_at(change.target).is_lost_in_turn for change in unwritten)

    def _send(self, item: Planned, user: User, able: Able, changes: Sequence[FieldChange]) -> Unwritten:
        """Sends changes of one object in one request; gives those of them that are not written."""
        bodies = bodies_for_huma(changes, user, able, self.back.table, self.options, item.person.desired)
        ((part, body),) = bodies.items()
        with self.done.sending(item.person, user.user_id, changes) as wrote:
            answer = self._sent(user, able, part, body)
            if isinstance(answer, Unanswered):
                raise answer.failure
            if isinstance(answer, Refused):
                wrote([])
                return Unwritten(tuple(changes), said_by(answer), answer.reason)
            shown = Shown.of(user.user_id, part, answer.body, self.back.table, self.options)
            not_made = shown.not_made(changes)
            wrote(change for change in changes if change not in not_made)
        if lost := shown.lost(user, {change.target for change in changes}):
            raise lost
        return Unwritten(not_made, DOES_NOT_SHOW)

    def _sent(self, user: User, able: Able, part: str, body: Mapping[str, Any]) -> Written:
        if part == POSITION:
            return self.huma.change_position(user.user_id, str(able.position_id), body)
        return self.huma.change_user(user.user_id, body)
