"""The page that a preview leaves tells what a sync would do, and that of a sync what it did, for real systems."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer

from connector_base.reporting import report as report_module
from connector_base.settings.modes import Mode
from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import Write, a_stream
from integration_tests.decided import KEY, add, decisions, leave, stands
from integration_tests.huma_people import an_employee, company_of, hire
from integration_tests.left_pages import Entry, LeftPage, page_of
from integration_tests.records import Record, a_user, as_employee, records, state
from integration_tests.sample_reports import somebody_of_each_kind
from integration_tests.sandbox import Fault, Sandbox
from shared_mappings import parse_decisions

Storage = dict[str, Any]

PHONE = "+47 911 11 111"
"""A phone number that stands in Xledger, while Huma has another one."""

INCREMENTAL = {**a_stream(), "sync_mode": "incremental"}


def left_in(folder: Path) -> LeftPage:
    """The page of the latest run."""
    return page_of(max(folder.glob("*/*.html"), key=lambda path: path.stat().st_mtime_ns).read_text("utf-8"))


def contact(sandbox: Sandbox, code: str) -> Record:
    return dict(sandbox.xledger.employee(code)["contact"])


@pytest.fixture
def review(write: Write, local: Storage, folder: Path) -> Any:
    """What the page of a preview tells."""

    def run(people: Iterable[Record], **settings: Any) -> LeftPage:
        assert write(records(people), mode="preview", object_storage_config=local, **settings).error is None
        return left_in(folder)

    return run


@pytest.fixture
def synced(write: Write, local: Storage, folder: Path) -> Any:
    """What the page of a sync tells."""

    def run(people: Iterable[Record], **settings: Any) -> LeftPage:
        write(records(people), object_storage_config=local, **settings)
        return left_in(folder)

    return run


# ------------------------------------------------------------------ a preview


def test_a_preview_tells_of_everybody_who_came_what_would_become_of_them(
    review: Any, write: Write, sandbox: Sandbox
) -> None:
    people = somebody_of_each_kind(sandbox, write)
    page = review(people)
    assert [(entry["user"], entry["action"]) for entry in page.people[1:]] == [
        (person["id"], action)
        for person, action in zip(
            [person for person in people if person["active"] != "yes"],
            ["unchanged", "update", "create", "update", "reject", "reject", "reject", "skip"],
            strict=True,
        )
    ]
    assert {entry["reason"] for entry in page.people if "reason" in entry} == {
        *("invalid_record", "ambiguous_match", "missing_key", "duplicate_key", "deactivated")
    }
    assert page.people[0]["told"] == [
        {"code": "invalid_record", "why": "active must be true or false", "rejected": True}
    ]
    assert page.frame["summary"]["received"] == len(people) == len(page.people)


def test_of_somebody_on_whom_both_agree_no_more_is_told_than_who_they_are(
    review: Any, write: Write, sandbox: Sandbox
) -> None:
    write(records([a_user(1)]))
    (entry,) = review([a_user(1)]).people
    assert entry == {
        "user": a_user(1)["id"],
        "employee": str(sandbox.xledger.employee("E1")["dbId"]),
        "name": "Kari Nordmann1",
        "employmentId": "E1",
        "action": "unchanged",
        "changed": sandbox.xledger.employee("E1")["modifiedAt"],
    }


def test_a_value_is_told_with_both_sides_each_place_and_what_would_become_of_it(review: Any, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1), phone=PHONE))
    value = review([a_user(1)]).value(a_user(1)["id"], "phone")
    assert {key: value[key] for key in value.keys() - {"seen"}} == {
        "field": "phone",
        "kind": "differs",
        "huma": a_user(1)["phone"],
        "xledger": PHONE,
        "places": [
            {"target": f"employee.{part}.phone", "huma": a_user(1)["phone"], "xledger": PHONE}
            for part in ("contact", "subledger")
        ],
        "then": "xledger_gets_huma",
        "by": "mirror",
    }
    value = review([a_user(1)], fill_empty_fields=["phone"]).value(a_user(1)["id"], "phone")
    assert (value["then"], value["by"], value["tightened"]) == ("both_keep", "fill_empty", True)


def test_values_that_only_look_different_are_not_told(review: Any, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1), phone=a_user(1)["phone"].replace(" ", "")))
    assert "values" not in review([a_user(1)]).of(a_user(1)["id"])


def test_a_value_that_is_left_out_is_told_with_why_and_cannot_be_written_by_a_decision(
    review: Any, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1)))
    page = review([a_user(1, birthDate="1990-02-30")])
    value = page.value(a_user(1)["id"], "birthDate")
    assert (value["then"], value["code"], value["huma"]) == ("left_out", "invalid_date", "1990-02-30")
    assert value["options"] == {"huma": None, "xledger": "huma_gets_xledger"}
    assert page.of(a_user(1)["id"])["told"] == [{"code": "invalid_date", "field": "birthDate"}]
    assert set(page.frame["codes"]["invalid_date"]) == set(page.frame["called"]["invalid_date"]) == {"en", "nb"}


def test_whoever_would_be_created_is_told_with_what_they_would_get(review: Any) -> None:
    entry = review([a_user(1)]).of(a_user(1)["id"])
    assert (entry["action"], entry["employee"], entry["new"]["homeAddress"]) == (
        "create",
        None,
        "Storgata 1, 0155, Oslo, NO",
    )
    assert "values" not in entry


def test_what_nobody_may_decide_about_is_told_without_what_a_decision_takes(review: Any, sandbox: Sandbox) -> None:
    """The country of the bank account by its rule, and nothing at all of people who come without an id of Huma's."""
    account = {"type": "national", "number": "86011117947", "country": "SE", "iban": None, "bic": None}
    person = a_user(1, bankAccount=account)
    sandbox.xledger.add_employee(**as_employee(person))
    page = review([person])
    assert "seen" not in page.value(person["id"], "bankAccount.country")
    assert set(page.frame["fields"]["bankAccount.country"]["options"]["differs"].values()) == {None}


