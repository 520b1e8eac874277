"""A preview, a first sync, one when nothing has changed, one after a few changes, and what is to be seen of them."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from huma_xledger.connection import Connection, SyncResult
from huma_xledger.environment import PRIVATE
from huma_xledger.state_file import StateFile
from integration_tests.sandbox import Sandbox

PEOPLE = 300
COLUMNS = 80

NEXT = {
    "make sandbox": "such a Huma and Xledger to play with: change people, and sync",
    "make sync": "your own accounts, as README.md says; it begins with a preview",
    "make test": "every test",
    "make help": "the rest",
}
"""What to try after the demo, and what it does."""

Employee = Mapping[str, Any]


class Syncs(Protocol):
    """What the story asks of a connection."""

    def sync(self) -> SyncResult:
        """Syncs once."""


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


def run() -> int:
    """Tells the story of a sandbox, through PyAirbyte. Returns 0 when everything was as it should be."""
    console = Console()
    with Sandbox.running(people=PEOPLE) as sandbox, tempfile.TemporaryDirectory() as folder:

        def connect(mode: str) -> Connection:
            state = StateFile(Path(folder) / f"{mode}.json")
            return Connection(sandbox.source_config(), sandbox.destination_config(mode=mode), state)

        all_well = tell(Console(width=min(console.width, COLUMNS)), sandbox, connect)
    return 0 if all_well else 1


def tell(console: Console, sandbox: Sandbox, connect: Callable[[str], Syncs]) -> bool:
    """Syncs a sandbox four times, and tells what happens.

    Args:
        console: Where it is told.
        sandbox: The sandbox; nothing has been synced in it.
        connect: A connection between its two systems in the mode that it is handed.

    Returns:
        Whether everything was as it should be.
    """

    def step(title: str, connection: Syncs) -> SyncResult:
        console.print(f"\n{title}", highlight=False)
        result = connection.sync()
        console.print(f"   {_in_a_sentence(result.summary)}", highlight=False)
        return result

    console.print(f"  Huma has {len(sandbox.huma.users)} people, Xledger {len(sandbox.xledger.employees())} employees.")
    preview = step("1. A preview: what would a sync do? It writes nothing.", connect("preview"))
    unwritten = not sandbox.xledger.writes
    connection = connect("sync")
    first = step("2. The first sync.", connection)
    asked, before, countries = len(sandbox.xledger.operations), _by_code(sandbox), _company_countries(sandbox)
    idle = step("3. A sync after nothing has changed.", connection)
    unasked = len(sandbox.xledger.operations) == asked
    changes = _change_a_few_things(sandbox)
    last = step("4. A sync after five changes in Huma.", connection)
    after = _by_code(sandbox)
    kept = {code: country for code, country in _company_countries(sandbox).items() if code in countries}
    table, all_seen = _table_of_changes(changes, before, after)
    promises = {
        "the preview wrote nothing, and foretold the first sync": unwritten and _counts(preview) == _counts(first),
        "when nothing had changed, Xledger was not even asked": unasked and idle.summary["received"] == 0,
        "after the changes, only those came who had changed": last.summary["received"] == len(changes),
        "the bank account's country was compared and reported, and never written": kept == countries
        and bool(first.summary["conflicts"].get("bankAccount.country")),
    }
    console.print()
    console.print(table)
    for promise, kept_promise in promises.items():
        console.print(f"{'yes' if kept_promise else 'NO '}  {promise}", highlight=False)
    _quote(console, first)
    console.print("\nTry next", highlight=False)
    for command, what in NEXT.items():
        console.print(f"  {command:<13} {what}", highlight=False)
    return all_seen and all(promises.values())


def _in_a_sentence(summary: Mapping[str, Any]) -> str:
    if not summary["received"]:
        return "Nobody came, and nothing was to be done."
    created, updated = ("to create", "to update") if summary["mode"] == "preview" else ("created", "updated")
    counts = {
        created: summary["created"],
        updated: summary["updated"],
        "unchanged": summary["unchanged"],
        **{kind: sum(summary[kind].values()) for kind in ("skipped", "rejected")},
    }
    return f"{summary['received']} came: {', '.join(f'{count} {what}' for what, count in counts.items() if count)}."


def _counts(sync: SyncResult) -> list[Any]:
    return [sync.summary[count] for count in ("received", "created", "updated", "unchanged", "skipped", "rejected")]


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
            "it is still there: no address is ever unset",
            lambda before, after: before is not None and _addresses(after) == _addresses(before),
        ),
        Change(
            "a new hire",
            hire["employmentId"],
            "an employee with contact and subledger",
            lambda before, after: before is None and bool(after["contact"]["email"] and after["subledger"]["email"]),
        ),
        Change(
            "somebody leaves",
            leaver["employmentId"],
            "the end date is there, and the employee too",
            lambda before, after: bool(before) and after["employmentTo"] == "2026-01-31",
        ),
    ]


def _phones(employee: Employee | None) -> list[str | None]:
    return [employee[part]["phone"] for part in ("contact", "subledger")] if employee else []


def _addresses(employee: Employee) -> list[Any]:
    return [employee[part]["address"] for part in ("contact", "subledger")]


def _by_code(sandbox: Sandbox) -> dict[str, Employee]:
    return {employee["code"]: employee for employee in sandbox.xledger.employees()}


def _company_countries(sandbox: Sandbox) -> dict[str, Any]:
    return {code: employee["subledger"]["company"] for code, employee in _by_code(sandbox).items()}


def _table_of_changes(
    changes: list[Change], before: Mapping[str, Employee], after: Mapping[str, Employee]
) -> tuple[Table, bool]:
    table = Table(title="What became of the changes", title_justify="left")
    for title in ("in Huma", "in Xledger", "seen"):
        table.add_column(title)
    all_seen = True
    for change in changes:
        seen = change.code in after and change.seen(before.get(change.code), after[change.code])
        all_seen = all_seen and seen
        table.add_row(change.what, change.expected, "yes" if seen else "NO")
    return table, all_seen


def _quote(console: Console, sync: SyncResult) -> None:
    """One line of each kind of those about single people."""
    quoted = {": Left out" in line: line for line in reversed(sync.about_people)}
    console.print(
        f"\nThe first sync logged {len(sync.about_people)} lines about single people, without values, such as:",
        highlight=False,
    )
    for line in quoted.values():
        console.print(Padding(Text(line), (0, 0, 0, 2)))
    console.print(f"The others are in {PRIVATE.relative_to(Path.cwd())}/logs.", highlight=False)
