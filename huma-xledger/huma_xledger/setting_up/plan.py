"""What there is, what is wanted, and so what is to be made, changed or left. Without I/O.

Nothing is guessed: where several may be meant, there is no plan, and a sentence says what to do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final, TypeVar

from huma_xledger.connection_file import SETTING
from huma_xledger.setting_up.kept import Kept
from huma_xledger.setting_up.there import MASK, Actor, Connection, Definition, There
from huma_xledger.setting_up.wanted import BEHAVIOR, Wanted, WantedConnection, WantedConnector
from shared_mappings.fingerprints import canonical

_T = TypeVar("_T", Definition, Actor, Connection)

_LONGEST: Final = timedelta(minutes=15)
"""How long Airbyte may be at making something after nobody heard of it any more, where it starts a connector first."""

_LONGEST_OF_ACTORS: Final = timedelta(minutes=2)
"""The same of sources and destinations, for which it starts none."""

_ABSENT: Final = object()

_ACCOUNT: Final = ("api_url", "client_id")
"""The settings that say which account a source or a destination is of, as far as they can be read back."""

SEVERAL_DEFINITIONS: Final = (
    "Airbyte has several {side} connectors of the image {repository} ({ids}), and nobody can tell which one is meant. "
    "Remove those in Airbyte, under Settings > {sides}, that no {side} is made of, and start this again. To remove one "
    "removes whatever is made of it, too."
)

SEVERAL_ACTORS: Final = (
    "Airbyte has several {side}s with the name {name} ({ids}), and nobody can tell which one is this connection's. "
    "Rename the others in Airbyte, and start this again."
)

OF_ANOTHER_CONNECTOR: Final = (
    "Airbyte has a {side} with the name {name} already ({ids}), and not of the image {repository}: Airbyte cannot "
    "change that, and a second one beside it would bring everybody twice. Put what the image was there into images "
    "below airbyte in connection.yaml, or give that {side} another name if it is not this connection's."
)

OF_ANOTHER_ACCOUNT: Final = (
    "Airbyte has a {side} with the name {name} already ({ids}), which is of another account ({settings}) and was not "
    "set up from this folder. If it is another connection's, put another name below airbyte in connection.yaml. If it "
    "is this one's, enter in Airbyte what connection.yaml has."
)

SEVERAL_CONNECTIONS: Final = (
    "Airbyte has several connections from {source} to {destination} ({ids}), and nobody can tell which one is meant. "
    "They bring the same people more than once: remove all but one in Airbyte, and start this again."
)

MAY_BE_MAKING: Final = (
    "Airbyte was asked to make {thing} {ago} ago, nobody heard of it, and it may still be at it. A second one would be "
    "one too many: start this again in {left}. What is there by then is found."
)

OTHERS: Final = (
    "Airbyte has other {side}s of this connector: {names}. If one of them is this connection's, do not go on, and "
    "rename it to {name} in Airbyte: then it is found."
)

DECIDED_THERE: Final = (
    "The decisions of {name} stand in Airbyte's form alone, and are left as they are: without them, the next sync "
    "would write what was decided against. Put their text into decisions.json beside connection.yaml, or empty the "
    "setting Decisions in Airbyte if they are not to count."
)

DISABLED: Final = (
    "The connection {name} is disabled in Airbyte, which is left as it is: it does not run until somebody enables it."
)

SOME_FIELDS: Final = (
    "Fields are left out or changed in the connection {name} (fields or mappings of the stream {stream}), as somebody "
    "chose in Airbyte. That is left as it is."
)

WRITES_BY_ITSELF: Final = (
    "{name} gets a schedule and writes (mode: sync), so that its first sync writes by itself, at the next time of the "
    "schedule. To see a preview of it first, leave mode or schedule out."
)


def key_of_definition(connector: WantedConnector) -> str:
    """What the definition of a connector is, for whoever keeps ids.

    With another image it is another one, and nothing of the first.
    """
    return f"definition {connector.command} {connector.repository}"


class Action(Enum):
    """What is to be done about something in Airbyte."""

    CREATE = "create"
    UPDATE = "update"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class DefinitionStep:
    """A connector that Airbyte is to know, and what is to be done about it.

    Attributes:
        connector: What it is to be.
        there: It, as it is; None where it is not there.
        why: What of it is not as it is to be, in words that no value of a setting is in.
    """

    connector: WantedConnector
    there: Definition | None
    why: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What it is, for whoever keeps ids."""
        return key_of_definition(self.connector)

    @property
    def name(self) -> str:
        """What sentences call it."""
        return f"the {self.connector.side} connector {self.connector.title}"


