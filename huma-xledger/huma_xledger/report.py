"""What syncs came to, as a table a person likes to read."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

Summary = Mapping[str, Any]

_COUNTS = ("received", "created", "updated", "unchanged", "skipped", "rejected", "warnings")
_FIELDS = {"fields_changed": "changed", "fields_unset": "unset", "conflicts": "kept as in Xledger"}
_COSTS = ("requests", "retries", "bytes_sent", "bytes_received")


def table_of_syncs(syncs: Mapping[str, Summary]) -> Table:
    """A column for each sync, a row for each number; rows that are nought everywhere are left out.

    Args:
        syncs: The destination's summary of each sync, by its title.
    """
    table = Table(title="What the syncs did", title_justify="left")
    table.add_column("")
    for title in syncs:
        table.add_column(title, justify="right")
    for count in _COUNTS:
        _row(table, f"people {count}" if count != "warnings" else count, [_total(s[count]) for s in syncs.values()])
        details = dict.fromkeys(key for s in syncs.values() if isinstance(s[count], Mapping) for key in s[count])
        for detail in details:
            _row(table, f"  {detail}", [s[count].get(detail, 0) for s in syncs.values()])
    for section, title in _FIELDS.items():
        table.add_section()
        for name in sorted({name for s in syncs.values() for name in s[section]}):
            _row(table, f"{name} {title}", [s[section].get(name, 0) for s in syncs.values()])
    table.add_section()
    for cost in _COSTS:
        _row(table, cost.replace("_", " "), [s[cost] for s in syncs.values()])
    return table


def _total(count: Any) -> int:
    return sum(count.values()) if isinstance(count, Mapping) else int(count)


def _row(table: Table, title: str, numbers: list[int]) -> None:
    if any(numbers):
        table.add_row(title, *(f"{number:,}" if number else "-" for number in numbers))
