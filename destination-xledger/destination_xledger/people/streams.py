"""From records to people: which stream carries what, validated against its schema."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteStream, DestinationSyncMode

from connector_base.failures import config_error
from connector_base.protocol.generations import may_be_a_clear
from connector_base.protocol.stream_keys import StreamKey
from connector_base.protocol.sync_modes import SYNC_MODES, refused_sync_mode
from connector_base.validation import RecordValidator
from destination_xledger.people.host_changes import (
    Spelling,
    any_case,
    any_spelling,
    changed_keys,
    refuse_rewritten_keys,
    rewritten_keys,
    told_changes,
)
from destination_xledger.people.person import InvalidRecord, Person, Taken
from destination_xledger.xledger import XLEDGER
from shared_mappings import (
    NO_DECISIONS,
    NO_RULINGS,
    Decisions,
    Desired,
    FieldTable,
    Options,
    desired_from_employee,
    desired_from_user,
    employee_schema,
    read_path,
    used_of_employee,
    used_of_users,
    users_schema,
    what_is_used,
)
from shared_mappings.desired import EMAIL, EMPLOYMENT_ID, NAME
from shared_mappings.normal_forms import as_text, normalised_email, normalised_key

USERS: Final = "users"
EMPLOYEE: Final = "employee"


@dataclass(frozen=True, slots=True)
class StreamReader:
    """Reads the records of one stream.

    Attributes:
        name: The stream, as messages name it.
        declared: The keys that the schema of what the stream carries declares.
        used: The schema of what is used of a record.
        validator: Checks what is used against that.
        desire: Makes a valid record, and the keys whose values a host has changed, what Xledger should have.
        code_key: Path of the employment ID in a record.
        address_key: Path of the e-mail address in a record.
        name_keys: Paths of the given and the family name in a record.
        update_only: Whether nobody is created.
        has_ids: Whether a record's `id` says who it is. Only `users` declares one; elsewhere it may be anything, such
            as a number in a table of the source, or a national identification.
        decisions: What was decided about people in Huma.
    """

    name: str
    declared: Collection[str]
    used: Mapping[str, Any]
    validator: RecordValidator
    desire: Callable[[Mapping[str, Any], Collection[str]], Desired]
    code_key: str
    address_key: str
    name_keys: Sequence[str]
    update_only: bool
    has_ids: bool
    decisions: Decisions = NO_DECISIONS

    def read(self, record: Mapping[str, Any], position: int, changed: Sequence[str] = ()) -> Person | InvalidRecord:
        """A record as a person.

        Args:
            record: The record's data.
            position: Its place among the stream's records, from 1, by which it is named when it has no id.
            changed: What a host calls the fields whose values it has changed on the way, which makes them unknown.

        Raises:
            AirbyteTracedException: A config error, when a host has rewritten the keys of the record.
        """
        refuse_rewritten_keys(self.name, record, self._rewritten(record))
        place = f"{self.name} record {position}"
        keys = changed_keys(changed, record, self.declared)
        if keys is None:
            used = what_is_used(record, self.used)
            return self._named(InvalidRecord(f"at:{place}", place, "", "", _UNKNOWN_CHANGE, used))
        lost = keys & self.used["properties"].keys()
        used = {key: value for key, value in what_is_used(record, self.used).items() if key not in lost}
        record_id = used.get("id")
        label = f"{self.name} {record_id}" if _is_an_id(record_id) else place
        code = normalised_key(_text(read_path(used, self.code_key)))
        address = normalised_email(_text(read_path(used, self.address_key)))
        identity = _user_identity(record_id, place) if self.has_ids else _employee_identity(code, address, place)
        faults = self.validator.faults(used)
        if faults:
            faults = (*faults, *told_changes(lost))
            return self._named(InvalidRecord(identity, label, code, address, faults, used))
        taken = Taken(used, lost, self.desire)
        if not self.has_ids:
            return Person(identity, label, taken.desired, used, self.update_only, merged=taken)
        known = {key: value for key, value in record.items() if key not in lost}
        rulings = self.decisions.about_user(record_id, known) if isinstance(record_id, str) else NO_RULINGS
        return Person(identity, label, taken.desired, used, self.update_only, rulings=rulings)

    def _named(self, invalid: InvalidRecord) -> InvalidRecord:
        """An invalid record with what a report calls the person, as far as it can be read."""
        names = (_text(read_path(invalid.record, key)) for key in self.name_keys)
        return replace(
            invalid,
            name=" ".join(name for name in names if name),
            employment_id=_text(read_path(invalid.record, self.code_key)),
        )

    def _rewritten(self, record: Mapping[str, Any]) -> Mapping[str, str]:
        """Keys that a host has rewritten. A record of Huma's has none but those declared; one of another source may."""
        spelling: Spelling = any_spelling if self.has_ids else any_case
        return rewritten_keys(record, self.declared, spelling, beside_others=self.has_ids)


