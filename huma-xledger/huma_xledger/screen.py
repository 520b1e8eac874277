"""What is seen while connectors run: one bar on a terminal. What a host says of itself is not."""

import contextlib
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import shorten
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

_BAR: Final = 16
_CLOCK: Final = len(" 0:00:00 ") + 1
"""What the bar and the time beside it take of a line."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar, while it is there."""

    _progress: Progress
    _task: TaskID
    _room: int

    def show(self, line: str) -> None:
        """Puts as many words beside the bar as there is room for, in place of those before. Without a bar, nowhere."""
        self._progress.update(self._task, said=shorten(line, max(self._room, 1), placeholder="…"))


@contextlib.contextmanager
def one_bar(doing: str) -> Iterator[Bar]:
    """Shows on stderr that something goes on, and drops whatever else this process prints meanwhile.

    The bar stays in its line and is gone in the end. Where stderr is no terminal, there is none.

    Args:
        doing: What goes on, in a word or two.
    """
    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=_BAR),
        TimeElapsedColumn(),
        TextColumn(
            "{task.fields[said]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)
        ),
        console=Console(file=sys.stderr),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        expand=True,
    )
    shown = progress if sys.stderr.isatty() else contextlib.nullcontext()
    task = progress.add_task(doing, total=None, said="")
    with shown, contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield Bar(progress, task, progress.console.width - len(doing) - _BAR - _CLOCK)
