"""What is promised of a sync, beside what was measured."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table


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


def at_most(what: str, measured: int, bound: int) -> Promise:
    """A number that is promised not to be larger than a bound."""
    return Promise(what, f"{measured:,}", f"at most {bound:,}" if bound else "none", measured <= bound)


def table_of_promises(promises: Iterable[Promise]) -> Table:
    """A row for each promise."""
    table = Table(title="What is promised", title_justify="left")
    for column in ("", "measured", "promised", ""):
        table.add_column(column)
    for promise in promises:
        table.add_row(promise.what, promise.measured, promise.bound, "yes" if promise.kept else "NO")
    return table
