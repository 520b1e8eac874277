"""From records to people: which stream carries what, validated against its schema."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteStream, DestinationSyncMode

from connector_base.failures import config_error
from connector_base.people.host_changes import (
    Spelling,
    any_case,
    any_spelling,
    changed_keys,
    refuse_rewritten_keys,
    rewritten_keys,
    told_changes,
)
from connector_base.people.person import InvalidRecord, Person, Taken
from connector_base.protocol.generations import may_be_a_clear
from connector_base.protocol.stream_keys import StreamKey
from connector_base.protocol.sync_modes import SYNC_MODES, refused_sync_mode
from connector_base.systems import System
from connector_base.validation import RecordValidator
from shared_mappings import NO_RULINGS, Desired, FieldTable, Rule, Rulings, read_path, what_is_used
from shared_mappings.desired import EMAIL, EMPLOYMENT_ID, NAME
from shared_mappings.normal_forms import as_text, normalised_email, normalised_key


@dataclass(frozen=True, slots=True)
class Keys:
    """Where a record says who somebody is.

    Attributes:
        code: Path of the employment ID.
        address: Path of the e-mail address.
        names: Paths of the given and the family name.
    """

    code: str
    address: str
    names: Sequence[str]

    @classmethod
    def of(cls, table: FieldTable, paths: Callable[[Rule], Mapping[str, str]]) -> "Keys":
        """Those of a kind of record.

        Args:
            table: The field table.
            paths: What a row draws on in such a record, by the name of the part.
        """
        code, address, name = (paths(table.rule_of[target]) for target in (EMPLOYMENT_ID, EMAIL, NAME))
        return cls(code["value"], address["value"], tuple(name.values()))


@dataclass(frozen=True, slots=True)
class Kind:
    """What a stream may carry.

    Attributes:
        declared: The keys that its schema declares.
        used: The schema of what is used of a record.
        desire: Makes a valid record, and the keys whose values a host has changed, what somebody should have.
        keys: Where a record says who somebody is.
        has_ids: Whether a record's `id` says who it is. Only the stream that this destination is made for declares one;
            elsewhere it may be anything, such as a number in a table of the source, or a national identification.
        ruled: What was decided about somebody, by the id and what is known of the record; nothing, where decisions are
            not about those whom the stream brings.
    """

    declared: Collection[str]
    used: Mapping[str, Any]
    desire: Callable[[Mapping[str, Any], Collection[str]], Desired]
    keys: Keys
    has_ids: bool
    ruled: Callable[[str, Mapping[str, Any]], Rulings] | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """What a destination takes.

    Attributes:
        kinds: What a stream may carry, by the name of the stream or of the object that it is mapped onto.
        system: What is written to.
        choose: What to do about a stream that carries nothing of that, in a sentence.
    """

    kinds: Mapping[str, Kind]
    system: System
    choose: str


@dataclass(frozen=True, slots=True)
class StreamReader:
    """Reads the records of one stream.

    Attributes:
        name: The stream, as messages name it.
        kind: What it carries.
        validator: Checks what is used of a record.
        update_only: Whether nobody is created.
        system: What is written to.
        nested: The keys that are used of a record and hold objects or lists.
    """

    name: str
    kind: Kind
    validator: RecordValidator
    update_only: bool
    system: System
    nested: Collection[str]

    def read(self, record: Mapping[str, Any], position: int, changed: Sequence[str] = ()) -> Person | InvalidRecord:
        """A record as a person.

        Args:
            record: The record's data.
            position: Its place among the stream's records, from 1, by which it is named when it has no id.
            changed: What a host calls the fields whose values it has changed on the way, which makes them unknown.

        Raises:
            AirbyteTracedException: A config error, when a host has rewritten the keys of the record.
        """
        refuse_rewritten_keys(self.name, record, self._rewritten(record), self.system, self.nested)
        place = f"{self.name} record {position}"
        keys = changed_keys(changed, record, self.kind.declared)
        if keys is None:
            used = what_is_used(record, self.kind.used)
            return self._named(InvalidRecord(f"at:{place}", place, "", "", _UNKNOWN_CHANGE, used))
        lost = keys & self.kind.used["properties"].keys()
        used = {key: value for key, value in what_is_used(record, self.kind.used).items() if key not in lost}
        record_id = used.get("id")
        label = f"{self.name} {record_id}" if _is_an_id(record_id) else place
        code = normalised_key(_text(read_path(used, self.kind.keys.code)))
        address = normalised_email(_text(read_path(used, self.kind.keys.address)))
        identity = _by_id(record_id, place) if self.kind.has_ids else _by_key(code, address, place)
        faults = self.validator.faults(used)
        if faults:
            faults = (*faults, *told_changes(lost))
            return self._named(InvalidRecord(identity, label, code, address, faults, used))
        taken = Taken(used, lost, self.kind.desire)
        merged = None if self.kind.has_ids else taken
        person = Person(identity, label, taken.desired, used, self.update_only, merged=merged)
        return self._ruled(person, {key: value for key, value in record.items() if key not in lost})

    def _ruled(self, person: Person, known: Mapping[str, Any]) -> Person:
        """A person with what was decided about whoever has the id, and what it goes by."""
        record_id = person.record.get("id")
        if not self.kind.has_ids or not isinstance(record_id, str):
            return person
        rulings = self.kind.ruled(record_id, known) if self.kind.ruled else NO_RULINGS
        return replace(person, rulings=rulings, whole=known)

    def _named(self, invalid: InvalidRecord) -> InvalidRecord:
        """An invalid record with what a report calls the person, as far as it can be read."""
        names = (_text(read_path(invalid.record, key)) for key in self.kind.keys.names)
        return replace(
            invalid,
            name=" ".join(name for name in names if name),
            employment_id=_text(read_path(invalid.record, self.kind.keys.code)),
        )

    def _rewritten(self, record: Mapping[str, Any]) -> Mapping[str, str]:
        """Keys that a host has rewritten. Where records have ids, there are none but those declared."""
        spelling: Spelling = any_spelling if self.kind.has_ids else any_case
        return rewritten_keys(record, self.kind.declared, spelling, beside_others=self.kind.has_ids)


def stream_readers(catalog: ConfiguredAirbyteCatalog, carried: Carried) -> Mapping[StreamKey, StreamReader]:
    """The readers of a catalog's streams, by what tells them apart.

    A stream that may be there only to be cleared has a reader too, though nobody may come in it.

    Args:
        catalog: The streams that come.
        carried: What they may carry.

    Raises:
        AirbyteTracedException: A config error for a stream or a sync mode that this destination does not know, or for
            a stream that is there twice, before anything is written.
    """
    readers: dict[StreamKey, StreamReader] = {}
    for configured in catalog.streams:
        key = StreamKey.of(configured.stream)
        if key in readers:
            raise config_error(
                f"The stream {key} is selected twice in the connection, and only one of the two can count. Leave "
                "one of them out."
            )
        readers[key] = _reader(str(key), configured, carried)
    return readers


def _reader(name: str, configured: ConfiguredAirbyteStream, carried: Carried) -> StreamReader:
    mode = configured.destination_sync_mode
    if mode not in SYNC_MODES and not may_be_a_clear(configured):
        raise refused_sync_mode(mode.value, name, carried.system)
    kind = carried.kinds.get(configured.destination_object_name or configured.stream.name)
    if kind is None:
        raise config_error(f"The stream {name} is nothing this destination can write. {carried.choose}")
    validator = RecordValidator(kind.used)
    update_only = mode is DestinationSyncMode.update
    return StreamReader(name, kind, validator, update_only, carried.system, _nested(kind.used))


def _nested(used: Mapping[str, Any]) -> frozenset[str]:
    """The keys of a schema whose values are objects or lists."""
    types = ((key, schema.get("type", ())) for key, schema in used["properties"].items())
    return frozenset(key for key, kind in types if not _NESTED.isdisjoint([kind] if isinstance(kind, str) else kind))


_UNKNOWN_CHANGE: Final = ("meta.changes: the host has changed something, and names no field",)


def _by_id(record_id: Any, place: str) -> str:
    """A record's id. Only what might be taken for a key says that it is an id. A blank one is none."""
    if not isinstance(record_id, str) or not record_id.strip():
        return f"at:{place}"
    return f"id:{record_id}" if ":" in record_id else record_id


def _by_key(code: str, address: str, place: str) -> str:
    """The key that somebody without an id is known by, as it is compared, and its kind; without any, the place."""
    if code:
        return f"code:{code}"
    return f"email:{address}" if address else f"at:{place}"


def _text(value: Any) -> str:
    """A key as it came; empty for one that is none, as an invalid record may hold."""
    text = as_text(value)
    return text if isinstance(text, str) else ""


_NESTED: Final = frozenset({"object", "array"})
_LONGEST_ID: Final = 64


def _is_an_id(value: Any) -> bool:
    """Whether a value may stand in messages: short, and without spaces or the sign of an e-mail address."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and not set(value) & set(" @\n\t")