def test_people_of_another_source_have_nothing_to_decide(
    write: Write, sandbox: Sandbox, local: Storage, folder: Path
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1)))
    staff = {**a_stream(name="staff"), "destination_object_name": "employee"}
    write(
        records([{"id": "7", "code": "E1", "jobTitle": "Chief"}], stream="staff"),
        catalog=staff,
        mode="preview",
        object_storage_config=local,
    )
    (entry,) = left_in(folder).people
    assert entry["user"] is None
    assert [sorted(value) for value in entry["values"]] == [
        sorted(("field", "kind", "huma", "xledger", "places", "then", "by"))
    ]


def test_the_page_says_what_it_is_of_and_where_decisions_belong(
    review: Any, write: Write, folder: Path, local: Storage
) -> None:
    frame = review([a_user(1)]).frame
    assert (frame["kind"], frame["to"], frame["whole"], frame["listed"]) == ("review", "xledger", True, True)
    assert frame["connector"].startswith("destination-xledger ")
    assert frame["place"] == str(folder / "decisions.json")
    assert frame["began"] <= frame["at"]
    write(records([a_user(1)]), mode="preview", object_storage_config=local, catalog=INCREMENTAL)
    frame = left_in(folder).frame
    assert (frame["whole"], frame["listed"]) == (False, False)


def test_whoever_is_only_in_xledger_is_on_the_page(review: Any, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1)))
    gone = sandbox.xledger.add_employee(**as_employee(a_user(2)))
    page = review([a_user(1)], decisions=decisions(add(gone)))
    assert page.only == [
        {
            "employee": str(gone),
            "employmentId": "E2",
            "name": "Kari Nordmann2",
            "email": "kari2@example.com",
            "closed": False,
            "add": True,
        }
    ]
    assert page.frame["decisions"]["people"] == []


# ------------------------------------------------------------------ decisions


def decided_on(page: LeftPage, *fields: Entry, **changed: Any) -> str:
    """The file that a page saves."""
    before = page.frame["decisions"]
    return json.dumps(
        {
            "version": 1,
            "decidedAt": "2026-11-25T10:00:00Z",
            "key": before["key"],
            "fields": [*before["fields"], *fields],
            "people": before["people"],
            **changed,
        }
    )


