"""What a record says of a person beside their values: whose it is, and whether they work."""

from datetime import date
from typing import Any

import pytest

from shared_mappings import (
    FieldWarning,
    Options,
    WarningCode,
    desired_from_employee,
    desired_from_user,
    field_table,
)

TABLE = field_table()


@pytest.mark.parametrize(
    ("record", "active", "works"),
    [
        ({}, True, False),
        ({"active": True, "closed": False}, True, True),
        ({"active": False, "closed": True}, False, False),
        ({"closed": False}, True, True),
        ({"closed": True}, False, False),
        ({"active": True, "closed": True}, False, False),
        ({"active": False, "closed": False}, False, False),
    ],
)
def test_whoever_is_closed_has_left_as_whoever_is_not_active(
    record: dict[str, Any], *, active: bool, works: bool
) -> None:
    desired = desired_from_employee(record, TABLE, Options())
    assert (desired.active, desired.works) == (active, works)


@pytest.mark.parametrize("changed", [(), ("closed",)])
@pytest.mark.parametrize(
    ("last_day", "left"),
    [("2026-01-14", True), ("2026-01-15", False), ("9999-12-31", False), ("soon", False), (None, False)],
)
def test_whoevers_last_day_has_passed_has_left_though_nobody_has_closed_them(
    last_day: str | None, changed: tuple[str, ...], *, left: bool
) -> None:
    today = date(2026, 1, 15)
    of_xledger = desired_from_employee({"employmentTo": last_day}, TABLE, Options(), changed, today)
    of_huma = desired_from_user({"employmentEndDate": last_day, "jobTitle": "Baker"}, TABLE, Options(), (), today)
    assert (of_xledger.left, of_xledger.active) == (of_huma.left, of_huma.active) == (left, True)
    assert not desired_from_employee({"employmentTo": last_day}, TABLE, Options()).left


def test_whoever_is_closed_or_whose_last_day_is_unknown_has_left_or_not_by_that_alone() -> None:
    assert desired_from_employee({"closed": True}, TABLE, Options()).left
    assert not desired_from_employee({}, TABLE, Options(), {"employmentTo"}, date.max).left


@pytest.mark.parametrize(("record", "record_id"), [({"id": "11"}, "11"), ({"id": None}, None), ({}, None)])
def test_an_employee_of_a_stream_is_named_by_their_id(record: dict[str, Any], record_id: str | None) -> None:
    assert desired_from_employee(record, TABLE, Options()).record_id == record_id


def test_whether_somebody_is_closed_is_unknown_where_a_host_has_changed_that_and_that_is_said() -> None:
    desired = desired_from_employee({}, TABLE, Options(), changed={"closed"})
    assert desired.active
    assert desired.warnings == (FieldWarning(WarningCode.CHANGED_BY_HOST, "closed"),)


@pytest.mark.parametrize(
    ("account", "beside"),
    [
        ({"iban": "SE4550000000058398257466", "bic": "SWEDSESS"}, {"bankAccount.bic": "SWEDSESS"}),
        ({"iban": "SE4550000000058398257466", "bic": " "}, {}),
        ({"number": "86011117947"}, {}),
        (None, {}),
    ],
)
def test_a_record_in_humas_own_terms_may_bring_the_bic_of_an_account(account: Any, beside: dict[str, str]) -> None:
    desired = desired_from_user({"bankAccount": account}, TABLE, Options())
    assert desired.beside == beside
    assert "SWEDSESS" not in repr(desired)
