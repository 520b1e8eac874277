"""What writing people to Xledger costs: requests, bytes and pounds, processor time, and memory.

`python -m benchmarks.destination_xledger` prints two tables. Xledger is the sandbox, with the limits of the real one.
Counts are the same everywhere; the speed says something about the machine as well.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.people import a_person
from benchmarks.runs import Run, sync
from benchmarks.tariff import MEGABYTE, pounds, pounds_a_month
from integration_tests.records import Record, as_employee
from integration_tests.sandbox import Fault, Sandbox

PEOPLE = 10_000
BATCH, BAD = 400, (17, 200, 390)
CHANGED_EVERY = 100
FEW, MANY = 6_000, 60_000
NIGHTS = 30

CHANGES = {"jobTitle": "Head", "bankAccount": None, "terminationNoticeDate": "2026-02-01"}
"""A value of the contact, one of the subledger and one of the employee."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that is promised of a sync, and whether it holds.

    Attributes:
        what: What is promised.
        measured: What was measured, for people.
        bound: The bound, for people.
        kept: Whether it holds.
    """

    what: str
    measured: str
    bound: str
    kept: bool


def main() -> int:
    """Runs the benchmarks. Returns 0 when everything is within its bounds."""
    console = Console()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with console.status("New people with a probation end date ..."), Sandbox.running(people=0) as sandbox:
            on_probation = sync(sandbox, people(probationEndDate="2026-07-01"), folder)
        with console.status("The same people, new, unchanged and changed ..."), Sandbox.running(people=0) as sandbox:
            idle = sync(sandbox, (), folder)
            new = sync(sandbox, people(), folder)
            unchanged = sync(sandbox, people(), folder)
            changed = sync(sandbox, people_some_changed(), folder)
            alone = sync(sandbox, people_changed_back(), folder)
        kinds = ("new", "changed")
        refused = {
            words: {kind: _refused(console, folder, quoted=quoted, known=kind == "changed") for kind in kinds}
            for words, quoted in (("quotes the value", True), ("quotes nothing", False))
        }
        peaks = {
            kind: {count: _peak(console, count, folder, known=kind == "unchanged") for count in (FEW, MANY)}
            for kind in ("new", "unchanged")
        }
    syncs = {
        f"{PEOPLE:,} new": new,
        f"{PEOPLE:,} new, on probation": on_probation,
        f"{PEOPLE:,} unchanged": unchanged,
        f"{PEOPLE // CHANGED_EVERY:,} changed among {PEOPLE:,}": changed,
        f"{PEOPLE // CHANGED_EVERY:,} changed, sent alone": alone,
    }
    promises = [*_costs(new, on_probation, unchanged, changed, alone), *_costs_of_refusals(refused)]
    promises.append(_speed(unchanged, idle))
    promises += [_memory(kind, peaks_of_kind) for kind, peaks_of_kind in peaks.items()]
    console.print(_table_of_costs(syncs))
    console.print(_table_of_promises(promises))
    return 0 if all(promise.kept for promise in promises) else 1


def people(**changed: str) -> Iterator[Record]:
    """Everybody."""
    return (a_person(number, **changed) for number in range(1, PEOPLE + 1))


def people_some_changed() -> Iterator[Record]:
    """Everybody, a few of them changed, here and there."""
    for position, user in enumerate(people()):
        yield {**user, **CHANGES} if position % CHANGED_EVERY == 0 else user


def people_changed_back() -> Iterator[Record]:
    """Those who were changed, as they were before: what an incremental sync sends."""
    return (user for position, user in enumerate(people()) if position % CHANGED_EVERY == 0)


def _peak(console: Console, count: int, folder: Path, *, known: bool) -> int:
    users = [a_person(number) for number in range(1, count + 1)]
    kind = "unchanged" if known else "created"
    with console.status(f"Memory for {count:,} people, {kind} ..."), Sandbox.running(people=0) as sandbox:
        for user in users if known else ():
            sandbox.xledger.add_employee(**as_employee(user))
        run = sync(sandbox, users, folder)
    if run.summary[kind] != count:
        raise RuntimeError(f"only {run.summary[kind]} of {count} people are {kind}")
    return run.peak_memory


def _refused(console: Console, folder: Path, *, quoted: bool, known: bool) -> int:
    """How many requests a batch costs more when three in it are refused."""
    root_field, path = ("updateContacts", "jobTitle") if known else ("addEmployees", "lastName")
    users = [a_person(number) for number in range(1, BATCH + 1)]
    sent = [{**user, "jobTitle": f"Head {number}"} for number, user in enumerate(users)] if known else users
    requests = []
    for bad in ((), BAD):
        with console.status("Refusals ..."), Sandbox.running(people=0) as sandbox:
            for user in users if known else ():
                sandbox.xledger.add_employee(**as_employee(user))
            for number in bad:
                value = sent[number]["jobTitle" if known else "familyName"]
                fault = Fault.refuse_value(root_field=root_field, path=path, value=value, quoted=quoted)
                sandbox.xledger.faults.add(fault)
            run = sync(sandbox, sent, folder)
        if run.summary["rejected"] != ({"refused_by_xledger": len(bad)} if bad else {}):
            raise RuntimeError(f"not just {len(bad)} people are rejected")
        requests.append(int(run.summary["requests"]))
    return requests[1] - requests[0]


def _costs(new: Run, on_probation: Run, unchanged: Run, changed: Run, alone: Run) -> list[Promise]:
    down = unchanged.summary["bytes_received"] / PEOPLE
    return [
        _at_most("queries for new people, learning the schema included", new.look_ups, 22),
        _at_most("mutations for new people", new.mutations, 63),
        _at_most("requests for new people on probation", on_probation.summary["requests"], 85),
        _at_most("mutations for new people on probation", on_probation.mutations, 63),
        _at_most("requests for unchanged people", unchanged.summary["requests"], 22),
        _at_most("mutations for unchanged people", unchanged.mutations, 0),
        _at_most("bytes down for each unchanged person", round(down), 1000),
        _at_most("mutations for a few changed people among others", changed.mutations, 63),
        _at_most("mutations for the same few, sent alone", alone.mutations, 6),
    ]


def _costs_of_refusals(refused: Mapping[str, Mapping[str, int]]) -> Iterator[Promise]:
    bounds = {"quotes the value": 12, "quotes nothing": 54}
    for words, more in refused.items():
        for kind, requests in more.items():
            what = f"requests more when {len(BAD)} of {BATCH} {kind} people are refused, and Xledger {words}"
            yield _at_most(what, requests, bounds[words])


def _speed(unchanged: Run, idle: Run) -> Promise:
    a_second = PEOPLE / (unchanged.processor_seconds - idle.processor_seconds)
    what = "unchanged people a second of processor time, start-up not counted"
    return Promise(what, f"{a_second:,.0f}", "at least 5,000", a_second >= 5_000)


def _memory(kind: str, peaks: Mapping[int, int]) -> Promise:
    """What grows is what is remembered of everybody who came: their keys, their objects in Xledger, and a label."""
    ratio = peaks[MANY] / peaks[FEW]
    measured = f"{ratio:.2f} ({peaks[FEW] / MEGABYTE:.0f} and {peaks[MANY] / MEGABYTE:.0f} MB)"
    return Promise(f"peak memory of {MANY:,} {kind} people to that of {FEW:,}", measured, "at most 1.40", ratio <= 1.4)


def _at_most(what: str, measured: int, bound: int) -> Promise:
    return Promise(what, f"{measured:,}", f"at most {bound:,}" if bound else "none", measured <= bound)


def _table_of_costs(syncs: Mapping[str, Run]) -> Table:
    caption = (
        f"£: by Xledger's tariff, when nothing is included. £ a month: {NIGHTS} such syncs, beyond what a subscription "
        "includes. Requests that were sent again are counted."
    )
    table = Table(title="What a sync costs", caption=caption, title_justify="left", caption_justify="left")
    table.add_column("")
    for column in ("look-ups", "mutations", "MB up", "MB down", "£", "£ a month"):
        table.add_column(column, justify="right")
    for title, run in syncs.items():
        traffic = (run.summary["requests"], run.summary["bytes_sent"], run.summary["bytes_received"])
        sizes = [f"{size / MEGABYTE:.1f}" for size in traffic[1:]]
        _row(table, title, run.look_ups, run.mutations, sizes, traffic)
    table.add_section()
    _row(table, "one query and one mutation each", PEOPLE, PEOPLE, ["", ""], (2 * PEOPLE, 0, 0))
    return table


def _row(
    table: Table, title: str, look_ups: int, mutations: int, sizes: list[str], traffic: tuple[int, int, int]
) -> None:
    prices = (f"{pounds(*traffic):,.2f}", f"{pounds_a_month(NIGHTS, *traffic):,.2f}")
    table.add_row(title, f"{look_ups:,}", f"{mutations:,}", *sizes, *prices)


def _table_of_promises(promises: list[Promise]) -> Table:
    table = Table(title="What is promised", title_justify="left")
    for column in ("", "measured", "promised", ""):
        table.add_column(column)
    for promise in promises:
        table.add_row(promise.what, promise.measured, promise.bound, "yes" if promise.kept else "NO")
    return table


if __name__ == "__main__":
    sys.exit(main())
