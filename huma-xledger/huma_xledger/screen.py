"""What is seen while connectors run: one bar on a terminal. What a host says of itself is not."""

import contextlib
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar, while it is there."""

    _progress: Progress
    _task: TaskID

    def show(self, line: str) -> None:
        """Puts a line beside the bar, as far as there is room, in place of the one before. Without a bar, nowhere."""
        self._progress.update(self._task, said=line)


@contextlib.contextmanager
def one_bar(doing: str) -> Iterator[Bar]:
    """Shows on stderr that something goes on, and drops whatever else this process prints meanwhile.

    The bar stays in its line and is gone in the end. Where stderr is no terminal, there is none.

    Args:
        doing: What goes on, in a word or two.
    """
    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),
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
        yield Bar(progress, task)