@dataclass(frozen=True, slots=True)
class ActorStep:
    """A source or destination that is to be there; its attributes are those of the step before."""

    connector: WantedConnector
    there: Actor | None
    why: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What it is, for whoever keeps ids."""
        return self.connector.command

    @property
    def name(self) -> str:
        """What sentences call it."""
        return f"the {self.connector.side} {self.there.name if self.there else self.connector.name}"


@dataclass(frozen=True, slots=True)
class ConnectionStep:
    """A connection that is to be there; its attributes are those of the step before."""

    connection: WantedConnection
    there: Connection | None
    why: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What it is, for whoever keeps ids."""
        return f"connection to {self.connection.direction.destination}"

    @property
    def name(self) -> str:
        """What sentences call it."""
        return f"the connection {self.there.name if self.there else self.connection.name}"


Step = DefinitionStep | ActorStep | ConnectionStep


def action_of(step: Step) -> Action:
    """What is to be done about something."""
    if step.there is None:
        return Action.CREATE
    return Action.UPDATE if step.why else Action.LEAVE


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, each after what it builds on, and what an administrator wants to know of what is there."""

    definitions: tuple[DefinitionStep, ...]
    actors: tuple[ActorStep, ...]
    connections: tuple[ConnectionStep, ...]
    notes: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps."""
        return *self.definitions, *self.actors, *self.connections

    @property
    def to_do(self) -> tuple[Step, ...]:
        """The steps in which something is to be done."""
        return tuple(step for step in self.steps if action_of(step) is not Action.LEAVE)


class UnclearError(Exception):
    """There can be no plan; the message is a sentence that says what to do."""


def plan(wanted: Wanted, there: There, kept: Kept) -> Plan:
    """What is to be done so that everything is as it is to be.

    Args:
        wanted: What is to be there.
        there: What is there.
        kept: What is kept of earlier times.

    Raises:
        UnclearError: When several may be meant.
    """
    definitions = {each.command: _definition(each, there, kept) for each in wanted.connectors}
    actors = {each.command: _actor(each, definitions[each.command], there, kept) for each in wanted.connectors}
    connections = [_connection(each, definitions, actors, there, kept) for each in wanted.connections]
    decided = [
        DECIDED_THERE.format(name=actors[each.command].name)
        for each in wanted.connectors
        if _is_decided_there(each, actors[each.command].there)
    ]
    notes = (*_others(actors.values(), definitions, there), *decided, *_notes_of(connections, wanted))
    return Plan((*definitions.values(),), (*actors.values(),), (*connections,), notes)


def refuse_what_is_being_made(what: Plan, kept: Kept, now: datetime) -> None:
    """Waits for nobody: what Airbyte may still be at since an earlier time is not asked for once more.

    Args:
        what: The plan.
        kept: What is kept of earlier times.
        now: The time, with its zone.

    Raises:
        UnclearError: When something that is to be made may be about to be there.
    """
    for step in what.to_do:
        begun = kept.begun.get(step.key)
        longest = _LONGEST_OF_ACTORS if isinstance(step, ActorStep) else _LONGEST
        if action_of(step) is Action.CREATE and begun is not None and timedelta() <= now - begun < longest:
            ago, left = (_minutes(length) for length in (now - begun, longest - (now - begun)))
            raise UnclearError(MAY_BE_MAKING.format(thing=step.name, ago=ago, left=left))


