"""What of a user may be written, told from the wrappers around the values."""

from typing import Any

import pytest

from connector_base.failures import ConnectorError
from huma_api.people.fresh_user import FreshUser, details_of, fresh_user
from huma_api.people.rights import unwritable

FREE = {"value": "x", "editable": True}
NOT_EDITABLE = {"value": "x", "editable": False}
OWNED = {"value": "x", "editable": True, "integrations": {"payroll": {"warning": "locked_disconnect"}}}
PERHAPS = {"value": "x", "editable": True, "integrations": {"payroll": {"warning": "possibly_locked_disconnect"}}}
CURRENT = {"currentPositions": [{"id": "p1", "status": "CURRENT"}]}


def user(position: Any = None, *, to_write: bool = True, **details: Any) -> FreshUser:
    return fresh_user("u1", {"id": "u1", "status": {"active": True}, **details}, position, "now", to_write=to_write)


def test_details_are_those_of_the_user_in_whatever_letters_the_id_is_written() -> None:
    assert details_of("ab-1", {"id": "AB-1"}) == {"id": "AB-1"}


@pytest.mark.parametrize("details", [{"id": "u2"}, {"id": None}, {"id": ["u1"]}, {}])
def test_details_of_anybody_else_are_refused(details: dict[str, Any]) -> None:
    with pytest.raises(ConnectorError, match="did not answer with the details of user u1"):
        details_of("u1", details)


@pytest.mark.parametrize(
    ("wrapper", "not_editable", "owned"),
    [
        (FREE, False, False),
        (NOT_EDITABLE, True, False),
        (OWNED, False, True),
        (PERHAPS, False, False),
        ({**OWNED, "editable": False}, True, True),
        ({"editable": False}, True, False),
        ({"value": "x"}, False, False),
        ({"editable": "no", "integrations": ["locked_disconnect"]}, False, False),
        ({"editable": True, "integrations": {"payroll": "locked_disconnect"}}, False, False),
        ("x", False, False),
        (None, False, False),
    ],
)
def test_a_wrapper_says_whether_a_field_may_be_written(wrapper: Any, not_editable: bool, owned: bool) -> None:
    found = user(phone=wrapper)
    assert ("phone" in found.not_editable, "phone" in found.owned_elsewhere) == (not_editable, owned)
    assert found.locked == found.not_editable | found.owned_elsewhere


def test_what_the_user_says_of_the_employment_is_no_word_on_the_position() -> None:
    details = {**CURRENT, "employmentStartDate": NOT_EDITABLE, "jobTitle": OWNED, "probationEndDate": FREE}
    found = user({"contractStartDate": FREE, "title": FREE, "probationEndDate": OWNED}, **details)
    assert not {"employmentStartDate", "jobTitle"} & found.locked
    assert "probationEndDate" in found.owned_elsewhere
    assert user(None, to_write=False, **details).locked == frozenset()


def test_of_a_position_only_what_is_shown_may_be_written() -> None:
    found = user({"contractStartDate": FREE}, **CURRENT)
    assert "employmentStartDate" not in found.locked
    assert "employmentEndDate" in found.locked


def test_whoever_has_no_position_has_none_that_is_locked() -> None:
    assert user(None).locked == frozenset()
    assert user(None).position_id is None


FIELDS = ("phone", "birthDate", "employmentStartDate")


def test_a_field_is_unwritable_when_nobody_lets_it_be_written() -> None:
    may = user({"contractStartDate": FREE}, phone=FREE, birthDate=FREE, **CURRENT)
    may_not = user({"contractStartDate": NOT_EDITABLE}, phone=OWNED, birthDate=NOT_EDITABLE, **CURRENT)
    assert unwritable([may_not, may], FIELDS) == []
    assert unwritable([may_not], FIELDS) == [*FIELDS]


def test_a_field_that_is_not_seen_is_not_written() -> None:
    assert unwritable([user(phone=FREE)], FIELDS) == ["birthDate"], "nobody has a position to judge the last one by"


def test_whoever_is_deactivated_tells_nothing_and_so_does_nobody() -> None:
    left = user(phone=NOT_EDITABLE, status={"active": False})
    assert unwritable([left], FIELDS) == unwritable([], FIELDS) == []
