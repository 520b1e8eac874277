"""What a preview finds out for its report beside what would be done, and what that costs."""

import json
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessageSerializer

from connector_base.protocol.messages import read_messages
from connector_base.protocol.stream_keys import StreamKey
from connector_base.reporting.report import NoReport
from integration_tests.conftest import Write, Written, a_stream
from integration_tests.huma_people import an_employee, company_of, hire
from integration_tests.reading import Emitted, read_source
from integration_tests.records import Record, a_user, as_employee, records, state
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.dialects import DIALECTS
from integration_tests.sandbox.xledger_store import SUBSIDIARY
from xledger_api.employees import gateway, listing

MISSING_FROM_THE_REPORT = "is missing from the report of this preview; all else is in it."


def bytes_asked_for(sandbox: Sandbox) -> list[tuple[int, int]]:
    """How large each look-up of employees was, and its answer."""
    done = [each for each in sandbox.xledger.operations if "employees" in each.root_fields]
    sandbox.xledger.operations.clear()
    return [(each.request_bytes, each.response_bytes) for each in done]


# ------------------------------------------------------------------ when an employee was changed


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """When each employee was changed by what is known of those who came, by dbId."""
    known: dict[str, Any] = {}

    def planned(_: NoReport, item: Any) -> None:
        if item.there is not None:
            known[item.there.db_id] = item.there.modified_at

    monkeypatch.setattr(NoReport, "planned", planned)
    return known


def two_people(sandbox: Sandbox) -> list[Record]:
    """Somebody who is found by their code, and somebody who is found by their e-mail address."""
    people = [a_user(1), a_user(2)]
    for employee in (as_employee(people[0]), as_employee(people[1], code=None)):
        sandbox.xledger.add_employee(**employee)
    return people


@pytest.mark.parametrize("dialect", ["contract", "suffixed", "no_email_filter", "no_introspection"])
def test_a_preview_knows_when_xledger_last_changed_an_employee(
    dialect: str, write: Write, sandbox: Sandbox, changed: dict[str, Any]
) -> None:
    sandbox.xledger.dialect = DIALECTS[dialect]
    people = two_people(sandbox)
    assert write(records(people), mode="preview").error is None
    assert changed == {str(each["dbId"]): each["modifiedAt"] for each in sandbox.xledger.employees()}


def test_what_xledger_does_not_show_of_that_is_unknown_and_ends_nothing(
    write: Write, sandbox: Sandbox, changed: dict[str, Any]
) -> None:
    sandbox.xledger.lacks = frozenset({"Employee.modifiedAt"})
    written = write(records(two_people(sandbox)), mode="preview")
    assert written.error is None
    assert set(changed.values()) == {None}
    assert "modifiedAt" not in written.text


def test_a_sync_does_not_read_it(write: Write, sandbox: Sandbox, changed: dict[str, Any]) -> None:
    people = two_people(sandbox)[:1]
    write(records(people))
    in_a_sync = bytes_asked_for(sandbox)
    assert set(changed.values()) == {None}
    write(records(people), mode="preview")
    in_a_preview = bytes_asked_for(sandbox)
    sandbox.xledger.lacks = frozenset({"Employee.modifiedAt"})
    write(records(people), mode="preview")
    assert in_a_sync == bytes_asked_for(sandbox) != in_a_preview


# ------------------------------------------------------------------ who is only in Xledger


def told(folder: Path, system: str) -> dict[str, Record]:
    """Who is told to be only in a system by the latest report, by the id there."""
    (*_, latest) = sorted(path for path in folder.iterdir() if path.is_dir())
    lines = (latest / f"only_in_{system}.jsonl").read_text(encoding="utf-8").splitlines()
    return {line.get("dbId") or line["id"]: line for line in map(json.loads, lines)}


def listings(sandbox: Sandbox) -> int:
    """How often a page of all employees was asked for."""
    return sum("everybody_first" in done.variables for done in sandbox.xledger.operations)


@pytest.fixture
def preview(write: Write, local: Record) -> Write:
    """A preview that leaves a report."""

    def run(people: list[Record], **more: Any) -> Written:
        return write(records(people), **{"mode": "preview", "object_storage_config": local, **more})

    return run


