"""What an answer of Huma's shows of a write: whether it was made, and whether anything else was lost."""

from typing import Any

from airbyte_cdk.models import FailureType

from destination_huma.settings.field_policies import BACK
from destination_huma.syncing.shown import POSITION, Shown
from shared_mappings import FieldChange, Options, User

TABLE, OPTIONS = BACK.table, Options()

PHONE = FieldChange("phone", "phone", None, "+47 900 00 001")
TITLE = FieldChange("jobTitle", "jobTitle", None, "Controller")


def wrapped(**values: Any) -> dict[str, Any]:
    return {name: {"editable": True} | ({} if value is None else {"value": value}) for name, value in values.items()}


def shown(answer: dict[str, Any], written: str = "user") -> Shown:
    return Shown.of("u", written, answer, TABLE, OPTIONS)


def test_what_is_shown_as_it_was_sent_was_made_whatever_it_looks_like() -> None:
    assert shown(wrapped(phone="+4790000001")).not_made([PHONE]) == ()


def test_what_is_shown_as_before_was_not_made() -> None:
    assert shown(wrapped(phone=None)).not_made([PHONE]) == (PHONE,)
    assert shown(wrapped(phone="+47 911 11 111")).not_made([PHONE]) == (PHONE,)


def test_what_is_not_shown_is_believed() -> None:
    assert shown({}).not_made([PHONE]) == ()


def test_an_address_that_waits_for_its_owner_counts_as_written() -> None:
    change = FieldChange("email", "email", None, "kari@example.com")
    answer = {"email": {"value": "before@example.com", "requestedValue": "Kari@example.com", "editable": True}}
    assert shown(answer).not_made([change]) == ()
    assert shown(wrapped(email="before@example.com")).not_made([change]) == (change,)


def test_the_answer_to_a_position_is_read_by_its_own_names() -> None:
    assert shown(wrapped(title={"id": "t", "name": "Controller"}), POSITION).not_made([TITLE]) == ()
    assert shown(wrapped(title={"id": "t", "name": "Kokk"}), POSITION).not_made([TITLE]) == (TITLE,)


def before(**values: Any) -> User:
    return User.from_record({"id": "u", "active": True, **values}, TABLE, OPTIONS)


def test_a_value_that_is_gone_although_nobody_sent_it_stops_the_sync() -> None:
    error = shown(wrapped(phone="+4790000001", birthDate=None, gender=None)).lost(
        before(birthDate="1990-01-02", gender=None), {"phone"}
    )
    assert error is not None
    assert error.failure_type is FailureType.system_error
    assert "Huma unset birthDate of user u" in str(error.message)
    assert "1990" not in str(error)


def test_what_is_not_shown_is_not_gone() -> None:
    assert shown(wrapped(phone="+4790000001")).lost(before(birthDate="1990-01-02"), {"phone"}) is None


def test_what_was_sent_is_not_lost() -> None:
    assert shown(wrapped(phone=None)).lost(before(phone="+47 911 11 111"), {"phone"}) is None
