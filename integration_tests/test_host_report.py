"""What the host tells of a sync: a preview says that it is one, an idle sync is one line, a report has its place."""

import io
from typing import Any

import pytest
from rich.console import Console

from huma_xledger.direction import TO_HUMA, TO_XLEDGER, Direction
from huma_xledger.report import MOST_LINES, WITHOUT_A_REPORT, cut_short, idle, nobody, table_of_syncs, told_of

NUMBERS: dict[str, Any] = {
    **dict.fromkeys(("received", "created", "updated", "unchanged"), 0),
    **{key: {} for key in ("skipped", "rejected", "warnings", "fields_changed", "fields_unset", "conflicts")},
    **dict.fromkeys(("requests", "retries", "bytes_sent", "bytes_received"), 0),
    "mode": "sync",
    "outcome": "succeeded",
}
PLACE = "The report of this preview is in /local/reports/2026-01-15T12-00-00Z-1234abcd."


def shown(*parts: Any) -> str:
    console = Console(file=(text := io.StringIO()), width=80)
    for part in parts:
        console.print(part)
    return text.getvalue()


def test_many_lines_are_cut_with_their_number_and_where_the_rest_is() -> None:
    assert list(cut_short(["a line"] * MOST_LINES)) == ["a line"] * MOST_LINES
    *shown, rest = cut_short(["a line"] * (MOST_LINES + 1200))
    assert shown == ["a line"] * MOST_LINES
    assert rest.startswith("... and 1,200 more like these. All of them are in ")


def test_a_preview_says_so_in_its_title_and_names_the_place_of_its_report() -> None:
    parts = list(told_of("this sync", {**NUMBERS, "mode": "preview", "received": 3, "created": 3}, ["a line", PLACE]))
    assert "What the sync would do (preview: nothing was written)" in shown(*parts)
    assert parts[1:] == [PLACE]


def test_a_preview_without_a_report_says_how_to_get_one() -> None:
    _, sentence = told_of("this sync", {**NUMBERS, "mode": "preview", "received": 3}, [])
    assert sentence == WITHOUT_A_REPORT


@pytest.mark.parametrize("direction", [TO_XLEDGER, TO_HUMA])
def test_a_sync_to_which_nobody_came_is_one_line(direction: Direction) -> None:
    assert list(told_of("this sync", NUMBERS, [PLACE], direction)) == [idle(direction.read)]
    assert f"nothing has changed in {direction.read.name}" in idle(direction.read)


@pytest.mark.parametrize("direction", [TO_XLEDGER, TO_HUMA])
def test_where_everybody_was_asked_for_and_nobody_came_nothing_is_called_unchanged(direction: Direction) -> None:
    assert list(told_of("this sync", NUMBERS, [PLACE], direction, everybody=True)) == [nobody(direction.read)]


@pytest.mark.parametrize(("direction", "kept"), [(TO_XLEDGER, "kept as in Xledger"), (TO_HUMA, "kept as in Huma")])
def test_a_conflict_is_told_by_the_system_that_is_written_which_keeps_its_value(
    direction: Direction, kept: str
) -> None:
    (table,) = told_of("this sync", {**NUMBERS, "received": 1, "conflicts": {"phone": 1}}, [], direction)
    assert f"phone {kept}" in shown(table)


def test_what_became_of_decisions_is_told() -> None:
    became = {"applied": 5, "lapsed": 0, "unknown": 1}
    lines = shown(*told_of("this sync", {**NUMBERS, "received": 1, "decisions": became}, [])).splitlines()
    told = [[cell.strip() for cell in line.split("│")[1:3]] for line in lines if "decisions" in line]
    assert told == [["decisions gone by", "5"], ["decisions about nobody", "1"]]


def test_a_sync_that_failed_before_anybody_came_is_not_called_idle() -> None:
    (table,) = told_of("this sync", {**NUMBERS, "outcome": "failed"}, [])
    assert "What the sync did" in shown(table)


@pytest.mark.parametrize(
    ("modes", "title"),
    [
        (["sync", "sync"], "What the syncs did"),
        (["preview", "preview"], "What the syncs would do (preview: nothing was written)"),
        (["preview", "sync"], "What the syncs did (previews: what they would do; nothing was written)"),
    ],
)
def test_a_table_of_several_syncs_says_which_were_previews(modes: list[str], title: str) -> None:
    syncs = {f"sync {number}": {**NUMBERS, "mode": mode, "received": 1} for number, mode in enumerate(modes)}
    assert title in shown(table_of_syncs(syncs))
