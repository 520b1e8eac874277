"""A value, null and missing stay apart on every path."""

from typing import Any

import pytest

from shared_mappings import MISSING, read_path


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"homeAddress": {"city": "Oslo"}}, "Oslo"),
        ({"homeAddress": {"city": None}}, None),
        ({"homeAddress": {}}, MISSING),
        ({"homeAddress": None}, None),
        ({}, MISSING),
        ({"homeAddress": "Oslo"}, MISSING),
    ],
)
def test_a_path_has_one_of_three_states(record: dict[str, Any], expected: object) -> None:
    assert read_path(record, "homeAddress.city") == expected
