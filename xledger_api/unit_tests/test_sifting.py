"""Whatever a batch refuses to take whole is tried in parts, and what is bad is alone in the end."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xledger_api.sifting import MOST_REFUSALS, Rest, sift

Item = tuple[int, bool]


class Taking:
    """Takes batches in which everybody is good.

    Attributes:
        tried: The batches it was given.
        taken: Who was carried out.
        refused: Who was refused, alone or together.
    """

    def __init__(self, suspect: Callable[[Sequence[Item]], Item | None] = lambda _: None) -> None:
        self.suspect = suspect
        self.tried: list[Sequence[Item]] = []
        self.taken: list[int] = []
        self.refused: list[list[int]] = []

    def __call__(self, some: Sequence[Item], last: bool) -> Rest[Item]:
        assert some
        self.tried.append(some)
        if all(good for _, good in some):
            self.taken.extend(number for number, _ in some)
            return Rest()
        if not last:
            return Rest(some, True, self.suspect(some))
        self.refused.append([number for number, _ in some])
        return Rest(refused=True)

    @property
    def alone(self) -> list[int]:
        """Who was refused alone."""
        return [number for some in self.refused for number in some if len(some) == 1]


def first_bad(some: Sequence[Item]) -> Item | None:
    return next((item for item in some if not item[1]), None)


def first_of_all(some: Sequence[Item]) -> Item | None:
    return some[0]


@pytest.mark.parametrize("suspect", [lambda _: None, first_bad, first_of_all], ids=["nobody", "right", "wrong"])
@given(batch=st.lists(st.booleans(), max_size=40))
def test_every_bad_one_is_found_alone_and_every_good_one_is_carried_out_once(
    suspect: Callable[[Sequence[Item]], Item | None], batch: list[bool]
) -> None:
    items = list(enumerate(batch))
    taking = Taking(suspect)
    sift(items, taking)
    assert sorted(taking.taken) == [number for number, good in items if good]
    assert sorted(taking.alone) == [number for number, good in items if not good]


def three_bad_of_400(*bad: int) -> list[Item]:
    return [(number, number not in bad) for number in range(400)]


@pytest.mark.parametrize("bad", [(0, 1, 2), (7, 199, 301), (0, 200, 399), (397, 398, 399), (131, 132, 133)])
def test_three_who_are_suspected_cost_two_requests_each(bad: tuple[int, int, int]) -> None:
    taking = Taking(first_bad)
    sift(three_bad_of_400(*bad), taking)
    assert len(taking.tried) == 1 + 2 * 3


@pytest.mark.parametrize("suspect", [lambda _: None, first_bad])
def test_a_batch_of_which_everybody_is_bad_costs_a_bounded_number_of_requests(
    suspect: Callable[[Sequence[Item]], Item | None],
) -> None:
    taking = Taking(suspect)
    sift([(number, False) for number in range(500)], taking)
    assert sorted(number for some in taking.refused for number in some) == list(range(500))
    assert len(taking.tried) <= MOST_REFUSALS + 30


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 20))
def test_whatever_is_refused_together_was_refused_as_a_whole_and_the_rest_is_carried_out(
    batch: list[bool], most: int
) -> None:
    items = list(enumerate(batch))
    taking = Taking()
    sift(items, taking, most)
    together = [number for some in taking.refused for number in some]
    assert sorted(taking.taken + together) == list(range(len(batch)))
    assert all(any(not batch[number] for number in some) for some in taking.refused)


def test_those_after_many_who_are_bad_are_carried_out() -> None:
    taking = Taking()
    sift([(number, number >= 200) for number in range(500)], taking)
    assert len(taking.taken) >= 290
    assert len(taking.tried) <= MOST_REFUSALS + 30


def test_what_is_worth_trying_again_as_it_is_is_not_split() -> None:
    tried: list[list[int]] = []

    def carry_out(some: Sequence[int], _last: bool) -> Rest[int]:
        tried.append(list(some))
        return Rest([number for number in some if number != len(tried)], True, again=True) if len(tried) < 3 else Rest()

    sift([1, 2, 3, 4], carry_out)
    assert tried == [[1, 2, 3, 4], [2, 3, 4], [3, 4]]


@given(st.sets(st.integers(0, 399), min_size=3, max_size=3))
def test_three_of_400_whom_nothing_tells_are_found_in_45_requests_more_at_most(bad: set[int]) -> None:
    taking = Taking()
    sift(three_bad_of_400(*bad), taking)
    assert len(taking.tried) <= 1 + 45


def test_the_other_parts_of_what_was_refused_are_not_tried_whole_when_the_first_has_passed() -> None:
    taking = Taking()
    sift([(number, number != 5) for number in range(6)], taking)
    assert [[number for number, _ in some] for some in taking.tried] == [
        [0, 1, 2, 3, 4, 5],
        [0, 1],
        [2],
        [3],
        [4],
        [5],
    ]


def test_what_was_only_too_slow_is_tried_in_parts_as_large_as_can_be() -> None:
    tried: list[int] = []

    def carry_out(some: Sequence[int], _last: bool) -> Rest[int]:
        tried.append(len(some))
        return Rest(some) if len(some) > 20 else Rest()

    sift(range(30), carry_out)
    assert tried == [30, 10, 20]


def test_of_a_batch_that_was_partly_carried_out_only_the_rest_is_tried_again() -> None:
    tried: list[list[int]] = []

    def carry_out(some: Sequence[int], _last: bool) -> Rest[int]:
        tried.append(list(some))
        return Rest([number for number in some if number % 2], True) if len(some) > 3 else Rest()

    sift(range(6), carry_out)
    assert tried == [[0, 1, 2, 3, 4, 5], [1], [3], [5]]


def test_a_suspect_who_passes_at_the_second_try_was_the_one_who_was_refused() -> None:
    tried: list[list[int]] = []

    def carry_out(some: Sequence[int], _last: bool) -> Rest[int]:
        bad = 7 in some and [7] not in tried
        tried.append(list(some))
        if not bad:
            return Rest()
        return Rest(some, True, again=True) if len(some) == 1 else Rest(some, True, suspect=7)

    sift(range(10), carry_out)
    assert tried == [list(range(10)), [7], [7], [number for number in range(10) if number != 7]]
