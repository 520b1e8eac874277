"""What a service says of itself: a line each, in which no value of anybody's record stands, and no secret."""

import io
import logging
import sys
from typing import Any

import pytest

from connector_base.log_redaction import LEFT_OUT
from connector_base.settings.masked_secrets import mask_too
from huma_xledger.plain_lines import PlainHandler

MARK = "Kari Nordmann"
AT = 1795989600.5


def said(name: str, level: int, text: str, *arguments: Any, error: BaseException | None = None) -> str:
    """What is written of a line that is logged."""
    record = logging.LogRecord(name, level, "/somewhere/module.py", 7, text, arguments, None)
    record.created = AT
    if error is not None:
        record.exc_info = (type(error), error, None)
    before, sys.stdout = sys.stdout, io.StringIO()
    try:
        PlainHandler(["huma_xledger", "source_huma"]).emit(record)
        return sys.stdout.getvalue()
    finally:
        sys.stdout = before


def test_a_line_says_when_at_which_level_and_who() -> None:
    line = said("airbyte.huma_xledger.bringing.worker", logging.INFO, "%d people\nwere brought.", 3)
    assert line == "2026-11-29T22:00:00Z INFO huma-xledger: 3 people were brought.\n"
    assert " WARNING source-huma: Odd." in said("airbyte.source_huma.users", logging.WARNING, "Odd.")


def test_what_connectors_say_in_each_sync_is_said_only_where_debug_lines_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert said("airbyte.source_huma.users", logging.INFO, "It reads.") == ""
    monkeypatch.setattr(logging.getLogger("airbyte"), "level", logging.DEBUG)
    logging.getLogger("airbyte").manager._clear_cache()  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        assert "It reads." in said("airbyte.source_huma.users", logging.INFO, "It reads.")
    finally:
        monkeypatch.undo()
        logging.getLogger("airbyte").manager._clear_cache()  # type: ignore[attr-defined]  # noqa: SLF001


def test_of_what_a_library_says_only_the_place_is_left() -> None:
    line = said("urllib3.connectionpool", logging.WARNING, f"It was {MARK}")
    assert line == f"2026-11-29T22:00:00Z WARNING library: urllib3.connectionpool: {LEFT_OUT} (module.py:7)\n"
    assert said("urllib3.connectionpool", logging.INFO, f"It was {MARK}") == ""


def test_of_an_error_only_its_type_and_places_are_left_and_all_in_one_line() -> None:
    line = said("airbyte.huma_xledger.bringing.worker", logging.ERROR, "It failed.", error=ValueError(f"{MARK}\n"))
    assert line == "2026-11-29T22:00:00Z ERROR huma-xledger: It failed. [ValueError]\n"


def test_a_secret_is_masked() -> None:
    mask_too("a-secret-of-ours")
    assert "a-secret-of-ours" not in said("airbyte.huma_xledger.listen", logging.INFO, "It is a-secret-of-ours.")


def test_nobody_who_reads_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", closed)
    record = logging.LogRecord("airbyte.huma_xledger.listen", logging.INFO, "m.py", 1, "A line.", None, None)
    PlainHandler(["huma_xledger"]).emit(record)
