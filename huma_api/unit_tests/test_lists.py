"""Lists, page by page: when one has come to its end, when it is read again, and when it is given up on."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from hypothesis import given
from hypothesis import strategies as st

from connector_base.failures import ConnectorError
from huma_api.asking.lists import MOST_PAGES, MOST_READINGS, Page, everything_listed, page_of

Ask = Callable[[int], Page | None]


def items(*ids: str) -> list[dict[str, Any]]:
    return [{"id": each} for each in ids]


def numbered(count: int) -> list[dict[str, Any]]:
    return items(*(f"i{number}" for number in range(count)))


class Server:
    """Gives the pages of a list, as long as it likes.

    Attributes:
        offsets: The offsets that were asked for.
    """

    def __init__(
        self,
        everything: Sequence[dict[str, Any]],
        size: int = 50,
        total: Callable[[int], int | None] = lambda there: there,
    ) -> None:
        self.everything = everything
        self.size = size
        self.total = total
        self.offsets: list[int] = []

    def __call__(self, offset: int) -> Page:
        self.offsets.append(offset)
        return Page(self.everything[offset : offset + self.size], self.total(len(self.everything)))


def ids_of(ask: Ask) -> list[str]:
    return [item["id"] for item in everything_listed(ask, "things")]


def failure(ask: Ask) -> ConnectorError:
    with pytest.raises(ConnectorError) as raised:
        ids_of(ask)
    return raised.value


@given(st.integers(0, 130), st.integers(1, 60), st.booleans())
def test_everything_comes_once_however_long_the_pages_are_and_whether_or_not_there_is_a_total(
    count: int, size: int, tells_total: bool
) -> None:
    server = Server(numbered(count), size, lambda there: there if tells_total else None)
    assert ids_of(server) == [f"i{number}" for number in range(count)]
    pages = max(-(-count // size), 1)
    assert len(server.offsets) == (pages if tells_total or not count else pages + 1)


def test_the_next_page_begins_behind_what_came() -> None:
    server = Server(numbered(120), 49)
    ids_of(server)
    assert server.offsets == [0, 49, 98]


def test_a_list_that_comes_whole_has_one_page() -> None:
    offsets: list[int] = []

    def ask(offset: int) -> Page:
        offsets.append(offset)
        return page_of(items("a", "b", "a"), "things")

    assert ids_of(ask) == ["a", "b"]
    assert offsets == [0]


def test_what_is_gone_ends_the_list() -> None:
    assert ids_of(lambda _: None) == []


@pytest.mark.parametrize("tells_total", [True, False])
def test_a_page_that_comes_again_in_place_of_the_next_one_is_an_error(tells_total: bool) -> None:
    error = failure(lambda _: Page(numbered(50), 120 if tells_total else None))
    assert error.failure_type is FailureType.system_error
    assert "list of things does not end" in str(error)


def test_a_page_with_the_same_in_another_order_is_an_error_too() -> None:
    assert "does not end" in str(failure(lambda offset: Page(numbered(50)[:: 1 if offset else -1], 120)))


def test_a_list_that_goes_on_without_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huma_api.asking.lists.MOST_PAGES", 30)
    error = failure(lambda offset: Page(items(str(offset)), offset + 2))
    assert "does not end" in str(error)
    assert MOST_PAGES * 50 >= 1_000_000, "the real limit is out of reach of any organisation"


@pytest.mark.parametrize("rest", [[], numbered(1)], ids=["nothing", "what was there"])
def test_a_list_that_stays_short_of_its_total_is_no_list(rest: list[dict[str, Any]]) -> None:
    calls: list[int] = []

    def ask(offset: int) -> Page:
        calls.append(offset)
        return Page(rest if offset else numbered(49), 50)

    error = failure(ask)
    assert calls == [0, 49] * MOST_READINGS
    if not rest:
        assert error.failure_type is FailureType.transient_error
        assert "it ends after 49 of 50" in str(error)


def test_null_for_items_is_an_empty_list_that_is_short_where_the_total_says_so() -> None:
    assert ids_of(lambda _: page_of({"items": None, "total": 0}, "things")) == []
    assert "0 of 3" in str(failure(lambda _: page_of({"items": None, "total": 3}, "things")))


class Readings:
    """Gives another list each time that it is read from the start, one page each."""

    def __init__(self, *pages: Page) -> None:
        self.left = [*pages]

    def __call__(self, offset: int) -> Page:
        return Page([], None) if offset else self.left.pop(0)


def test_a_list_that_moved_is_read_again_and_what_any_reading_had_counts() -> None:
    readings = Readings(Page(items("gone", "a"), 3), Page(items("a", "b"), 2), Page(items("x"), 1))
    assert ids_of(readings) == ["gone", "a", "b"]
    assert len(readings.left) == 1


def test_what_each_reading_lacks_another_one_has_while_the_total_stays() -> None:
    readings = Readings(Page(items("a", "b"), 3), Page(items("b", "c"), 3), Page(items("x"), 1))
    assert ids_of(readings) == ["a", "b", "c"]
    assert len(readings.left) == 1


def test_more_than_there_should_be_is_warned_of_and_read(caplog: pytest.LogCaptureFixture) -> None:
    assert ids_of(Server(numbered(120), 50, lambda _: 90)) == [f"i{number}" for number in range(120)]
    [warning] = [record.getMessage() for record in caplog.records]
    assert "120 different ones where there should be 90" in warning


def test_what_stands_twice_on_one_page_is_not_taken_for_something_that_is_missing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert ids_of(Server(items("a", "b", "a"))) == ["a", "b"]
    assert "changed while it was read" in caplog.text


def test_who_stands_on_two_pages_in_place_of_somebody_else_is_noticed() -> None:
    pages = {0: items("a", "b"), 2: items("b", "c")}
    assert "3 of 4" in str(failure(lambda offset: Page(pages[offset], 4)))


@pytest.mark.parametrize(
    "body",
    [
        None,
        "recognisable",
        {},
        {"items": None},
        {"items": None, "total": None},
        {"items": "recognisable", "total": 1},
        {"items": {"id": "recognisable"}},
        {"items": [None], "total": 1},
        {"items": ["recognisable"]},
        {"items": [{"name": "recognisable"}]},
        {"items": [{"id": None}]},
        {"items": [{"id": 7}]},
        {"items": [[[]]]},
        [None],
        ["recognisable"],
    ],
)
def test_an_unknown_form_is_a_sentence_that_names_the_list_and_quotes_nothing(body: Any) -> None:
    with pytest.raises(ConnectorError) as raised:
        page_of(body, "things")
    assert raised.value.failure_type is FailureType.system_error
    assert "list of things" in str(raised.value)
    assert "recognisable" not in str(raised.value)


@pytest.mark.parametrize("total", [None, "3", True, -1, 2.5, [3], {}])
def test_a_total_that_is_none_counts_as_absent(total: Any) -> None:
    assert page_of({"items": items("a"), "total": total}, "things").total is None
