"""What is wrong with a record is told in words, without any value of it."""

from typing import Any

import pytest

from connector_base.validation import RecordValidator

SCHEMA = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "share": {"type": ["number", "null"], "maximum": 100},
        "kind": {"enum": ["employee", "guest"]},
        "tags": {"type": ["array", "null"], "items": {"type": ["string", "integer", "null"]}, "uniqueItems": True},
    },
}

FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"share": "recognisable"}, "share must be a number, or null"),
    ({"share": 101}, "share must be at most 100"),
    ({"id": None}, "id must be a text"),
    ({"id": ""}, "id must be at least 1 characters long"),
    ({"kind": "recognisable"}, "kind must be one of employee, guest"),
    ({"tags": ["a", {"recognisable": 1}]}, "tags.1 must be a text, a whole number, or null"),
    ({"tags": ["recognisable", "recognisable"]}, "tags is not as this destination declares it"),
]


@pytest.mark.parametrize(("change", "fault"), FAULTS)
def test_what_a_record_breaks_is_told_in_words_and_without_a_value(change: dict[str, Any], fault: str) -> None:
    assert RecordValidator(SCHEMA).faults({"id": "1", **change}) == (fault,)


def test_what_a_record_lacks_is_named() -> None:
    assert RecordValidator(SCHEMA).faults({"share": 1}) == ("the record must have id",)


def test_a_record_that_fits_has_no_fault() -> None:
    assert RecordValidator(SCHEMA).faults({"id": "1", "share": None}) == ()