@pytest.mark.parametrize("whose", ["huma", "xledger", "later"])
def test_what_is_decided_on_a_page_holds_in_the_sync_after_it(
    whose: str, review: Any, synced: Any, sandbox: Sandbox
) -> None:
    person = a_user(1)
    sandbox.xledger.add_employee(**as_employee(person, phone=PHONE))
    page = review([person], fill_empty_fields=["phone"])
    seen = page.value(person["id"], "phone")["seen"]
    text = decided_on(page, {"user": person["id"], "field": "phone", "stands": whose, "seen": seen})
    result = synced([person], fill_empty_fields=["phone"], decisions=text)
    assert contact(sandbox, "E1")["phone"] == (person["phone"] if whose == "huma" else PHONE)
    assert result.frame["summary"]["decisions"]["applied"] == 1
    assert result.frame["decisions"] is None


def test_a_decision_that_holds_is_shown_with_what_would_become_of_the_value_without_it(
    review: Any, sandbox: Sandbox
) -> None:
    one, two = a_user(1), a_user(2)
    for person in (one, two):
        sandbox.xledger.add_employee(**as_employee(person, phone=PHONE))
    text = decisions(stands(one, "phone", "xledger"), stands({**two, "phone": "before"}, "phone", "xledger"))
    page = review([one, two], decisions=text)
    value = page.value(one["id"], "phone")
    assert (value["stands"], value["then"], value["by"]) == ("xledger", "xledger_gets_huma", "mirror")
    lapsed = page.value(two["id"], "phone")
    assert lapsed["lapsed"] is True
    assert "stands" not in lapsed
    assert page.frame["decisions"]["fields"] == []


def test_decisions_under_one_key_go_on_under_it(review: Any, sandbox: Sandbox) -> None:
    person = a_user(1)
    sandbox.xledger.add_employee(**as_employee(person, phone=PHONE))
    page = review([person], decisions=decisions(stands(person, "phone", "later")))
    assert page.frame["decisions"]["key"] == json.loads(decisions())["key"]
    assert page.frame["decisions"]["decidedAt"] == "2026-11-25T10:00:00+00:00"
    assert page.value(person["id"], "phone")["seen"] == stands(person, "phone", "later")["seen"]
    assert len(KEY) == 32


def test_two_pages_on_which_nothing_was_decided_before_have_keys_of_their_own(review: Any) -> None:
    keys = {review([a_user(1)]).frame["decisions"]["key"] for _ in range(2)}
    assert len(keys) == 2


def test_what_was_decided_about_what_is_not_on_the_page_is_kept_but_not_what_has_lapsed(
    review: Any, sandbox: Sandbox
) -> None:
    """Kept: about who did not come, or cannot be created, about values that are the same, about others to be added."""
    same, rejected, absent, there, new = (a_user(number) for number in range(1, 6))
    rejected = {**rejected, "employmentId": None}
    for person in (same, there):
        sandbox.xledger.add_employee(**as_employee(person))
    kept = [stands(same, "phone", "xledger"), stands(rejected, "phone", "later"), stands(absent, "email", "huma")]
    lapsed = stands({**same, "jobTitle": "before"}, "jobTitle", "xledger")
    text = decisions(*kept, lapsed, leave(there), leave(new), leave(absent), add("99"))
    page = review([same, rejected, there, new], decisions=text)
    carried = page.frame["decisions"]
    assert carried["fields"] == kept
    assert carried["people"] == [leave(absent), add("99")]
    assert page.of(new["id"])["leave"] is True
    assert "leave" not in page.of(there["id"])
    assert len(parse_decisions(decided_on(page))) == 5


