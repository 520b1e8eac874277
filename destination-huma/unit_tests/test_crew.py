"""Several people at once: one of whom it cannot go on ends it, and whoever was under way is told of."""

import threading
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest

from destination_huma.syncing import crew
from destination_huma.syncing.crew import IN_FLIGHT, all_at_once

LONGEST = 30.0
"""Seconds after which a test gives up; what is right takes none."""


class CannotGoOnError(Exception):
    """What one of them raises."""


def test_they_are_told_of_in_their_order() -> None:
    told: list[tuple[int, int]] = []
    all_at_once(range(50), lambda number: number * 2, lambda number, doubled: told.append((number, doubled)))
    assert told == [(number, number * 2) for number in range(50)]


def test_when_it_cannot_go_on_nobody_else_is_begun_and_those_under_way_are_told_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    all_begun, may_end = threading.Barrier(IN_FLIGHT), threading.Event()
    never_ended: set[Future[int]] = set()
    told: list[int] = []

    def stay(ended: Future[int]) -> None:
        if not ended.cancelled():
            may_end.wait(LONGEST)

    class Slow(ThreadPoolExecutor):
        """Its threads look for nothing else to do until whoever is under way may end."""

        def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
            future = super().submit(*args, **kwargs)
            future.add_done_callback(stay)
            return future

    def waiting(futures: Collection[Future[int]], timeout: float | None) -> None:
        assert timeout is None
        may_end.set()
        never_ended.update(wait(futures, LONGEST).not_done)

    def do(number: int) -> int:
        all_begun.wait(LONGEST)
        if number == 0:
            raise CannotGoOnError
        may_end.wait(LONGEST)
        return number

    monkeypatch.setattr(crew, "ThreadPoolExecutor", Slow)
    monkeypatch.setattr(crew, "wait", waiting)
    with pytest.raises(CannotGoOnError):
        all_at_once(range(3 * IN_FLIGHT), do, lambda number, _: told.append(number))
    assert never_ended == set(), "The sync would wait for them for ever."
    assert told == list(range(1, IN_FLIGHT))
