"""destination-huma against a real Huma: who is written, what, once, and what is said about it."""

from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from destination_huma.syncing import sync
from integration_tests.conftest import Write, a_stream
from integration_tests.decided import add, decisions
from integration_tests.huma_people import an_employee, as_user, company_of, hire
from integration_tests.records import Record, records, state
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.huma_dialects import HUMA_DIALECTS
from integration_tests.sandbox.huma_rights import END_OF_EMPLOYMENT, Rights

NO_REQUESTS = {"mode": "sync"}

CLOSED: Record = {"closed": True, "active": False}
YESTERDAY, TODAY = "2026-01-14", "2026-01-15"
"""On the clock of the sandbox."""

HAVE_LEFT = [CLOSED, {"active": False}, {"employmentTo": YESTERDAY}]
"""What tells of somebody that they have left."""


def written(sandbox: Sandbox) -> list[tuple[str, Record]]:
    """What Huma was sent, in order: each request, and its body."""
    return [(f"{write.method} {write.route}", dict(write.body or {})) for write in sandbox.huma.writes]


def adding(sandbox: Sandbox, **config: Any) -> dict[str, Any]:
    """Settings that have people added."""
    return {"new_users": "create", "new_user_groups": [company_of(sandbox)], **config}


def employees(*numbers: int, **changed: Any) -> Any:
    return records([an_employee(number, **changed) for number in numbers], stream="employees")


# ------------------------------------------------------------------ what costs nothing


def test_nobody_comes_and_nothing_is_asked_of_huma(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1)
    came = write_to_huma([state(1, "employees")])
    assert came.states == [1]
    assert came.summary["requests"] == 0
    assert sandbox.huma.requests == []


def test_people_who_do_not_differ_are_not_written(write_to_huma: Write, sandbox: Sandbox) -> None:
    for number in range(1, 6):
        hire(sandbox, number)
    came = write_to_huma(employees(1, 2, 3, 4, 5))
    assert came.summary["unchanged"] == 5
    assert written(sandbox) == []
    assert came.summary["conflicts"] == {}
    assert came.summary["warnings"] == {}


def test_everybody_is_read_once_and_by_the_list(write_to_huma: Write, sandbox: Sandbox) -> None:
    for number in range(1, 4):
        hire(sandbox, number)
    came = write_to_huma(employees(1, 2, 3))
    counts = sandbox.huma.counts()
    assert counts["GET /users/{id}"] == 3
    assert counts["GET /job-titles"] == 1
    assert came.summary["requests"] == sum(counts.values())


# ------------------------------------------------------------------ what is written


def test_what_huma_lacks_is_filled_in(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone=None, birthDate=None, homeAddress=None, bankAccount=None, gender=None)
    came = write_to_huma(employees(1))
    assert written(sandbox) == [
        (
            "PATCH /users/{id}",
            {
                "phone": "+47 900 00 001",
                "birthDate": "1990-01-02",
                "bankAccount": {"type": "national", "number": "86011117947", "country": "NO"},
                "homeAddress": {
                    "line1": "Storgata 1",
                    "line2": "",
                    "line3": "",
                    "postalCode": "0155",
                    "city": "Oslo",
                    "country": "NO",
                },
                "gender": "Female",
            },
        )
    ]
    assert came.summary["updated"] == 1
    assert came.summary["fields_changed"] == {
        "bankAccount": 1,
        "birthDate": 1,
        "gender": 1,
        "homeAddress": 1,
        "phone": 1,
    }
    assert sandbox.huma.users[user]["phone"] == "+47 900 00 001"


def test_where_both_have_a_value_humas_stays_and_it_is_a_conflict(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone="+47 911 11 111", familyName="Hansen")
    came = write_to_huma(employees(1))
    assert written(sandbox) == []
    assert came.summary["unchanged"] == 1
    assert came.summary["conflicts"] == {"familyName": 1, "phone": 1}


def test_where_xledger_wins_its_value_is_written(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone="+47 911 11 111", familyName="Hansen")
    came = write_to_huma(employees(1), no_unset_fields=["phone"])
    assert written(sandbox) == [("PATCH /users/{id}", {"phone": "+47 900 00 001"})]
    assert came.summary["conflicts"] == {"familyName": 1}
    assert sandbox.huma.users[user]["phone"] == "+47 900 00 001"


