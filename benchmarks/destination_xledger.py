"""What writing people to Xledger costs: requests, bytes and pounds, processor time, and memory.

`python -m benchmarks.destination_xledger` prints two tables. Xledger is the sandbox, with the limits of the real one.
Counts are the same everywhere; the speed says something about the machine as well.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import ceil
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.people import a_person
from benchmarks.promises import Promise, at_most, table_of_promises
from benchmarks.runs import Run, sync
from benchmarks.steps import Step, steps
from integration_tests.records import Record, as_employee
from integration_tests.sandbox import Fault, Sandbox
from xledger_api.tariff import MEGABYTE, pounds, pounds_a_month

BATCH, BAD = 400, (17, 200, 390)
FULL = 500
"""How many people are written together."""

CHANGED_EVERY = 100
NIGHTS = 30
STEPS = 13

MOST_BYTES = 1_000
MOST_TIMES_JSON = 30

CHANGES = {"jobTitle": "Head", "bankAccount": None, "terminationNoticeDate": "2026-02-01"}
"""A value of the contact, one of the subledger and one of the employee."""

CHANGES_AGAIN = {"jobTitle": "Chief", "terminationNoticeDate": "2026-03-01"}
"""Other values for the same people, whose bank account is there again."""


def main() -> int:
    """Runs the benchmarks. Returns 0 when everything is within its bounds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.destination_xledger", description=__doc__)
    parser.add_argument(
        "--people", type=int, default=10_000, help="how many people to write; what is promised is meant for so many"
    )
    parser.add_argument("--few", type=int, default=1_000, help="how many to compare their memory with")
    arguments = parser.parse_args()
    count, few_count = arguments.people, arguments.few
    if not few_count < count:
        parser.error("--few has to be less than --people.")
    titles = _titles(count)
    with tempfile.TemporaryDirectory() as name, steps(STEPS) as step:
        folder = Path(name)
        few = _few(step, folder, few_count)
        runs = _many(step, folder, count)
        refused = {kind: _refused(step, folder, known=kind == "changed") for kind in ("new", "changed")}
    promises = [*_costs(runs, count), *_costs_of_refusals(refused), _speed(runs, count)]
    promises += [_memory(kind, (few_count, few[kind]), (count, runs[kind])) for kind in few]
    console = Console()
    console.print(_table_of_costs({titles[kind]: runs[kind] for kind in titles}, count))
    console.print(table_of_promises(promises))
    return 0 if all(promise.kept for promise in promises) else 1


def _titles(count: int) -> Mapping[str, str]:
    """The syncs that the table of costs shows."""
    return {
        "new": f"{count:,} new, every other one on probation",
        "unchanged": f"{count:,} unchanged",
        "changed": f"{_changed(count):,} changed among {count:,}",
        "alone": f"{_changed(count):,} changed, sent alone",
    }


def _changed(count: int) -> int:
    """How many of so many people are changed."""
    return ceil(count / CHANGED_EVERY)


def people(count: int) -> Iterator[Record]:
    """So many people, every other one on probation, which is one more date to write."""
    return (a_person(number, probationEndDate="2026-07-01" if number % 2 else None) for number in range(1, count + 1))


def people_some_changed(count: int) -> Iterator[Record]:
    """Everybody, a few of them changed, here and there."""
    for position, user in enumerate(people(count)):
        yield {**user, **CHANGES} if position % CHANGED_EVERY == 0 else user


def people_changed_again(count: int) -> Iterator[Record]:
    """Those who were changed, once more: what an incremental sync sends."""
    return ({**user, **CHANGES_AGAIN} for position, user in enumerate(people(count)) if position % CHANGED_EVERY == 0)


def _few(step: Step, folder: Path, count: int) -> dict[str, Run]:
    """The syncs that others are compared with: of so few people that nothing but a batch takes memory."""
    with Sandbox.running(people=0) as sandbox:
        runs = {}
        for kind in ("new", "unchanged"):
            step(f"{count:,} {kind} people")
            runs[kind] = sync(sandbox, people(count), folder)
    return runs


def _many(step: Step, folder: Path, count: int) -> dict[str, Run]:
    """The syncs of a connection, one after the other: nobody, everybody new, unchanged, some changed."""
    syncs: dict[str, Callable[[int], Iterable[Record]]] = {
        "idle": lambda _: (),
        "new": people,
        "unchanged": people,
        "changed": people_some_changed,
        "alone": people_changed_again,
    }
    runs, titles = {}, _titles(count)
    with Sandbox.running(people=0, burst_limit=None) as sandbox:  # a quick machine would wait, and send again
        for kind, crowd in syncs.items():
            step(titles.get(kind, "nobody, to see what starting takes"))
            runs[kind] = sync(sandbox, crowd(count), folder)
    expected = {
        "new": {"created": count},
        "unchanged": {"unchanged": count},
        "changed": {"updated": _changed(count)},
        "alone": {"updated": _changed(count)},
    }
    for kind, counts in expected.items():
        if not counts.items() <= runs[kind].summary.items():
            raise RuntimeError(f"not {counts} but {runs[kind].summary}")
    return runs


