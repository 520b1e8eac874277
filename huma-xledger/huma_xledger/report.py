"""What syncs came to, as a person likes to read it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from rich.table import Table

from huma_xledger.direction import TO_XLEDGER, Direction, System
from huma_xledger.environment import PRIVATE

Summary = Mapping[str, Any]

_COUNTS = ("received", "created", "updated", "unchanged", "skipped", "rejected", "warnings")
_DECISIONS = {
    "applied": "decisions gone by",
    "lapsed": "decisions lapsed",
    "unknown": "decisions about nobody",
}
_COSTS = ("requests", "retries", "bytes_sent", "bytes_received")


SUMMARY: Final = "SYNC SUMMARY "
"""What the line begins with in which a destination sums up; what follows is a JSON object."""

PREVIEW: Final = "preview"
"""The mode in a summary of a run that wrote nothing."""

WITHOUT_A_REPORT: Final = (
    "Who is behind these numbers, and with which values, is told only in a report: name a place for it in the "
    "destination's settings, under Where reports and rejected records go (object_storage_config)."
)

MOST_LINES: Final = 50
"""More of a kind are not read on a screen."""

_PLACE: Final = re.compile(r"The report of this (?:sync|preview) is in (.+)\.", re.DOTALL)
"""How the destination says where its report is."""


def summary_in(log: Sequence[str]) -> dict[str, Any]:
    """The destination's summary; empty where it did not get so far as to sum up.

    Args:
        log: What the connectors logged.
    """
    summaries = [line.removeprefix(SUMMARY) for line in log if line.startswith(SUMMARY)]
    return dict(json.loads(summaries[-1])) if summaries else {}


def place_of_report(log: Iterable[str]) -> str | None:
    """Where the report of a sync is, a folder or the address of one; None when there is none, or only a part of one.

    Args:
        log: What the connectors logged.
    """
    return next((told[1] for line in log if (told := _PLACE.fullmatch(line))), None)


def cut_short(lines: Sequence[str]) -> Iterator[str]:
    """The first lines of several, and how many more there are.

    Args:
        lines: What the connectors logged, in its order.
    """
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"... and {len(lines) - MOST_LINES:,} more like these. All of them are in {PRIVATE / 'logs'}."


def told_of(
    title: str,
    summary: Summary,
    log: Iterable[str],
    direction: Direction = TO_XLEDGER,
    *,
    everybody: bool = False,
) -> Iterator[Table | str]:
    """What a sync came to: a sentence where nobody was sent; otherwise its numbers, and where its report is.

    Args:
        title: What the sync is called.
        summary: The destination's summary.
        log: What the connectors logged.
        direction: From where to where it went.
        everybody: Whether everybody was to be sent, and not only those who changed.
    """
    if not summary["received"] and summary["outcome"] == "succeeded":
        yield nobody(direction.read) if everybody else idle(direction.read)
        return
    yield table_of_syncs({title: summary}, direction)
    place = next((line for line in log if _PLACE.fullmatch(line)), None)
    if place is not None:
        yield place
    elif summary["mode"] == PREVIEW:
        yield WITHOUT_A_REPORT


def idle(read: System) -> str:
    """What a sync came to for which nobody had changed in the system that it reads."""
    return f"Nobody was sent: nothing has changed in {read.name} since the last sync. Nothing was written."


def nobody(read: System) -> str:
    """What a sync came to for which the system that it reads had nobody at all."""
    return f"Nobody was sent, although everybody was asked for: {read.nobody}. Nothing was written."


def table_of_syncs(syncs: Mapping[str, Summary], direction: Direction = TO_XLEDGER) -> Table:
    """A column for each sync, a row for each number; rows that are nought everywhere are left out.

    Args:
        syncs: The destination's summary of each sync, by its title.
        direction: From where to where they went.
    """
    fields = {"fields_changed": "changed", "fields_unset": "unset", "conflicts": f"kept as in {direction.written.name}"}
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
    for section, title in fields.items():
        table.add_section()
        for name in sorted({name for s in syncs.values() for name in s[section]}):
            _row(table, f"{name} {title}", [s[section].get(name, 0) for s in syncs.values()])
    table.add_section()
    for became, title in _DECISIONS.items():
        _row(table, title, [s.get("decisions", {}).get(became, 0) for s in syncs.values()])
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
