"""How long a change takes from Huma's webhook to Xledger, and what it costs: `huma-xledger listen`, the real command.

`python -m benchmarks.listening` prints two tables. Both systems are the sandbox, Xledger with the limits of the real
one, and each answer takes as long as one over the internet may. Seconds are counted from the change in Huma to the
moment at which Xledger has it.
"""

import argparse
import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any, Final

import requests
from rich.console import Console
from rich.table import Table

from benchmarks.promises import Promise, at_most, table_of_promises
from benchmarks.runs import sync
from benchmarks.served import Traffic
from benchmarks.steps import Step, steps
from huma_xledger.bringing.gathering import SOON
from integration_tests.example_run import silence
from integration_tests.huma_people import hire
from integration_tests.reading import read_source
from integration_tests.running_listen import Listened, listened_to, listening
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.huma_store import TOKEN
from integration_tests.sandbox.limits import BurstLimit
from integration_tests.sandbox.webhook_dialects import WEBHOOK_DIALECTS
from xledger_api.tariff import pounds

HUMA_SECONDS: Final = 0.05
XLEDGER_SECONDS: Final = 0.15
"""How long an answer takes."""

SENDERS: Final = 16
"""How many webhooks Huma has under way at once."""

BY_HAND: Final = 15
RATES: Final = {1: 20, 10: 150, 100: 1_000}
"""How many people change a second, and how many in all."""

MOST_SECONDS: Final = 2.0
"""The median that is promised where one person changes a second."""

A_BATCH: Final = 4
"""Requests to Xledger that a batch takes at most."""

PATIENCE: Final = 300
"""Seconds that nothing takes."""

OTHERS: Final = len(RATES) + 4
"""Steps."""

_LOOK_UP: Final = """query ($filter: Employee_Filter) {
  employees(first: 1, filter: $filter) { edges { node { dbId contact { phone } subledger { phone } } } }
}"""

_WRITE: Final = """mutation ($inputs: [UpdateEmployeesInput!]!) {
  updateEmployees(inputs: $inputs) { edges { node { dbId } } }
}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of changes.

    Attributes:
        seconds: For each person, the seconds from the change in Huma until Xledger had it.
        huma: How many requests Huma received, those for a token not included.
        xledger: What Xledger received.
    """

    seconds: Sequence[float]
    huma: int
    xledger: Traffic

    def within(self, part: float) -> float:
        """The seconds within which so many of them were there, as a part of 1."""
        return sorted(self.seconds)[ceil(part * len(self.seconds)) - 1]


@dataclass
class _Watch:
    """Sees when Xledger has whose new phone number.

    Attributes:
        sandbox: The sandbox.
        began: When a number was given, by the number.
        seen: When Xledger had it.
    """

    sandbox: Sandbox
    began: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    _read: int = 0

    def look(self) -> int:
        """Looks at what Xledger was written since. Returns how many of the numbers it has."""
        now, operations = time.monotonic(), self.sandbox.xledger.operations
        received, self._read = operations[self._read :], len(operations)
        if any(operation.inputs for operation in received):
            for employee in self.sandbox.xledger.employees():
                if (phone := employee["contact"]["phone"]) in self.began:
                    self.seen.setdefault(phone, now)
        return len(self.seen)


class _People:
    """The people of a sandbox, who get new phone numbers.

    Attributes:
        sandbox: The sandbox.
        everybody: Their ids.
    """

    def __init__(self, sandbox: Sandbox, count: int) -> None:
        self.sandbox = sandbox
        self.everybody = [hire(sandbox, number) for number in range(1, count + 1)]
        self._numbers = itertools.count(40_000_000)

    def change_one_after_the_other(self, count: int, rate: int, watch: _Watch) -> None:
        """Gives so many people a number each, so many of them a second."""
        first, waiting = time.monotonic(), threading.Event()
        for position, user in enumerate(self.everybody[:count]):
            waiting.wait(max(0.0, first + position / rate - time.monotonic()))
            self.sandbox.huma.change(user, phone=self.new_phone(watch))

    def change_at_once(self, watch: _Watch) -> None:
        """Gives everybody a number, as an import does."""
        self.sandbox.huma.change_many({user: {"phone": self.new_phone(watch)} for user in self.everybody})

    def new_phone(self, watch: _Watch | None = None) -> str:
        """A number that nobody has had before."""
        phone = f"+47 {next(self._numbers)}"
        if watch is not None:
            watch.began[phone] = time.monotonic()
        return phone