def stream_readers(
    catalog: ConfiguredAirbyteCatalog, table: FieldTable, options: Options, decisions: Decisions = NO_DECISIONS
) -> Mapping[StreamKey, StreamReader]:
    """The readers of a catalog's streams, by what tells them apart.

    A stream that may be there only to be cleared has a reader too, though nobody may come in it.

    Args:
        catalog: The configured catalog.
        table: The field table.
        options: Settings that change what a value becomes.
        decisions: What was decided about people in Huma.

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
        readers[key] = _reader(str(key), configured, table, options, decisions)
    return readers


def _reader(
    name: str, configured: ConfiguredAirbyteStream, table: FieldTable, options: Options, decisions: Decisions
) -> StreamReader:
    if configured.destination_sync_mode not in SYNC_MODES and not may_be_a_clear(configured):
        raise refused_sync_mode(configured.destination_sync_mode.value, name, XLEDGER)
    update_only = configured.destination_sync_mode is DestinationSyncMode.update
    carries = configured.destination_object_name or configured.stream.name
    code, email, known_as = (table.rule_of[target] for target in (EMPLOYMENT_ID, EMAIL, NAME))
    if carries == EMPLOYEE:
        return StreamReader(
            name,
            employee_schema()["properties"].keys(),
            used := used_of_employee(table),
            RecordValidator(used),
            lambda record, changed: desired_from_employee(record, table, options, changed),
            code.employee["value"],
            email.employee["value"],
            tuple(known_as.employee.values()),
            update_only,
            has_ids=False,
        )
    if carries == USERS:
        return StreamReader(
            name,
            users_schema()["properties"].keys(),
            used := used_of_users(table),
            RecordValidator(used),
            lambda record, changed: desired_from_user(record, table, options, changed),
            code.record["value"],
            email.record["value"],
            tuple(known_as.record.values()),
            update_only,
            has_ids=True,
            decisions=decisions,
        )
    raise config_error(
        f"The stream {name} is nothing this destination can write. Select only Huma's stream {USERS}, or map the "
        f"stream onto the object {EMPLOYEE}."
    )


_UNKNOWN_CHANGE: Final = ("meta.changes: the host has changed something, and names no field",)


def _user_identity(record_id: Any, place: str) -> str:
    """A user's id. Only what might be taken for the key of an employee says that it is an id. A blank one is none."""
    if not isinstance(record_id, str) or not record_id.strip():
        return f"at:{place}"
    return f"id:{record_id}" if ":" in record_id else record_id


def _employee_identity(code: str, address: str, place: str) -> str:
    """The key that an employee is known by, as it is compared, and its kind; without any, the record's place."""
    if code:
        return f"code:{code}"
    return f"email:{address}" if address else f"at:{place}"


def _text(value: Any) -> str:
    """A key as it came; empty for one that is none, as an invalid record may hold."""
    text = as_text(value)
    return text if isinstance(text, str) else ""


_LONGEST_ID: Final = 64


def _is_an_id(value: Any) -> bool:
    """Whether a value may stand in messages: short, and without spaces or the sign of an e-mail address."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and not set(value) & set(" @\n\t")