def test_who_is_only_in_xledger_is_told_as_xledger_shows_them(preview: Write, sandbox: Sandbox, folder: Path) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1)))
    plain = {"code": "X9", "description": "Kåre «Bø» Berg", "email": "kare@example.com"}
    there = sandbox.xledger.add_employee(**plain)
    closed = sandbox.xledger.add_employee(**plain | {"code": "X8", "dateTo": "2020-01-31"})
    below = sandbox.xledger.add_employee(**plain | {"code": "X7", "owner": SUBSIDIARY})
    bare = sandbox.xledger.add_employee(code=None, subledger={"description": "Ola", "email": "ola@example.com"})
    assert preview([a_user(1), a_user(2)]).summary["created"] == 1
    somebody = {**plain, "dbId": str(there), "closed": False}
    assert told(folder, "xledger") == {
        str(there): somebody,
        str(closed): somebody | {"dbId": str(closed), "code": "X8", "closed": True},
        str(below): somebody | {"dbId": str(below), "code": "X7"},
        str(bare): {
            "dbId": str(bare),
            "code": None,
            "description": "Ola",
            "email": "ola@example.com",
            "closed": False,
        },
    }
    assert listings(sandbox) == 1


@pytest.mark.parametrize(
    ("came", "there", "settings"),
    [
        ([a_user(1)], [{}], {}),
        ([a_user(1)], [{"code": None}], {}),
        ([a_user(1)], [{"code": "OLD"}], {}),
        ([a_user(1)], [{"birthday": "1971-03-04", "socialSec": None, "firstName": "Ola", "lastName": "Li"}], {}),
        ([a_user(1)], [{"code": "OLD"}], {"renumber_employees": True}),
        ([a_user(1)], [{}, {}], {}),
        ([a_user(1)], [{"code": "e1"}], {}),
        ([a_user(1)], [{"code": None}, {"code": None}], {}),
        ([a_user(1)], [{"code": "OLD"}, {"email": "other@example.com"}], {"match_on": ["email", "employmentId"]}),
        ([a_user(1, active=False)], [{}], {"deactivated_users": "skip"}),
        ([a_user(1, employmentId=None)], [{"code": None}], {}),
        ([a_user(1), a_user(2, employmentId="E1")], [{}], {}),
        ([a_user(1, active="no")], [{}], {}),
        ([a_user(1, active="no")], [{"code": "e1", "email": None}], {}),
        ([a_user(1, active="no")], [{"code": None}], {}),
        ([a_user(1, active="no"), a_user(2, employmentId="E1")], [{"email": None}], {}),
    ],
)
def test_nobody_whom_somebody_is_or_could_be_is_told_to_be_only_in_xledger(
    came: list[Record], there: list[Record], settings: Record, preview: Write, sandbox: Sandbox, folder: Path
) -> None:
    for employee in there:
        sandbox.xledger.add_employee(**as_employee(a_user(1), **employee))
    stranger = sandbox.xledger.add_employee(**as_employee(a_user(5)))
    written = preview(came, **settings)
    assert written.error is None
    assert set(told(folder, "xledger")) == {str(stranger)}


def test_nobody_is_told_to_be_only_in_xledger_who_could_not_be_looked_up(
    preview: Write, sandbox: Sandbox, folder: Path
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1)))
    stranger = sandbox.xledger.add_employee(**as_employee(a_user(5)))
    sandbox.xledger.faults.add(Fault.firewall("E1"))
    assert preview([a_user(1), a_user(2)]).summary["rejected"] == {"refused_by_xledger": 1}
    assert set(told(folder, "xledger")) == {str(stranger)}


def test_a_double_of_somebody_is_only_in_xledger(preview: Write, sandbox: Sandbox, folder: Path) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1)))
    without_a_code = sandbox.xledger.add_employee(**as_employee(a_user(1), code=None))
    with_another = sandbox.xledger.add_employee(**as_employee(a_user(1), code="X1"))
    preview([a_user(1)])
    assert set(told(folder, "xledger")) == {str(without_a_code), str(with_another)}


@pytest.mark.parametrize(
    ("dialect", "lacks"),
    [
        ("no_introspection", None),
        *(
            (dialect, lacks)
            for dialect in ("contract", "suffixed", "no_email_filter", "email_to_both")
            for lacks in (None, "Contact.email", "Subledger.email", "Employee.description", "Employee.dateTo")
        ),
    ],
)
def test_what_an_xledger_does_not_show_is_absent(
    dialect: str, lacks: str | None, preview: Write, sandbox: Sandbox, folder: Path
) -> None:
    sandbox.xledger.dialect = DIALECTS[dialect]
    sandbox.xledger.lacks = frozenset({lacks} if lacks else ())
    there = sandbox.xledger.add_employee(
        code="X9",
        description="Berg",
        contact={"email": "contact@example.com"},
        subledger={"email": "subledger@example.com", "description": "Kåre Berg"},
    )
    assert preview([a_user(1)]).error is None
    shown: Record = {
        "dbId": str(there),
        "code": "X9",
        "description": "Kåre Berg" if lacks == "Employee.description" else "Berg",
        "email": "subledger@example.com" if lacks == "Contact.email" else "contact@example.com",
    }
    assert told(folder, "xledger") == {str(there): shown if lacks == "Employee.dateTo" else {**shown, "closed": False}}