def main() -> int:
    """Runs the benchmark. Returns 0 when everything is within its bounds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.listening", description=__doc__)
    parser.add_argument(
        "--people", type=int, default=1_000, help="how many people there are; a burst is promised with so many"
    )
    count = parser.parse_args().people
    with tempfile.TemporaryDirectory() as name, Sandbox.running(people=0) as sandbox, steps(OTHERS) as step:
        people, folder = _People(sandbox, count), Path(name)
        sandbox.huma.webhooks.at_once = SENDERS
        listened = listened_to(sandbox, folder)
        step(f"a first sync of {count:,} people, who are listened to from then on")
        with listening(listened):
            by_rate, burst, by_hand = _listen(step, listened, people)
        step("one sync of the same people, with nobody listening")
        alone = _sync(people, folder)
        answers = [delivery.status for delivery in sandbox.huma.webhooks.answers()]
    promises = _promises(by_rate, burst, alone, answers)
    console = Console()
    console.print(_table(by_hand, by_rate, burst, alone))
    console.print(table_of_promises(promises))
    return 0 if all(promise.kept for promise in promises) else 1


# ------------------------------------------------------------------ what is measured


def _listen(step: Step, listened: Listened, people: _People) -> tuple[dict[int, Seen], Seen, Seen]:
    """Has people change at each rate, all at once, and by hand."""
    sandbox = people.sandbox
    for user in people.everybody[:2]:  # for the first everybody is synced, for the second what is learned once is
        sandbox.huma.change(user, phone=people.new_phone())
        listened.await_phone(user)
        listened.await_empty()
    sandbox.huma.latency, sandbox.xledger.latency = HUMA_SECONDS, XLEDGER_SECONDS
    by_rate = {}
    for rate, most in RATES.items():
        count = min(most, len(people.everybody))
        step(f"{count:,} people change, {rate} a second")
        by_rate[rate] = _seen(listened, count, people.change_one_after_the_other, count, rate)
    step(f"{len(people.everybody):,} people change at once")
    burst = _seen(listened, len(people.everybody), people.change_at_once)
    step("the requests for one person, made by hand")
    return by_rate, burst, _made_by_hand(people)


def _seen(listened: Listened, count: int, change: Any, *arguments: int) -> Seen:
    """Has so many people change, and waits until Xledger has what they changed."""
    sandbox = listened.sandbox
    watch, before = _Watch(sandbox), _received(sandbox)
    changing = threading.Thread(target=change, args=(*arguments, watch))
    changing.start()
    sandbox.xledger.happenings.wait_for(lambda: watch.look() == count, "what has changed, in Xledger", PATIENCE)
    changing.join()
    sandbox.huma.webhooks.answers()
    listened.await_empty()
    return _since(before, sandbox, [watch.seen[phone] - began for phone, began in watch.began.items()])


def _made_by_hand(people: _People) -> Seen:
    """What no listener can do without: somebody is read, looked up, and written.

    Nobody is told of these changes. They are made one after the other, with pauses that the limits ask for.
    """
    sandbox, waiting, seconds = people.sandbox, threading.Event(), []
    sandbox.huma.webhooks.dialect = WEBHOOK_DIALECTS["lost"]
    before = _received(sandbox)
    with requests.Session() as huma, requests.Session() as xledger:
        huma.trust_env = xledger.trust_env = False
        huma.headers["Authorization"] = f"Bearer {sandbox.huma.issue_token()}"
        xledger.headers["Authorization"] = f"token {sandbox.xledger.token}"
        for user in people.everybody[:BY_HAND]:
            waiting.wait(1)
            phone = people.new_phone()
            sandbox.huma.change(user, phone=phone)
            began = time.monotonic()
            huma.get(f"{sandbox.huma.url}/users/{user}", timeout=PATIENCE).raise_for_status()
            _write_by_hand(xledger, sandbox, user, phone)
            seconds.append(time.monotonic() - began)
            if sandbox.xledger.employee(sandbox.huma.users[user]["employmentId"])["contact"]["phone"] != phone:
                raise RuntimeError("Xledger has not taken what was written by hand")
    return _since(before, sandbox, seconds)


def _write_by_hand(xledger: requests.Session, sandbox: Sandbox, user: str, phone: str) -> None:
    def ask(query: str, **variables: Any) -> Mapping[str, Any]:
        asked = {"query": query, "variables": variables}
        answer = xledger.post(sandbox.xledger.url, json=asked, timeout=PATIENCE).json()
        found: Mapping[str, Any] = answer["data"]
        return found

    found = ask(_LOOK_UP, filter={"code": sandbox.huma.users[user]["employmentId"]})
    (employee,) = (edge["node"] for edge in found["employees"]["edges"])
    ask(_WRITE, inputs=[{"node": {"dbId": int(employee["dbId"]), "phone": phone, "phoneSubledger": phone}}])


def _sync(people: _People, folder: Path) -> Seen:
    """Has everybody change, told to nobody, and syncs them as a host does: by both connectors."""
    sandbox = people.sandbox
    sandbox.huma.latency = sandbox.xledger.latency = 0
    sandbox.xledger.burst_limit = BurstLimit(None)  # a quick machine would wait
    people.change_at_once(_Watch(sandbox))
    before, began = _received(sandbox), time.monotonic()
    with silence():
        read = read_source(sandbox)
    run = sync(sandbox, read.records.values(), folder)
    if run.summary["updated"] != len(people.everybody):
        raise RuntimeError(f"not everybody was updated, but {run.summary}")
    return _since(before, sandbox, [time.monotonic() - began])


def _received(sandbox: Sandbox) -> tuple[int, int]:
    return len(sandbox.huma.requests), len(sandbox.xledger.operations)


def _since(before: tuple[int, int], sandbox: Sandbox, seconds: Sequence[float]) -> Seen:
    """What the systems received since, beside the seconds it took."""
    of_huma, of_xledger = sandbox.huma.requests[before[0] :], sandbox.xledger.operations[before[1] :]
    sizes = (sum(done.request_bytes for done in of_xledger), sum(done.response_bytes for done in of_xledger))
    return Seen(seconds, sum(done.route != TOKEN for done in of_huma), Traffic(len(of_xledger), *sizes))


# ------------------------------------------------------------------ what is shown


def _promises(by_rate: Mapping[int, Seen], burst: Seen, alone: Seen, answers: Sequence[int | None]) -> list[Promise]:
    slowly, crowd = by_rate[1], len(burst.seconds)
    middle = median(slowly.seconds)
    refused = sum(status != requests.codes.ok for status in answers)
    return [
        Promise(
            "from the webhook to Xledger where one person changes a second, the median",
            f"{middle:.1f} s",
            f"at most {MOST_SECONDS:.0f} s",
            middle <= MOST_SECONDS,
        ),
        at_most(
            "requests to Xledger where one person changes a second, for each of them",
            ceil(slowly.xledger.requests / len(slowly.seconds)),
            A_BATCH,
        ),
        at_most(
            f"requests to Xledger for a burst of {crowd:,}: those of one sync of the same people, and a batch",
            burst.xledger.requests,
            alone.xledger.requests + A_BATCH,
        ),
        at_most(f"requests to Huma for a burst of {crowd:,}: those of one sync", burst.huma, alone.huma),
        at_most(f"webhooks that were not taken, of {len(answers):,}", refused, 0),
    ]


def _table(by_hand: Seen, by_rate: Mapping[int, Seen], burst: Seen, alone: Seen) -> Table:
    caption = (
        f"Huma answers after {HUMA_SECONDS * 1_000:.0f} ms and Xledger after {XLEDGER_SECONDS * 1_000:.0f}; Xledger "
        "takes 20 requests in five seconds. By hand, somebody is read, looked up and written, at once. A listener "
        f"waits {SOON.total_seconds():.0f} s, so that what comes of a person within that second is one, and where "
        "many change for more. Huma, Xledger: requests. £: by Xledger's tariff, when nothing is included."
    )
    table = Table(
        title="From a change in Huma to Xledger", caption=caption, title_justify="left", caption_justify="left"
    )
    table.add_column("")
    for column in ("people", "median", "95 %", "slowest", "Huma", "Xledger", "£ each"):
        table.add_column(column, justify="right")
    _row(table, "by hand", by_hand)
    table.add_section()
    for rate, seen in by_rate.items():
        _row(table, f"{rate} a second", seen)
    table.add_section()
    _row(table, "all at once", burst)
    people = len(burst.seconds)
    costs = _costs(alone, people)
    table.add_row("one sync", f"{people:,}", "", "", "", *costs)
    return table


def _row(table: Table, title: str, seen: Seen) -> None:
    times = (median(seen.seconds), seen.within(0.95), max(seen.seconds))
    people = len(seen.seconds)
    table.add_row(title, f"{people:,}", *(f"{seconds:.1f} s" for seconds in times), *_costs(seen, people))


def _costs(seen: Seen, people: int) -> tuple[str, str, str]:
    return f"{seen.huma:,}", f"{seen.xledger.requests:,}", f"{pounds(*seen.xledger) / people:.4f}"


if __name__ == "__main__":
    sys.exit(main())
