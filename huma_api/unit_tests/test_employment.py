"""Where the facts of an employment come from, decided by what Huma sends."""

from typing import Any

import pytest

from huma_api.people.employment import (
    DEPRECATED,
    POSITION_KEYS,
    current_position_id,
    employment_from,
    tells_of_employment,
)
from huma_api.people.user_record import user_record
from shared_mappings.record_schema import users_schema

Json = Any

POSITION: dict[str, Json] = {
    "id": "p1",
    "title": {"value": {"id": "t1", "name": "Carpenter"}, "editable": True},
    "description": {"editable": True},
    "contractStartDate": {"value": "2020-01-01"},
    "contractEndDate": {"editable": True},
    "percentage": {"value": 80},
    "contractType": {"value": "Permanent"},
    "firstDayOfWork": {"value": "2020-01-02"},
    "lastDayOfWork": {"editable": True},
    "probationEndDate": {"value": "2020-07-01"},
    "terminationNoticeDate": {"editable": True},
    "status": "CURRENT",
    "note": {"value": "not for records"},
}


def test_every_fact_exists_on_the_user() -> None:
    assert POSITION_KEYS.keys() <= users_schema()["properties"].keys()


def test_the_facts_of_a_position_read_as_those_of_a_user_in_all_three_states() -> None:
    position = {name: value for name, value in POSITION.items() if name != "probationEndDate"}
    assert user_record("u1", employment_from(position, {}), "").record == {
        "id": "u1",
        "jobTitle": "Carpenter",
        "jobDescription": None,
        "employmentStartDate": "2020-01-01",
        "employmentEndDate": None,
        "employmentPercentage": 80,
        "employmentType": "Permanent",
        "firstDayOfWork": "2020-01-02",
        "lastDayOfWork": None,
        "terminationNoticeDate": None,
        "changedAt": "",
    }


def test_a_fact_the_details_have_is_not_taken_from_the_position() -> None:
    assert "jobDescription" not in employment_from(POSITION, {"jobDescription": {"value": "x"}})


@pytest.mark.parametrize("name", sorted(DEPRECATED))
def test_one_deprecated_fact_is_enough_to_tell_of_the_employment(name: str) -> None:
    assert tells_of_employment({name: {"editable": True}})


@pytest.mark.parametrize("details", [{}, {"jobDescription": {"value": "x"}}, {"jobTitle": None}])
def test_details_without_a_deprecated_fact_do_not_tell_of_the_employment(details: dict[str, Json]) -> None:
    assert not tells_of_employment(details)


def a_position(position_id: str, percentage: int | None, start: str | None, status: str = "CURRENT") -> dict[str, Json]:
    position = {"id": position_id, "percentage": percentage, "contractStartDate": start, "status": status}
    return {name: value for name, value in position.items() if value is not None}


@pytest.mark.parametrize(
    ("positions", "chosen"),
    [
        pytest.param([], None, id="none"),
        pytest.param(None, None, id="not said"),
        pytest.param("CURRENT", None, id="an unknown form"),
        pytest.param([{"status": "CURRENT"}, "x", None], None, id="unknown forms in the list"),
        pytest.param([a_position("a", 100, "2020-01-01", "ENDED")], None, id="ended"),
        pytest.param([a_position("a", 100, "2020-01-01", "UPCOMING")], None, id="upcoming"),
        pytest.param([a_position("a", 20, "2010-01-01"), a_position("b", 80, "2020-01-01")], "b", id="percentage"),
        pytest.param([a_position("a", 50, "2020-01-01"), a_position("b", 50, "2010-01-01")], "b", id="start"),
        pytest.param([a_position("b", 50, "2020-01-01"), a_position("a", 50, "2020-01-01")], "a", id="id"),
        pytest.param([a_position("a", None, "2000-01-01"), a_position("b", 1, "2020-01-01")], "b", id="no percentage"),
        pytest.param([a_position("a", 50, None), a_position("b", 50, "2020-01-01")], "b", id="no start"),
        pytest.param(
            [a_position("a", 100, "2000-01-01", "ENDED"), a_position("b", 10, "2020-01-01")],
            "b",
            id="only current ones",
        ),
    ],
)
def test_the_current_position_is_the_largest_then_the_first(positions: Json, chosen: str | None) -> None:
    assert current_position_id({"currentPositions": positions}) == chosen
    if isinstance(positions, list):
        assert current_position_id({"currentPositions": positions[::-1]}) == chosen
