"""What goes wrong between the destination and Xledger, by chance, and passes."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final

from hypothesis import strategies as st

from integration_tests.fuzzing.between import Interference, LateProxy
from integration_tests.sandbox import Fault

LATE: Final = "late"
"""A proxy gives up on a mutation that is carried out later."""

ROOTS: Final = (None, "employees", "addEmployees", "updateEmployees", "updateContacts", "updateSuppliers", "__schema")
MUTATIONS: Final = ("addEmployees", "updateEmployees", "updateContacts", "updateSuppliers")

_SOON: Final = datetime(2026, 1, 15, 12, 1, tzinfo=timezone.utc)


def _words(message: str) -> str:
    return json.dumps({"errors": [{"message": message}], "data": None})


KINDS: Final[dict[str, Callable[..., Fault]]] = {
    "lost": Fault.lost_answer,
    "half": lambda **when: Fault.lost_answer(partial=True, **when),
    "dropped": Fault.dropped_connection,
    "500": Fault.server_error,
    "503": Fault.maintenance_page,
    "504": lambda **when: Fault.server_error(504, **when),
    "529": lambda **when: Fault.server_error(529, **when),
    "429": Fault.too_many_requests,
    "not json": Fault.not_json,
    "burst": Fault.burst_limit,
    "concurrency": Fault.concurrency_limit,
    "credits": lambda **when: Fault.out_of_credits(_SOON, **when),
    "too slow": Fault.query_timed_out,
    "deadlock": lambda **when: Fault.answer(_words("Transaction was deadlocked on lock resources; rerun it."), **when),
}


@dataclass(frozen=True)
class Mishap:
    """Something that goes wrong for a while.

    Attributes:
        kind: One of `KINDS`, or `LATE`.
        root: Which requests meet it; None for any.
        after: How many of them are let through first.
        times: How many meet it.
        seconds: How much later what is late is carried out.
    """

    kind: str
    root: str | None = None
    after: int = 0
    times: int = 1
    seconds: float = 15.0


def mishaps() -> st.SearchStrategy[list[Mishap]]:
    """A few mishaps that pass before the patience of a sync ends."""
    kinds, often = st.sampled_from(sorted(KINDS)), st.integers(1, 2)
    late = st.builds(
        Mishap,
        st.just(LATE),
        st.sampled_from(MUTATIONS),
        st.integers(0, 2),
        often,
        st.sampled_from((1.0, 15.0, 60.0, 250.0)),
    )
    others = st.builds(Mishap, kinds, st.sampled_from(ROOTS), st.integers(0, 3), often)
    # One proxy that is late at most: of two, the second would be later than anything can be waited for.
    return st.tuples(st.lists(others, max_size=2), st.lists(late, max_size=1)).map(lambda both: both[0] + both[1])


def faults(mishaps: Iterable[Mishap]) -> list[Fault]:
    """Those that are faults of Xledger's."""
    return [
        KINDS[mishap.kind](root_field=mishap.root, after=mishap.after, times=mishap.times)
        for mishap in mishaps
        if mishap.kind != LATE
    ]


def interferences(mishaps: Iterable[Mishap]) -> list[Interference]:
    """Those that happen on the way to Xledger."""
    return [
        LateProxy(mishap.root or "addEmployees", mishap.seconds, mishap.after, mishap.times)
        for mishap in mishaps
        if mishap.kind == LATE
    ]