def secrets_in(config: Mapping[str, Any], masked: Mapping[str, Any]) -> Any:
    """The values of a config in whose place Airbyte gives a mask.

    Args:
        config: The config.
        masked: The same, as Airbyte gives it.

    Returns:
        The values by their names, as deep as they stand.
    """
    found = {}
    for name, value in config.items():
        other = masked.get(name)
        if other == MASK:
            found[name] = value
        elif isinstance(value, Mapping) and isinstance(other, Mapping) and (within := secrets_in(value, other)):
            found[name] = within
        elif isinstance(value, list) and isinstance(other, list) and MASK in canonical(other).decode():
            found[name] = value
    return found


def differing(config: Mapping[str, Any], masked: Mapping[str, Any]) -> list[str]:
    """The names of settings that differ, as far as can be seen; secrets cannot.

    Args:
        config: The settings as they are to be.
        masked: As Airbyte gives them.
    """
    names = dict.fromkeys((*config, *masked))
    return [name for name in names if not _alike(config.get(name, _ABSENT), masked.get(name, _ABSENT))]


def _alike(value: Any, other: Any) -> bool:
    if value is _ABSENT or other is _ABSENT:
        return value is other
    if other == MASK:
        return True
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return not differing(value, other)
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(_alike, value, other))
    return canonical(value) == canonical(other)


def _definition(connector: WantedConnector, there: There, kept: Kept) -> DefinitionStep:
    candidates = [each for each in there.definitions[connector.side] if each.repository == connector.repository]
    unclear = SEVERAL_DEFINITIONS.format(
        side=connector.side,
        sides=f"{connector.side.title()}s",
        repository=connector.repository,
        ids=_ids(candidates),
    )
    step = DefinitionStep(connector, None)
    found = _chosen(candidates, kept.ids.get(step.key), unclear)
    if found is None or found.tag == connector.tag:
        return replace(step, there=found)
    return replace(step, there=found, why=(f"its image is of version {found.tag}, and becomes {connector.tag}",))


def _actor(connector: WantedConnector, definition: DefinitionStep, there: There, kept: Kept) -> ActorStep:
    step = ActorStep(connector, None)
    kept_id = kept.ids.get(step.key)
    candidates = [each for each in there.actors[connector.side] if each.name == connector.name or each.id == kept_id]
    known = definition.there.id if definition.there else None
    ours = [each for each in candidates if each.definition_id == known]
    words = {"side": connector.side, "name": connector.name, "repository": connector.repository}
    if candidates and not ours:
        raise UnclearError(OF_ANOTHER_CONNECTOR.format(ids=_ids(candidates), **words))
    found = _chosen(ours, kept_id, SEVERAL_ACTORS.format(ids=_ids(ours), **words))
    if found is None:
        return step
    if found.id != kept_id and (other := _of_another_account(connector, found)):
        raise UnclearError(OF_ANOTHER_ACCOUNT.format(ids=found.id, settings=", ".join(other), **words))
    if _is_decided_there(connector, found):
        connector = replace(connector, config={**connector.config, SETTING: found.config[SETTING]})
    return ActorStep(connector, found, tuple(_why_an_actor(connector, found, kept)))


def _of_another_account(connector: WantedConnector, found: Actor) -> list[str]:
    """The settings by which something is seen to be of another account than the one that is wanted.

    A form fills in addresses that a file leaves out, so that one without the other says nothing.
    """
    told = [name for name in _ACCOUNT if connector.config.get(name) and found.config.get(name)]
    return differing(*({name: config[name] for name in told} for config in (connector.config, found.config)))


def _is_decided_there(connector: WantedConnector, found: Actor | None) -> bool:
    """Whether Airbyte alone has what somebody decided, who put it into the form by hand: nobody else may have it."""
    return found is not None and not connector.config.get(SETTING) and bool(found.config.get(SETTING))


