"""A preview, a first sync, the other direction, a sync after a few changes, a webhook, and what is seen of them."""

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from huma_xledger.connection import Connection, SyncResult
from huma_xledger.direction import TO_HUMA, TO_XLEDGER, Direction
from huma_xledger.environment import PRIVATE
from huma_xledger.state_file import StateFile
from integration_tests.decided import add, decisions, stands
from integration_tests.running_listen import Listened, listened_to, listening
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.huma_store import HumaUser

PEOPLE = 150
COLUMNS = 80

NEXT = {
    "make review": "see it all in the browser, decide, and synchronise",
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


class Connect(Protocol):
    """How the story makes a connection between the two systems of its sandbox."""

    def __call__(self, direction: Direction, mode: str = "sync") -> Syncs:
        """A connection in this direction and in this mode."""


class Listen(Protocol):
    """How the story has a listener take the webhook of a change."""

    def __call__(self, user: str, phone: str) -> float:
        """Changes a phone number in Huma. Returns the seconds until Xledger had it.

        Args:
            user: Whose it is.
            phone: The number.

        Raises:
            TimeoutError: Xledger does not get it.
        """


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
    with Sandbox.running(people=PEOPLE) as sandbox, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        storage = {"storage_type": "Local", "path": name}

        def connect(direction: Direction, mode: str = "sync") -> Connection:
            settings = {"mode": mode, "object_storage_config": storage}
            source, destination = (
                (sandbox.source_config(), sandbox.destination_config(**settings))
                if direction == TO_XLEDGER
                else (sandbox.source_xledger_config(), sandbox.destination_huma_config(**settings, **groups(sandbox)))
            )
            state = StateFile(folder / f"{direction.destination}-{mode}.json")
            return Connection(source, destination, state, direction)

        def listen(user: str, phone: str) -> float:
            settings = sandbox.destination_config(object_storage_config=storage)
            listened = listened_to(sandbox, folder, **{"destination-xledger": settings, "schedule": "6h"})
            with listening(listened) as running:
                running.await_line("Everybody was brought")
                return seconds_to_xledger(listened, user, phone)

        all_well = tell(Console(width=min(console.width, COLUMNS)), sandbox, connect, listen, folder)
    return 0 if all_well else 1


def seconds_to_xledger(listened: Listened, user: str, phone: str) -> float:
    """Changes a phone number in Huma while a listener takes webhooks.

    Returns:
        The seconds until Xledger has it.

    Raises:
        TimeoutError: Xledger does not get it.
    """
    began = time.monotonic()
    listened.sandbox.huma.change(user, phone=phone)
    listened.await_phone(user)
    return time.monotonic() - began


def groups(sandbox: Sandbox) -> dict[str, list[str]]:
    """The setting that says of which company whoever is added to a sandbox's Huma becomes a member."""
    return {"new_user_groups": [sandbox.huma.organisation.companies[0].id]}


def tell(console: Console, sandbox: Sandbox, connect: Connect, listen: Listen, storage: Path) -> bool:
    """Syncs a sandbox seven times, has a webhook come, and tells what happens.

    Args:
        console: Where it is told.
        sandbox: The sandbox; nothing has been synced in it.
        connect: Makes connections between its two systems, which leave their reports in one storage.
        listen: Has a listener take a webhook.
        storage: The folder that is this storage, where an administrator puts decisions too.

    Returns:
        Whether everything was as it should be.
    """

    def step(title: str, connection: Syncs) -> SyncResult:
        console.print(f"\n{title}", highlight=False)
        result = connection.sync()
        console.print(f"   {_in_a_sentence(result.summary)}", highlight=False)
        return result

    decided = _decide(sandbox, storage)
    people, employees = len(sandbox.huma.users), len(sandbox.xledger.employees())
    console.print(f"  Huma has {people} people, Xledger {employees} employees. It was decided that two of")
    console.print("  Xledger's values stand, and that three of its employees are added to Huma.")
    preview = step("1. A preview: what would a sync do? It writes nothing.", connect(TO_XLEDGER, "preview"))
    unwritten = not sandbox.xledger.writes
    connection = connect(TO_XLEDGER)
    first = step("2. The first sync.", connection)
    asked, countries = len(sandbox.xledger.operations), _company_countries(sandbox)
    idle = step("3. A sync after nothing has changed.", connection)
    unasked = len(sandbox.xledger.operations) == asked
    there = _tell_the_other_direction(step, sandbox, connection, connect(TO_HUMA), decided)
    before = _by_code(sandbox)
    changes = _change_a_few_things(sandbox)
    last = step("7. A sync after five changes in Huma.", connection)
    after = _by_code(sandbox)
    kept = {code: country for code, country in _company_countries(sandbox).items() if code in countries}
    table, all_seen = _table_of_changes(changes, before, after)
    console.print("\n8. A phone number is changed while huma-xledger listen takes Huma's webhooks.", highlight=False)
    seconds = listen(_ordinary_people(sandbox)[-3].id, "+47 400 00 003")
    console.print(f"   {seconds:.1f} seconds later Xledger had it.", highlight=False)
    promises = {
        "the preview wrote nothing, and foretold the first sync": unwritten and _counts(preview) == _counts(first),
        "when nothing had changed, Xledger was not even asked": unasked and idle.summary["received"] == 0,
        **there,
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


def _tell_the_other_direction(
    step: Callable[[str, Syncs], SyncResult],
    sandbox: Sandbox,
    to_xledger: Syncs,
    to_huma: Syncs,
    decided: Mapping[tuple[str, str], str],
) -> dict[str, bool]:
    """Has people and values come from Xledger to Huma, and then both directions find nothing to do.

    Returns:
        What is promised of that, and whether it is so.
    """
    people = {user.id: dict(user) for user in sandbox.huma.users.values()}
    back = step("4. The other direction: from Xledger to Huma, as it was decided.", to_huma)
    replaced = {
        (user, field): sandbox.huma.users[user][field]
        for user, facts in people.items()
        for field, value in facts.items()
        if value is not None and sandbox.huma.users[user][field] != value
    }
    added = sandbox.huma.users.keys() - people
    written = (len(sandbox.xledger.writes), len(sandbox.huma.writes))
    again = [step("5. To Xledger once more.", to_xledger), step("6. To Huma once more.", to_huma)]
    idle = all(sync.summary["created"] == sync.summary["updated"] == 0 for sync in again)
    unwritten = written == (len(sandbox.xledger.writes), len(sandbox.huma.writes))
    three = len(added) == back.summary["created"] == 3
    return {
        "three people whom only Xledger had are in Huma, and nobody was invited": three and not sandbox.huma.invited,
        "of what Huma had, the two decided values were replaced, and no other": replaced == decided,
        "after that, a sync in either direction wrote nothing": idle and unwritten,
    }


def _decide(sandbox: Sandbox, storage: Path) -> Mapping[tuple[str, str], str]:
    """Lets Xledger have three people more and two other values, and has an administrator decide for these.

    Returns:
        What is decided for Xledger: the value of each user and field.
    """
    codes = _by_code(sandbox)
    people = [user for user in _ordinary_people(sandbox) if user["employmentId"] in codes]
    new_phone, new_title = people[-2:]
    title = next(user["jobTitle"] for user in people if user["jobTitle"] != new_title["jobTitle"])
    decided = {(new_phone.id, "phone"): "+47 400 00 002", (new_title.id, "jobTitle"): title}
    for (user, field), value in decided.items():
        sandbox.xledger.edit(codes[sandbox.huma.users[user]["employmentId"]]["dbId"], **{field: value})
    values = (stands(dict(sandbox.huma.users[user]), field, "xledger") for user, field in decided)
    added = (add(db_id) for db_id in sandbox.employ(3))
    (storage / "decisions.json").write_text(decisions(*values, *added), encoding="utf-8")
    return decided


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


def _ordinary_people(sandbox: Sandbox) -> list[HumaUser]:
    """Whoever is in both systems, with all that the story changes."""
    needed = ("active", "employmentId", "phone", "homeAddress", "jobTitle", "employmentStartDate")
    return [
        user
        for user in sandbox.huma.users.values()
        if user.id not in sandbox.huma.awkward.values() and all(user.get(name) for name in needed)
    ]


def _change_a_few_things(sandbox: Sandbox) -> list[Change]:
    """Changes Huma: a new phone, an unset phone, a cleared address, a new hire, a leaver."""
    new_phone, no_phone, no_address, leaver = _ordinary_people(sandbox)[:4]
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
    """The shortest of the lines about single people, for all is to fit a screen."""
    console.print(
        f"\nThe first sync logged {len(sync.about_people)} lines about single people, without values, such as:",
        highlight=False,
    )
    console.print(Padding(Text(min(sync.about_people, key=len)), (0, 0, 0, 2)))
    console.print(f"The others are in {PRIVATE.relative_to(Path.cwd())}/logs.", highlight=False)
