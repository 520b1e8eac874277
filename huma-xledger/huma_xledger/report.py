"""What syncs came to, as a person likes to read it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from rich.table import Table

from huma_xledger.environment import PRIVATE

Summary = Mapping[str, Any]

_COUNTS = ("received", "created", "updated", "unchanged", "skipped", "rejected", "warnings")
_FIELDS = {"fields_changed": "changed", "fields_unset": "unset", "conflicts": "kept as in Xledger"}
_COSTS = ("requests", "retries", "bytes_sent", "bytes_received")


PREVIEW: Final = "preview"
"""The mode in a summary of a run that wrote nothing."""

IDLE: Final = "Nobody was sent: nothing has changed in Huma since the last sync. Nothing was written."
NOBODY: Final = (
    "Nobody was sent, although everybody was asked for: the key sees nobody in Huma, or the companies, locations and "
    "teams that are chosen have nobody. Nothing was written."
)
WITHOUT_A_REPORT: Final = (
    "Who is behind these numbers, and with which values, is told only in a report: name a place for it in the "
    "destination's settings, under Where reports and rejected records go (object_storage_config)."
)

MOST_LINES: Final = 50
"""More of a kind are not read on a screen."""

_PLACE: Final = re.compile(r"The report of this (?:sync|preview) is in .+")
"""How the destination says where its report is."""


def cut_short(lines: Sequence[str]) -> Iterator[str]:
    """The first lines of several, and how many more there are.

    Args:
        lines: What the connectors logged, in its order.
    """
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"... and {len(lines) - MOST_LINES:,} more like these. All of them are in {PRIVATE / 'logs'}."


def told_of(title: str, summary: Summary, log: Iterable[str], *, everybody: bool = False) -> Iterator[Table | str]:
    """What a sync came to: a sentence where nobody was sent; otherwise its numbers, and where its report is.

    Args:
        title: What the sync is called.
        summary: The destination's summary.
        log: What the connectors logged.
        everybody: Whether everybody was to be sent, and not only those who changed.
    """
    if not summary["received"] and summary["outcome"] == "succeeded":
        yield NOBODY if everybody else IDLE
        return
    yield table_of_syncs({title: summary})
    place = next((line for line in log if _PLACE.fullmatch(line)), None)
    if place is not None:
        yield place
    elif summary["mode"] == PREVIEW:
        yield WITHOUT_A_REPORT


def table_of_syncs(syncs: Mapping[str, Summary]) -> Table:
    """A column for each sync, a row for each number; rows that are nought everywhere are left out.

    Args:
        syncs: The destination's summary of each sync, by its title.
    """
    title = _title(syncs.values())
    table = Table(title=title, title_justify="left", min_width=len(title))
    table.add_column("")
    for sync in syncs:
        table.add_column(sync, justify="right")
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


def _title(summaries: Iterable[Summary]) -> str:
    modes = [summary["mode"] for summary in summaries]
    if PREVIEW not in modes:
        return "What the sync did" if len(modes) == 1 else "What the syncs did"
    if set(modes) == {PREVIEW}:
        return f"What the {'sync' if len(modes) == 1 else 'syncs'} would do (preview: nothing was written)"
    return "What the syncs did (previews: what they would do; nothing was written)"


def _total(count: Any) -> int:
    return sum(count.values()) if isinstance(count, Mapping) else int(count)


def _row(table: Table, title: str, numbers: list[int]) -> None:
    if any(numbers):
        table.add_row(title, *(f"{number:,}" if number else "-" for number in numbers))