def _why_an_actor(connector: WantedConnector, found: Actor, kept: Kept) -> Iterator[str]:
    if names := differing(connector.config, found.config):
        yield f"its settings are not those of connection.yaml: {', '.join(sorted(names))}"
    if secrets := secrets_in(connector.config, found.config):
        before = kept.secrets.get(found.id)
        if before is None:
            yield "its secrets cannot be read back, and are sent once more"
        elif before != kept.fingerprint(secrets):
            yield "its secrets have changed in connection.yaml"


def _connection(
    connection: WantedConnection,
    definitions: Mapping[str, DefinitionStep],
    actors: Mapping[str, ActorStep],
    there: There,
    kept: Kept,
) -> ConnectionStep:
    source, destination = (actors[command] for command in connection.direction.connectors)
    ends = [end.there.id if end.there else None for end in (source, destination)]
    candidates = [each for each in there.connections if [each.source_id, each.destination_id] == ends]
    unclear = SEVERAL_CONNECTIONS.format(source=source.name, destination=destination.name, ids=_ids(candidates))
    step = ConnectionStep(connection, None)
    found = _chosen(candidates, kept.ids.get(step.key), unclear)
    if found is None:
        return step
    why = (*_why_a_connection(connection, found), *_why_its_fields(definitions[source.key], found, kept))
    return replace(step, there=found, why=why)


def _why_a_connection(connection: WantedConnection, found: Connection) -> Iterator[str]:
    streams = [(stream["name"], stream.get("syncMode")) for stream in found.streams]
    if streams != [(connection.direction.stream, connection.sync_mode)]:
        yield f"its stream becomes {connection.direction.stream} alone, {connection.sync_mode_in_form}"
    if found.prefix:
        yield "the prefix of its stream is removed"
    if found.behavior != BEHAVIOR:
        yield "Airbyte is to pause it when the source offers other fields"
    if connection.cron is not None and found.cron != connection.cron:
        yield f"its schedule becomes {connection.cron} (UTC)"


def _why_its_fields(source: DefinitionStep, found: Connection, kept: Kept) -> Iterator[str]:
    """Whether the fields are those of an image that the source does not run from now on."""
    image = source.connector.image
    has = kept.fields.get(found.id, "" if action_of(source) is Action.UPDATE else image)
    if has != image:
        yield "the fields of its stream are read anew, from the image that the source is to run"


def _chosen(candidates: Sequence[_T], kept_id: str | None, unclear: str) -> _T | None:
    """The one that is meant: the one that is known from before, or the only one."""
    for each in candidates:
        if each.id == kept_id:
            return each
    if len(candidates) > 1:
        raise UnclearError(unclear)
    return candidates[0] if candidates else None


def _others(actors: Iterable[ActorStep], definitions: Mapping[str, DefinitionStep], there: There) -> Iterator[str]:
    for step in actors:
        definition, side = definitions[step.key].there, step.connector.side
        if step.there is None and definition is not None:
            names = [each.name for each in there.actors[side] if each.definition_id == definition.id]
            if names:
                yield OTHERS.format(side=side, names=", ".join(names), name=step.connector.name)


def _notes_of(connections: Iterable[ConnectionStep], wanted: Wanted) -> Iterator[str]:
    for step in connections:
        if step.there is None:
            destination = wanted.connector(step.connection.direction.destination)
            if step.connection.cron is not None and destination.config.get("mode") == "sync":
                yield WRITES_BY_ITSELF.format(name=step.connection.name)
            continue
        if not step.there.is_active:
            yield DISABLED.format(name=step.there.name)
        stream = step.connection.direction.stream
        ours = [each for each in step.there.streams if each["name"] == stream]
        if any(each.get("selectedFields") or each.get("mappers") for each in ours):
            yield SOME_FIELDS.format(name=step.there.name, stream=stream)


def _ids(candidates: Sequence[Definition] | Sequence[Actor] | Sequence[Connection]) -> str:
    return ", ".join(each.id for each in candidates)


def _minutes(length: timedelta) -> str:
    minutes = max(1, -(-int(length.total_seconds()) // 60))
    return "a minute" if minutes == 1 else f"{minutes} minutes"