def test_where_nothing_of_an_address_is_shown_there_is_none(preview: Write, sandbox: Sandbox, folder: Path) -> None:
    sandbox.xledger.lacks = frozenset({"Contact.email", "Subledger.email"})
    there = sandbox.xledger.add_employee(code="X9", description="Berg", email="kare@example.com")
    preview([a_user(1)])
    assert told(folder, "xledger") == {
        str(there): {"dbId": str(there), "code": "X9", "description": "Berg", "closed": False}
    }


def test_a_list_of_several_pages_is_told_whole(
    preview: Write, sandbox: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (gateway, listing):
        monkeypatch.setattr(module, "LARGEST_PAGE", 10)
    strangers = {str(sandbox.xledger.add_employee(**as_employee(a_user(number)))) for number in range(1, 26)}
    preview([a_user(30)])
    assert set(told(folder, "xledger")) == strangers
    assert listings(sandbox) == 3


def test_a_page_that_is_too_slow_is_made_smaller(preview: Write, sandbox: Sandbox, folder: Path) -> None:
    stranger = sandbox.xledger.add_employee(**as_employee(a_user(5)))
    sandbox.xledger.faults.add(Fault.query_timed_out(root_field="employees", after=1))
    assert MISSING_FROM_THE_REPORT not in preview([a_user(1)]).text
    sizes = (done.variables.get("everybody_first") for done in sandbox.xledger.operations)
    assert [size for size in sizes if size] == [10_000, 1_000]
    assert set(told(folder, "xledger")) == {str(stranger)}


REFUSED = json.dumps({"errors": [{"message": "Access denied. (Kari Nordmann)"}], "data": None})

CANNOT_BE_READ = {
    "refused": (Fault.answer(REFUSED, root_field="employees", after=1, times=None), "Xledger refuses employees"),
    "too slow": (Fault.query_timed_out(root_field="employees", after=1, times=None), "takes too long"),
    "out of reach": (Fault.dropped_connection(root_field="employees", after=1, times=None), "does not answer"),
    "no list": (Fault.answer('{"data": {"everybody": 5}}', root_field="employees", after=1), "holds no list"),
}


@pytest.mark.parametrize("why", CANNOT_BE_READ)
def test_a_list_that_cannot_be_read_is_missing_and_the_preview_is_whole_without_it(
    why: str, preview: Write, sandbox: Sandbox, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(5)))
    fault, reason = CANNOT_BE_READ[why]
    sandbox.xledger.faults.add(fault)
    written = preview([a_user(1), a_user(2)])
    assert written.error is None
    assert (written.summary["outcome"], written.summary["created"]) == ("succeeded", 2)
    (line,) = [line for line in written.log if MISSING_FROM_THE_REPORT in line]
    assert line.startswith("Who is only in Xledger ")
    assert reason in line
    assert "Kari" not in line
    assert [record.levelname for record in caplog.records if MISSING_FROM_THE_REPORT in record.getMessage()] == [
        "WARNING"
    ]
    assert told(folder, "xledger") == {}


def test_of_a_list_that_breaks_off_nobody_is_told(
    preview: Write, sandbox: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (gateway, listing):
        monkeypatch.setattr(module, "LARGEST_PAGE", 10)
    for number in range(1, 26):
        sandbox.xledger.add_employee(**as_employee(a_user(number)))
    sandbox.xledger.faults.add(Fault.answer(REFUSED, root_field="employees", after=2, times=None))
    written = preview([a_user(30)])
    assert MISSING_FROM_THE_REPORT in written.text
    assert listings(sandbox) >= 2
    assert told(folder, "xledger") == {}


@pytest.mark.parametrize("states", [[], [state(1)]])
def test_where_not_everybody_comes_it_is_not_known_and_said_how_it_can_be(
    states: list[Any], write: Write, sandbox: Sandbox, local: Record, folder: Path
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(5)))
    incremental = {**a_stream(), "sync_mode": "incremental"}
    given = [*records([a_user(1)]), *states]
    written = write(given, mode="preview", catalog=incremental, object_storage_config=local)
    assert listings(sandbox) == 0
    assert told(folder, "xledger") == {}
    (line,) = [line for line in written.log if line.startswith("Who is only in Xledger is not in the report")]
    assert "have everybody sent again: in Airbyte" in line


@pytest.mark.parametrize("is_first", [True, False])
def test_the_source_says_whether_everybody_comes_in_an_incremental_preview(
    is_first: bool, write: Write, sandbox: Sandbox, local: Record, folder: Path
) -> None:
    with Sandbox.running(people=4) as other:
        read = read_source(other)
        if not is_first:
            other.huma.change(next(iter(read.records)), phone="+47 999 99 999")
            read = read_source(other, read.state)
    alone = sandbox.xledger.add_employee(code="X9")
    incremental = {**a_stream(), "sync_mode": "incremental"}
    write(as_a_host_has_it(read), mode="preview", catalog=incremental, object_storage_config=local)
    assert (str(alone) in told(folder, "xledger")) is is_first