def test_a_rejection_that_a_decision_lifts_says_so_and_the_decision_lifts_it(
    review: Any, synced: Any, sandbox: Sandbox
) -> None:
    person = a_user(1)
    sandbox.xledger.add_employee(**as_employee(person, code="OLD"))
    page = review([person])
    entry = page.of(person["id"])
    assert entry["reason"] == "code_conflict"
    text = decided_on(
        page, {"user": person["id"], "field": "employmentId", "stands": "huma", "seen": entry["renumber"]}
    )
    again = review([person], decisions=text)
    value = again.value(person["id"], "employmentId")
    assert (value["stands"], value["then"], value["code"]) == ("huma", "left_out", "code_conflict")
    synced([person], decisions=text)
    assert [employee["code"] for employee in sandbox.xledger.employees()] == ["E1"]


# ------------------------------------------------------------------ a sync


def test_a_sync_tells_what_it_wrote_before_and_after_and_what_it_did_not_and_why(synced: Any, sandbox: Sandbox) -> None:
    kept, new, changed = a_user(1, phone="+47 900 00 111"), a_user(2), a_user(3, birthDate="1990-02-30")
    sandbox.xledger.add_employee(**as_employee(a_user(1)))
    sandbox.xledger.add_employee(**as_employee(a_user(3), jobTitle="Chief"))
    page = synced([kept, new, changed, a_user(4, employmentId=None)], fill_empty_fields=["phone"])
    assert (page.frame["kind"], page.frame["decisions"], page.frame["place"]) == ("result", None, None)
    (value,) = page.of(kept["id"])["kept"]
    assert (value["field"], value["huma"], value["xledger"], value["by"]) == (
        *("phone", "+47 900 00 111", a_user(1)["phone"]),
        "fill_empty",
    )
    written = {change["target"]: change for change in page.of(changed["id"])["changes"]}
    title = written["employee.contact.jobTitle"]
    assert (title["before"], title["after"], title["field"]) == ("Chief", "Engineer", "jobTitle")
    assert page.of(changed["id"])["told"] == [{"code": "invalid_date", "field": "birthDate"}]
    assert page.of(changed["id"])["kept"][0]["code"] == "invalid_date"
    created = {change["target"]: change["after"] for change in page.of(new["id"])["changes"]}
    assert created["employee.code"] == "E2"
    assert created["employee.contact.email"] == new["email"]
    assert page.of(a_user(4)["id"])["told"] == [{"code": "missing_key", "rejected": True}]


def test_a_sync_that_writes_nothing_leaves_a_small_page_without_a_table(
    synced: Any, write: Write, folder: Path
) -> None:
    write(records([a_user(1)]))
    assert synced([a_user(1)]).people == []
    (path,) = folder.glob("*/result.html")
    assert path.stat().st_size < 200_000


def test_what_xledger_refused_is_told_in_its_words_about_the_field(synced: Any, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1), jobTitle="Chief", birthday="1980-01-01"))
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Zq-title"))
    (entry,) = synced([a_user(1, jobTitle="Zq-title")]).people
    (told,) = entry["told"]
    assert (told["code"], told["field"]) in {("partly_written", "jobTitle"), ("refused_by_xledger", "jobTitle")}
    assert "Zq-title" in told["why"]
    assert "rejected" not in told
    assert entry["employee"] is not None


def test_a_sync_that_fails_leaves_a_page_of_what_is_known(synced: Any, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.dropped_connection(root_field="addEmployees", after=1, times=None))
    page = synced([a_user(1), {**a_user(2), "active": "yes"}, a_user(3), a_user(4)], batch_size=2)
    assert page.frame["summary"]["outcome"] == "failed"
    assert {entry["user"] for entry in page.people if "changes" in entry} >= {a_user(1)["id"], a_user(3)["id"]}
    assert page.of(a_user(2)["id"])["told"][0]["code"] == "invalid_record"


def test_a_host_that_stops_reading_leaves_a_page(sandbox: Sandbox, folder: Path, local: Storage) -> None:
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream()]})
    config = sandbox.destination_config(batch_size=1, object_storage_config=local)
    output = DestinationXledger().write(config, catalog, [*records([a_user(1)]), state(1), *records([a_user(2)])])
    next(iter(output))
    output.close()  # type: ignore[attr-defined]
    page = left_in(folder)
    assert page.of(a_user(1)["id"])["changes"]


