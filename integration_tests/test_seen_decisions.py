"""What runs see of decisions is remembered beside the reports, told by a check, and never in the way."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connector_base.reporting.summary import Summary
from destination_huma.destination import DestinationHuma
from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import Write, a_stream
from integration_tests.decided import Decision, add, decisions, leave, stands
from integration_tests.huma_people import an_employee, company_of, hire
from integration_tests.reading import read_source
from integration_tests.records import Record, a_user, as_employee, records, state
from integration_tests.sandbox import Fault, Sandbox
from shared_mappings import About, Fate

INCREMENTAL = {**a_stream(), "sync_mode": "incremental"}

Told = Callable[..., str]


def about(user: Record, what: str) -> list[str]:
    return [user["id"], what]


@pytest.fixture
def people(sandbox: Sandbox) -> list[Record]:
    """Three who are in Xledger with another phone number, and one who is not."""
    found = [a_user(number) for number in range(1, 5)]
    for user in found[:3]:
        sandbox.xledger.add_employee(**as_employee(user, phone="+47 911 11 111"))
    return found


@dataclass(frozen=True)
class Beside:
    """What lies beside the reports.

    Attributes:
        folder: Where they go.
    """

    folder: Path

    @property
    def storage(self) -> Record:
        """The setting that has them left there."""
        return {"object_storage_config": {"storage_type": "Local", "path": str(self.folder)}}

    @property
    def memory(self) -> Path:
        """The file in which it is remembered what was seen."""
        return self.folder / "decisions.seen.json"

    def decide(self, *taken: Decision) -> None:
        """Puts decisions where they are found."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "decisions.json").write_text(decisions(*taken), encoding="utf-8")

    def seen(self) -> dict[str, Any]:
        """What is remembered, without what changes from day to day."""
        found = json.loads(self.memory.read_text(encoding="utf-8"))
        return {name: found[name] for name in ("lapsed", "unknown", "unseen")}


@pytest.fixture
def beside(folder: Path) -> Beside:
    return Beside(folder)


@pytest.fixture
def told(sandbox: Sandbox, caplog: pytest.LogCaptureFixture, beside: Beside) -> Told:
    """What a check tells of decisions, which is one line of the log beside any warnings."""

    def check(to: str = "xledger", **config: Any) -> str:
        caplog.clear()
        settings = {**beside.storage, **config}
        with caplog.at_level(logging.INFO):
            if to == "huma":
                findings = DestinationHuma().findings(sandbox.destination_huma_config(**settings))
            else:
                findings = DestinationXledger().findings(sandbox.destination_config(**settings))
        assert not any(finding.blocks for finding in findings)
        (line,) = (line for record in caplog.records if " found " in (line := record.getMessage()))
        return line

    return check


# ------------------------------------------------------------------ what is remembered


def test_a_check_tells_what_the_last_sync_saw_of_decisions(
    write: Write, people: list[Record], beside: Beside, told: Told
) -> None:
    one, two, three, new = people
    beside.decide(
        stands(one, "phone", "xledger"), stands(two, "phone", "later"), leave(three), leave(new), leave(a_user(77))
    )
    place = f"5 decisions were found in {beside.folder}/decisions.json"
    assert told() == f"{place}; no sync has gone by them yet."
    written = write(records([{**one, "phone": None}, two, three, new]), **beside.storage)
    assert written.summary["decisions"] == {"applied": 2, "lapsed": 2, "unknown": 1}
    assert beside.seen() == {
        "lapsed": sorted([about(one, "phone"), about(three, "leave")]),
        "unknown": [about(a_user(77), "leave")],
        "unseen": [],
    }
    line = told()
    assert line.startswith(f"{place}; as of 20")
    assert (
        ", 2 of them have lapsed and 1 of them is about nobody. A decision lapses when Huma has another value" in line
    )


def test_both_destinations_tell_the_same(write: Write, people: list[Record], beside: Beside, told: Told) -> None:
    beside.decide(stands(people[0], "phone", "xledger"))
    write(records(people), mode="preview", **beside.storage)
    assert told("huma") == told("xledger")
    assert told("huma").endswith("it has not lapsed.")


def test_an_incremental_sync_corrects_what_it_saw_and_nothing_else(
    write: Write, people: list[Record], beside: Beside, told: Told
) -> None:
    one, two, *_ = people
    beside.decide(stands(one, "phone", "xledger"), stands(two, "phone", "later"), leave(a_user(77)))
    write(records([one]), catalog=INCREMENTAL, **beside.storage)
    assert beside.seen() == {
        "lapsed": [],
        "unknown": [],
        "unseen": sorted([about(two, "phone"), about(a_user(77), "leave")]),
    }
    assert told().endswith("none of them has lapsed and no sync has gone by 2 of them yet.")
    write(records([{**two, "phone": None}]), catalog=INCREMENTAL, **beside.storage)
    assert beside.seen() == {"lapsed": [about(two, "phone")], "unknown": [], "unseen": [about(a_user(77), "leave")]}
    write(records([two]), catalog=INCREMENTAL, **beside.storage)
    assert beside.seen() == {"lapsed": [], "unknown": [], "unseen": [about(a_user(77), "leave")]}


