"""From a preview over the page to both systems: what is decided in the browser is what they have afterwards."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from airbyte_cdk.models import SyncMode
from playwright.sync_api import Locator, Page

from integration_tests.browser import Visits
from integration_tests.conftest import Write, Written
from integration_tests.huma_people import company_of, hire
from integration_tests.reading import read_source
from integration_tests.reading_employees import EMPLOYEES, read_employees
from integration_tests.records import Record, as_employee, records
from integration_tests.sandbox import Sandbox

THERE: Final = "+47 922 22 222"
"""A phone number that Xledger has of some, while Huma has another one."""

OLD: Final = "OLD-{}"
"""The code under which Xledger has some whose employment ID is another one by now."""

HUMA, XLEDGER, LATER, UNDECIDED, MISSING, LEFT, NEW, ADDED, ALONE, SAME, OTHER = range(1, 12)
"""Everybody, by what is decided about them."""

DIFFERING: Final = (HUMA, XLEDGER, LATER, UNDECIDED)


@dataclass
class Company:
    """People in both systems, or in one of them, and the connections in both directions."""

    sandbox: Sandbox
    write: Write
    write_to_huma: Write
    folder: Path
    users: dict[int, str] = field(default_factory=dict)
    employees: dict[int, int] = field(default_factory=dict)

    def employ(self) -> None:
        """Has everybody where they are before anything is decided."""
        everybody = range(HUMA, OTHER + 1)
        self.users = {number: hire(self.sandbox, number) for number in everybody}
        found = self.in_huma()
        there = {number: as_employee(found[self.users[number]]) for number in everybody if number not in {LEFT, NEW}}
        for number in DIFFERING:
            there[number]["phone"] = THERE
        for number in (SAME, OTHER):
            there[number]["code"] = OLD.format(number)
        self.sandbox.huma.change(self.users[MISSING], birthDate=None)
        for number in (ADDED, ALONE):
            self.sandbox.huma.delete(self.users.pop(number))
        self.employees = {number: self.sandbox.xledger.add_employee(**values) for number, values in there.items()}

    def in_huma(self) -> dict[str, Record]:
        """Everybody in Huma, by id."""
        return dict(read_source(self.sandbox, sync_mode=SyncMode.full_refresh).records)

    def in_xledger(self, number: int) -> Record:
        """Somebody in Xledger."""
        (found,) = (each for each in self.sandbox.xledger.employees() if each["dbId"] == self.employees[number])
        return found

    def to_xledger(self, **config: Any) -> Written:
        """Runs the connection from Huma to Xledger."""
        return self.write(records(self.in_huma().values()), **self._storage, **config)

    def to_huma(self, **config: Any) -> Written:
        """Runs the connection from Xledger to Huma."""
        employees = read_employees(self.sandbox, sync_mode=SyncMode.full_refresh).records.values()
        groups = {"new_user_groups": [company_of(self.sandbox)]}
        return self.write_to_huma(records(employees, EMPLOYEES), **groups, **self._storage, **config)

    def page(self, to: str = "xledger") -> Path:
        """Previews a sync, and returns the page that it leaves."""
        before = set(self.folder.glob("*/review.html"))
        (self.to_huma if to == "huma" else self.to_xledger)(mode="preview")
        (left,) = set(self.folder.glob("*/review.html")) - before
        return left

    def phones(self, number: int) -> set[str | None]:
        """The phone number of somebody in Xledger, in both places."""
        return {self.in_xledger(number)[part]["phone"] for part in ("contact", "subledger")}

    @property
    def _storage(self) -> dict[str, Any]:
        return {"object_storage_config": {"storage_type": "Local", "path": str(self.folder)}}


@pytest.fixture
def company(sandbox: Sandbox, write: Write, write_to_huma: Write, folder: Path) -> Company:
    """Everybody where they are before anything is decided."""
    company = Company(sandbox, write, write_to_huma, folder)
    company.employ()
    return company


def row(page: Page, section: str, code: str) -> Locator:
    """What a section tells of somebody, by the employment ID."""
    page.locator(f"#tab-{section}").click()
    return page.locator("[row-id]", has=page.get_by_text(code, exact=True))


def decide(page: Page, section: str, number: int, choice: str) -> None:
    """Decides about somebody who is on the page once."""
    row(page, section, f"E{number}").get_by_role("button", name=choice, exact=True).click()


def decided(page: Page, section: str, number: int) -> list[str]:
    """What is decided about somebody, by what is written on the buttons."""
    return row(page, section, f"E{number}").locator("[aria-pressed=true]").all_inner_texts()


def save(page: Page) -> str:
    """Saves what was decided; returns the text of the file."""
    with page.expect_download() as download:
        page.locator("#save").click()
    return Path(download.value.path()).read_text(encoding="utf-8")


@pytest.fixture
def saved(company: Company, visit: Visits) -> str:
    """What an administrator decides on the page of a preview, and saves."""
    page = visit(company.page())
    decide(page, "differs", HUMA, "Huma")
    decide(page, "differs", XLEDGER, "Xledger")
    decide(page, "differs", LATER, "Later")
    decide(page, "missing_in_huma", MISSING, "Xledger")
    decide(page, "only_huma", LEFT, "Leave out")
    decide(page, "only_xledger", ADDED, "Add to Huma")
    decide(page, "rejected", SAME, "It is the same person")
    return save(page)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["beside the reports", "in the setting"])
def test_both_systems_are_as_it_was_decided_on_the_page(way: str, company: Company, saved: str) -> None:
    before = company.in_huma()
    settings = {} if way == "beside the reports" else {"decisions": saved}
    if not settings:
        (company.folder / "decisions.json").write_text(saved, encoding="utf-8")
    company.to_huma(**settings)
    company.to_xledger(**settings)

    huma = company.in_huma()
    phones = {number: (huma[company.users[number]]["phone"], company.phones(number)) for number in DIFFERING}
    own = {number: before[company.users[number]]["phone"] for number in DIFFERING}
    assert phones == {
        HUMA: (own[HUMA], {own[HUMA]}),
        XLEDGER: (THERE, {THERE}),
        LATER: (own[LATER], {THERE}),
        UNDECIDED: (own[UNDECIDED], {THERE}),
    }
    assert huma[company.users[MISSING]]["birthDate"] == company.in_xledger(MISSING)["contact"]["birthday"] is not None
    codes = {employee["code"] for employee in company.sandbox.xledger.employees()}
    assert codes == {*(f"E{number}" for number in range(HUMA, SAME + 1) if number != LEFT), OLD.format(OTHER)}
    assert company.in_xledger(SAME)["code"] == f"E{SAME}"
    assert {user["employmentId"] for user in huma.values()} - {user["employmentId"] for user in before.values()} == {
        f"E{ADDED}"
    }

    writes = len(company.sandbox.huma.writes), len(company.sandbox.xledger.writes)
    company.to_huma(**settings)
    company.to_xledger(**settings)
    assert (len(company.sandbox.huma.writes), len(company.sandbox.xledger.writes)) == writes


@pytest.mark.slow
def test_the_next_page_shows_what_was_decided_and_what_has_lapsed_since(
    company: Company, saved: str, visit: Visits
) -> None:
    (company.folder / "decisions.json").write_text(saved, encoding="utf-8")
    company.sandbox.huma.change(company.users[XLEDGER], phone="+47 933 33 333")
    page = visit(company.page())
    assert {number: decided(page, "differs", number) for number in DIFFERING} == {
        HUMA: ["Huma"],
        XLEDGER: [],
        LATER: ["Later"],
        UNDECIDED: ["Later"],
    }
    assert decided(page, "missing_in_huma", MISSING) == ["Xledger"]
    assert decided(page, "only_huma", LEFT) == ["Leave out"]
    assert decided(page, "only_huma", NEW) == []
    assert decided(page, "only_xledger", ADDED) == ["Add to Huma"]
    assert decided(page, "only_xledger", ALONE) == []
    lapsed = {number: row(page, "differs", f"E{number}").locator(".lapsed").count() for number in DIFFERING}
    assert lapsed == {HUMA: 0, XLEDGER: 1, LATER: 0, UNDECIDED: 0}

    decide(page, "differs", XLEDGER, "Xledger")
    decide(page, "only_huma", LEFT, "Leave out")
    again, first = json.loads(save(page)), json.loads(saved)
    assert again["key"] == first["key"]
    assert len(again["fields"]) == len(first["fields"])
    assert again["people"] == [entry for entry in first["people"] if entry["action"] == "add"]
    stands = {entry["user"]: entry for entry in again["fields"] if entry["field"] == "phone"}
    was = {entry["user"]: entry for entry in first["fields"] if entry["field"] == "phone"}
    about = company.users[XLEDGER]
    assert stands[about]["stands"] == "xledger"
    assert stands[about]["seen"] != was[about]["seen"]


@pytest.mark.slow
def test_on_the_page_of_the_other_direction_the_same_is_decided(company: Company, saved: str, visit: Visits) -> None:
    (company.folder / "decisions.json").write_text(saved, encoding="utf-8")
    page = visit(company.page("huma"))
    assert {number: decided(page, "differs", number) for number in (HUMA, XLEDGER, LATER)} == {
        HUMA: ["Huma"],
        XLEDGER: ["Xledger"],
        LATER: ["Later"],
    }
    assert decided(page, "only_xledger", ADDED) == ["Add to Huma"]
    again, first = json.loads(save(page)), json.loads(saved)
    assert again["key"] == first["key"]
    assert {kind: sorted(map(str, again[kind])) for kind in ("fields", "people")} == {
        kind: sorted(map(str, first[kind])) for kind in ("fields", "people")
    }
