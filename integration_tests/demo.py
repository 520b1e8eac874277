"""`make demo`: both connectors against a sandbox, through a real host: first sync, idle sync, and a few changes."""

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from huma_xledger.connection import Connection, SyncResult
from huma_xledger.environment import PRIVATE
from huma_xledger.report import table_of_syncs
from huma_xledger.state_file import StateFile
from integration_tests.sandbox import Sandbox

PEOPLE = 300

Employee = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happens in Huma between two syncs, and what is to be seen in Xledger afterwards.

    Attributes:
        what: What happens.
        code: Employment ID of the person it happens to.
        expected: What is to be seen.
        seen: Whether it is, given the employee before (None for nobody) and after.
    """

    what: str
    code: str
    expected: str
    seen: Callable[[Employee | None, Employee], bool]


def main() -> int:
    """Runs the demo. Returns 0 when everything was as it should be."""
    console = Console()
    console.rule("Huma to Xledger")
    with Sandbox.running(people=PEOPLE) as sandbox, tempfile.TemporaryDirectory() as folder:
        console.print(f"A sandbox Huma with {len(sandbox.huma.users)} people:        {sandbox.huma.url}")
        console.print(f"A sandbox Xledger with {len(sandbox.xledger.employees())} employees: {sandbox.xledger.url}")
        state = StateFile(Path(folder) / "state.json")
        connection = Connection(sandbox.source_config(), sandbox.destination_config(), state)
        connection.check()
        syncs = {"first sync": _sync(console, "First sync", connection)}
        writes = len(sandbox.xledger.writes)
        syncs["idle sync"] = _sync(console, "Second sync, nothing changed in between", connection)
        idle = len(sandbox.xledger.writes) == writes
        before = {employee["code"]: employee for employee in sandbox.xledger.employees()}
        countries = _company_countries(sandbox)
        changes = _change_a_few_things(sandbox)
        syncs["after changes"] = _sync(console, "Third sync, after a few changes in Huma", connection)
        after = {employee["code"]: employee for employee in sandbox.xledger.employees()}
        kept = {code: country for code, country in _company_countries(sandbox).items() if code in countries}
        checks = {
            "the idle sync wrote nothing": idle,
            "the syncs after the first one brought only who had changed": _brought(syncs) == [0, len(changes)],
            "the bank account's country was compared, and never written": kept == countries,
            "the company's country, where it differs, was reported as a conflict": bool(
                syncs["first sync"].summary["conflicts"].get("bankAccount.country")
            ),
        }
    table, all_seen = _table_of_changes(changes, before, after)
    console.print()
    console.print(table_of_syncs({title: sync.summary for title, sync in syncs.items()}))
    console.print()
    console.print(table)
    for promise, kept_promise in checks.items():
        console.print(f"{'yes' if kept_promise else 'NO '}  {promise}")
    _say_what_was_left_out(console, syncs["first sync"])
    console.print(f"\nWhat the connectors logged is in {PRIVATE / 'logs'}; it holds no value of anybody's record.")
    return 0 if all_seen and all(checks.values()) else 1


def _brought(syncs: Mapping[str, SyncResult]) -> list[int]:
    """How many people each sync but the first brought."""
    return [sync.summary["received"] for sync in list(syncs.values())[1:]]


def _sync(console: Console, title: str, connection: Connection) -> SyncResult:
    console.rule(title, align="left")
    start = time.monotonic()
    result = connection.sync()
    summary = result.summary
    console.print(
        f"{summary['received']} people came: {summary['created']} created, {summary['updated']} updated, "
        f"{summary['unchanged']} unchanged, with {summary['requests']} requests to Xledger, "
        f"in {time.monotonic() - start:.1f} seconds"
    )
    return result


def _change_a_few_things(sandbox: Sandbox) -> list[Change]:
    """Changes Huma: a new phone, an unset phone, a cleared address, a new hire, a leaver."""
    people = [
        user
        for user in sandbox.huma.users.values()
        if user.id not in sandbox.huma.awkward.values()
        and all(user.get(name) for name in ("active", "employmentId", "phone", "homeAddress"))
    ]
    new_phone, no_phone, no_address, leaver = people[:4]
    sandbox.huma.change(new_phone.id, phone="+47 400 00 001")
    sandbox.huma.change(no_phone.id, phone=None)
    sandbox.huma.change(no_address.id, homeAddress=None)
    sandbox.huma.change(leaver.id, employmentEndDate="2026-01-31", terminationNoticeDate="2025-12-31")
    sandbox.huma.deactivate(leaver.id)
    hire = sandbox.huma.users[sandbox.huma.hire()]
    return [
        Change(
            "a new phone number",
            new_phone["employmentId"],
            "it is in the contact and in the subledger",
            lambda before, after: _phones(after) != _phones(before) and len(set(_phones(after))) == 1,
        ),
        Change(
            "a phone number unset",
            no_phone["employmentId"],
            "it is gone from both",
            lambda before, after: any(_phones(before)) and not any(_phones(after)),
        ),
        Change(
            "an address cleared",
            no_address["employmentId"],
            "it is still there: an address cannot be unset",
            lambda before, after: before is not None and _addresses(after) == _addresses(before),
        ),
        Change(
            "a new hire",
            hire["employmentId"],
            "there is an employee with contact and subledger",
            lambda before, after: before is None and bool(after["contact"]["email"] and after["subledger"]["email"]),
        ),
        Change(
            "somebody leaves",
            leaver["employmentId"],
            "the employment has its end date, and the employee is still there",
            lambda before, after: bool(before) and after["employmentTo"] == "2026-01-31",
        ),
    ]


def _phones(employee: Employee | None) -> list[str | None]:
    return [employee[part]["phone"] for part in ("contact", "subledger")] if employee else []


def _addresses(employee: Employee) -> list[Any]:
    return [employee[part]["address"] for part in ("contact", "subledger")]


def _company_countries(sandbox: Sandbox) -> dict[str, Any]:
    return {employee["code"]: employee["subledger"]["company"] for employee in sandbox.xledger.employees()}


def _table_of_changes(
    changes: list[Change], before: Mapping[str, Employee], after: Mapping[str, Employee]
) -> tuple[Table, bool]:
    table = Table(title="What became of the changes in Huma", title_justify="left")
    for title in ("in Huma", "employee", "in Xledger", "seen"):
        table.add_column(title)
    all_seen = True
    for change in changes:
        seen = change.code in after and change.seen(before.get(change.code), after[change.code])
        all_seen = all_seen and seen
        employee = f"dbId {after[change.code]['dbId']}" if change.code in after else "-"
        table.add_row(change.what, employee, change.expected, "yes" if seen else "NO")
    return table, all_seen


def _say_what_was_left_out(console: Console, sync: SyncResult) -> None:
    console.print("\nWhat the first sync says about single people:")
    for line in sync.warnings:
        console.print(f"  {line}", markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