def test_nothing_is_ever_unset(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1)
    nothing = dict.fromkeys(
        ("phone", "birthday", "gender", "jobTitle", "bankAccount", "employmentFrom", "trialTo", "address"), None
    )
    came = write_to_huma(employees(1, **nothing), no_unset_fields=["phone", "birthDate", "gender", "bankAccount"])
    assert written(sandbox) == []
    assert came.summary["unchanged"] == 1


def test_a_read_only_field_is_not_written(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone=None, birthDate=None)
    write_to_huma(employees(1), read_only_fields=["phone"])
    assert written(sandbox) == [("PATCH /users/{id}", {"birthDate": "1990-01-02"})]


def test_job_title_and_dates_are_written_to_the_position(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, jobTitle=None, probationEndDate=None)
    came = write_to_huma(employees(1, jobTitle="Controller"))
    ((request, body),) = written(sandbox)
    assert request == "PATCH /users/{id}/positions/{position}"
    assert body["probationEndDate"] == "2020-07-01"
    assert set(body) == {"probationEndDate", "titleId"}
    assert came.summary["fields_changed"] == {"jobTitle": 1, "probationEndDate": 1}
    assert sandbox.huma.users[user]["jobTitle"] == "Controller"


def test_a_second_sync_writes_nothing(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone=None, homeAddress=None, jobTitle=None, probationEndDate=None)
    hire(sandbox, 2, email="kari2@example.com", employmentId=None)
    write_to_huma(employees(1, 2, 3), **adding(sandbox))
    before = len(sandbox.huma.writes)
    came = write_to_huma(employees(1, 2, 3), **adding(sandbox))
    assert len(sandbox.huma.writes) == before
    assert came.summary["unchanged"] == 3


# ------------------------------------------------------------------ what cannot be written


def test_a_title_that_huma_does_not_have_is_a_warning(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, jobTitle=None, phone=None)
    came = write_to_huma(employees(1, jobTitle="Wizard"))
    assert written(sandbox) == [("PATCH /users/{id}", {"phone": "+47 900 00 001"})]
    assert came.summary["warnings"] == {"unknown_job_title": 1}
    assert "employees 61000001: Left out: jobTitle (unknown_job_title). Huma has no job title of that name" in came.text


def test_without_a_position_nothing_of_it_is_written(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, employmentStartDate=None, jobTitle=None, probationEndDate=None, phone=None)
    came = write_to_huma(employees(1))
    assert written(sandbox) == [("PATCH /users/{id}", {"phone": "+47 900 00 001"})]
    assert came.summary["warnings"] == {"no_position": 3}


def test_a_field_of_another_integration_is_left_alone(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone=None, birthDate=None)
    sandbox.huma.own(user, "phone", integration="payroll")
    came = write_to_huma(employees(1))
    assert written(sandbox) == [("PATCH /users/{id}", {"birthDate": "1990-01-02"})]
    assert came.summary["warnings"] == {"locked_field": 1}