def test_of_other_decisions_nothing_is_known(write: Write, people: list[Record], beside: Beside, told: Told) -> None:
    beside.decide(stands(people[0], "phone", "xledger"))
    write(records([{**people[0], "phone": None}]), **beside.storage)
    assert "it has lapsed" in told()
    beside.decide(stands(people[0], "phone", "later"), leave(people[3]))
    assert told().endswith("; no sync has gone by them yet.")
    write(records(people), **beside.storage)
    assert beside.seen() == {"lapsed": [], "unknown": [], "unseen": []}


def test_what_was_carried_out_in_huma_has_lapsed_from_then_on_and_a_check_says_that_this_may_be_why(
    write_to_huma: Write, sandbox: Sandbox, beside: Beside, told: Told
) -> None:
    hired = hire(sandbox, 1, phone="+47 911 11 111")
    user = read_source(sandbox).records[hired]
    beside.decide(stands(user, "phone", "xledger"), add(61000009))
    groups = [company_of(sandbox)]
    for lapsed in ([], [about(user, "phone")]):
        write_to_huma(records([an_employee(1)], stream="employees"), new_user_groups=groups, **beside.storage)
        assert beside.seen() == {"lapsed": lapsed, "unknown": [["61000009", "add"]], "unseen": []}
    assert "be it Xledger's since the decision was carried out" in told("huma", new_user_groups=groups)


# ------------------------------------------------------------------ what it costs, and what it holds


def test_it_is_written_when_it_has_changed_and_by_nobody_without_decisions(
    write: Write, people: list[Record], beside: Beside
) -> None:
    memory = beside.memory
    write(records(people), **beside.storage)
    assert not memory.exists()
    beside.decide(stands(people[0], "phone", "xledger"))
    write([state(1)], **beside.storage)
    assert not memory.exists()
    write(records(people), **beside.storage)
    before = memory.stat()
    assert before.st_mode & 0o777 == 0o600
    write(records(people), **beside.storage)
    assert (memory.stat().st_ino, memory.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_it_holds_ids_and_names_of_fields_and_no_value(write: Write, people: list[Record], beside: Beside) -> None:
    beside.decide(*(stands(user, field, "later") for user in people for field in ("phone", "email", "birthDate")))
    write(records([{**user, "phone": None} for user in people]), **beside.storage)
    text = beside.memory.read_text(encoding="utf-8")
    for user in people:
        for value in (user["phone"], user["email"], user["birthDate"], user["familyName"], user["employmentId"]):
            assert json.dumps(value).strip('"') not in text


def test_without_a_storage_a_check_tells_how_many_there_are(people: list[Record], told: Told) -> None:
    text = decisions(leave(people[0]))
    assert told(decisions=text, object_storage_config={"storage_type": "None"}) == (
        "1 decision was found under Decisions (decisions)."
    )


def test_decisions_of_the_setting_are_remembered_as_well(
    write: Write, people: list[Record], beside: Beside, told: Told
) -> None:
    text = decisions(leave(people[3]))
    write(records(people), decisions=text, **beside.storage)
    assert told(decisions=text).endswith("it has not lapsed.")


# ------------------------------------------------------------------ never in the way


@pytest.mark.parametrize("content", [b"Kari Nordmann", b"", b"\xff\xfe", b'{"version": 2}', b"[]"])
def test_what_is_not_understood_is_warned_of_once_and_written_anew(
    content: bytes,
    write: Write,
    people: list[Record],
    beside: Beside,
    told: Told,
    caplog: pytest.LogCaptureFixture,
) -> None:
    beside.decide(stands(people[0], "phone", "xledger"))
    beside.memory.write_bytes(content)
    assert told().endswith("; no sync has gone by it yet.")
    (warned,) = (line for record in caplog.records if "is not understood" in (line := record.getMessage()))
    assert "Kari" not in warned
    assert write(records(people), **beside.storage).error is None
    assert beside.seen() == {"lapsed": [], "unknown": [], "unseen": []}


def test_what_can_neither_be_read_nor_written_ends_nothing(
    write: Write,
    people: list[Record],
    beside: Beside,
    told: Told,
    caplog: pytest.LogCaptureFixture,
) -> None:
    beside.decide(stands(people[0], "phone", "xledger"))
    beside.memory.mkdir()
    assert told() == f"1 decision was found in {beside.folder}/decisions.json."
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [line for line in warnings if line.startswith("What earlier syncs have seen of decisions cannot be told.")]
    written = write([*records(people), state(1)], **beside.storage)
    assert (written.error, written.states, written.summary["outcome"]) == (None, [1], "succeeded")
    assert sum(line.startswith("What this run has seen of decisions cannot be noted") for line in written.log) == 1


def test_a_sync_that_fails_remembers_nothing(
    write: Write, sandbox: Sandbox, people: list[Record], beside: Beside
) -> None:
    beside.decide(stands(people[0], "phone", "xledger"))
    sandbox.xledger.faults.add(Fault.no_access("updateContacts"))
    assert write(records(people), **beside.storage).error is not None
    assert not beside.memory.exists()


def test_somebody_who_comes_twice_is_counted_by_the_later_record() -> None:
    summary = Summary("sync")
    for fate in (Fate.LAPSED, Fate.APPLIED):
        summary.decided({About("u1", "phone"): fate})
    assert summary.decisions == {About("u1", "phone"): Fate.APPLIED}
