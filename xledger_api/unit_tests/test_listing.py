"""All employees, page by page: how a list is gone on with, begun anew and given up, request by request."""

import json
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from requests_mock import Mocker

from xledger_api.employees.listing import Listing, Mark
from xledger_api.language.schema import written_down
from xledger_api.sending.client import BEFORE_JUDGING, RefusedError, XledgerClient

from .conftest import URL

SIZE = 3
UNKNOWN_CURSOR = {"errors": [{"message": "after: Invalid cursor.", "extensions": {"code": "INVALID_VALUE"}}]}
UNKNOWN_WORDS = {"errors": [{"message": "The bookmark has gone stale."}]}
TIMED_OUT = {"errors": [{"message": "Your query timed out."}]}


class List:
    """A list of employees with cursors that are offsets: whoever goes makes the others move up.

    Attributes:
        db_ids: Who is on it.
        asked: How many were asked for, and after which cursor.
        replies: What is answered in place of a page, by the number of the request.
        meanwhile: What happens before a request is answered, likewise.
    """

    def __init__(self, count: int) -> None:
        self.db_ids = list(range(1, count + 1))
        self.asked: list[tuple[int, str | None]] = []
        self.replies: dict[int, Any] = {}
        self.meanwhile: dict[int, Any] = {}

    def answer(self, request: Any, _: Any) -> Any:
        variables = json.loads(request.body)["variables"]
        size, after = variables["everybody_first"], variables.get("everybody_after")
        self.asked.append((size, after))
        number = len(self.asked)
        self.meanwhile.get(number, lambda: None)()
        if number in self.replies:
            return {"data": None, **self.replies[number]}
        start = int(after or 0)
        shown = self.db_ids[start : start + size]
        edges = [{"cursor": str(start + place), "node": {"dbId": db_id}} for place, db_id in enumerate(shown, start=1)]
        more = start + size < len(self.db_ids)
        return {"data": {"everybody": {"edges": edges or None, "pageInfo": {"hasNextPage": more}}}}


@pytest.fixture
def xledger(requests_mock: Mocker) -> List:
    listed = List(8)
    requests_mock.post(URL, json=listed.answer)
    return listed


@pytest.fixture
def listing(client: XledgerClient) -> Listing:
    return Listing(client, written_down(), (("dbId",),), SIZE)


def read(listing: Listing, mark: Mark | None = None) -> list[int]:
    return [node["dbId"] for part in listing.parts(mark) for node in part.nodes]


def test_each_page_begins_with_the_last_one_of_the_page_before_it(xledger: List, listing: Listing) -> None:
    assert read(listing) == xledger.db_ids
    assert xledger.asked == [(3, None), (4, "2"), (4, "5")]


def test_a_mark_says_after_whom_a_list_is_gone_on_with(xledger: List, listing: Listing) -> None:
    marks = [part.mark for part in listing.parts()]
    assert marks == [Mark("2", "3"), Mark("5", "6"), None]
    assert read(listing, marks[0]) == [4, 5, 6, 7, 8]
    assert xledger.asked[3:] == [(4, "2"), (4, "5")]


def test_pages_of_one_are_gone_on_with_as_well(xledger: List, client: XledgerClient) -> None:
    assert read(Listing(client, written_down(), (("dbId",),), 1)) == xledger.db_ids
    assert xledger.asked[:3] == [(1, None), (2, None), (2, "1")]


def test_no_more_are_asked_for_than_xledger_gives(client: XledgerClient, requests_mock: Mocker) -> None:
    many = List(20_001)
    requests_mock.post(URL, json=many.answer)
    assert len(read(Listing(client, written_down(), (("dbId",),)))) == 20_001
    assert many.asked == [(10_000, None), (10_000, "9999"), (10_000, "19998")]


def test_a_list_that_has_moved_up_is_begun_anew_and_nobody_is_missed_or_there_twice(
    xledger: List, listing: Listing
) -> None:
    xledger.meanwhile[2] = lambda: xledger.db_ids.remove(1)
    assert read(listing) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert xledger.asked[:3] == [(3, None), (4, "2"), (3, None)]


def test_somebody_new_before_the_others_makes_nobody_be_there_twice(xledger: List, listing: Listing) -> None:
    xledger.meanwhile[2] = lambda: xledger.db_ids.insert(0, 0)
    assert sorted(read(listing)) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_list_that_moves_each_time_is_read_once_more_as_it_comes_with_a_warning(
    xledger: List, listing: Listing, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (2, 4, 6, 8):
        xledger.meanwhile[number] = lambda: xledger.db_ids.pop(0)
    found = read(listing)
    assert len(found) == len(set(found))
    assert [size for size, after in xledger.asked if after is None] == [3, 3, 3, 3]
    assert xledger.asked[6:] == [(3, None), (3, "3")], "the last time without looking whether it moves"
    [warning] = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "3 times in a row" in warning


@pytest.mark.parametrize(("reply", "asked"), [(UNKNOWN_CURSOR, 1), (UNKNOWN_WORDS, 2)])
def test_a_place_that_xledger_does_not_know_any_longer_is_left_for_the_beginning(
    xledger: List, listing: Listing, slept: list[float], reply: Any, asked: int
) -> None:
    xledger.replies |= dict.fromkeys(range(1, asked + 1), reply)
    assert read(listing, Mark("2", "3")) == xledger.db_ids
    assert xledger.asked[asked] == (3, None)
    assert slept == [BEFORE_JUDGING] * (asked - 1)


def test_a_list_that_is_refused_from_its_beginning_is_refused(xledger: List, listing: Listing) -> None:
    xledger.replies |= dict.fromkeys(range(1, 9), UNKNOWN_WORDS)
    with pytest.raises(RefusedError):
        read(listing)
    assert not listing.answered


def test_a_page_that_takes_too_long_is_asked_for_in_smaller_ones_from_where_it_was(
    client: XledgerClient, requests_mock: Mocker
) -> None:
    many = List(900)
    requests_mock.post(URL, json=many.answer)
    many.replies[2] = TIMED_OUT
    assert read(Listing(client, written_down(), (("dbId",),), 400)) == many.db_ids
    assert many.asked == [(400, None), (401, "399"), *((101, str(after)) for after in range(399, 899, 100))]


def test_a_small_page_that_takes_too_long_is_given_up_on(xledger: List, listing: Listing) -> None:
    xledger.replies[1] = TIMED_OUT
    with pytest.raises(AirbyteTracedException) as given_up:
        read(listing)
    assert given_up.value.failure_type is FailureType.transient_error
    assert len(xledger.asked) == 1


def test_whom_xledger_shows_twice_on_a_page_is_there_once(xledger: List, listing: Listing) -> None:
    xledger.db_ids = [1, 1, 2]
    assert read(listing) == [1, 2]
