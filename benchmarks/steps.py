"""What a benchmark is doing: a bar on a terminal, a line for each step elsewhere, and on stderr, beside the tables."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Step = Callable[[str], None]
"""Says which step begins."""


@contextlib.contextmanager
def steps(total: int) -> Iterator[Step]:
    """Shows so many steps, the one under way by its name.

    Args:
        total: How many there are.

    Raises:
        RuntimeError: There were more or fewer.
    """
    console, started, begun = Console(file=sys.stderr), time.monotonic(), 0
    columns = (MofNCompleteColumn(), BarColumn(bar_width=20), TimeElapsedColumn(), TextColumn("{task.description}"))
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task("", total=total)
    watched = sys.stderr.isatty()

    def step(what: str) -> None:
        nonlocal begun
        begun += 1
        if watched:
            bar.update(task, description=what, completed=begun - 1)
        else:
            print(f"{time.monotonic() - started:4.0f} s  {begun}/{total}  {what}", file=sys.stderr, flush=True)

    with bar if watched else contextlib.nullcontext():
        yield step
    if begun != total:
        raise RuntimeError(f"{total} steps were foreseen, and {begun} were taken")
