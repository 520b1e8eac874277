"""Another process, of which nothing is on the screen: loggers of connectors keep stdout for themselves."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

PROCESSES = multiprocessing.get_context("spawn")


def elsewhere() -> ProcessPoolExecutor:
    """One process that does what it is handed and prints nothing; what it fails with comes back."""
    return ProcessPoolExecutor(1, PROCESSES, _say_nothing)


def _say_nothing() -> None:
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
