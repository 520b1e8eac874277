"""A report is left once, its summary last; what is collected has no name on disk."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.failures import config_error
from connector_base.pages.contents import OnlyThere
from connector_base.people.person import InvalidRecord, Person
from connector_base.reporting import report as report_module
from connector_base.reporting.frames import Maker
from connector_base.reporting.report import NoReport, Report, StoredReport, folder_name, reporting
from connector_base.reporting.result_entries import Particulars
from connector_base.reporting.sides import Sides
from connector_base.reporting.summary import Summary
from connector_base.settings.modes import Mode
from connector_base.storage.storage import PROBE
from connector_base.storage.storage_config import NoStorage, StorageConfig
from connector_base.traffic import Traffic
from shared_mappings import NO_DECISIONS, FieldChange, Options, Policies, desired_from_user, field_table, to_xledger

STARTED = datetime(2026, 1, 15, 12, 0, tzinfo=timezone.utc)
INVALID = InvalidRecord(
    "at:users record 1",
    "users record 1",
    "E1",
    "",
    ("id: type",),
    {"id": None, "givenName": "Kåre\u2028🧑‍🚀"},
    name="Kåre Berg",
    employment_id="E1",
)

PERSON = Person("u1", "users u1", desired_from_user({"id": "u1"}, field_table(), Options()), {"id": "u1"})
PHONE = FieldChange("phone", "employee.contact.phone", "1", "2")


SIDES = Sides(
    to_xledger(field_table()), "user", "employee", attrgetter("db_id"), lambda person, _: person.whole, lambda *_: None
)
MAKER = Maker("destination-of-tests 1.0", "https://docs.example/reference", SIDES)


@dataclass(frozen=True)
class Settings:
    mode: Mode = Mode.SYNC
    object_storage_config: StorageConfig = NoStorage(storage_type="None")  # noqa: RUF009  it is frozen
    policies: Policies = Policies()  # noqa: RUF009  likewise
    decisions: str = ""


@pytest.fixture
def config() -> Settings:
    return Settings()


class Memory:
    """A storage that keeps files in memory, and breaks off half-way at those with some names."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.failing: set[str] = set()
        self.attempts: list[str] = []

    def put(self, name: str, content: BinaryIO) -> None:
        self.attempts.append(name.rpartition("/")[2])
        if self.attempts[-1] in self.failing:
            content.read(1)
            raise config_error("The storage broke off. Mend it.")
        self.files[name] = content.read()

    def remove(self, name: str) -> None:
        del self.files[name]

    def place(self, name: str) -> str:
        return f"memory of {name}"

    def by_name(self) -> dict[str, str]:
        return {name.rpartition("/")[2]: content.decode() for name, content in self.files.items()}


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    storage = Memory()
    monkeypatch.setattr(report_module, "open_storage", lambda _: storage)
    return storage


def opened(config: Settings, *, always_a_page: bool = True, **changed: Any) -> Any:
    settings = replace(config, **changed)
    return reporting(settings, MAKER, lambda: '{"mode": "sync"}', lambda: STARTED, always_a_page=always_a_page)


def test_the_summary_comes_last_so_that_where_there_is_one_the_report_is_whole(
    memory: Memory, config: Settings
) -> None:
    with opened(config, mode=Mode.PREVIEW):
        pass
    lines = ["rejected.jsonl", "conflicts.jsonl", "plan.jsonl", "only_in_xledger.jsonl"]
    assert memory.attempts == [PROBE, *lines, "review.html", "summary.json"]
    left = memory.by_name()
    assert {name: left[name] for name in lines} == dict.fromkeys(lines, "")
    assert left["summary.json"] == '{"mode": "sync"}\n'


def test_a_preview_leaves_a_plan_and_a_sync_what_was_written(memory: Memory, config: Settings) -> None:
    with opened(config) as report:
        report.invalid(INVALID)
    assert set(memory.by_name()) == {
        *("rejected.jsonl", "conflicts.jsonl", "changes.jsonl"),
        *("result.html", "summary.json"),
    }


def test_a_page_can_be_left_out_where_nobody_was_rejected(memory: Memory, config: Settings) -> None:
    with opened(config, always_a_page=False):
        pass
    assert set(memory.by_name()) == {"rejected.jsonl", "conflicts.jsonl", "changes.jsonl", "summary.json"}
    with opened(config, always_a_page=False) as report:
        report.rejected(INVALID, "invalid_record", "Why.")
    assert "result.html" in memory.by_name()


def test_what_is_kept_is_a_line_for_each_record_in_utf_8(memory: Memory, config: Settings) -> None:
    with opened(config) as report:
        report.rejected(INVALID, "invalid_record", "Why.")
        report.rejected(INVALID, "invalid_record", "Why.")
    first, second, end = memory.by_name()["rejected.jsonl"].split("\n")
    assert first == second
    assert json.loads(first) == {
        "id": None,
        "person": "users record 1",
        "name": "Kåre Berg",
        "employmentId": "E1",
        "code": "invalid_record",
        "reason": "Why.",
        "record": {"id": None, "givenName": "Kåre\u2028🧑‍🚀"},
    }
    assert "Kåre" in first
    assert end == ""