@pytest.mark.parametrize("mode", ["preview", "sync"])
def test_a_page_that_cannot_be_made_takes_nothing_else_along(
    mode: str, write: Write, folder: Path, local: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise KeyError("broken")

    monkeypatch.setattr(report_module, "page", fail)
    with pytest.raises(KeyError):
        write(records([a_user(1)]), mode=mode, object_storage_config=local)
    (left,) = folder.iterdir()
    expected = {*report_module.FILES[Mode(mode)], *(["only_in_xledger.jsonl"] if mode == "preview" else [])}
    assert {path.name for path in left.iterdir()} == expected


# ------------------------------------------------------------------ to Huma


@pytest.fixture
def review_of_huma(write_to_huma: Write, local: Storage, folder: Path) -> Any:
    def run(people: Iterable[Record], **settings: Any) -> LeftPage:
        messages = records(people, stream="employees")
        assert write_to_huma(messages, mode="preview", object_storage_config=local, **settings).error is None
        return left_in(folder)

    return run


def test_a_preview_to_huma_tells_the_same_the_other_way_round(review_of_huma: Any, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone=PHONE, birthDate=None)
    stranger = hire(sandbox, 2)
    page = review_of_huma([an_employee(1), an_employee(3)])
    assert (page.frame["to"], page.frame["kind"]) == ("huma", "review")
    assert page.frame["connector"].startswith("destination-huma ")
    phone, birthday = page.value(user, "phone"), page.value(user, "birthDate")
    assert (phone["kind"], phone["huma"], phone["xledger"]) == ("differs", PHONE, an_employee(1)["phone"])
    assert (phone["then"], phone["by"]) == ("both_keep", "fill_empty")
    assert "tightened" not in phone
    assert phone["places"][0]["target"] == "employee.contact.phone"
    assert (birthday["kind"], birthday["then"]) == ("missing_in_huma", "huma_gets_xledger")
    new = next(entry for entry in page.people if entry["user"] is None)
    assert (new["employee"], new["action"], new["reason"]) == (an_employee(3)["id"], "skip", "not_in_huma")
    assert [entry["user"] for entry in page.only] == [stranger]


def test_what_is_decided_on_the_page_of_a_preview_to_huma_holds_in_both_directions(
    review_of_huma: Any, write_to_huma: Write, sandbox: Sandbox
) -> None:
    user, other = hire(sandbox, 1, phone=PHONE), hire(sandbox, 2, jobTitle="Controller", phone=PHONE)
    page = review_of_huma([an_employee(1), an_employee(2), an_employee(3)])
    text = decided_on(
        page,
        {"user": user, "field": "phone", "stands": "xledger", "seen": page.value(user, "phone")["seen"]},
        people=[add(an_employee(3)["id"])],
    )
    again = review_of_huma(
        [an_employee(1), an_employee(2), an_employee(3)], decisions=text, new_user_groups=[company_of(sandbox)]
    )
    value = again.value(user, "phone")
    assert (value["stands"], value["then"]) == ("xledger", "both_keep")
    assert "stands" not in again.value(other, "phone")
    new = next(entry for entry in again.people if entry["user"] is None)
    assert (new["action"], new["add"]) == ("create", True)
    assert again.frame["decisions"]["people"] == []
    write_to_huma(records([an_employee(1)], stream="employees"), decisions=text, new_user_groups=[company_of(sandbox)])
    assert sandbox.huma.users[user]["phone"] == an_employee(1)["phone"]


def test_a_sync_to_huma_tells_what_it_wrote(
    write_to_huma: Write, sandbox: Sandbox, local: Storage, folder: Path
) -> None:
    user = hire(sandbox, 1, phone=PHONE, birthDate=None)
    write_to_huma(records([an_employee(1)], stream="employees"), object_storage_config=local)
    page = left_in(folder)
    (change,) = page.of(user)["changes"]
    assert (change["field"], change["before"], change["after"]) == ("birthDate", None, "1990-01-02")
    (kept,) = page.of(user)["kept"]
    assert (kept["field"], kept["then"], kept["huma"]) == ("phone", "both_keep", PHONE)