def test_a_field_of_the_position_that_is_another_integrations_is_left_alone(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    user = hire(sandbox, 1, jobTitle=None, probationEndDate=None)
    sandbox.huma.own(user, "jobTitle", integration="payroll")
    came = write_to_huma(employees(1))
    assert written(sandbox) == [("PATCH /users/{id}/positions/{position}", {"probationEndDate": "2020-07-01"})]
    assert came.summary["warnings"] == {"locked_field": 1}


def test_of_a_profile_that_is_locked_meanwhile_no_part_is_tried(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone=None, birthDate=None)
    sandbox.huma.faults.add(Fault.meanwhile(lambda: sandbox.huma.deactivate(user), method="PATCH"))
    came = write_to_huma(employees(1))
    assert len(written(sandbox)) == 1
    assert came.summary["rejected"] == {"refused_by_huma": 1}
    assert sandbox.huma.users[user]["phone"] is None


def test_of_somebody_who_is_another_integrations_altogether_nothing_is_written(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    """That says nothing of the key: others show that it may write."""
    owned = hire(sandbox, 1, phone=None)
    hire(sandbox, 2, phone=None)
    for name in ("email", "employmentId", "givenName", "familyName", "phone", "birthDate"):
        sandbox.huma.own(owned, name, integration="payroll")
    for name in ("bankAccount", "homeAddress", "gender"):
        sandbox.huma.own(owned, name, integration="payroll")
    came = write_to_huma(employees(1, 2))
    assert (came.summary["updated"], came.summary["unchanged"]) == (1, 1)
    assert came.summary["warnings"] == {"locked_field": 1}


def test_an_address_that_was_changed_and_is_not_confirmed_counts_as_theirs(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    user = hire(sandbox, 1, email="before@example.com", phone=None)
    sandbox.huma.users[user].requested_email = "kari1@example.com"
    came = write_to_huma(employees(1))
    assert written(sandbox) == [("PATCH /users/{id}", {"phone": "+47 900 00 001"})]
    assert came.summary["conflicts"] == {}


def test_the_profile_of_somebody_deactivated_is_locked(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone=None)
    sandbox.huma.deactivate(user)
    came = write_to_huma(employees(1), **adding(sandbox))
    assert written(sandbox) == []
    assert came.summary["skipped"] == {"locked": 1}


def test_of_half_a_position_the_half_that_is_seen_is_written(write_to_huma: Write, sandbox: Sandbox) -> None:
    sandbox.huma.rights = Rights(unseen=END_OF_EMPLOYMENT)
    hire(sandbox, 1, probationEndDate=None)
    came = write_to_huma(employees(1, noticeDate="2026-01-02", employmentTo="2026-03-31"))
    assert written(sandbox) == [("PATCH /users/{id}/positions/{position}", {"probationEndDate": "2020-07-01"})]
    assert came.summary["outcome"] == "succeeded"


def test_a_value_that_huma_refuses_is_left_out_and_the_rest_is_written(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone=None, birthDate=None, gender=None)
    sandbox.huma.faults.add(Fault.refuse_field("phone", path="/users/{id}", method="PATCH"))
    came = write_to_huma(employees(1))
    bodies = [set(body) for _, body in written(sandbox)]
    assert bodies == [{"phone", "birthDate", "gender"}, {"phone"}, {"birthDate"}, {"gender"}]
    assert came.summary["updated"] == 1
    assert came.summary["warnings"] == {"partly_written": 1}
    assert came.summary["fields_changed"] == {"birthDate": 1, "gender": 1}
    assert sandbox.huma.users[user]["birthDate"] == "1990-01-02"
    assert sandbox.huma.users[user]["phone"] is None


def test_somebody_of_whom_huma_refuses_everything_is_rejected(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone=None)
    hire(sandbox, 2, birthDate=None)
    sandbox.huma.faults.add(Fault.refuse_field("phone", path="/users/{id}", method="PATCH"))
    came = write_to_huma(employees(1, 2))
    assert came.summary["rejected"] == {"refused_by_huma": 1}
    assert came.summary["updated"] == 1
    assert [set(body) for _, body in written(sandbox)].count({"phone"}) == 1
    assert "employees 61000001 was rejected (refused_by_huma)." in came.text


def test_what_huma_takes_and_does_not_do_is_told(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone=None)
    sandbox.huma.dialect = HUMA_DIALECTS["ignores_changes"]
    came = write_to_huma(employees(1))
    assert came.summary["rejected"] == {"refused_by_huma": 1}
    assert "It took the change, and shows what was there before." in came.text


def test_a_huma_that_answers_with_nothing_is_believed(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone=None)
    sandbox.huma.dialect = HUMA_DIALECTS["silent_writes"]
    assert write_to_huma(employees(1)).summary["updated"] == 1


def test_a_huma_that_empties_what_it_was_not_sent_stops_the_sync(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone=None)
    sandbox.huma.faults.add(
        Fault.meanwhile(lambda: sandbox.huma.change(user, birthDate=None), path=f"/users/{user}", method="PATCH")
    )
    came = write_to_huma([*employees(1), state(1, "employees")])
    assert came.error is not None
    assert came.error.failure_type is FailureType.system_error
    assert f"Huma unset birthDate of user {user}, although this sync did not send it." in str(came.error.message)
    assert came.states == []
    assert came.summary["updated"] == 1


# ------------------------------------------------------------------ who is who


def test_somebody_without_an_employment_id_is_found_by_e_mail_and_gets_it(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    user = hire(sandbox, 1, employmentId=None, email="KARI1@Example.com")
    came = write_to_huma(employees(1))
    assert written(sandbox) == [("PATCH /users/{id}", {"employmentId": "E1"})]
    assert came.summary["updated"] == 1
    assert sandbox.huma.users[user]["employmentId"] == "E1"


def test_somebody_with_another_employment_id_is_never_taken_by_e_mail(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, employmentId="7")
    came = write_to_huma(employees(1), **adding(sandbox))
    assert written(sandbox) == []
    assert came.summary["rejected"] == {"code_conflict": 1}
    assert f"The user has the id {user}." in came.text


def test_nor_is_somebody_born_on_another_day(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, employmentId=None, birthDate="1970-05-05")
    came = write_to_huma(employees(1), **adding(sandbox))
    assert came.summary["rejected"] == {"code_conflict": 1}
    assert "birthDate differs" in came.text


@pytest.mark.parametrize("left", HAVE_LEFT)
def test_nor_does_somebody_who_has_left_become_who_has_the_address_now(
    left: Record, write_to_huma: Write, sandbox: Sandbox
) -> None:
    user = hire(sandbox, 1, employmentId=None, bankAccount=None)
    came = write_to_huma(employees(1, code="OLD", **left), **adding(sandbox))
    assert written(sandbox) == []
    assert came.summary["rejected"] == {"code_conflict": 1}
    assert f"The user has the id {user}, and the employee has left." in came.text
    assert write_to_huma(employees(1, code="NEW")).summary["updated"] == 1


def test_nor_is_somebody_with_the_code_of_a_stranger_in_another_entity(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, birthDate=None, identifications=None, bankAccount=None)
    stranger = {"firstName": "Ola", "lastName": "Hansen", "email": "ola@example.org"}
    came = write_to_huma(employees(1, **stranger), **adding(sandbox))
    assert written(sandbox) == []
    assert came.summary["rejected"] == {"code_conflict": 1}
    assert f"The user has the id {user}. The person is somebody else, or one of the two is wrong" in came.text
    for name, known in (("firstName", "Kari"), ("lastName", "Nordmann1"), ("email", "kari1@example.com")):
        assert write_to_huma(employees(1, **{**stranger, name: known})).summary["rejected"] == {}


def test_nor_is_somebody_whose_employment_id_the_key_does_not_see(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone=None)
    sandbox.huma.rights = Rights(unseen=frozenset({"employmentId"}))
    came = write_to_huma(employees(1))
    assert written(sandbox) == []
    assert came.summary["rejected"] == {"code_conflict": 1}
    assert write_to_huma(employees(1), match_on=["email"]).summary["updated"] == 1


def test_an_employment_id_that_differs_in_capital_letters_is_taken_for_nobodys(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    hire(sandbox, 1, employmentId="e1")
    came = write_to_huma(employees(1), **adding(sandbox))
    assert written(sandbox) == []
    assert came.summary["rejected"] == {"ambiguous_match": 1}


@pytest.mark.parametrize("second", [{"code": "E1"}, {"email": "kari1@example.com"}])
def test_two_with_one_key_are_not_both_added(write_to_huma: Write, sandbox: Sandbox, second: Record) -> None:
    people = [an_employee(1), an_employee(2, **second)]
    came = write_to_huma(records(people, stream="employees"), **adding(sandbox))
    assert came.summary["created"] == 1
    assert came.summary["rejected"] == {"duplicate_key": 1}


def test_two_are_never_the_same_user_in_whatever_batch_they_come(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone=None)
    others = [an_employee(number) for number in range(2, 103)]
    people = [an_employee(1), *others, an_employee(500, code="E1")]
    came = write_to_huma(records(people, stream="employees"))
    assert came.summary["rejected"] == {"duplicate_key": 1}


def test_the_same_employee_twice_is_the_later_record(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone=None)
    people = [an_employee(1), an_employee(1, phone="+47 922 22 222")]
    came = write_to_huma(records(people, stream="employees"))
    assert (came.summary["received"], came.summary["updated"]) == (2, 1)
    assert sandbox.huma.users[user]["phone"] == "+47 922 22 222"


def test_somebody_who_gets_an_employment_id_is_known_by_it_from_then_on(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, employmentId=None)
    others = [an_employee(number) for number in range(2, 152)]
    people = [an_employee(1), *others, an_employee(1, email="moved@example.com")]
    came = write_to_huma(records(people, stream="employees"))
    assert came.summary["skipped"] == {"not_in_huma": len(others)}
    assert (came.summary["updated"], came.summary["unchanged"]) == (1, 1)


def test_an_api_key_is_nobody(write_to_huma: Write, sandbox: Sandbox) -> None:
    service = sandbox.huma.service_user.facts["email"]
    came = write_to_huma(employees(1, email=service))
    assert came.summary["skipped"] == {"not_in_huma": 1}


def test_somebody_who_is_deleted_meanwhile_is_not_in_huma(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone=None)
    deletion = Fault.meanwhile(lambda: sandbox.huma.delete(user), path=f"/users/{user}", method="GET", after=1, times=1)
    sandbox.huma.faults.add(deletion)
    came = write_to_huma(employees(1))
    assert came.summary["skipped"] == {"not_in_huma": 1}


def test_what_is_entered_meanwhile_is_not_overwritten(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, phone=None)
    entered = Fault.meanwhile(
        lambda: sandbox.huma.change(user, phone="+47 933 33 333"), path=f"/users/{user}", method="GET", after=1, times=1
    )
    sandbox.huma.faults.add(entered)
    came = write_to_huma(employees(1))
    assert written(sandbox) == []
    assert came.summary["conflicts"] == {"phone": 1}
    assert sandbox.huma.users[user]["phone"] == "+47 933 33 333"


# ------------------------------------------------------------------ adding


def test_people_who_are_not_in_huma_are_left_out_unless_somebody_wants_them(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    came = write_to_huma(employees(1, 2))
    assert came.summary["skipped"] == {"not_in_huma": 2}
    assert written(sandbox) == []


def test_somebody_new_is_added_and_then_completed_and_not_invited(write_to_huma: Write, sandbox: Sandbox) -> None:
    came = write_to_huma(employees(1), **adding(sandbox))
    (added, first), (completed, rest) = written(sandbox)
    assert added == "POST /users"
    assert first == {
        "email": "kari1@example.com",
        "givenName": "Kari",
        "familyName": "Nordmann1",
        "groups": [company_of(sandbox)],
    }
    assert completed == "PATCH /users/{id}"
    assert set(rest) == {"employmentId", "phone", "birthDate", "bankAccount", "homeAddress", "gender"}
    assert came.summary["created"] == 1
    assert came.summary["warnings"] == {"no_position": 3}
    assert sandbox.huma.invited == []


def test_whatever_is_written_only_while_adding_is_written_then(write_to_huma: Write, sandbox: Sandbox) -> None:
    policies = [{"field": "phone", "policy": "create_only"}, {"field": "employmentId", "policy": "read_only"}]
    write_to_huma(employees(1), field_policies=policies, **adding(sandbox))
    (user,) = sandbox.huma.users.values()
    assert (user["phone"], user["employmentId"]) == ("+47 900 00 001", None)


def test_somebody_who_was_added_by_others_meanwhile_is_who_they_are(write_to_huma: Write, sandbox: Sandbox) -> None:
    """Everybody had been read by then."""
    meanwhile = Fault.meanwhile(
        lambda: hire(sandbox, 1, employmentId=None, phone=None), path="/job-titles", method="GET"
    )
    sandbox.huma.faults.add(meanwhile)
    came = write_to_huma(employees(1), **adding(sandbox))
    assert (came.summary["created"], came.summary["updated"]) == (0, 1)
    assert [request for request, _ in written(sandbox)] == ["PATCH /users/{id}"]
    (user,) = sandbox.huma.users.values()
    assert (user["phone"], user["employmentId"]) == ("+47 900 00 001", "E1")


def test_a_position_that_somebody_new_has_got_is_written(write_to_huma: Write, sandbox: Sandbox) -> None:
    """What was to be expected of somebody without one is not told then."""

    def give_a_position() -> None:
        (user,) = sandbox.huma.users
        sandbox.huma.change(user, employmentStartDate="2020-01-01")

    sandbox.huma.faults.add(Fault.meanwhile(give_a_position, path="/users/{id}", method="GET"))
    came = write_to_huma(employees(1), **adding(sandbox))
    assert came.summary["warnings"] == {}
    (user,) = sandbox.huma.users.values()
    assert (user["jobTitle"], user["probationEndDate"]) == ("Controller", "2020-07-01")


@pytest.mark.parametrize("lacking", ["email", "firstName", "lastName"])
def test_nobody_is_added_without_an_address_and_a_name(write_to_huma: Write, sandbox: Sandbox, lacking: str) -> None:
    came = write_to_huma(employees(1, **{lacking: None}), **adding(sandbox))
    assert written(sandbox) == []
    assert came.summary["rejected"] == {"missing_key": 1}


@pytest.mark.parametrize("left", HAVE_LEFT)
def test_nobody_who_has_left_is_added(write_to_huma: Write, sandbox: Sandbox, left: Record) -> None:
    came = write_to_huma(employees(1, **left), **adding(sandbox))
    assert written(sandbox) == []
    assert came.summary["skipped"] == {"deactivated": 1}


@pytest.mark.parametrize("left", HAVE_LEFT)
def test_unless_that_is_decided(write_to_huma: Write, sandbox: Sandbox, left: Record) -> None:
    came = write_to_huma(employees(1, **left), **adding(sandbox), decisions=decisions(add(an_employee(1)["id"])))
    assert came.summary["created"] == 1


@pytest.mark.parametrize("last_day", [TODAY, "9999-12-31"])
def test_somebody_who_works_to_this_day_is_added(write_to_huma: Write, sandbox: Sandbox, last_day: str) -> None:
    came = write_to_huma(employees(1, employmentTo=last_day), **adding(sandbox))
    assert came.summary["created"] == 1


@pytest.mark.parametrize(("last_day", "added"), [(YESTERDAY, 0), (TODAY, 1)])
def test_a_record_in_humas_own_terms_tells_of_the_last_day_too(
    write_to_huma: Write, sandbox: Sandbox, last_day: str, added: int
) -> None:
    record = as_user(an_employee(1), employmentEndDate=last_day)
    record = {key: record[key] for key in ("employmentId", "email", "givenName", "familyName", "employmentEndDate")}
    people = records([record], stream="staff")
    came = write_to_huma(people, streams=[a_stream("staff", destination_object="user")], **adding(sandbox))
    assert (came.summary["created"], came.summary["skipped"]) == (added, {} if added else {"deactivated": 1})


@pytest.mark.parametrize("left", HAVE_LEFT)
def test_somebody_who_has_left_and_is_in_huma_is_filled_in(
    write_to_huma: Write, sandbox: Sandbox, left: Record
) -> None:
    user = hire(sandbox, 1, phone=None)
    came = write_to_huma(employees(1, **left), **adding(sandbox))
    assert came.summary["updated"] == 1
    assert sandbox.huma.users[user]["phone"] == "+47 900 00 001"


@pytest.mark.parametrize("there", [True, False], ids=["in Huma", "not in Huma"])
@pytest.mark.parametrize("batch", [1, 100])
@pytest.mark.parametrize("left_first", [True, False], ids=["the old one first", "the new one first"])
@pytest.mark.parametrize("left", HAVE_LEFT)
def test_somebody_who_has_come_back_with_another_code_is_in_huma_once_under_that(  # noqa: PLR0917  every way they come
    write_to_huma: Write,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    left: Record,
    left_first: bool,
    batch: int,
    there: bool,
) -> None:
    monkeypatch.setattr(sync, "BATCH", batch)
    if there:
        hire(sandbox, 1, employmentId=None)
    old, new = an_employee(2, code="OLD", email="kari1@example.com", phone="+47 900 00 009", **left), an_employee(1)
    people = [old, new] if left_first else [new, old]
    for _ in range(2):
        write_to_huma(records(people, stream="employees"), **adding(sandbox))
        (user,) = sandbox.huma.users.values()
        assert (user["employmentId"], user["familyName"], user["phone"]) == ("E1", "Nordmann1", "+47 900 00 001")


@pytest.mark.parametrize("batch", [1, 100])
@pytest.mark.parametrize("other", [CLOSED, {}], ids=["who has left too", "who works"])
@pytest.mark.parametrize("left_first", [True, False], ids=["the old one first", "the other one first"])
def test_an_address_is_one_persons_also_where_it_is_decided_that_somebody_who_has_left_is_added(
    write_to_huma: Write,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    batch: int,
    other: Record,
    *,
    left_first: bool,
) -> None:
    monkeypatch.setattr(sync, "BATCH", batch)
    old, new = an_employee(2, code="OLD", email="kari1@example.com", **CLOSED), an_employee(1, **other)
    people = [old, new] if left_first else [new, old]
    decided = decisions(*(add(person["id"]) for person in people))
    came = write_to_huma(records(people, stream="employees"), **adding(sandbox), decisions=decided)
    assert (came.summary["created"], came.summary["rejected"]) == (1, {"duplicate_key": 1})
    (user,) = sandbox.huma.users.values()
    assert (user["employmentId"], user["familyName"]) in {("OLD", "Nordmann2"), ("E1", "Nordmann1")}


def test_the_sync_mode_update_adds_nobody(write_to_huma: Write, sandbox: Sandbox) -> None:
    came = write_to_huma(employees(1), streams=[a_stream("employees", "update")], **adding(sandbox))
    assert came.summary["skipped"] == {"not_in_huma": 1}


@pytest.mark.parametrize("match_on", [["employmentId", "email"], ["employmentId"], ["email"]])
def test_an_addition_that_was_cut_short_is_finished_however_people_are_found(
    write_to_huma: Write, sandbox: Sandbox, match_on: list[str]
) -> None:
    bare = dict.fromkeys(as_user(an_employee(1)), None)
    user = sandbox.huma.hire(
        **{**bare, "email": "kari1@example.com", "givenName": "Kari", "familyName": "Nordmann1"},
    )
    came = write_to_huma(employees(1), match_on=match_on, **adding(sandbox))
    assert came.summary["updated"] == 1
    assert "POST /users" not in dict(written(sandbox))
    assert sandbox.huma.users[user]["employmentId"] == "E1"


def test_somebody_whom_no_list_shows_is_not_added_again(write_to_huma: Write, sandbox: Sandbox) -> None:
    """Their address is refused; whoever has it is not seen by this key."""
    user = hire(sandbox, 1, employmentId=None)
    sandbox.huma.deactivate(user)
    sandbox.huma.rights = Rights(sees_deactivated=False)
    came = write_to_huma(employees(1), **adding(sandbox))
    assert came.summary["rejected"] == {"refused_by_huma": 1}
    assert len(sandbox.huma.users) == 1


def test_an_employment_id_that_is_taken_is_not_given_to_a_second_person(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, email="another@example.com", phone=None)
    came = write_to_huma(employees(1), match_on=["email"], **adding(sandbox))
    assert len(sandbox.huma.users) == 1
    assert came.summary["updated"] == 1
    assert sandbox.huma.users[user]["phone"] == "+47 900 00 001"


def test_what_is_refused_of_somebody_who_was_added_is_told(write_to_huma: Write, sandbox: Sandbox) -> None:
    sandbox.huma.faults.add(Fault.refuse_field("phone", path="/users/{id}", method="PATCH"))
    came = write_to_huma(employees(1), **adding(sandbox))
    assert came.summary["created"] == 1
    assert came.summary["warnings"]["partly_written"] == 1
    (user,) = sandbox.huma.users.values()
    assert (user["phone"], user["birthDate"], user["employmentId"]) == (None, "1990-01-02", None)


def test_the_employment_id_follows_once_huma_has_the_rest(write_to_huma: Write, sandbox: Sandbox) -> None:
    """Before, a sync to Xledger would take what Huma did not take for unset."""
    refusal = Fault.refuse_field("phone", path="/users/{id}", method="PATCH", times=2)
    sandbox.huma.faults.add(refusal)
    write_to_huma(employees(1), **adding(sandbox))
    came = write_to_huma(employees(1), **adding(sandbox))
    assert came.summary["fields_changed"] == {"employmentId": 1, "phone": 1}
    (user,) = sandbox.huma.users.values()
    assert (user["phone"], user["employmentId"]) == ("+47 900 00 001", "E1")


def test_the_employment_id_waits_for_nothing_that_is_never_unset(write_to_huma: Write, sandbox: Sandbox) -> None:
    user = hire(sandbox, 1, employmentId=None, homeAddress=None)
    sandbox.huma.faults.add(Fault.refuse_field("homeAddress", path="/users/{id}", method="PATCH"))
    write_to_huma(employees(1))
    assert sandbox.huma.users[user]["employmentId"] == "E1"


def test_a_key_that_loses_its_right_on_the_way_ends_the_sync_and_nobody_counts_as_done(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    numbers = range(1, 41)
    for number in numbers:
        hire(sandbox, number, phone=None)
    sandbox.huma.faults.add(
        Fault.meanwhile(
            lambda: setattr(sandbox.huma, "rights", Rights(writes=False)), method="PATCH", after=10, times=1
        )
    )
    came = write_to_huma([*employees(*numbers), state(1, "employees")])
    assert came.error is not None
    assert came.error.failure_type is FailureType.config_error
    assert "Huma's API key may read people, and write nothing of anybody." in str(came.error.message)
    assert came.states == []
    sandbox.huma.rights = Rights()
    assert write_to_huma(employees(*numbers)).summary["updated"] == len(numbers) - came.summary["updated"]


def test_people_whom_the_key_may_not_write_end_nothing_while_others_are_written(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    for number in range(1, 41):
        user = hire(sandbox, number, phone=None)
        if number > 10:
            sandbox.huma.faults.add(Fault.no_right(f"/users/{user}", "PATCH"))
    came = write_to_huma([*employees(*range(1, 41)), state(1, "employees")])
    assert came.states == [1]
    assert (came.summary["updated"], came.summary["rejected"]) == (10, {"refused_by_huma": 30})


def test_of_what_is_refused_while_adding_the_field_is_named(write_to_huma: Write, sandbox: Sandbox) -> None:
    sandbox.huma.faults.add(Fault.refuse_field("givenName", path="/users", method="POST"))
    came = write_to_huma(employees(1), **adding(sandbox))
    assert came.summary["rejected"] == {"refused_by_huma": 1}
    assert "Huma says: Invalid field Format (givenName)" in came.text


def test_groups_that_huma_does_not_take_end_the_sync_and_are_nobodys_fault(
    write_to_huma: Write, sandbox: Sandbox
) -> None:
    team = sandbox.huma.organisation.teams[0].id
    settings = {"new_users": "create", "new_user_groups": [team]}
    came = write_to_huma([*employees(1, 2), state(1, "employees")], **settings)
    assert came.error is not None
    assert came.error.failure_type is FailureType.config_error
    assert "Groups of new people (new_user_groups)" in str(came.error.message)
    assert came.summary["rejected"] == {}
    assert came.states == []


def test_a_key_that_may_add_nobody_ends_the_sync(write_to_huma: Write, sandbox: Sandbox) -> None:
    sandbox.huma.rights = Rights(creates=False)
    came = write_to_huma([*employees(1, 2), state(1, "employees")], **adding(sandbox))
    assert came.error is not None
    assert came.error.failure_type is FailureType.config_error
    assert "Huma's API key has no right to add people" in str(came.error.message)
    assert came.states == []


# ------------------------------------------------------------------ previews


MIXED: tuple[tuple[int, Record], ...] = (
    (1, {}),
    (2, {"phone": None, "jobTitle": None}),
    (3, {"phone": "+47 911 11 111"}),
    (4, {"employmentStartDate": None, "jobTitle": None, "probationEndDate": None}),
    (5, {"employmentId": None}),
    (6, {"employmentId": "7"}),
    (7, {"birthDate": None}),
)
"""How people in Huma differ from themselves in Xledger."""


def mixed(sandbox: Sandbox) -> Any:
    ids = {number: hire(sandbox, number, **changed) for number, changed in MIXED}
    sandbox.huma.own(ids[7], "birthDate", integration="payroll")
    return employees(*range(1, 10))


def test_a_preview_writes_nothing_and_tells_what_a_sync_does(
    write_to_huma: Write, sandbox: Sandbox, local: Record
) -> None:
    people = mixed(sandbox)
    before = sandbox.huma.snapshot()
    preview = write_to_huma(
        [*people, state(1, "employees")], mode="preview", object_storage_config=local, **adding(sandbox)
    )
    assert sandbox.huma.writes == []
    assert sandbox.huma.snapshot() == before
    assert preview.states == []
    sync = write_to_huma(people, **adding(sandbox))
    told = ("created", "updated", "unchanged", "skipped", "rejected", "warnings", "fields_changed", "conflicts")
    assert {key: preview.summary[key] for key in told} == {key: sync.summary[key] for key in told}


def test_a_preview_is_made_with_a_key_that_may_only_read(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone=None)
    sandbox.huma.rights = Rights(writes=False)
    came = write_to_huma(employees(1), mode="preview")
    assert came.summary["updated"] == 1
    assert came.summary["warnings"] == {}
    assert "This preview goes on as if it had that right." in came.text


def test_a_sync_with_such_a_key_ends_before_anybody_passes_for_done(write_to_huma: Write, sandbox: Sandbox) -> None:
    hire(sandbox, 1, phone=None)
    hire(sandbox, 2)
    sandbox.huma.rights = Rights(writes=False)
    came = write_to_huma([*employees(1, 2), state(1, "employees")])
    assert came.error is not None
    assert came.error.failure_type is FailureType.config_error
    assert "write nothing of anybody" in str(came.error.message)
    assert came.states == []
    assert sandbox.huma.writes == []
