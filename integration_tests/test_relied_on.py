"""What a sync does with an Xledger that is not as it is taken to be: the promises of `docs/contract.md`."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from integration_tests.conftest import Write
from integration_tests.records import a_user, records, state
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.xledger_store import OWNER_SETS, SUBSIDIARY


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """An empty Xledger that speaks the dialect of a test, or the contract."""
    with Sandbox.running(people=0, burst_limit=None, dialect=getattr(request, "param", "contract")) as running:
        yield running


def speaking(*dialects: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sandbox", dialects, indirect=True)


def known(sandbox: Sandbox, number: int = 1, **values: Any) -> int:
    """An employee who is one of `a_user`, by code and address."""
    user = a_user(number)
    return sandbox.xledger.add_employee(**{"code": user["employmentId"], "email": user["email"], **values})


def only(sandbox: Sandbox) -> dict[str, Any]:
    (employee,) = sandbox.xledger.employees()
    return employee


@pytest.mark.parametrize("absent", ["Employee_Filter.code_in", "Employee_Filter.email_in", "Employee_Filter.dbId_in"])
def test_without_a_filter_everybody_is_found_nevertheless(absent: str, write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.lacks = frozenset({absent})
    known(sandbox, 1)
    known(sandbox, 2, code=None)
    written = write(records([a_user(1), a_user(2), a_user(3)]))
    assert written.error is None
    assert (written.summary["created"], written.summary["updated"]) == (1, 2)
    assert len(sandbox.xledger.employees()) == 3


@speaking("suffixed", "renamed_roots", "first_names", "no_introspection")
def test_whatever_types_are_called_people_are_found_and_written(write: Write, sandbox: Sandbox) -> None:
    known(sandbox, 1)
    written = write(records([a_user(1), a_user(2)]))
    assert (written.summary["created"], written.summary["updated"]) == (1, 1)


@pytest.mark.parametrize("root", ["Query.employees", "Mutation.addEmployees", "Mutation.updateEmployees"])
def test_without_what_nothing_works_without_a_sync_writes_nothing_and_names_it(
    root: str, write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.lacks = frozenset({root})
    written = write(records([a_user(1)]))
    assert root.partition(".")[2] in str(written.error)
    assert sandbox.xledger.writes == []


def test_without_a_dbid_of_the_contact_a_sync_writes_nothing_and_names_it(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.lacks = frozenset({"Contact.dbId"})
    assert "Contact.dbId" in str(write(records([a_user(1)])).error)
    assert sandbox.xledger.writes == []


def test_what_cannot_be_read_is_never_written(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.lacks = frozenset({"Employee.noticeDate"})
    known(sandbox, 1, noticeDate="2020-01-01")
    written = write(records([a_user(1, terminationNoticeDate="2026-02-01")]))
    assert written.error is None
    assert only(sandbox)["noticeDate"] == "2020-01-01"
    assert any("Employee.noticeDate" in line for line in written.log)


def test_names_are_given_at_creation_even_where_they_cannot_be_read(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.lacks = frozenset({"Contact.firstName", "Contact.lastName"})
    known(sandbox, 1, firstName="Their", lastName="Own")
    written = write(records([a_user(1), a_user(2)]))
    assert (written.error, written.summary["created"], written.summary["rejected"]) == (None, 1, {})
    names = [(row["contact"]["firstName"], row["contact"]["lastName"]) for row in sandbox.xledger.employees()]
    assert names == [("Their", "Own"), ("Kari", "Nordmann2")]
    assert write(records([a_user(1), a_user(2)])).summary["unchanged"] == 2


def test_what_no_way_leads_to_is_counted_and_the_rest_is_written(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.lacks = frozenset({"Mutation.updateContacts"})
    known(sandbox, 1, phone="+47 900 00 000")
    written = write(records([a_user(1, jobTitle="Head")]))
    assert written.summary["warnings"]["partly_written"] == 1
    contact = only(sandbox)["contact"]
    assert contact["firstName"] == a_user(1)["givenName"]
    assert contact["jobTitle"] is None


@speaking("no_supplier_updates")
def test_where_an_employee_is_no_supplier_the_second_way_is_taken(write: Write, sandbox: Sandbox) -> None:
    for number in range(1, 9):
        known(sandbox, number)
    written = write(records([a_user(number) for number in range(1, 9)]))
    assert written.error is None
    assert not written.summary["rejected"]
    assert [row["subledger"]["bankAccount"] for row in sandbox.xledger.employees()].count(None) == 0


@speaking("flat_supplier_address")
def test_where_no_address_is_nested_it_is_sent_line_by_line(write: Write, sandbox: Sandbox) -> None:
    known(sandbox, 1)
    assert not write(records([a_user(1)])).summary["warnings"]
    address = only(sandbox)["subledger"]["address"]
    assert (address["place"], address["country"]["code"]) == (
        a_user(1)["homeAddress"]["city"],
        a_user(1)["homeAddress"]["country"],
    )


@speaking("lean_creation", "email_to_subledger", "email_to_both")
def test_whatever_a_creation_takes_and_fills_it_ends_whole(write: Write, sandbox: Sandbox) -> None:
    user = a_user(1, probationEndDate="2026-07-01")
    assert write(records([user])).summary["created"] == 1
    employee = only(sandbox)
    assert employee["trialTo"] == "2026-07-01"
    assert [employee[part]["email"] for part in ("contact", "subledger")] == [user["email"]] * 2
    assert all(employee[part]["phone"] for part in ("contact", "subledger"))


@speaking("genders_by_name")
def test_a_gender_without_a_code_is_known_by_its_name(write: Write, sandbox: Sandbox) -> None:
    known(sandbox, 1, gender="M")
    known(sandbox, 2, gender="F")
    codes = [{"gender": "Male", "code": "MALE"}, {"gender": "Female", "code": "FEMALE"}]
    written = write(records([a_user(1, gender="Female"), a_user(2, gender="Female")]), gender_codes=codes)
    assert not written.summary["warnings"]
    assert {row["contact"]["gender"]["name"] for row in sandbox.xledger.employees()} == {"FEMALE"}


@speaking("genders_by_name", "genders_by_number")
def test_a_gender_that_the_settings_name_otherwise_costs_nothing_but_itself(write: Write, sandbox: Sandbox) -> None:
    known(sandbox, 1, gender="M")
    written = write(records([a_user(1, gender="Female")]), gender_codes=[{"gender": "Female", "code": "X"}])
    assert (written.summary["updated"], written.error) == (1, None)
    assert written.summary["warnings"]
    assert only(sandbox)["contact"]["gender"]["dbSubId"] == 1
    assert only(sandbox)["contact"]["firstName"] == a_user(1)["givenName"]


def test_a_scope_without_the_tokens_own_entity_ends_a_sync_before_anybody_is_created_again(
    write: Write, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(sandbox, 1)
    below_alone = {**OWNER_SETS, "LOWER": frozenset({SUBSIDIARY})}
    monkeypatch.setattr("integration_tests.sandbox.xledger_schema.OWNER_SETS", below_alone)
    written = write(records([a_user(1), a_user(2)]))
    assert "fewer employees in the token's entity and those below" in str(written.error)
    assert sandbox.xledger.writes == []


@speaking("contract", "ignores_case", "no_email_filter", "no_introspection", "first_names")
@pytest.mark.parametrize("absent", [None, "Employee_Filter.code_in", "Employee_Filter.dbId_in"])
def test_whoever_is_employed_below_is_found_in_whichever_way_people_are_looked_up(
    absent: str | None, write: Write, sandbox: Sandbox
) -> None:
    if absent and sandbox.xledger.dialect.introspection:
        sandbox.xledger.lacks = frozenset({absent})
    known(sandbox, 1, owner=SUBSIDIARY)
    known(sandbox, 2, owner=SUBSIDIARY, code=None)
    known(sandbox, 3, owner=SUBSIDIARY, dateTo="2020-01-01")
    written = write(records([a_user(number) for number in range(1, 5)]), batch_size=2)
    assert (written.error, written.summary["created"], written.summary["updated"]) == (None, 1, 3)
    assert len(sandbox.xledger.employees()) == 4


def test_whoever_was_added_below_although_the_answer_got_lost_is_found(write: Write, sandbox: Sandbox) -> None:
    def added_below() -> None:
        known(sandbox, 1, owner=SUBSIDIARY)

    sandbox.xledger.faults.add(Fault.meanwhile(added_below, root_field="addEmployees"))
    sandbox.xledger.faults.add(Fault.dropped_connection(root_field="addEmployees"))
    assert write(records([a_user(1)])).summary["created"] == 1
    assert len(sandbox.xledger.employees()) == 1


@pytest.mark.parametrize("absent", ["OwnerSet.LOWER", "Query.employees.ownerSet"])
def test_without_lower_whoever_is_employed_below_is_warned_of(absent: str, write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.lacks = frozenset({absent})
    known(sandbox, 1, owner=SUBSIDIARY)
    written = write(records([a_user(1)]))
    assert any("ownerSet: LOWER" in line for line in written.log)


def test_a_list_that_is_refused_ends_a_sync_before_anything_is_written(write: Write, sandbox: Sandbox) -> None:
    body = {"errors": [{"message": "filter.code_in: Invalid value '500 values'."}], "data": None}
    sandbox.xledger.faults.add(Fault.answer(json.dumps(body), root_field="employees", times=None))
    written = write(records([a_user(1)]))
    assert "Invalid value" in str(written.error)
    assert sandbox.xledger.writes == []


@speaking("partial_success")
def test_what_is_carried_out_beside_a_refusal_counts_as_done(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="addEmployees", path="code", value="E2"))
    users = [a_user(number, employmentId=f"E{number}") for number in range(1, 4)]
    written = write(records(users))
    assert (written.summary["created"], written.summary["rejected"]) == (2, {"refused_by_xledger": 1})
    assert sorted(row["code"] for row in sandbox.xledger.employees()) == ["E1", "E3"]


@speaking("no_supplier_updates", "no_supplier_updates+email_to_both", "no_supplier_updates+email_to_subledger")
def test_an_address_that_is_to_be_kept_is_kept_whatever_another_one_is_written_by(
    write: Write, sandbox: Sandbox
) -> None:
    for number in range(1, 6):
        known(sandbox, number, contact={"email": f"kept{number}@example.com"}, subledger={"email": None}, email=None)
    keep = [{"field": "email", "policy": "fill_empty"}]
    written = write(records([a_user(number) for number in range(1, 6)]), field_policies=keep)
    assert (written.error, written.summary["rejected"]) == (None, {})
    assert written.summary["warnings"]["partly_written"] == 5
    assert {row["contact"]["email"] for row in sandbox.xledger.employees()} == {
        f"kept{number}@example.com" for number in range(1, 6)
    }


@speaking("partial_success")
def test_many_who_are_refused_beside_others_who_pass_end_no_sync(write: Write, sandbox: Sandbox) -> None:
    for number in range(1, 101, 4):
        fault = Fault.refuse_value(root_field="addEmployees", path="code", value=f"E{number}", quoted=False)
        sandbox.xledger.faults.add(fault)
    written = write([*records([a_user(number) for number in range(1, 101)]), state(1)])
    assert (written.error, written.states) == (None, [1])
    assert (written.summary["created"], written.summary["rejected"]) == (75, {"refused_by_xledger": 25})


@speaking("partial_success")
def test_who_is_updated_beside_a_refusal_is_not_sent_again(write: Write, sandbox: Sandbox) -> None:
    write(records([a_user(number) for number in range(1, 6)]))
    before = len(sandbox.xledger.writes)
    fault = Fault.refuse_value(root_field="updateContacts", path="jobTitle", value="Head 3", quoted=False)
    sandbox.xledger.faults.add(fault)
    written = write(records([a_user(number, jobTitle=f"Head {number}") for number in range(1, 6)]))
    assert (written.summary["updated"], written.summary["rejected"]) == (4, {"refused_by_xledger": 1})
    assert [done.inputs for done in sandbox.xledger.writes[before:]] == [1, 4]


def test_what_nothing_can_write_is_told_once_and_not_of_each_person(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.lacks = frozenset({"UpdateContactsInputNode.jobTitle"})
    written = write(records([a_user(number) for number in range(1, 6)]))
    assert written.summary["warnings"] == {"partly_written": 5}
    assert sum("jobTitle" in line for line in written.log) == 1


@speaking("no_email_filter")
def test_a_list_of_everybody_that_is_too_slow_is_asked_for_in_smaller_pages(write: Write, sandbox: Sandbox) -> None:
    known(sandbox, 1, code=None)
    slow = json.dumps({"errors": [{"message": "Your query timed out."}], "data": None})
    sandbox.xledger.faults.add(Fault.answer(slow, root_field="employees", after=1))
    written = write(records([a_user(1)]))
    assert (written.error, written.summary["created"], written.summary["updated"]) == (None, 0, 1)


@speaking("no_email_filter")
def test_where_the_address_decides_everybody_is_listed_whoever_else_comes(write: Write, sandbox: Sandbox) -> None:
    known(sandbox, 1, email="somebody@example.com")
    known(sandbox, 2, code="other", email=a_user(1)["email"])
    for people in ([a_user(1)], [a_user(1), a_user(3)]):
        written = write(records(people), match_on=["email", "employmentId"], mode="preview")
        assert written.summary["rejected"] == {"code_conflict": 1}


def test_a_gender_that_is_refused_without_a_quote_costs_nothing_but_itself(write: Write, sandbox: Sandbox) -> None:
    fault = Fault.refuse_value(root_field="updateContacts", path="gender.code", value="F", quoted=False)
    sandbox.xledger.faults.add(fault)
    written = write(records([a_user(number) for number in range(1, 6)]))
    assert (written.summary["created"], written.summary["warnings"]) == (5, {"partly_written": 5})
    assert all(row["contact"]["email"] and row["contact"]["jobTitle"] for row in sandbox.xledger.employees())


def test_an_address_in_small_letters_is_found_by_one_with_capitals(write: Write, sandbox: Sandbox) -> None:
    known(sandbox, 1, code=None)
    written = write(records([a_user(1, email=a_user(1)["email"].title())]))
    assert (written.summary["created"], written.summary["updated"]) == (0, 1)


@speaking("no_email_filter")
def test_a_list_of_everybody_that_is_refused_ends_a_sync_before_anybody_is_created(
    write: Write, sandbox: Sandbox
) -> None:
    deadlock = json.dumps({"errors": [{"message": "Transaction was deadlocked."}], "data": None})
    sandbox.xledger.faults.add(Fault.answer(deadlock, root_field="employees", after=1, times=None))
    written = write(records([a_user(1)]))
    assert written.error is not None
    assert written.error.failure_type is FailureType.transient_error
    assert sandbox.xledger.writes == []
