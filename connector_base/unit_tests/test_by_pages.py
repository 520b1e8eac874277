"""A full refresh that says after each page where it goes on."""

from typing import Any

from airbyte_cdk.sources.types import Record

from connector_base.incremental.fingerprints import RecordsState
from connector_base.reading.by_pages import DONE, PagesCursor


def test_a_state_is_emitted_after_each_page_and_at_the_end_that_it_is_done() -> None:
    emitted: list[Any] = []
    cursor = PagesCursor({}, emitted.append)
    cursor.observe(Record({"id": "1"}, "stream"))
    assert emitted == []
    cursor.page_was_emitted({"after": "a"})
    assert (emitted, cursor.state) == ([{"after": "a"}], {"after": "a"})
    cursor.close_partition(None)  # type: ignore[arg-type]  # there is only one
    cursor.ensure_at_least_one_state_emitted()
    assert emitted == [{"after": "a"}, DONE]


def test_one_that_breaks_off_ends_with_the_state_it_has_come_to() -> None:
    emitted: list[Any] = []
    cursor = PagesCursor({"after": "begun"}, emitted.append)
    cursor.ensure_at_least_one_state_emitted()
    assert emitted == [{"after": "begun"}]


def test_everything_is_emitted() -> None:
    assert PagesCursor({}, lambda _: None).should_be_synced(Record({"id": "1"}, "stream"))


def test_the_state_of_one_that_is_done_is_none_to_an_incremental_sync() -> None:
    assert RecordsState.parse(DONE) is None
