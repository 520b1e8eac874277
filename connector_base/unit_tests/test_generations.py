"""What Airbyte sends for "Clear data" and for a refresh is taken, and nothing is ever deleted for it."""

from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteCatalogSerializer

from connector_base.protocol.generations import may_be_a_clear, overwritten, told_at_the_start
from connector_base.systems import System

BOOKS = System("the books", "a ledger", "unset values")


def catalog(sync_mode: str = "incremental", mode: str = "append_dedup", **more: Any) -> ConfiguredAirbyteCatalog:
    stream = {"name": "users", "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}
    return ConfiguredAirbyteCatalogSerializer.load(
        {"streams": [{"stream": stream, "sync_mode": sync_mode, "destination_sync_mode": mode, **more}]}
    )


def ids(generation: int, minimum: int, sync: int) -> dict[str, int]:
    return {"generation_id": generation, "minimum_generation_id": minimum, "sync_id": sync}


CLEARS = [
    catalog("full_refresh", "append", **ids(3, 3, 17)),
    catalog("full_refresh", "append", **ids(1, 1, 1)),
    catalog("full_refresh", "overwrite", **ids(3, 3, 17)),
    catalog("full_refresh", "overwrite", **ids(0, 0, 17)),
    catalog("full_refresh", "overwrite"),
]
"""As Airbyte asks for it, knowing that the destination supports refreshes, and not knowing: of a connector that was
added by its image, it knows nothing, and says no ids."""


@pytest.mark.parametrize("cleared", [*CLEARS, catalog(**ids(2, 2, 9))], ids=range(6))
def test_whoever_asks_to_remove_what_was_written_is_told_that_nothing_is(cleared: ConfiguredAirbyteCatalog) -> None:
    (sentence,) = told_at_the_start(cleared, BOOKS)
    assert "Nothing in the books is deleted or emptied, for it is a ledger" in sentence
    assert "users" in sentence


@pytest.mark.parametrize(
    "ordinary",
    [catalog(), catalog(**ids(2, 0, 9)), catalog(**ids(0, 0, 9)), catalog(**ids(1, 1, 1))],
    ids=["no ids", "a refresh that retains records", "the first generation", "PyAirbyte"],
)
def test_an_incremental_sync_says_once_how_everybody_is_sent_again(ordinary: ConfiguredAirbyteCatalog) -> None:
    (sentence,) = told_at_the_start(ordinary, BOOKS)
    assert all(words in sentence for words in ("Refresh stream", "Clear data", "force_full_refresh=True", "reset"))


def test_a_full_refresh_has_nothing_to_say() -> None:
    assert list(told_at_the_start(catalog("full_refresh", "append", **ids(4, 0, 9)), BOOKS)) == []


@pytest.mark.parametrize(
    "other",
    [
        catalog("full_refresh", "overwrite", **ids(3, 0, 17)),
        catalog("incremental", "overwrite", **ids(3, 3, 17)),
        catalog("incremental", "overwrite"),
    ],
    ids=["earlier generations stay", "incremental", "incremental without ids"],
)
def test_what_no_clear_looks_like_is_not_taken_for_one(other: ConfiguredAirbyteCatalog) -> None:
    assert not may_be_a_clear(other.streams[0])


def test_a_clear_is_known_as_one_that_overwrites_where_it_does() -> None:
    assert [may_be_a_clear(cleared.streams[0]) for cleared in CLEARS] == [False, False, True, True, True]
    assert overwritten(CLEARS[2]) is not None
    assert overwritten(CLEARS[0]) is None