def _refused(step: Step, folder: Path, *, known: bool) -> dict[str, int]:
    """How many requests a batch costs more when three in it are refused, by what Xledger says of the value."""
    root_field, path = ("updateContacts", "jobTitle") if known else ("addEmployees", "lastName")
    users = [a_person(number) for number in range(1, BATCH + 1)]
    sent = [{**user, "jobTitle": f"Head {number}"} for number, user in enumerate(users)] if known else users
    cases: dict[str, tuple[tuple[int, ...], bool]] = {
        "nothing": ((), False),
        "quotes the value": (BAD, True),
        "quotes nothing": (BAD, False),
    }
    requests = {}
    for words, (bad, quoted) in cases.items():
        step(f"{len(bad)} of {BATCH} {'changed' if known else 'new'} people refused")
        with Sandbox.running(people=0) as sandbox:
            for user in users if known else ():
                sandbox.xledger.add_employee(**as_employee(user))
            for number in bad:
                value = sent[number]["jobTitle" if known else "familyName"]
                fault = Fault.refuse_value(root_field=root_field, path=path, value=value, quoted=quoted)
                sandbox.xledger.faults.add(fault)
            run = sync(sandbox, sent, folder)
        if run.summary["rejected"] != ({"refused_by_xledger": len(bad)} if bad else {}):
            raise RuntimeError(f"not just {len(bad)} people are rejected")
        requests[words] = int(run.summary["requests"])
    none_refused = requests.pop("nothing")
    return {words: made - none_refused for words, made in requests.items()}


def _costs(runs: Mapping[str, Run], count: int) -> list[Promise]:
    new, unchanged, changed, alone = (runs[kind] for kind in _titles(count))
    batches, batches_alone = ceil(count / FULL), ceil(_changed(count) / FULL)
    down = unchanged.summary["bytes_received"] / count
    return [
        at_most("queries for new people, learning the schema included", new.look_ups, batches + 2),
        at_most("mutations for new people, on probation or not", new.mutations, 3 * batches + 2),
        at_most("requests for new people", new.summary["requests"], 4 * batches + 4),
        at_most("requests for unchanged people", unchanged.summary["requests"], batches + 2),
        at_most("mutations for unchanged people", unchanged.mutations, 0),
        at_most("bytes down for each unchanged person", round(down), 1000),
        at_most("mutations for a few changed people among others", changed.mutations, 3 * batches + 3),
        at_most("mutations for the same few, sent alone", alone.mutations, 3 * batches_alone + 3),
    ]


def _costs_of_refusals(refused: Mapping[str, Mapping[str, int]]) -> Iterator[Promise]:
    bounds = {"quotes the value": 12, "quotes nothing": 54}
    for kind, more in refused.items():
        for words, requests in more.items():
            what = f"requests more when {len(BAD)} of {BATCH} {kind} people are refused, and Xledger {words}"
            yield at_most(what, requests, bounds[words])


def _speed(runs: Mapping[str, Run], count: int) -> Promise:
    """Beside a piece of work that says how fast the machine is just now: absolute numbers say nothing of the code."""
    lines = [json.dumps(user) for user in people(count)]
    started = time.process_time()
    for line in lines:
        json.dumps(json.loads(line))
    as_json = (time.process_time() - started) / count
    a_person_takes = (runs["unchanged"].processor_seconds - runs["idle"].processor_seconds) / count
    times = a_person_takes / as_json
    measured = f"{times:.1f} ({1 / a_person_takes:,.0f} people a second)"
    what = "processor time of an unchanged person, in that of reading and writing the record as JSON"
    return Promise(what, measured, f"at most {MOST_TIMES_JSON}", times <= MOST_TIMES_JSON)


def _memory(kind: str, few: tuple[int, Run], many: tuple[int, Run]) -> Promise:
    """What grows is what is remembered of everybody who came: their keys, their objects in Xledger, and a label."""
    (few_count, least), (count, most) = few, many
    each = (most.peak_memory - least.peak_memory) / (count - few_count)
    measured = f"{each:,.0f} ({least.peak_memory / MEGABYTE:.0f} and {most.peak_memory / MEGABYTE:.0f} MB)"
    what = f"bytes of memory for each {kind} person more, from {few_count:,} to {count:,}"
    return Promise(what, measured, f"at most {MOST_BYTES:,}", each <= MOST_BYTES)


def _table_of_costs(syncs: Mapping[str, Run], count: int) -> Table:
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
    _row(table, "one query and one mutation each", count, count, ["", ""], (2 * count, 0, 0))
    return table


def _row(
    table: Table, title: str, look_ups: int, mutations: int, sizes: list[str], traffic: tuple[int, int, int]
) -> None:
    prices = (f"{pounds(*traffic):,.2f}", f"{pounds_a_month(NIGHTS, *traffic):,.2f}")
    table.add_row(title, f"{look_ups:,}", f"{mutations:,}", *sizes, *prices)


if __name__ == "__main__":
    sys.exit(main())