def test_half_a_character_in_a_record_or_in_a_reason_keeps_nothing_from_being_kept(
    memory: Memory, config: Settings
) -> None:
    half = InvalidRecord(
        "at:users record 1", "users record 1", "", "", ("id: type",), {"id": None, "givenName": "Kåre\ud83d"}
    )
    with opened(config) as report:
        report.rejected(half, "invalid_record", "\udc00Why.")
    kept = json.loads(memory.by_name()["rejected.jsonl"])
    assert (kept["record"]["givenName"], kept["reason"]) == ("Kåre\ufffd", "\ufffdWhy.")


def test_a_report_is_left_once(memory: Memory, config: Settings) -> None:
    with opened(config) as report:
        report.publish()
        report.publish()
    assert memory.attempts.count("summary.json") == 1


def test_a_report_that_a_host_cuts_short_while_it_is_left_is_left_with_how_it_ended(
    memory: Memory, config: Settings
) -> None:
    class EndedError(BaseException):
        """What a host makes of a process that it ends."""

    summary, ended = Summary("sync"), iter([EndedError])

    def summed_up() -> str:
        for error in ended:
            raise error
        return summary.as_json(Traffic())

    def leaves() -> None:
        with (
            reporting(config, MAKER, summed_up, lambda: STARTED) as report,
            summary.succeeding(),
        ):
            report.publish()

    with pytest.raises(EndedError):
        leaves()
    assert json.loads(memory.by_name()["summary.json"])["outcome"] == "failed"


def test_what_is_known_is_kept_before_the_end_and_not_sent_again_as_long_as_there_is_no_more(
    memory: Memory, config: Settings
) -> None:
    with opened(config) as report:
        report.keep()
        assert memory.attempts == [PROBE]
        for number in (1, 2):
            report.rejected(INVALID, "invalid_record", "Why.")
            report.wrote(PERSON, "61", [PHONE], unconfirmed=False)
            report.keep()
            report.keep()
            left = memory.by_name()
            assert {name: content.count("\n") for name, content in left.items()} == {
                "rejected.jsonl": number,
                "changes.jsonl": number,
            }
    twice = ["rejected.jsonl", "changes.jsonl"] * 2
    assert memory.attempts == [PROBE, *twice, "conflicts.jsonl", "result.html", "summary.json"]


def test_each_value_that_was_written_is_a_line_with_what_was_there_before(memory: Memory, config: Settings) -> None:
    with opened(config) as report:
        report.wrote(PERSON, "61", [PHONE, replace(PHONE, before=None)], unconfirmed=False)
        report.wrote(PERSON, "61", [replace(PHONE, after=None)], unconfirmed=True)
    written, new, perhaps = map(json.loads, memory.by_name()["changes.jsonl"].splitlines())
    assert written == {
        "user": "u1",
        "employee": "61",
        "field": "phone",
        "target": "employee.contact.phone",
        "before": "1",
        "after": "2",
        "at": "2026-01-15T12:00:00Z",
    }
    assert new == {**written, "before": None}
    assert perhaps == {**written, "after": None, "unconfirmed": True}


def test_a_sync_that_fails_leaves_what_is_known(memory: Memory, config: Settings) -> None:
    def fails(report: Report) -> None:
        report.rejected(INVALID, "invalid_record", "Why.")
        raise KeyError("broken")

    with pytest.raises(KeyError), opened(config) as report:
        fails(report)
    assert memory.by_name()["rejected.jsonl"].count("\n") == 1
    assert "summary.json" in memory.by_name()


