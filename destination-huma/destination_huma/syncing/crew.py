"""Several people at once: a few threads, and an end that leaves nothing half told."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from time import monotonic
from typing import Final, TypeVar

IN_FLIGHT: Final = 8
"""How many people are written at once. Huma publishes no limits; the source reads as many."""

GRACE: Final = 5.0
"""Seconds that those who are under way get when the host ends the sync: it does not wait for long itself."""

A_WHILE: Final = 2.0
"""Seconds after which what was done so far is kept, while others are still under way."""

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def all_at_once(
    items: Sequence[ItemT],
    do: Callable[[ItemT], ResultT],
    tell: Callable[[ItemT, ResultT], None],
    keep: Callable[[], None],
) -> None:
    """Does something for each of several items, a few at a time.

    Args:
        items: The items.
        do: What is done, in one of several threads.
        tell: Takes what became of an item, in this thread and in the order of the items.
        keep: Has what was done outlast the process; called in this thread, now and then while that goes on.

    Raises:
        Exception: What the first item raised that could not be done, or what ended this from outside. Nobody else is
            begun after that; those who are under way are let end, for a while at least where the end comes from
            outside, and are told of.
    """
    stopped = threading.Event()

    def begin(item: ItemT) -> ResultT | None:
        try:
            return None if stopped.is_set() else do(item)
        except Exception:
            stopped.set()
            raise

    pool = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="people")
    futures = [pool.submit(begin, item) for item in items]
    left, kept = list(zip(items, futures, strict=True)), monotonic()
    try:
        while left:
            item, future = left[0]
            wait([future], timeout=max(0.0, kept + A_WHILE - monotonic()))
            if monotonic() - kept >= A_WHILE:
                keep()
                kept = monotonic()
            if not future.done():
                continue
            result = future.result()
            left.pop(0)
            if result is not None:
                tell(item, result)
    except BaseException as error:
        stopped.set()
        pool.shutdown(wait=False)  # those who are not begun end at once
        wait(futures, timeout=None if isinstance(error, Exception) else GRACE)
        for item, future in left:
            if (result := _result_of(future)) is not None:
                tell(item, result)
        raise
    pool.shutdown()


def _result_of(future: "Future[ResultT | None]") -> ResultT | None:
    """What became of an item; None where it was not begun, is not done yet, or could not be done."""
    if not future.done() or future.cancelled() or future.exception() is not None:
        return None
    return future.result()
