"""Whatever a batch refuses to take whole is tried in halves, and what is bad is alone in the end."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from xledger_api.halving import in_halves


@given(batch=st.lists(st.booleans(), max_size=40))
def test_every_bad_one_is_found_alone_and_every_good_one_is_carried_out_once(batch: list[bool]) -> None:
    items = list(enumerate(batch))
    carried_out: list[int] = []
    alone: list[int] = []

    def carry_out(some: Sequence[tuple[int, bool]]) -> Sequence[tuple[int, bool]]:
        assert some
        if all(good for _, good in some):
            carried_out.extend(number for number, _ in some)
        elif len(some) > 1:
            return some
        else:
            alone.append(some[0][0])
        return ()

    in_halves(items, carry_out)
    assert carried_out == [number for number, good in items if good]
    assert alone == [number for number, good in items if not good]


def test_what_is_left_of_a_batch_is_halved_and_not_the_whole() -> None:
    asked: list[list[int]] = []

    def carry_out(some: Sequence[int]) -> Sequence[int]:
        asked.append(list(some))
        return [number for number in some if number % 2] if len(some) > 3 else ()

    in_halves(range(6), carry_out)
    assert asked == [[0, 1, 2, 3, 4, 5], [1, 3], [5]]
