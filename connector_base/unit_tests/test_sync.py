"""A state goes on once everybody before it is settled, whoever writes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteRecordMessage,
    AirbyteStateMessage,
    AirbyteStreamState,
    ConfiguredAirbyteCatalogSerializer,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.people.batches import Batch
from connector_base.people.claims import Claims
from connector_base.people.person import InvalidRecord, Person
from connector_base.people.streams import Carried, Keys, Kind, stream_readers
from connector_base.protocol.attendance import Attendance
from connector_base.protocol.stream_keys import StreamKey
from connector_base.reporting.explanations import Explanations
from connector_base.reporting.outcomes import Outcomes
from connector_base.reporting.report import NoReport
from connector_base.reporting.summary import Summary
from connector_base.settings.modes import Mode
from connector_base.systems import System
from connector_base.traffic import Traffic
from connector_base.writing.sync import Sync
from shared_mappings import (
    About,
    Fate,
    FieldChange,
    Options,
    RejectionCode,
    Side,
    desired_from_user,
    field_table,
    used_of_users,
    users_schema,
)

TABLE = field_table()
BOOKS = System("the books", "a ledger", nulls_would="unset values in the books")
USERS = Kind(
    users_schema()["properties"].keys(),
    used_of_users(TABLE),
    lambda record, changed: desired_from_user(record, TABLE, Options(), changed),
    Keys("employmentId", "email", ("givenName", "familyName")),
    has_ids=True,
)
EXPLANATIONS = Explanations(Side.XLEDGER, refused=RejectionCode.REFUSED_BY_XLEDGER, lacking=lambda _: "")
CATALOG = ConfiguredAirbyteCatalogSerializer.load(
    {
        "streams": [
            {
                "stream": {"name": "users", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
                "sync_mode": "full_refresh",
                "destination_sync_mode": "append_dedup",
            }
        ]
    }
)


@dataclass
class Clerk:
    """Writes people into a list."""

    written: list[list[str]] = field(default_factory=list)
    is_in_doubt: bool = False
    ended: bool = False

    def write(self, people: Sequence[Person]) -> None:
        self.written.append([person.identity for person in people])

    def end(self) -> None:
        self.ended = True

    def cut_short(self) -> tuple[int, list[list[FieldChange]]]:
        return 2, []


@dataclass
class Decided:
    """One decision is about nobody for each who did not come."""

    awaited: set[str]

    def came(self, subject: Person | InvalidRecord) -> None:
        self.awaited.discard(subject.identity)

    def about_nobody(self, *, everybody_came: bool) -> frozenset[About]:
        return frozenset(About(user, "leave") for user in self.awaited if everybody_came)


def record(identity: str, **values: Any) -> AirbyteMessage:
    return AirbyteMessage(type=Type.RECORD, record=AirbyteRecordMessage("users", {"id": identity, **values}, 0))


def state() -> AirbyteMessage:
    return AirbyteMessage(
        type=Type.STATE, state=AirbyteStateMessage(stream=AirbyteStreamState(StreamDescriptor("users")))
    )


def sync(clerk: Clerk, mode: Mode = Mode.SYNC, overwritten: StreamKey | None = None) -> Sync:
    readers = stream_readers(CATALOG, Carried({"users": USERS}, BOOKS, "Select users."))
    outcomes = Outcomes(Summary(mode.value), NoReport(), EXPLANATIONS)
    batch = Batch(2, lambda: 0.0)
    return Sync(
        mode,
        BOOKS,
        readers,
        Attendance.of(CATALOG),
        Claims(),
        clerk,
        outcomes,
        batch,
        Decided({"u1", "u9"}),
        overwritten,
    )


def test_a_state_waits_for_the_batch_before_it() -> None:
    clerk = Clerk()
    running = sync(clerk).run(iter([record("u1"), state(), record("u2"), record("u3")]))
    next(running)
    assert clerk.written == [["u1", "u2"]]
    assert list(running) == []
    assert clerk.written == [["u1", "u2"], ["u3"]]
    assert clerk.ended


def test_a_state_waits_as_long_as_somebody_is_in_doubt() -> None:
    clerk = Clerk(is_in_doubt=True)
    running = sync(clerk).run(iter([record("u1"), record("u2"), state(), record("u3")]))
    next(running)
    assert clerk.ended


def test_a_preview_passes_no_state_on() -> None:
    assert list(sync(Clerk(), Mode.PREVIEW).run(iter([record("u1"), state()]))) == []


def test_an_invalid_record_is_counted_and_settled_without_being_written() -> None:
    clerk = Clerk()
    begun = sync(clerk)
    (released,) = begun.run(iter([record("u1", active="yes"), state()]))
    assert released.state is not None
    assert released.state.destinationStats.rejectedRecordCount == 1
    assert begun.outcomes.summary.received == 1
    assert begun.outcomes.summary.rejected == {"invalid_record": 1}
    assert not any(clerk.written)


def test_decisions_about_nobody_are_counted_unless_nobody_came_at_all() -> None:
    cleared, ordinary = sync(Clerk()), sync(Clerk())
    assert list(cleared.run(iter([]))) == []
    assert list(ordinary.run(iter([record("u1")]))) == []
    assert cleared.outcomes.summary.decisions == {}
    assert ordinary.outcomes.summary.decisions == {About("u9", "leave"): Fate.UNKNOWN}


def test_what_was_done_before_a_sync_was_cut_short_is_counted() -> None:
    begun = sync(Clerk(), overwritten=StreamKey("users"))
    with pytest.raises(AirbyteTracedException, match="this is a ledger"):
        list(begun.run(iter([record("u1")])))
    assert '"created": 2' in begun.outcomes.summary.as_json(Traffic())
