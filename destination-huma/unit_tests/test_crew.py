"""Several at once: everybody is done or told why not, in order, and nobody is begun after an end."""

import threading
from itertools import count

import pytest

from connector_base.process import EndedByHostError
from destination_huma.syncing import crew
from destination_huma.syncing.crew import IN_FLIGHT, all_at_once

ITEMS = range(50)


def nothing(*_: object) -> None:
    """Does nothing."""


def test_everybody_is_done_and_told_in_order() -> None:
    told: list[tuple[int, int]] = []
    all_at_once(ITEMS, lambda item: item * item, lambda item, result: told.append((item, result)), nothing)
    assert told == [(item, item * item) for item in ITEMS]


def test_nobody_is_nothing_to_do() -> None:
    all_at_once([], lambda item: item, lambda *_: pytest.fail("Nobody was there."), nothing)


def test_no_more_than_a_few_are_under_way_at_once() -> None:
    room, most, lock, under_way = threading.Barrier(IN_FLIGHT, timeout=10), 0, threading.Lock(), 0

    def do(item: int) -> int:
        nonlocal most, under_way
        with lock:
            under_way += 1
            most = max(most, under_way)
        room.wait()
        with lock:
            under_way -= 1
        return item

    all_at_once(range(2 * IN_FLIGHT), do, nothing, nothing)
    assert most == IN_FLIGHT


def test_while_somebody_keeps_the_others_waiting_what_those_did_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "A_WHILE", 0.01)
    done, kept = list[int](), threading.Event()

    def do(item: int) -> None:
        if item == 0:
            assert kept.wait(10), "somebody is waited for, and nothing is kept"
        else:
            done.append(item)

    def keep() -> None:
        if len(done) == len(ITEMS) - 1:
            kept.set()

    all_at_once(ITEMS, do, nothing, keep)


def test_after_an_error_nobody_else_is_begun_and_those_who_were_done_are_told() -> None:
    begun, told = count(), list[int]()
    failed = threading.Event()

    def do(item: int) -> int:
        next(begun)
        if item == 0:
            failed.set()
            raise LookupError
        assert failed.wait(10)
        return item

    with pytest.raises(LookupError):
        all_at_once(ITEMS, do, lambda item, _: told.append(item), nothing)
    assert next(begun) <= 2 * IN_FLIGHT
    assert told == sorted(told)
    assert set(told) < set(ITEMS)


def test_an_end_from_outside_does_not_wait_for_ever_for_whoever_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "GRACE", 0.01)
    done, told = threading.Event(), list[int]()

    def do(item: int) -> int:
        if item == 1:
            done.wait(10)
        return item

    def tell(item: int, _: int) -> None:
        told.append(item)
        if item == 0:
            raise EndedByHostError

    with pytest.raises(EndedByHostError):
        all_at_once([0, 1, 2], do, tell, nothing)
    assert 1 not in told
    done.set()
