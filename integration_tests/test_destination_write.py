"""The destination against a real GraphQL Xledger: who is written, what, once, and what is said about it."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, FailureType
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector_base.failures import system_error
from integration_tests.conftest import Clock, Write, a_stream
from integration_tests.records import Record, a_user, as_employee, records, state, without
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.dialects import CONTRACT, DIALECTS
from shared_mappings.normal_forms import as_text, normalised_text

AWKWARD = [
    'O\'Brien "Obi"',
    "back\\slash\\n",
    "line\nbreak\ttab",
    "🧑‍🚀 astronaut",
    "A\u030ase with a combining ring",
    "{braces} ${x} {{ y }} %s",
    "<b>&amp;</b>",
    "'; DROP TABLE employees; --",
    "שלום",
    "ends with a backslash\\",
]


def roots(sandbox: Sandbox) -> list[str]:
    """The root fields that were written to, in order."""
    return [field for write in sandbox.xledger.writes for field in write.root_fields]


def codes(sandbox: Sandbox) -> list[str]:
    return sorted(employee["code"] for employee in sandbox.xledger.employees())


# ------------------------------------------------------------------ upsert


def test_somebody_new_is_added_and_then_completed(write: Write, sandbox: Sandbox) -> None:
    written = write(records([a_user(1)]))
    assert written.summary["created"] == 1
    assert roots(sandbox) == ["addEmployees", "updateSuppliers", "updateContacts"]
    employee = sandbox.xledger.employee("E1")
    assert employee["description"] == "Kari Nordmann1"
    assert employee["trialTo"] == "2020-07-01"
    assert employee["contact"]["email"] == employee["subledger"]["email"] == "kari1@example.com"
    assert employee["contact"]["gender"]["code"] == "F"
    assert employee["subledger"]["address"]["streetAddress"] == "Storgata 1"
    assert employee["subledger"]["bankAccount"] == "86011117947"


def test_a_second_sync_of_the_same_people_writes_nothing(write: Write, sandbox: Sandbox) -> None:
    people = [a_user(number) for number in range(1, 6)]
    write(records(people))
    before = len(sandbox.xledger.writes)
    written = write(records(people))
    assert len(sandbox.xledger.writes) == before
    assert written.summary["unchanged"] == 5
    assert written.summary["requests"] == 3


def test_only_what_changed_is_sent(write: Write, sandbox: Sandbox) -> None:
    write(records([a_user(1), a_user(2)]))
    before = len(sandbox.xledger.writes)
    written = write(records([a_user(1, jobTitle="Head"), a_user(2)]))
    (mutation,) = sandbox.xledger.writes[before:]
    (sent,) = mutation.variables["inputs"]
    assert mutation.root_fields == ("updateContacts",)
    assert set(sent["node"]) == {"dbId", "jobTitle"}
    assert written.summary["fields_changed"] == {"jobTitle": 1}
    assert sandbox.xledger.employee("E1")["contact"]["jobTitle"] == "Head"


def test_an_unset_phone_is_unset_in_both_places(write: Write, sandbox: Sandbox) -> None:
    write(records([a_user(1)]))
    written = write(records([a_user(1, phone=None, gender=None)]))
    employee = sandbox.xledger.employee("E1")
    assert employee["contact"]["phone"] is None
    assert employee["subledger"]["phone"] is None
    assert employee["contact"]["gender"] is None
    assert written.summary["fields_unset"] == {"gender": 1, "phone": 1}


def test_a_cleared_address_stays(write: Write, sandbox: Sandbox) -> None:
    write(records([a_user(1)]))
    written = write(records([a_user(1, homeAddress=None)]))
    assert written.summary["unchanged"] == 1
    assert sandbox.xledger.employee("E1")["contact"]["address"]["place"] == "Oslo"


def test_an_unknown_value_stays(write: Write, sandbox: Sandbox) -> None:
    write(records([a_user(1)]))
    written = write(records([without(a_user(1), "phone", "homeAddress", "gender", "jobTitle")]))
    assert written.summary["unchanged"] == 1
    assert sandbox.xledger.employee("E1")["contact"]["phone"] == "+47 900 00 001"


def test_the_country_of_the_bank_account_is_a_conflict_and_stays(write: Write, sandbox: Sandbox) -> None:
    account = {
        "type": "international",
        "iban": "SE45 5000 0000 0583 9825 7466",
        "bic": "ESSESESS",
        "number": None,
        "country": None,
    }
    write(records([a_user(1, bankAccount=account)]))
    written = write(records([a_user(1, bankAccount=account)]))
    assert written.summary["conflicts"] == {"bankAccount.country": 1}
    assert sandbox.xledger.employee("E1")["subledger"]["company"]["country"]["code"] == "NO"


@pytest.mark.parametrize("text", AWKWARD)
def test_any_text_in_any_field_arrives_unchanged(text: str, write: Write, sandbox: Sandbox) -> None:
    address = {"line1": text, "line2": None, "line3": None, "postalCode": text, "city": text, "country": "NO"}
    person = a_user(1, givenName=text, familyName=text, jobTitle=text, phone=text, homeAddress=address)
    written = write(records([person]))
    employee = sandbox.xledger.employee("E1")
    assert written.summary["rejected"] == {}
    assert employee["contact"]["firstName"] == employee["contact"]["lastName"] == text
    assert employee["contact"]["jobTitle"] == employee["contact"]["phone"] == text
    assert employee["subledger"]["address"]["streetAddress"] == employee["contact"]["address"]["place"] == text
    assert employee["subledger"]["description"] == f"{text} {text}"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text().filter(as_text), min_size=1, max_size=20))
def test_whatever_characters_a_text_holds_it_arrives(texts: list[str], write: Write, sandbox: Sandbox) -> None:
    people = [a_user(number, jobTitle=text) for number, text in enumerate(texts, start=1)]
    written = write(records(people))
    assert written.error is None
    for number, text in enumerate(texts, start=1):
        title = sandbox.xledger.employee(f"E{number}")["contact"]["jobTitle"]
        # Text that differs only in normal form, or in what shows nothing around it, is left alone.
        assert normalised_text(title) == normalised_text(text)


# ------------------------------------------------------------------ matching


def test_somebody_known_by_email_alone_gets_the_employment_id_as_code(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.dialect = DIALECTS["ignores_case"]
    sandbox.xledger.add_employee(code=None, email="Kari1@Example.COM", firstName="Kari", lastName="Nordmann1")
    written = write(records([a_user(1)]))
    assert written.summary["created"] == 0
    assert written.summary["fields_changed"]["employmentId"] == 1
    assert codes(sandbox) == ["E1"]


def test_the_employment_id_is_tried_before_the_email(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="other", email="kari1@example.com")
    sandbox.xledger.add_employee(code="E1", email="somebody@example.com")
    written = write(records([a_user(1)]))
    assert written.summary["updated"] == 1
    assert sandbox.xledger.employee("E1")["contact"]["email"] == "kari1@example.com"


def test_keys_are_tried_in_the_order_of_match_on(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="E7", email="kari1@example.com")
    settings = {"match_on": ["email", "employmentId"], "renumber_employees": True}
    write(records([a_user(1, jobTitle="Head")]), **settings)
    assert codes(sandbox) == ["E1"]


def test_a_code_that_is_taken_is_never_given_twice_even_when_people_are_matched_by_email(
    write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(code="E1", email="somebody@example.com")
    written = write(records([a_user(1)]), match_on=["email"])
    assert written.summary["created"] == 0
    assert codes(sandbox) == ["E1"]


def test_without_email_among_the_keys_nobody_is_found_by_it(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="old", email="kari1@example.com")
    written = write(records([a_user(1)]), match_on=["employmentId"])
    assert written.summary["created"] == 1


def test_somebody_who_has_left_is_found_and_not_created_again(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="E1", email="kari1@example.com", dateTo="2020-01-01")
    written = write(records([a_user(1)]))
    assert written.summary["created"] == 0
    assert written.summary["updated"] == 1


def test_somebody_who_has_left_and_is_known_by_email_alone_is_updated_and_not_created_again(
    write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(code=None, email="kari1@example.com", dateTo="2020-01-01")
    written = write(records([a_user(1)]))
    assert (written.summary["created"], written.summary["updated"]) == (0, 1)
    assert codes(sandbox) == ["E1"]


def test_two_employees_with_the_same_code_are_ambiguous(write: Write, sandbox: Sandbox) -> None:
    for email in ("a@example.com", "b@example.com"):
        sandbox.xledger.add_employee(code="E1", email=email)
    written = write(records([a_user(1), a_user(2)]))
    assert written.summary["rejected"] == {"ambiguous_match": 1}
    assert written.summary["created"] == 1
    (line,) = [line for line in written.log if "ambiguous_match" in line and "rejected (" in line]
    assert all(f"{employee['dbId']}" in line for employee in sandbox.xledger.employees() if employee["code"] == "E1")


def test_employees_are_read_to_the_last_page(write: Write, sandbox: Sandbox) -> None:
    for _ in range(7):
        sandbox.xledger.add_employee(code="E1", email="shared@example.com")
    sandbox.xledger.add_employee(code="E2")
    written = write(records([a_user(1), a_user(2)]))
    assert written.summary["rejected"] == {"ambiguous_match": 1}
    assert written.summary["updated"] == 1
    assert len([done for done in sandbox.xledger.operations if done.root_fields[0] == "employees"]) == 2


ANY_ORDER_AND_BATCH = pytest.mark.parametrize(
    ("order", "batch_size"), [(order, size) for order in ((1, 9, 2), (9, 2, 1), (1, 2, 9)) for size in (1, 2, 500)]
)


@ANY_ORDER_AND_BATCH
@pytest.mark.parametrize("mode", ["sync", "preview"])
def test_somebody_whose_address_stands_with_an_employee_never_becomes_them_whoever_comes_first(
    order: tuple[int, ...], batch_size: int, mode: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(9), email="kari1@example.com"))
    written = write(records(a_user(number) for number in order), batch_size=batch_size, mode=mode)
    # At worst somebody is rejected who would have been created when the owner had been written.
    too_early = order.index(1) // batch_size < order.index(9) // batch_size
    assert written.summary["rejected"] == ({"code_conflict": 1} if too_early else {})
    assert (written.summary["created"], written.summary["updated"]) == (2 - too_early, 1)
    if mode == "sync":
        there = [2, 9] if too_early else [1, 2, 9]
        assert codes(sandbox) == [f"E{number}" for number in there]
        for number in there:
            contact = sandbox.xledger.employee(f"E{number}")["contact"]
            assert contact["lastName"] == f"Nordmann{number}"
            assert contact["email"] == f"kari{number}@example.com"


@ANY_ORDER_AND_BATCH
@pytest.mark.parametrize("mode", ["sync", "preview"])
def test_somebody_who_has_the_code_goes_before_somebody_who_has_the_email(
    order: tuple[int, ...], batch_size: int, mode: str, write: Write, sandbox: Sandbox
) -> None:
    owner = sandbox.xledger.add_employee(code="E9", email="kari1@example.com")
    people = {1: a_user(1), 2: a_user(2), 9: without(a_user(9), "email")}
    written = write(records(people[number] for number in order), batch_size=batch_size, mode=mode)
    assert (written.summary["created"], written.summary["updated"]) == (1, 1)
    too_early = order.index(1) // batch_size < order.index(9) // batch_size
    assert written.summary["rejected"] == {"code_conflict" if too_early else "duplicate_key": 1}
    (line,) = [line for line in written.log if "rejected (" in line]
    assert line.startswith(f"users {a_user(1)['id']} ")
    assert f"dbId {owner}" in line
    if mode == "sync":
        assert codes(sandbox) == ["E2", "E9"]
        assert sandbox.xledger.employee("E9")["contact"]["lastName"] == "Nordmann9"


@pytest.mark.parametrize("batch_size", [1, 500])
def test_somebody_without_an_employment_id_does_not_take_an_employee_over_either(
    batch_size: int, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(code="E9", email="kari1@example.com")
    people = [a_user(1, employmentId=None), without(a_user(9), "email")]
    rejected = write(records(people), batch_size=batch_size).summary["rejected"]
    assert rejected == {"code_conflict" if batch_size == 1 else "duplicate_key": 1}
    assert sandbox.xledger.employee("E9")["contact"]["lastName"] == "Nordmann9"


OWNERS_WHO_ARE_NOT_WRITTEN = [
    pytest.param({"active": False}, {"deactivated_users": "skip"}, id="skipped"),
    pytest.param({"homeAddress": {"line1": 7}}, {}, id="invalid"),
    pytest.param(None, {}, id="not in Huma any more"),
]


@pytest.mark.parametrize(("owner", "settings"), OWNERS_WHO_ARE_NOT_WRITTEN)
@pytest.mark.parametrize("code", ["E9", None])
@pytest.mark.parametrize("batch_size", [1, 500])
def test_a_role_address_takes_nobodys_employee_over_whose_owner_is_not_written(
    batch_size: int, code: str | None, owner: Record | None, settings: Any, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(9), email="post@example.com") | {"code": code})
    owners = [] if owner is None else [a_user(9, email="post@example.com", **owner)]
    written = write(records([*owners, a_user(1, email="post@example.com")]), batch_size=batch_size, **settings)
    if owner is None and code is None:
        assert written.summary["updated"] == 1  # nothing says that it is anybody else
        return
    assert sum(written.summary["rejected"].values()) - ("homeAddress" in (owner or {})) == 1
    assert sandbox.xledger.writes == []


def test_an_employee_with_another_code_is_named_with_who_has_the_address(write: Write, sandbox: Sandbox) -> None:
    other = sandbox.xledger.add_employee(code="old", email="kari1@example.com")
    written = write([*records([a_user(1)]), state(1)])
    assert written.summary["rejected"] == {"code_conflict": 1}
    assert sandbox.xledger.writes == []
    assert written.states == [1]
    (line,) = [line for line in written.log if "rejected (" in line]
    assert line.startswith(f"users {a_user(1)['id']} ")
    assert f"dbId {other}" in line
    assert "renumber_employees" in line


def test_an_employee_is_renumbered_when_that_is_the_setting(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.dialect = DIALECTS["ignores_case"]
    sandbox.xledger.add_employee(code="old", email="Kari1@Example.COM", firstName="Kari", lastName="Nordmann1")
    written = write(records([a_user(1)]), renumber_employees=True)
    assert (written.summary["created"], written.summary["updated"]) == (0, 1)
    assert written.summary["fields_changed"]["employmentId"] == 1
    assert codes(sandbox) == ["E1"]


@pytest.mark.parametrize(
    ("other", "field"),
    [({"birthday": "1991-01-02"}, "birthDate"), ({"socialSec": "16108695088"}, "identifications")],
)
def test_nobody_is_renumbered_who_was_born_another_day_or_has_another_number(
    other: dict[str, str], field: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(code="old", email="kari1@example.com", **other)
    written = write(records([a_user(1)]), renumber_employees=True)
    assert written.summary["rejected"] == {"code_conflict": 1}
    assert sandbox.xledger.writes == []
    assert any(f"{field} differs" in line for line in written.log)


@pytest.mark.parametrize("mode", ["sync", "preview"])
def test_an_address_that_one_of_two_employees_loses_leads_to_the_other(
    mode: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(code="E1", email="shared@example.com")
    sandbox.xledger.add_employee(code=None, email="shared@example.com")
    written = write(records([a_user(1), a_user(2, email="shared@example.com")]), mode=mode)
    assert written.error is None
    assert (written.summary["updated"], written.summary["rejected"]) == (2, {})


def test_nobody_without_an_employment_id_becomes_the_employee_of_somebody_who_came_before(
    write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(code=None, email="post@example.com")
    people = [
        a_user(1, email="post@example.com", homeAddress={"line1": 7}),
        a_user(2, email="post@example.com", employmentId=None),
    ]
    assert write(records(people)).summary["rejected"] == {"duplicate_key": 1, "invalid_record": 1}
    assert sandbox.xledger.writes == []


def test_somebody_who_was_born_another_day_does_not_become_an_employee_without_a_code_either(
    write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(code=None, email="kari1@example.com", birthday="1970-01-02")
    assert write(records([a_user(1)])).summary["rejected"] == {"code_conflict": 1}
    assert sandbox.xledger.writes == []


def test_of_two_people_with_the_address_of_one_employee_the_first_is_taken_for_them(
    write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(code=None, email="kari1@example.com")
    people = [a_user(1), a_user(2, email="kari1@example.com")]
    assert write(records(people), batch_size=1).summary["rejected"] == {"duplicate_key": 1}
    assert codes(sandbox) == ["E1"]


@pytest.mark.parametrize("mode", ["sync", "preview"])
@pytest.mark.parametrize("batch_size", [1, 500])
def test_of_two_new_people_with_one_address_the_first_is_created_in_one_batch_or_in_two(
    batch_size: int, mode: str, write: Write
) -> None:
    people = [a_user(1), a_user(2, email="kari1@example.com")]
    written = write(records(people), batch_size=batch_size, mode=mode)
    assert (written.summary["created"], written.summary["rejected"]) == (1, {"duplicate_key": 1})


@pytest.mark.parametrize("batch_size", [1, 500])
def test_employees_who_swap_addresses_keep_their_codes(batch_size: int, write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="E9", email="kari1@example.com")
    sandbox.xledger.add_employee(code="E1", email="kari9@example.com")
    written = write(records([a_user(1), a_user(9)]), batch_size=batch_size)
    assert (written.summary["updated"], written.summary["rejected"]) == (2, {})
    assert sandbox.xledger.employee("E1")["contact"]["email"] == "kari1@example.com"


def test_a_code_that_somebody_else_has_in_xledger_is_not_gained_by_an_update(write: Write, sandbox: Sandbox) -> None:
    holder = sandbox.xledger.add_employee(code="E1", email="somebody@example.com")
    sandbox.xledger.add_employee(code="E2", email="kari1@example.com")
    written = write(records([a_user(1)]), match_on=["email", "employmentId"], renumber_employees=True)
    assert written.summary["rejected"] == {"ambiguous_match": 1}
    assert codes(sandbox) == ["E1", "E2"]
    assert sandbox.xledger.writes == []
    (line,) = [line for line in written.log if "rejected (" in line]
    assert str(holder) in line


@pytest.mark.parametrize("batch_size", [1, 500])
def test_a_code_that_somebody_else_of_the_sync_has_is_not_gained_by_an_update(
    batch_size: int, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(code="E1", email="somebody@example.com")
    sandbox.xledger.add_employee(code=None, email="kari2@example.com")
    people = [a_user(1), a_user(2, employmentId="E1")]
    written = write(records(people), match_on=["email", "employmentId"], batch_size=batch_size)
    assert written.summary["rejected"] == {"duplicate_key": 1}
    assert [employee["code"] for employee in sandbox.xledger.employees()] == ["E1", None]


@pytest.mark.parametrize("second", [True, False], ids=["both known", "second new"])
@pytest.mark.parametrize("batch_size", [1, 500])
@pytest.mark.parametrize("mode", ["sync", "preview"])
def test_of_two_people_with_one_employment_id_only_the_first_gains_it(
    mode: str, batch_size: int, write: Write, sandbox: Sandbox, *, second: bool
) -> None:
    sandbox.xledger.add_employee(code=None, email="kari1@example.com")
    if second:
        sandbox.xledger.add_employee(code=None, email="kari2@example.com")
    people = [a_user(1), a_user(2, employmentId="E1")]
    written = write(records(people), batch_size=batch_size, mode=mode)
    assert (written.summary["created"], written.summary["updated"]) == (0, 1)
    assert written.summary["rejected"] == {"duplicate_key": 1}
    if mode == "sync":
        assert [employee["code"] for employee in sandbox.xledger.employees()] == ["E1", None][: 1 + second]


def test_nobody_becomes_the_employee_of_somebody_who_is_ambiguous(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="E1", email="somebody@example.com")
    sandbox.xledger.add_employee(code=None, email="kari1@example.com")
    people = [a_user(1), a_user(2, email="kari1@example.com")]
    written = write(records(people), match_on=["email", "employmentId"])
    assert written.summary["rejected"] == {"ambiguous_match": 1, "duplicate_key": 1}
    assert sandbox.xledger.writes == []


def test_somebody_whose_code_another_employee_has_is_not_taken_by_email_whatever_the_policy_for_codes(
    write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(code="E1", email="somebody@example.com")
    sandbox.xledger.add_employee(code="E2", email="kari1@example.com")
    policies = [{"field": "employmentId", "policy": "create_only"}]
    settings = {"match_on": ["email", "employmentId"], "renumber_employees": True}
    written = write(records([a_user(1)]), field_policies=policies, **settings)
    assert written.summary["rejected"] == {"ambiguous_match": 1}
    assert sandbox.xledger.writes == []


def test_the_code_of_somebody_who_is_left_out_is_nobody_elses(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="E1", email="kari1@example.com")
    people = [a_user(2, employmentId="E1", active=False), a_user(1)]
    written = write(records(people), deactivated_users="skip")
    assert written.summary["skipped"] == {"deactivated": 1}
    assert written.summary["rejected"] == {"duplicate_key": 1}
    assert sandbox.xledger.writes == []


@pytest.mark.parametrize("batch_size", [1, 500])
def test_of_two_people_with_the_same_new_employment_id_the_first_is_created(
    batch_size: int, write: Write, sandbox: Sandbox
) -> None:
    written = write(records([a_user(1), a_user(2, employmentId="E1")]), batch_size=batch_size)
    assert written.summary["created"] == 1
    assert written.summary["rejected"] == {"duplicate_key": 1}
    assert sandbox.xledger.employee("E1")["contact"]["lastName"] == "Nordmann1"


EITHER_ORDER_AND_BATCH = pytest.mark.parametrize(
    ("step", "batch_size"), [(step, size) for step in (1, -1) for size in (1, 500)]
)

SHARED = pytest.mark.parametrize("shared", ["contact", "subledger"])


def shared_by_two(sandbox: Sandbox, shared: str) -> tuple[Any, Any]:
    """Two employees of whom the second has the contact or the subledger of the first; as Xledger shows that."""
    first, second = (sandbox.xledger.add_employee(**as_employee(a_user(number))) for number in (1, 2))
    rows = sandbox.xledger.store.tables["employee"]
    rows[second][shared] = rows[first][shared]
    return sandbox.xledger.employee("E1"), sandbox.xledger.employee("E2")


@pytest.mark.parametrize("mode", ["sync", "preview"])
@pytest.mark.parametrize("birthday", ["1990-01-02", None])
def test_the_code_that_an_employee_loses_to_a_renumbering_is_nobody_elses(
    birthday: str | None, mode: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.add_employee(code="E2", email="kari1@example.com", birthday=birthday)
    written = write(records([a_user(1), a_user(2)]), batch_size=1, mode=mode, renumber_employees=True)
    assert (written.summary["created"], written.summary["updated"]) == (0, 1)
    assert written.summary["rejected"] == {"duplicate_key": 1}


@SHARED
@EITHER_ORDER_AND_BATCH
def test_of_two_employees_who_share_a_contact_or_a_subledger_only_the_first_person_is_written(
    step: int, batch_size: int, shared: str, write: Write, sandbox: Sandbox
) -> None:
    shared_by_two(sandbox, shared)
    people = [a_user(1, jobTitle="First", phone="+47 911 11 111"), a_user(2, jobTitle="Second")][::step]
    first, second = people
    written = write(records(people), batch_size=batch_size)
    assert (written.error, written.summary["rejected"]) == (None, {"duplicate_key": 1})
    assert sandbox.xledger.employee(first["employmentId"])[shared]["phone"] == first["phone"]
    (line,) = [line for line in written.log if "rejected (" in line]
    assert second["id"] in line
    assert first["id"] in line
    writes = len(sandbox.xledger.writes)
    write(records(people), batch_size=batch_size)
    assert len(sandbox.xledger.writes) == writes


@SHARED
@pytest.mark.parametrize("batch_size", [1, 500])
def test_an_employee_who_was_just_added_does_not_get_the_contact_or_the_subledger_of_somebody_who_came_before(
    batch_size: int, shared: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.dialect = replace(CONTRACT, shares=(shared,))
    namesake = {"familyName": "Nordmann1"}
    known, people = a_user(3, **namesake), [a_user(3, **namesake), a_user(1), a_user(2, **namesake), a_user(4)]
    sandbox.xledger.add_employee(**as_employee(known))
    before = sandbox.xledger.employee("E3")
    written = write(records(people), batch_size=batch_size)
    assert (written.error, written.summary["created"]) == (None, 1)
    assert written.summary["rejected"] == {"duplicate_key": 2}
    after = sandbox.xledger.employee("E3")
    assert {key: after[key] for key in before} == before
    assert sandbox.xledger.employee("E4")["contact"]["email"] == "kari4@example.com"
    again = write(records(people), batch_size=batch_size)
    assert again.summary["rejected"] == {"duplicate_key": 2}


@SHARED
def test_of_two_who_were_added_with_one_contact_or_subledger_the_first_is_written(
    shared: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.dialect = replace(CONTRACT, shares=(shared,))
    written = write(records([a_user(1), a_user(2, familyName="Nordmann1")]))
    assert (written.summary["created"], written.summary["rejected"]) == (1, {"duplicate_key": 1})
    assert sandbox.xledger.employee("E2")[shared]["email"] == "kari1@example.com"


IN_CASE_ALONE = pytest.mark.parametrize("dialect", ["contract", "ignores_case", "no_email_filter"])


@IN_CASE_ALONE
@pytest.mark.parametrize("email", ["kari1@example.com", None])
@pytest.mark.parametrize("match_on", [["employmentId", "email"], ["email", "employmentId"]])
def test_an_employee_whose_code_differs_in_case_alone_is_neither_taken_nor_created_again(
    match_on: list[str], email: str | None, dialect: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.dialect = DIALECTS[dialect]
    db_id = sandbox.xledger.add_employee(code="e1", email=email)
    written = write(records([a_user(1)]), match_on=match_on, renumber_employees=True)
    assert (written.error, written.summary["rejected"]) == (None, {"ambiguous_match": 1})
    assert sandbox.xledger.writes == []
    (line,) = [line for line in written.log if "rejected (" in line]
    assert str(db_id) in line


@IN_CASE_ALONE
@pytest.mark.parametrize("code", ["E1", "e1"])
def test_of_two_employees_whose_codes_differ_in_case_alone_nobody_is_taken(
    code: str, dialect: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.dialect = DIALECTS[dialect]
    db_ids = [sandbox.xledger.add_employee(code=each) for each in ("E1", "e1")]
    written = write(records([a_user(1, employmentId=code)]))
    assert (written.error, written.summary["rejected"]) == (None, {"ambiguous_match": 1})
    assert sandbox.xledger.writes == []
    (line,) = [line for line in written.log if "rejected (" in line]
    assert all(str(db_id) in line for db_id in db_ids)


@pytest.mark.parametrize("dialect", ["contract", "ignores_case"])
@pytest.mark.parametrize("mode", ["sync", "preview"])
@EITHER_ORDER_AND_BATCH
def test_of_two_new_people_whose_employment_ids_differ_in_case_alone_the_first_is_created(
    step: int, batch_size: int, mode: str, dialect: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.dialect = DIALECTS[dialect]
    people = [a_user(1), a_user(2, employmentId="e1")][::step]
    written = write(records(people), batch_size=batch_size, mode=mode)
    assert (written.summary["created"], written.summary["rejected"]) == (1, {"ambiguous_match": 1})
    if mode == "sync":
        assert codes(sandbox) == [people[0]["employmentId"]]


@IN_CASE_ALONE
@EITHER_ORDER_AND_BATCH
def test_somebody_who_has_the_very_code_is_written_whoever_comes_with_it_in_another_case(
    step: int, batch_size: int, dialect: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.dialect = DIALECTS[dialect]
    sandbox.xledger.add_employee(code="E1", email="kari1@example.com")
    people = [a_user(1), a_user(2, employmentId="e1")][::step]
    written = write(records(people), batch_size=batch_size)
    assert (written.summary["updated"], written.summary["rejected"]) == (1, {"ambiguous_match": 1})
    assert sandbox.xledger.employee("E1")["contact"]["lastName"] == "Nordmann1"


@pytest.mark.parametrize("codes_of_a_batch", [["1001", "1002"], ["E1", "E2"], ["e1", "Ab2"]])
def test_codes_in_another_case_are_asked_for_in_the_same_request(
    codes_of_a_batch: list[str], write: Write, sandbox: Sandbox
) -> None:
    people = [a_user(number, employmentId=code) for number, code in enumerate(codes_of_a_batch, 1)]
    assert write(records(people), mode="preview").summary["created"] == 2
    (asked,) = [done for done in sandbox.xledger.operations if "employees" in done.root_fields]
    assert asked.variables["byCode_filter"] == {"code_in": sorted(codes_of_a_batch)}
    others = {code.lower() for code in codes_of_a_batch} | {code.upper() for code in codes_of_a_batch}
    spelt = asked.variables.get("byCodeInOtherCase_filter", {"code_in": []})
    assert spelt == {"code_in": sorted(others - set(codes_of_a_batch))}


@pytest.mark.parametrize("batch_size", [1, 500])
def test_of_the_same_user_twice_the_later_record_wins(batch_size: int, write: Write, sandbox: Sandbox) -> None:
    written = write(records([a_user(1), a_user(1, jobTitle="Head")]), batch_size=batch_size)
    assert written.summary["received"] == 2
    assert written.summary["created"] == 1
    assert sandbox.xledger.employee("E1")["contact"]["jobTitle"] == "Head"


def test_somebody_who_comes_again_in_a_later_batch_is_written_twice(write: Write, sandbox: Sandbox) -> None:
    write(records([a_user(1), a_user(2), a_user(3)]))
    people = [a_user(1, jobTitle="Head", phone=None), a_user(2), a_user(1, jobTitle="Director"), a_user(3)]
    written = write(records(people), batch_size=2)
    assert (written.summary["updated"], written.summary["unchanged"]) == (2, 2)
    assert sandbox.xledger.employee("E1")["contact"]["jobTitle"] == "Director"
    assert sandbox.xledger.employee("E1")["contact"]["phone"] == a_user(1)["phone"]


def test_somebody_without_an_employment_id_is_rejected_when_new(write: Write) -> None:
    assert write(records([a_user(1, employmentId=None)])).summary["rejected"] == {"missing_key": 1}


def test_more_keys_than_fit_into_one_request_are_asked_for_in_several(write: Write, sandbox: Sandbox) -> None:
    write(records([a_user(number, employmentId=f" E{number}") for number in range(1, 401)]))
    look_ups = [done for done in sandbox.xledger.operations if done.root_fields[0] == "employees"]
    filters = [value for done in look_ups for name, value in done.variables.items() if name.endswith("_filter")]
    assert max(len(keys) for wanted in filters for keys in wanted.values()) <= 500
    assert len(look_ups) == 2


def test_a_filter_that_minds_the_case_of_emails_is_noticed(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.dialect = DIALECTS["ignores_case"]
    sandbox.xledger.add_employee(code="E1", email="KARI1@example.com")
    assert not any("only in capital letters" in line for line in write(records([a_user(1)])).log)
    sandbox.xledger.change(sandbox.xledger.employee("E1")["dbId"], "contact.email", "KARI1@example.com")
    sandbox.xledger.dialect = CONTRACT
    assert any("only in capital letters" in line for line in write(records([a_user(1)])).log)


# ------------------------------------------------------------------ what an administrator decides


def test_new_people_are_left_out_when_that_is_the_setting(write: Write, sandbox: Sandbox) -> None:
    written = write(records([a_user(1)]), new_users="skip")
    assert written.summary["skipped"] == {"not_in_xledger": 1}
    assert codes(sandbox) == []


def test_the_sync_mode_update_creates_nobody(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="E1")
    written = write(records([a_user(1), a_user(2)]), catalog=a_stream(mode="update"))
    assert written.summary["skipped"] == {"not_in_xledger": 1}
    assert written.summary["updated"] == 1
    assert codes(sandbox) == ["E1"]


@pytest.mark.parametrize("mode", ["overwrite", "soft_delete"])
def test_a_ledger_is_neither_overwritten_nor_deleted_from(mode: str, write: Write, sandbox: Sandbox) -> None:
    written = write(records([a_user(1)]), catalog=a_stream(mode=mode))
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert mode in str(written.error)
    assert sandbox.xledger.operations == []


def test_a_stream_that_carries_something_else_is_refused(write: Write, sandbox: Sandbox) -> None:
    written = write(records([{"id": "1"}], "positions"), catalog=a_stream("positions"))
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert sandbox.xledger.operations == []


def test_employees_in_xledgers_own_terms_are_written_like_any_other(write: Write, sandbox: Sandbox) -> None:
    employee = {
        "code": "E1",
        "email": "kari@example.com",
        "firstName": "Kari",
        "lastName": "Nordmann",
        "gender": "F",
        "address": {"streetAddress": "Storgata 1", "zipCode": "0155", "place": "Oslo", "country": "NO"},
    }
    written = write(records([employee], "staff"), catalog=a_stream("staff", destination_object="employee"))
    assert written.summary["created"] == 1
    assert sandbox.xledger.employee("E1")["contact"]["gender"]["code"] == "F"
    again = write(records([employee], "staff"), catalog=a_stream("staff", destination_object="employee"))
    assert again.summary["unchanged"] == 1


def test_records_of_two_streams_are_two_people_whatever_ids_they_have(write: Write, sandbox: Sandbox) -> None:
    streams = [a_stream(name, destination_object="employee") for name in ("no", "se")]
    norwegian = {"id": 1, "code": "A1", "firstName": "Kari", "lastName": "Berg"}
    swedish = {"id": 1, "code": "B1", "firstName": "Karin", "lastName": "Lind"}
    messages = [*records([norwegian], "no"), *records([swedish], "se")]
    assert write(messages, streams=streams).summary["created"] == 2
    assert codes(sandbox) == ["A1", "B1"]


def test_a_record_is_named_by_its_place_in_its_own_stream(write: Write) -> None:
    streams = [a_stream(name, destination_object="employee") for name in ("no", "se")]
    named = {"code": "A1", "firstName": "Kari", "lastName": "Berg"}
    nameless = {"id": "15108695088", "firstName": "Karin", "lastName": "Lind"}
    messages = [*records([named, {**named, "phone": 1}], "no"), state(1, "no"), *records([nameless], "se")]
    written = write([*messages, *records([nameless], "no")], streams=streams)
    rejected = [line for line in written.log if "rejected (" in line]
    assert [line.split(" was ")[0] for line in rejected] == ["no record 2", "se record 1", "no record 3"]
    assert all("15108695088" not in line for line in written.log)


def test_a_leaver_gets_the_end_date_but_is_not_created(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="E1")
    leaver = {"active": False, "employmentEndDate": "2026-01-31"}
    written = write(records([a_user(1, **leaver), a_user(2, **leaver)]))
    assert written.summary["skipped"] == {"deactivated": 1}
    assert sandbox.xledger.employee("E1")["employmentTo"] == "2026-01-31"


def test_a_field_that_is_read_only_is_compared_and_stays(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="E1", phone="+47 999 99 999")
    policies = [{"field": "phone", "policy": "read_only"}]
    written = write(records([a_user(1), a_user(2)]), field_policies=policies)
    assert written.summary["conflicts"] == {"phone": 1}
    assert sandbox.xledger.employee("E1")["contact"]["phone"] == "+47 999 99 999"
    assert sandbox.xledger.employee("E2")["contact"]["phone"] is None


def test_a_preview_says_what_would_happen_and_does_nothing(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="E1")
    written = write([*records([a_user(1), a_user(2)]), state(1)], mode="preview")
    assert (written.summary["mode"], written.summary["created"], written.summary["updated"]) == ("preview", 1, 1)
    assert sandbox.xledger.writes == []
    assert written.states == []


def test_nothing_is_asked_of_xledger_without_authority(write: Write, sandbox: Sandbox) -> None:
    written = write(records([a_user(1)]), authority_confirmed=False)
    assert written.error is not None
    assert sandbox.xledger.operations == []


# ------------------------------------------------------------------ records that cannot be written


@pytest.mark.parametrize(
    ("fault", "path"),
    [
        ({"phone": 4791234567}, "phone"),
        ({"homeAddress": {"line1": 7}}, "homeAddress.line1"),
        ({"id": None}, "id"),
        ({"active": "yes"}, "active"),
    ],
)
def test_a_record_that_does_not_fit_its_schema_is_rejected_by_path(
    fault: Record, path: str, write: Write, sandbox: Sandbox
) -> None:
    written = write(records([a_user(1, **fault), a_user(2)]))
    assert written.summary["rejected"] == {"invalid_record": 1}
    assert any(path in line for line in written.log if "invalid_record" in line)
    assert codes(sandbox) == ["E2"]


def test_keys_that_nobody_declared_are_ignored(write: Write) -> None:
    assert write(records([a_user(1, shoeSize=43)])).summary["created"] == 1


def test_a_record_that_xledger_refuses_is_found_and_the_others_are_written(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="addEmployees", path="lastName", value="Nordmann4"))
    written = write(records([a_user(number) for number in range(1, 9)]))
    assert written.summary["created"] == 7
    assert written.summary["rejected"] == {"refused_by_xledger": 1}
    assert codes(sandbox) == ["E1", "E2", "E3", "E5", "E6", "E7", "E8"]
    assert all("Nordmann4" not in line for line in written.log)


def test_an_update_that_xledger_refuses_does_not_keep_the_others_from_being_written(
    write: Write, sandbox: Sandbox
) -> None:
    write(records([a_user(number) for number in range(1, 9)]))
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Head 4"))
    written = write(records([a_user(number, jobTitle=f"Head {number}", phone=None) for number in range(1, 9)]))
    assert written.summary["updated"] == 8
    assert written.summary["warnings"] == {"partly_written": 1}
    assert written.summary["fields_changed"] == {"jobTitle": 7}
    assert written.summary["fields_unset"] == {"phone": 8}
    assert sandbox.xledger.employee("E4")["contact"]["jobTitle"] == "Engineer"
    assert sandbox.xledger.employee("E4")["subledger"]["phone"] is None
    assert sandbox.xledger.employee("E5")["contact"]["jobTitle"] == "Head 5"


def test_what_was_written_of_somebody_who_was_refused_is_counted_by_field(
    write: Write, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    write(records([a_user(1)]))
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Head"))
    written = write(records([a_user(1, jobTitle="Head", phone=None, bankAccount=None, employmentStartDate=None)]))
    assert (written.summary["updated"], written.summary["warnings"]) == (1, {"partly_written": 1})
    assert written.summary["fields_unset"] == {"bankAccount": 1, "employmentStartDate": 1, "phone": 1}
    assert written.summary["fields_changed"] == {}
    assert "Left out: jobTitle (partly_written)." in caplog.text


def test_conflicts_and_warnings_of_somebody_who_was_refused_are_counted_and_told(
    write: Write, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    write(records([a_user(1)]))
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Head"))
    changed = a_user(1, jobTitle="Head", phone="+47 911 11 111", birthDate="1990-02-30", gender="rather not say")
    written = write(records([changed]), field_policies=[{"field": "phone", "policy": "fill_empty"}])
    assert written.summary["rejected"] == {"refused_by_xledger": 1}
    assert written.summary["conflicts"] == {"phone": 1}
    assert written.summary["warnings"] == {"invalid_date": 1, "unmapped_gender": 1}
    assert "birthDate" in caplog.text
    assert "gender" in caplog.text


def test_somebody_created_whose_rest_is_refused_counts_as_created_with_a_warning(
    write: Write, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Engineer"))
    written = write(records([a_user(1), a_user(2, jobTitle="Head")]))
    assert written.summary["created"] == 2
    assert written.summary["warnings"] == {"partly_written": 1}
    assert written.summary["rejected"] == {}
    assert sandbox.xledger.employee("E1")["subledger"]["email"] == "kari1@example.com"
    assert sandbox.xledger.employee("E1")["trialTo"] == "2020-07-01"
    assert "Left out: email, jobTitle (partly_written). Xledger refused this" in caplog.text


def test_whatever_several_mutations_refuse_of_somebody_is_told(
    write: Write, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    write(records([a_user(1)]))
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Head"))
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="updateSuppliers", path="description", value="Kari Berg"))
    written = write(records([a_user(1, jobTitle="Head", givenName="Kari", familyName="Berg")]))
    assert written.summary["warnings"] == {"partly_written": 1}
    assert "updateContacts.jobTitle" in caplog.text
    assert "updateSuppliers.description" in caplog.text


def test_what_xledger_could_never_accept_is_left_out_with_a_warning(write: Write, sandbox: Sandbox) -> None:
    account = {"type": "national", "number": "86011117948", "country": "NO", "iban": None, "bic": None}
    written = write(records([a_user(1, bankAccount=account, birthDate="1990-02-30", gender="rather not say")]))
    assert written.summary["created"] == 1
    assert written.summary["warnings"] == {"invalid_bank_account": 1, "invalid_date": 1, "unmapped_gender": 1}
    assert sandbox.xledger.employee("E1")["subledger"]["bankAccount"] is None


def test_a_mutation_that_keeps_being_refused_for_no_known_reason_is_a_missing_access(
    write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.faults.add(Fault.no_access("updateContacts"))
    written = write([*records([a_user(number) for number in range(1, 40)]), state(1)])
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert "Contact: read/write" in str(written.error)
    assert written.states == []
    assert len(sandbox.xledger.operations) < 20


def test_a_value_refused_for_no_known_reason_is_left_out_when_others_pass(write: Write, sandbox: Sandbox) -> None:
    for number in (1, 2):
        sandbox.xledger.add_employee(code=f"E{number}")
    fault = Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Engineer", quoted=False)
    sandbox.xledger.faults.add(fault)
    written = write([*records([a_user(1), a_user(2, jobTitle="Head")]), state(1)])
    assert (written.summary["updated"], written.summary["warnings"]) == (2, {"partly_written": 1})
    assert written.states == [1]


def refusing(words: str, number: str = "") -> str:
    return json.dumps({"errors": [{"message": f"{words} {number}"}], "data": None})


@pytest.mark.parametrize("words", ["Access to updateContacts denied", "Unexpected error"])
def test_a_mutation_that_is_refused_from_some_moment_on_whoever_it_is_about_rejects_nobody(
    words: str, write: Write, sandbox: Sandbox
) -> None:
    write(records([a_user(number) for number in range(1, 7)]))
    sandbox.xledger.faults.add(
        Fault.answer(refusing(words, "0000001a"), root_field="updateContacts", after=1, times=None)
    )
    messages = [
        message for number in range(1, 7) for message in (*records([a_user(number, jobTitle="Head")]), state(number))
    ]
    written = write(messages, batch_size=1)
    assert written.error is not None
    assert written.error.failure_type is FailureType.transient_error
    assert words in str(written.error)
    assert written.summary["rejected"] == {}
    assert written.states == [1]


def test_a_missing_access_is_known_by_its_words_whatever_number_it_carries(write: Write, sandbox: Sandbox) -> None:
    for number in range(10):
        body = refusing("Access to updateContacts denied. Request", f"0000{number}a")
        sandbox.xledger.faults.add(Fault.answer(body, root_field="updateContacts"))
    written = write(records([a_user(1)]))
    assert written.error is not None
    assert written.error.failure_type is FailureType.config_error
    assert "Contact: read/write" in str(written.error)


def test_a_server_error_is_waited_out_whatever_it_is_told_in(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.answer(refusing("Internal server error"), 503, root_field="updateContacts"))
    sandbox.xledger.faults.add(Fault.answer(refusing("Internal server error"), 503, root_field="employees"))
    written = write([*records([a_user(1)]), state(1)])
    assert written.error is None
    assert (written.summary["created"], written.summary["retries"]) == (1, 2)


def test_a_look_up_without_a_list_takes_nobody_for_missing(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.answer('{"data": {"byCode": null, "byEmail": null}}', root_field="employees"))
    written = write(records([a_user(1)]))
    assert written.error is not None
    assert written.error.failure_type is FailureType.system_error
    assert "holds no list" in str(written.error)
    assert sandbox.xledger.writes == []


# ------------------------------------------------------------------ nobody twice


@pytest.mark.parametrize("batch_size", [2, 500])
@pytest.mark.parametrize("partial", [False, True])
def test_nobody_is_added_twice_when_an_answer_gets_lost(
    batch_size: int, *, partial: bool, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.faults.add(Fault.lost_answer(root_field="addEmployees", partial=partial))
    written = write(records([a_user(number) for number in range(1, 6)]), batch_size=batch_size)
    assert codes(sandbox) == ["E1", "E2", "E3", "E4", "E5"]
    assert written.summary["created"] == 5
    assert sandbox.xledger.employee("E1")["contact"]["email"] == "kari1@example.com"


@pytest.mark.parametrize("seconds", [(15,), (60,), (200,), (299,), (15, 200), (60, 299)])
@pytest.mark.parametrize("batch_size", [2, 500])
def test_nobody_is_added_twice_when_an_addition_is_carried_out_long_after_its_answer_got_lost(
    batch_size: int, seconds: tuple[float, ...], write: Write, sandbox: Sandbox, clock: Clock
) -> None:
    sandbox.xledger.faults.add(Fault.late(*seconds, root_field="addEmployees"))
    written = write(records([a_user(number) for number in range(1, 6)]), batch_size=batch_size, clock=clock)
    clock.wait(1000)
    sandbox.xledger.catch_up()
    assert codes(sandbox) == ["E1", "E2", "E3", "E4", "E5"]
    assert (written.error, written.summary["created"], written.summary["rejected"]) == (None, 5, {})
    assert sandbox.xledger.employee("E5")["contact"]["email"] == "kari5@example.com"
    assert roots(sandbox).count("addEmployees") == len(range(1, 6, batch_size))


def test_whoever_is_there_is_not_waited_for(write: Write, sandbox: Sandbox, clock: Clock) -> None:
    sandbox.xledger.faults.add(Fault.late(15, root_field="addEmployees"))
    write(records([a_user(1)]), clock=clock)
    assert clock.seconds == 30


def test_nothing_is_added_again_before_an_addition_cannot_be_under_way_any_more(
    write: Write, sandbox: Sandbox, clock: Clock
) -> None:
    sent: list[float] = []
    sandbox.xledger.faults.add(
        Fault.meanwhile(lambda: sent.append(clock.seconds), root_field="addEmployees", times=None)
    )
    for _ in range(3):
        sandbox.xledger.faults.add(Fault.server_error(504, root_field="addEmployees"))
    assert write(records([a_user(1), a_user(2)]), clock=clock).summary["created"] == 2
    assert [later - earlier for earlier, later in pairwise(sent)] == [300, 300, 300]


def test_a_batch_that_is_too_slow_may_still_be_under_way_while_smaller_ones_would_be_added(
    write: Write, sandbox: Sandbox, clock: Clock
) -> None:
    slow = '{"errors": [{"message": "Your query timed out."}], "data": null}'
    people = [a_user(number) for number in range(1, 10)]

    def carried_out_later() -> None:
        sandbox.xledger.later(200, lambda: [sandbox.xledger.add_employee(**as_employee(each)) for each in people[:4]])

    sandbox.xledger.faults.add(Fault.meanwhile(carried_out_later, root_field="addEmployees"))
    sandbox.xledger.faults.add(Fault.answer(slow, root_field="addEmployees"))
    assert write(records(people), clock=clock).summary["created"] == 9
    assert codes(sandbox) == [f"E{number}" for number in range(1, 10)]


@pytest.mark.parametrize("fault", [None, Fault.lost_answer(root_field="addEmployees", after=1)], ids=["told", "lost"])
def test_whom_xledger_adds_twice_after_all_is_told_by_dbid(
    fault: Fault | None, write: Write, sandbox: Sandbox, clock: Clock
) -> None:
    def carried_out_after_all() -> None:
        sandbox.xledger.add_employee(code="E1", firstName="Kari")

    sandbox.xledger.faults.add(Fault.server_error(504, root_field="addEmployees"))
    sandbox.xledger.faults.add(Fault.meanwhile(carried_out_after_all, root_field="addEmployees", after=1))
    if fault:
        sandbox.xledger.faults.add(fault)
    written = write(records([a_user(1), a_user(2)]), clock=clock)
    assert (written.error, written.summary["created"]) == (None, 1)
    assert written.summary["rejected"] == {"ambiguous_match": 1}
    assert sandbox.xledger.employee("E2")["contact"]["email"] == "kari2@example.com"
    doubles = [str(employee["dbId"]) for employee in sandbox.xledger.employees() if employee["code"] == "E1"]
    (line,) = [line for line in written.log if "rejected (" in line]
    assert len(doubles) == 2
    assert "added this person more than once" in line
    assert all(db_id in line for db_id in doubles)


def test_of_what_was_sent_twice_the_other_one_is_waited_for(write: Write, sandbox: Sandbox, clock: Clock) -> None:
    sandbox.xledger.faults.add(Fault.late(305, root_field="addEmployees"))
    sandbox.xledger.faults.add(Fault.late(200, root_field="addEmployees"))
    written = write(records([a_user(1)]), clock=clock)
    assert written.summary["rejected"] == {"ambiguous_match": 1}


@pytest.mark.parametrize(("seconds", "look_ups"), [(20, 1), (40, 2)])
def test_codes_are_looked_up_again_before_they_are_added_when_the_look_up_has_grown_old(
    seconds: float, look_ups: int, write: Write, sandbox: Sandbox, clock: Clock
) -> None:
    sandbox.xledger.faults.add(Fault.meanwhile(lambda: clock.wait(seconds), root_field="employees"))
    assert write(records([a_user(1)]), clock=clock).summary["created"] == 1
    assert len([done for done in sandbox.xledger.operations if "employees" in done.root_fields]) == look_ups


def out_of_credits() -> Fault:
    soon = dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=90)
    return Fault.out_of_credits(soon, root_field="addEmployees")


@pytest.mark.parametrize("fault", [lambda: Fault.burst_limit(root_field="addEmployees", times=8), out_of_credits])
def test_codes_are_looked_up_again_when_something_keeps_an_addition_back(
    fault: Callable[[], Fault], write: Write, sandbox: Sandbox, clock: Clock
) -> None:
    def added() -> None:
        sandbox.xledger.add_employee(**as_employee(a_user(1)))

    sandbox.xledger.faults.add(Fault.meanwhile(added, root_field="addEmployees"))
    sandbox.xledger.faults.add(fault())
    written = write(records([a_user(1), a_user(2)]), clock=clock)
    assert (written.error, written.summary["created"], written.summary["unchanged"]) == (None, 1, 1)
    assert codes(sandbox) == ["E1", "E2"]


@pytest.mark.parametrize(
    ("changed", "counted"),
    [
        ({}, {"created": 1, "updated": 0, "unchanged": 1, "rejected": {}}),
        ({"jobTitle": "Head"}, {"created": 1, "updated": 1, "unchanged": 0, "rejected": {}}),
        ({"code": "e1"}, {"created": 1, "updated": 0, "unchanged": 0, "rejected": {"ambiguous_match": 1}}),
    ],
    ids=["as they are here", "otherwise", "in other letters"],
)
def test_whom_another_sync_has_added_meanwhile_is_not_added_again(
    changed: Record, counted: Record, write: Write, sandbox: Sandbox, clock: Clock
) -> None:
    def added() -> None:
        sandbox.xledger.add_employee(**as_employee(a_user(1), **changed))

    sandbox.xledger.faults.add(Fault.meanwhile(lambda: clock.wait(40), root_field="employees"))
    sandbox.xledger.faults.add(Fault.meanwhile(added, root_field="employees", after=1))
    written = write(records([a_user(1), a_user(2)]), clock=clock)
    assert {key: written.summary[key] for key in counted} == counted
    assert len(sandbox.xledger.employees()) == 2


def test_nobody_is_rejected_over_a_refusal_that_was_somebody_elses(write: Write, sandbox: Sandbox) -> None:
    def added_meanwhile() -> None:
        sandbox.xledger.add_employee(code="E1")

    body = refusing("subledger.code: No value matching owner 1, code")
    sandbox.xledger.faults.add(Fault.meanwhile(added_meanwhile, root_field="addEmployees"))
    sandbox.xledger.faults.add(Fault.answer(body, root_field="addEmployees"))
    written = write(records([a_user(1), a_user(2)]))
    assert written.summary["rejected"] == {}
    assert codes(sandbox) == ["E1", "E2"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault.dropped_connection(root_field="addEmployees"),
        Fault.server_error(502, root_field="addEmployees"),
        Fault.maintenance_page(root_field="addEmployees"),
        Fault.query_timed_out(root_field="addEmployees"),
        Fault.burst_limit(root_field="addEmployees"),
    ],
    ids=lambda fault: fault.kind.value,
)
def test_an_addition_that_was_not_carried_out_is_tried_again(fault: Fault, write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(fault)
    written = write(records([a_user(number) for number in range(1, 6)]))
    assert codes(sandbox) == ["E1", "E2", "E3", "E4", "E5"]
    assert written.summary["created"] == 5


@pytest.mark.parametrize(
    "fault",
    [
        Fault.query_timed_out(root_field="addEmployees", times=12),
        Fault.server_error(503, root_field="addEmployees", times=8),
    ],
    ids=["so slow that only a few at a time are added", "down for ten minutes"],
)
def test_additions_are_ridden_out_like_everything_else(fault: Fault, write: Write, sandbox: Sandbox) -> None:
    people = [a_user(number) for number in range(1, 71)]
    sandbox.xledger.faults.add(fault)
    written = write(records(people))
    assert written.error is None
    assert written.summary["created"] == len(people)


def test_answers_that_keep_getting_lost_end_the_sync(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.dropped_connection(root_field="addEmployees", times=None))
    written = write([*records([a_user(1)]), state(1)])
    assert written.error is not None
    assert written.error.failure_type is FailureType.transient_error
    assert written.states == []


@pytest.mark.parametrize("root_field", ["employees", "updateEmployees", "updateContacts", "updateSuppliers"])
def test_queries_and_updates_that_are_too_slow_are_made_smaller(
    root_field: str, write: Write, sandbox: Sandbox
) -> None:
    people = [a_user(number) for number in range(1, 9)]
    write(records(people))
    sandbox.xledger.faults.add(Fault.query_timed_out(over=3, root_field=root_field, times=None))
    changed = {"jobTitle": "Head", "bankAccount": None, "probationEndDate": "2020-08-01"}
    written = write(records([{**person, **changed} for person in people]))
    assert written.error is None
    assert written.summary["updated"] == 8
    assert len(codes(sandbox)) == 8


# ------------------------------------------------------------------ state


def test_a_state_is_passed_on_once_what_came_before_it_is_written(write: Write, sandbox: Sandbox) -> None:
    messages = [state(0), *records([a_user(1)]), state(1), *records([a_user(2)]), state(2), state(3)]
    written = write(messages)
    assert written.states == [0, 1, 2, 3]
    assert written.covered == [0, 1, 1, 0]
    assert len([field for field in roots(sandbox) if field == "addEmployees"]) == 1


def test_a_state_says_how_many_of_the_records_that_it_covers_were_rejected(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="addEmployees", path="lastName", value="Nordmann3"))
    refused, invalid, doubled = a_user(3), {**a_user(4), "active": "yes"}, {**a_user(5), "employmentId": "E1"}
    messages = [*records([a_user(1), refused]), state(1), *records([invalid, doubled, a_user(6)]), state(2), state(3)]
    written = write(messages)
    assert sum(written.summary["rejected"].values()) == 3
    assert (written.covered, written.rejected) == ([2, 3, 0], [1, 2, 0])


def test_people_who_have_waited_for_a_minute_are_written_when_a_message_comes(write: Write, sandbox: Sandbox) -> None:
    clock = [0.0]
    seen = []

    def messages() -> Iterator[AirbyteMessage]:
        yield from records([a_user(1)])
        clock[0] = 40.0
        yield from [*records([a_user(2)]), state(1)]
        for clock[0], number in ((59.0, 2), (60.0, 3)):
            seen.append(codes(sandbox))
            yield state(number)
        seen.append(codes(sandbox))
        yield from records([a_user(3)])
        clock[0] = 119.0
        yield state(4)
        raise system_error("the source has died")

    written = write(messages(), now=lambda: clock[0])
    assert seen == [[], [], ["E1", "E2"]]
    assert codes(sandbox) == ["E1", "E2"]
    assert written.states == [1, 2, 3]


def test_a_source_that_checkpoints_often_costs_no_more_requests(write: Write) -> None:
    people = [a_user(number) for number in range(1, 21)]
    seldom = write([*records(people), state(0)])
    often = write([message for number, user in enumerate(people) for message in (*records([user]), state(number))])
    assert often.summary["requests"] <= seldom.summary["requests"]
    assert often.states == list(range(20))


def test_a_failed_sync_passes_on_no_state_of_what_was_not_written(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.dropped_connection(root_field="addEmployees", after=1, times=None))
    messages: list[Any] = []
    for number in range(1, 5):
        messages += [*records([a_user(number)]), state(number)]
    written = write(messages, batch_size=2)
    assert written.error is not None
    assert written.states == [1, 2]
    assert codes(sandbox) == ["E1", "E2"]


def test_run_again_after_a_failure_the_result_is_that_of_an_undisturbed_run(write: Write, sandbox: Sandbox) -> None:
    people = [a_user(number) for number in range(1, 7)]
    sandbox.xledger.faults.add(Fault.dropped_connection(root_field="updateSuppliers", times=None))
    assert write(records(people), batch_size=4).error is not None
    sandbox.xledger.faults.clear()
    assert write(records(people), batch_size=4).error is None
    settled = write(records(people), batch_size=4)
    assert settled.summary["unchanged"] == 6
    assert codes(sandbox) == ["E1", "E2", "E3", "E4", "E5", "E6"]


def test_the_summary_is_the_last_line_that_is_logged(write: Write) -> None:
    written = write(records([a_user(1)]))
    assert written.log[-1].startswith("SYNC SUMMARY {")
    assert set(written.summary) == {
        "mode",
        "received",
        "created",
        "updated",
        "unchanged",
        "skipped",
        "rejected",
        "warnings",
        "fields_changed",
        "fields_unset",
        "conflicts",
        "requests",
        "bytes_sent",
        "bytes_received",
        "retries",
        "decisions",
        "outcome",
    }


def test_the_summary_counts_what_really_travelled(write: Write, sandbox: Sandbox) -> None:
    written = write(records([a_user(1)]))
    assert written.summary["requests"] == len(sandbox.xledger.operations)
    assert written.summary["bytes_sent"] == sum(done.request_bytes for done in sandbox.xledger.operations)
    assert written.summary["bytes_received"] == sum(done.response_bytes for done in sandbox.xledger.operations)
