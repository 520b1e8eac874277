"""A plan, done: one step after the other, each so that a kill at any moment leaves nothing to be made twice."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from huma_xledger.airbyte.api import AirbyteError
from huma_xledger.setting_up.kept import Kept, KeptFile
from huma_xledger.setting_up.plan import (
    Action,
    ActorStep,
    ConnectionStep,
    DefinitionStep,
    Plan,
    Step,
    action_of,
    key_of_definition,
    plan,
    secrets_in,
)
from huma_xledger.setting_up.there import Actor, Connection, Definition
from huma_xledger.setting_up.wanted import Wanted
from huma_xledger.setting_up.workspace import Workspace

PAUSES: Final = (5, 10, 15, 30, 60, 60, 60, 60)
"""Seconds between the looks for something whose making was not answered: Airbyte may be about to make it."""

BY_HAND: Final = (
    "If that happens again, make the connector by hand, in Airbyte under Settings > {sides} > New connector > Add a "
    "new Docker connector, with the image {repository} and the tag {tag}. Then start this again: it is found."
)
"""Some installations never answer here, and do in their form (airbytehq/airbyte#68608)."""

NOT_TAKEN: Final = (
    "Airbyte answered that all of it is done, and yet {what} is not as connection.yaml says: {why}. Set that on its "
    "page in Airbyte."
)


class NotTakenError(Exception):
    """Airbyte says that it did something, and did not; the message is a sentence."""


class Maker:
    """Does what a plan says.

    Args:
        workspace: Where.
        wanted: What is to be there.
        file: Where ids and fingerprints are kept.
        now: The time.
        wait: Waits for so many seconds.
        tell: Takes each step right after it is done.
    """

    def __init__(
        self,
        workspace: Workspace,
        wanted: Wanted,
        file: KeptFile,
        now: Callable[[], datetime],
        wait: Callable[[float], object],
        tell: Callable[[Step], object] = lambda _: None,
    ) -> None:
        self._workspace: Final = workspace
        self._wanted: Final = wanted
        self._file: Final = file
        self._now: Final = now
        self._wait: Final = wait
        self._tell: Final = tell
        self._kept = file.read()

    def make(self, what: Plan) -> Plan:
        """Does all steps.

        Args:
            what: The plan.

        Returns:
            What there is then, as a plan in which nothing is to be done.

        Raises:
            AirbyteError: When Airbyte does not do one, or nobody can tell. What was done before is done.
            UnclearError: When somebody made the same meanwhile.
            Unsuitable: When nothing can be set up in this Airbyte.
            NotTakenError: When Airbyte says that it did one and did not.
            OSError: When nothing can be kept.
        """
        self._note_fields_that_are_to_be_read(what.connections)
        for step in what.steps:
            self._do(step)
            if action_of(step) is not Action.LEAVE:
                self._tell(step)
        after = self._look()
        for step in after.to_do:
            raise NotTakenError(NOT_TAKEN.format(what=step.name, why="; ".join(step.why) or "it is not there"))
        return after

    def _do(self, step: Step) -> None:
        match action_of(step):
            case Action.CREATE:
                self._create(step)
            case Action.UPDATE:
                self._keep(self._updated(step))
            case Action.LEAVE:
                self._keep(self._left(step))

    def _create(self, step: Step) -> None:
        """Makes something. That it is being made is kept before, so that nobody asks for it twice in a row."""
        self._keep(self._kept.beginning(step.key, self._now()))
        try:
            self._keep(self._created(step))
        except AirbyteError as error:
            found = self._found_after(step, PAUSES if error.may_go_on else ()) if error.may_be_done else None
            if found is not None or not error.may_go_on:
                self._keep(self._kept.not_begun(step.key))
            if found is None:
                raise _with_a_way_out(step, error) from None
            self._do(found)

    def _found_after(self, step: Step, pauses: Sequence[float]) -> Step | None:
        """What was made though nobody heard of it, and what is to be done about it; None where it was not."""
        for pause in (0, *pauses):
            self._wait(pause)
            (found,) = (each for each in self._look().steps if each.key == step.key)
            if action_of(found) is not Action.CREATE:
                return found
        return None

    def _created(self, step: Step) -> Kept:
        """Makes something, and says what is kept of it."""
        match step:
            case DefinitionStep():
                return self._kept.with_id(step.key, self._workspace.create_definition(step.connector))
            case ActorStep():
                definition_id = self._kept.ids[key_of_definition(step.connector)]
                return self._kept_of(step, self._workspace.create_actor(step.connector, definition_id))
            case ConnectionStep():
                ends = (self._kept.ids[command] for command in step.connection.direction.connectors)
                return self._kept_of_connection(step, self._workspace.create_connection(step.connection, *ends))

    def _updated(self, step: Step) -> Kept:
        """Changes something, and says what is kept of it."""
        match step:
            case DefinitionStep(there=Definition() as there):
                return self._kept.with_id(step.key, self._workspace.update_definition(step.connector, there))
            case ActorStep(there=Actor() as there):
                return self._kept_of(step, self._workspace.update_actor(step.connector, there))
            case ConnectionStep(there=Connection() as there):
                # Somebody may have left out fields since the plan was shown, and what is sent says which are left out.
                by_now = next((each for each in self._look().connections if each.key == step.key), step).there or there
                return self._kept_of_connection(step, self._workspace.update_connection(step.connection, by_now))
        raise AssertionError(step.key)

    def _left(self, step: Step) -> Kept:
        """What is kept of something that is as it is to be already."""
        assert step.there is not None  # noqa: S101  what is left is there
        if isinstance(step, ConnectionStep) and step.there.id not in self._kept.fields:
            return self._kept_of_connection(step, step.there.id)
        return self._kept.with_id(step.key, step.there.id)

    def _kept_of(self, step: ActorStep, actor: Actor) -> Kept:
        secrets = self._kept.fingerprint(secrets_in(step.connector.config, actor.config))
        return self._kept.with_id(step.key, actor.id).with_secrets(actor.id, secrets)

    def _kept_of_connection(self, step: ConnectionStep, id_: str) -> Kept:
        image = self._wanted.connector(step.connection.direction.source).image
        return self._kept.with_id(step.key, id_).with_fields(id_, image)

    def _note_fields_that_are_to_be_read(self, connections: Iterable[ConnectionStep]) -> None:
        """Keeps it from the first step on: once the source runs another image, nothing there says so any more."""
        kept = self._kept
        for step in connections:
            if step.there is not None and step.why and step.there.id not in kept.fields:
                kept = kept.with_fields(step.there.id, "")
        self._keep(kept)

    def _look(self) -> Plan:
        return plan(self._wanted, self._workspace.there(), self._kept)

    def _keep(self, kept: Kept) -> None:
        if kept != self._kept:
            self._file.write(kept)
        self._kept = kept


def _with_a_way_out(step: Step, error: AirbyteError) -> AirbyteError:
    """An error with what else can be done, where something is known."""
    if not isinstance(step, DefinitionStep) or not error.may_go_on:
        return error
    connector = step.connector
    sides = f"{connector.side.title()}s"
    way_out = BY_HAND.format(sides=sides, repository=connector.repository, tag=connector.tag)
    return AirbyteError(f"{error} {way_out}", passes=error.passes, may_be_done=True, may_go_on=True)
