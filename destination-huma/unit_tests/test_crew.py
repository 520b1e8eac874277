"""Several people are written at once, and it is told of everybody in their order, however it ends."""

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


def test_it_is_told_in_the_order_of_the_items_whoever_is_done_first() -> None:
    told: list[tuple[int, int]] = []
    later_ones = threading.Barrier(IN_FLIGHT)

    def do(item: int) -> int:
        later_ones.wait()  # each is done only once all have been begun
        return item * item

    all_at_once(range(IN_FLIGHT), do, lambda item, result: told.append((item, result)))
    assert told == [(item, item * item) for item in range(IN_FLIGHT)]


def test_it_is_told_in_the_thread_that_asked() -> None:
    threads: set[int] = set()
    all_at_once(range(20), lambda item: item, lambda *_: threads.add(threading.get_ident()))
    assert threads == {threading.get_ident()}


def test_nobody_is_begun_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "IN_FLIGHT", 1)
    begun: list[int] = []
    told: list[int] = []

    def do(item: int) -> int:
        begun.append(item)
        if item == 1:
            raise ValueError("the second")
        return item

    with pytest.raises(ValueError, match="the second"):
        all_at_once(range(100), do, lambda item, _: told.append(item))
    assert (begun, told) == ([0, 1], [0])


def test_whoever_is_under_way_when_another_fails_is_told() -> None:
    told: list[int] = []
    all_begun, failed = threading.Barrier(IN_FLIGHT), threading.Event()

    def do(item: int) -> int:
        all_begun.wait()
        if item == 0:
            failed.set()
            raise ValueError("the first")
        failed.wait()
        return item

    with pytest.raises(ValueError, match="the first"):
        all_at_once(range(IN_FLIGHT), do, lambda item, _: told.append(item))
    assert told == list(range(1, IN_FLIGHT))


def test_the_error_is_that_of_the_first_item_that_could_not_be_done() -> None:
    both = threading.Barrier(2)

    def do(item: int) -> int:
        both.wait()
        raise ValueError(str(item))

    with pytest.raises(ValueError, match=r"^0$"):
        all_at_once([0, 1], do, lambda *_: None)


class Ended(BaseException):
    """A host ends the process."""


def test_whoever_is_done_when_the_host_ends_it_is_told_before_that_gets_through() -> None:
    told: list[int] = []
    all_done = threading.Barrier(3)

    def do(item: int) -> int:
        all_done.wait()
        return item

    def tell(item: int, _: int) -> None:
        told.append(item)
        if len(told) == 1:
            raise Ended

    with pytest.raises(Ended):
        all_at_once([0, 1, 2], do, tell)
    assert told == [0, 1, 2]


def test_nothing_is_done_where_there_is_nobody() -> None:
    all_at_once([], pytest.fail, lambda *_: None)


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