def test_when_the_storage_fails_too_the_first_error_counts(
    memory: Memory, config: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    memory.failing.add("rejected.jsonl")
    with pytest.raises(KeyError), opened(config):
        raise KeyError("broken")
    assert [record.getMessage() for record in caplog.records] == [
        "The report of this sync could not be left. The storage broke off. Mend it."
    ]
    assert memory.files == {}


def test_a_report_that_breaks_off_has_no_summary_and_fails_the_sync(memory: Memory, config: Settings) -> None:
    memory.failing.add("plan.jsonl")
    with pytest.raises(AirbyteTracedException, match="broke off"), opened(config, mode=Mode.PREVIEW):
        pass
    assert set(memory.by_name()) == {"rejected.jsonl", "conflicts.jsonl"}
    assert memory.attempts.count("plan.jsonl") == 1


def test_a_page_that_cannot_be_left_leaves_the_lines_and_no_summary(memory: Memory, config: Settings) -> None:
    memory.failing.add("result.html")
    with pytest.raises(AirbyteTracedException, match="broke off"), opened(config):
        pass
    assert set(memory.by_name()) == {"rejected.jsonl", "conflicts.jsonl", "changes.jsonl"}


def test_a_page_names_somebody_once_with_all_that_became_of_them(memory: Memory, config: Settings) -> None:
    with opened(config) as report:
        report.wrote(PERSON, None, [PHONE], unconfirmed=True)
        report.wrote(PERSON, "61", [replace(PHONE, target="employee.subledger.phone")], unconfirmed=False)
        report.rejected(PERSON, "invalid_date", "Why.", Particulars(fields=["birthDate"]))
        report.rejected(PERSON, "refused_by_xledger", "Why. Words.", Particulars("Words.", ["phone", "email"]))
        report.rejected(INVALID, "invalid_record", "Why. id: type", Particulars("id: type"))
    people = json.loads(memory.by_name()["result.html"].partition('id="people">')[2].partition("</script>")[0])
    first, second = people
    assert (first["user"], first["employee"]) == ("u1", "61")
    assert [(each["target"], each.get("unconfirmed")) for each in first["changes"]] == [
        ("employee.contact.phone", True),
        ("employee.subledger.phone", None),
    ]
    assert first["told"] == [
        {"code": "invalid_date", "field": "birthDate"},
        {"code": "refused_by_xledger", "why": "Words.", "field": "phone"},
        {"code": "refused_by_xledger", "why": "Words.", "field": "email"},
    ]
    assert second["told"] == [{"code": "invalid_record", "why": "id: type", "rejected": True}]


def test_those_who_are_only_there_are_all_told_or_none_of_them(memory: Memory, config: Settings) -> None:
    def breaks_off() -> Iterator[OnlyThere]:
        yield {"employee": "61", "name": "Kari"}
        raise config_error("It broke off.")

    with opened(config, mode=Mode.PREVIEW) as report:
        report.begins(NO_DECISIONS)
        with pytest.raises(AirbyteTracedException, match="broke off"):
            report.only_there(breaks_off())
        before = len(memory.files)
        report.only_there([{"employee": "62", "name": "Ola"}])
        assert len(memory.files) == before
    left = memory.by_name()
    assert [json.loads(line)["dbId"] for line in left["only_in_xledger.jsonl"].splitlines()] == ["62"]
    assert "Kari" not in left["review.html"]
    assert '"listed": true' in left["review.html"]


def test_a_storage_that_cannot_be_written_ends_the_sync_before_it_starts(memory: Memory, config: Settings) -> None:
    memory.failing.add(PROBE)
    with pytest.raises(AirbyteTracedException), opened(config):
        pytest.fail("the sync started")


def test_what_is_collected_has_no_name_on_disk(
    memory: Memory, config: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with opened(config) as report:
        report.rejected(INVALID, "invalid_record", "Why.")
        assert list(tmp_path.iterdir()) == []
        assert isinstance(report, StoredReport)
        assert report.files.spools["rejected.jsonl"].fileno() > 0
        assert "Kåre" not in repr(report)
    assert all(spool.closed for spool in report.files.spools.values())
    assert memory.files


def test_no_room_to_collect_ends_the_sync_with_what_to_do(
    memory: Memory, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def write(self, _: bytes) -> int:
            raise OSError(28, "No space left on device")

        def tell(self) -> int:
            return 1

        def seek(self, _: int) -> int:
            raise OSError(28, "No space left on device")

    def collects(report: StoredReport) -> None:
        monkeypatch.setitem(report.files.spools, "rejected.jsonl", Full())
        report.rejected(INVALID, "invalid_record", "Why.")

    with pytest.raises(AirbyteTracedException, match="Make room there") as raised, opened(config) as report:
        collects(report)
    assert raised.value.failure_type is FailureType.config_error
    assert memory.files == {}


def test_no_folder_to_collect_in_ends_the_sync_with_what_to_do(
    memory: Memory, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(*_: Any, **__: Any) -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    with monkeypatch.context() as patch:  # pytest wants a folder itself
        patch.setattr("tempfile.gettempdir", nowhere)
        patch.setattr("tempfile.TemporaryFile", nowhere)
        with pytest.raises(AirbyteTracedException, match="no folder that temporary files") as raised, opened(config):
            pytest.fail("It must not begin.")
    assert raised.value.failure_type is FailureType.config_error
    assert "TMPDIR" in str(raised.value)
    assert set(memory.by_name()) <= {PROBE}


def test_without_storage_nothing_is_collected(config: Settings) -> None:
    with opened(config) as report:
        assert isinstance(report, NoReport)
        report.rejected(INVALID, "invalid_record", "Why.")
        report.publish()


def test_folders_sort_by_time_and_never_meet() -> None:
    first, second = folder_name(STARTED), folder_name(STARTED)
    assert first.startswith("2026-01-15T12-00-00Z-")
    assert first != second