def as_a_host_has_it(emitted: Emitted) -> list[Any]:
    """What a source emitted, with its last state, as a destination reads it."""
    state = json.dumps({"type": "STATE", "state": emitted.state}).encode()
    return [*records(list(emitted.records.values())), *read_messages([state], {StreamKey("users")})]


def test_nothing_is_listed_in_a_sync_without_a_report_or_where_nobody_comes(
    write: Write, sandbox: Sandbox, local: Record
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(5)))
    for settings in ({"object_storage_config": local}, {"mode": "preview"}):
        assert "only in Xledger" not in write(records([a_user(1)]), **settings).text
    assert "only in Xledger" not in write([state(1)], mode="preview", object_storage_config=local).text
    assert listings(sandbox) == 0


# ------------------------------------------------------------------ who is only in Huma


def employees(*came: Record) -> list[Any]:
    return records(list(came), stream="employees")


@pytest.fixture
def preview_to_huma(write_to_huma: Write, local: Record) -> Write:
    """A preview to Huma that leaves a report."""

    def run(*came: Record, **more: Any) -> Written:
        return write_to_huma(employees(*came), **{"mode": "preview", "object_storage_config": local, **more})

    return run


def test_who_is_only_in_huma_is_told_without_a_request(
    preview_to_huma: Write, write_to_huma: Write, sandbox: Sandbox, folder: Path
) -> None:
    hire(sandbox, 1)
    alone, left = hire(sandbox, 2), hire(sandbox, 3, active=False)
    without = write_to_huma(employees(an_employee(1)), mode="preview")
    told_of = preview_to_huma(an_employee(1))
    assert told_of.summary["requests"] == without.summary["requests"]
    known = told(folder, "huma")
    assert set(known) == {alone, left}
    assert known[alone] == {
        "id": alone,
        "employmentId": "E2",
        "name": "Kari Nordmann2",
        "email": "kari2@example.com",
        "active": True,
    }
    assert known[left]["active"] is False


BY_EMAIL = {"match_on": ["email", "employmentId"]}
ADDING = {"match_on": ["employmentId"], "new_users": "create"}


@pytest.mark.parametrize(
    ("came", "there", "settings"),
    [
        (an_employee(1), [{}], {}),
        (an_employee(1), [{"employmentId": None}], {}),
        (an_employee(1, code="X1"), [{}], {}),
        (an_employee(1, code="X1"), [{}], ADDING),
        (an_employee(1, code="e1"), [{}], {}),
        (an_employee(1), [{"employmentId": None}, {"email": "other@example.com"}], BY_EMAIL),
        (an_employee(1, active="no"), [{}], {}),
        (an_employee(1, birthday="1971-03-04", lastName="Li", firstName="Ola"), [{}], {}),
        (an_employee(1, active=False), [{}], {}),
    ],
)
def test_nobody_whom_somebody_is_or_could_be_is_told_to_be_only_in_huma(
    came: Record,
    there: list[Record],
    settings: Record,
    preview_to_huma: Write,
    sandbox: Sandbox,
    folder: Path,
) -> None:
    for user in there:
        hire(sandbox, 1, **user)
    alone = hire(sandbox, 2)
    assert preview_to_huma(came, **settings, new_user_groups=[company_of(sandbox)]).error is None
    assert set(told(folder, "huma")) == {alone}


def test_in_a_sync_and_where_not_everybody_comes_nobody_is_told_to_be_only_in_huma(
    preview_to_huma: Write, sandbox: Sandbox, folder: Path
) -> None:
    hire(sandbox, 2)
    written = preview_to_huma(an_employee(1), streams=[{**a_stream("employees"), "sync_mode": "incremental"}])
    assert told(folder, "huma") == {}
    assert "Who is only in Huma is not in the report of this preview" in written.text
    assert "only in Huma" not in preview_to_huma(an_employee(1), mode="sync").text


def test_nobody_is_told_to_be_only_there_where_the_source_broke_off(
    write: Write, sandbox: Sandbox, local: Record, folder: Path
) -> None:
    sandbox.xledger.add_employee(code="X9", description="Kåre Berg", email="kare@example.com")
    told_of = {"stream_descriptor": {"name": "users"}, "status": "INCOMPLETE"}
    trace = {"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": told_of}
    broken_off = AirbyteMessageSerializer.load({"type": "TRACE", "trace": trace})
    written = write([*records([a_user(1)]), broken_off], mode="preview", object_storage_config=local)
    assert told(folder, "xledger") == {}
    assert "The source did not come to the end of the stream users" in written.text
