"""Everything that is done with a Huma, done with the sandbox's."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from huma_api.asking.sync_run import SyncRun
from huma_api.people.rights import unwritable
from huma_api.writing.huma import Huma
from huma_api.writing.outcomes import Reason, Refused, Taken, Unanswered
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.huma_dialects import HUMA_DIALECTS
from integration_tests.sandbox.huma_rights import END_OF_EMPLOYMENT, Rights
from integration_tests.sandbox.huma_store import HumaUser

PEOPLE = 12
NEW = "ny.person@example.com"
FIELDS = ("givenName", "phone", "birthDate", "homeAddress", "bankAccount", "jobTitle", "employmentEndDate")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running(people=PEOPLE, employees=False) as running:
        yield running


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits, in seconds, none of which is really waited."""
    seconds: list[float] = []
    monkeypatch.setattr(time, "sleep", lambda wait: seconds.append(wait) if wait else None)
    return seconds


@pytest.fixture
def run() -> SyncRun:
    return SyncRun(max_retries=2)


@pytest.fixture
def huma(sandbox: Sandbox, run: SyncRun) -> Huma:
    return Huma(sandbox.destination_huma_config(), run)


@pytest.fixture
def person(sandbox: Sandbox) -> HumaUser:
    """Somebody active who has a position."""
    return next(
        user
        for user in sandbox.huma.users.values()
        if user.facts["active"] and user.facts["employmentStartDate"] and not user.facts["employmentEndDate"]
    )


@pytest.fixture
def left(sandbox: Sandbox) -> HumaUser:
    """Somebody deactivated."""
    user_id = sandbox.huma.hire()
    sandbox.huma.deactivate(user_id)
    return sandbox.huma.users[user_id]


def new(sandbox: Sandbox) -> dict[str, object]:
    groups = [sandbox.huma.organisation.companies[0].id]
    return {"email": NEW, "givenName": "Ny", "familyName": "Person", "groups": groups}


def test_a_change_arrives_and_is_read_afresh(sandbox: Sandbox, huma: Huma, person: HumaUser) -> None:
    address = {"line1": "Nygata 2", "line2": "", "line3": "", "postalCode": "0150", "city": "Oslo", "country": "NO"}
    changed = huma.change_user(person.id, {"phone": "+4798765432", "homeAddress": address})
    assert isinstance(changed, Taken)
    assert changed.body["id"] == person.id
    user = huma.read_user(person.id)
    assert user is not None
    assert (user.record["phone"], user.record["homeAddress"]["line1"]) == ("+4798765432", "Nygata 2")
    assert sandbox.huma.counts()["PATCH /users/{id}"] == 1


def test_a_position_is_changed(sandbox: Sandbox, huma: Huma, person: HumaUser) -> None:
    sandbox.huma.add_job_title("Vikar")
    [title] = [title.id for title in huma.job_titles() if title.name == "Vikar"]
    user = huma.read_user(person.id, to_write=True)
    assert user is not None
    assert user.position_id is not None
    body = {"titleId": title, "probationEndDate": "2027-02-01"}
    assert isinstance(huma.change_position(person.id, user.position_id, body), Taken)
    user = huma.read_user(person.id)
    assert user is not None
    assert (user.record["jobTitle"], user.record["probationEndDate"]) == ("Vikar", "2027-02-01")


def test_somebody_new_is_found_by_the_address_and_was_not_invited(sandbox: Sandbox, huma: Huma) -> None:
    assert huma.find_by_email(NEW) == ()
    created = huma.create_user(new(sandbox))
    assert isinstance(created, Taken)
    assert huma.find_by_email(f" {NEW.upper()}") == (created.body["id"],)
    assert not sandbox.huma.invited


def test_whoever_is_deactivated_is_found_too(huma: Huma, left: HumaUser) -> None:
    assert huma.find_by_email(left.facts["email"]) == (left.id,)


@pytest.mark.parametrize("dialect", ["no_fields", "conflicts", "quotes_values", "locked_is_forbidden"])
def test_a_refusal_is_one_however_huma_words_it(sandbox: Sandbox, huma: Huma, person: HumaUser, dialect: str) -> None:
    sandbox.huma.dialect = HUMA_DIALECTS[dialect]
    other = next(user for user in sandbox.huma.users.values() if user.get("phone") and user is not person)
    outcome = huma.change_user(person.id, {"phone": other["phone"]})
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.VALUE
    assert str(other["phone"]) not in repr(outcome)


@pytest.mark.parametrize("dialect", ["no_fields", "conflicts", "quotes_values", "locked_is_forbidden"])
def test_a_locked_profile_is_one_however_huma_words_it(
    sandbox: Sandbox, huma: Huma, left: HumaUser, dialect: str
) -> None:
    sandbox.huma.dialect = HUMA_DIALECTS[dialect]
    outcome = huma.change_user(left.id, {"gender": "Female"})
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.LOCKED


def test_an_address_that_waits_for_its_owner_counts_as_written(sandbox: Sandbox, huma: Huma, person: HumaUser) -> None:
    sandbox.huma.dialect = HUMA_DIALECTS["new_emails_wait"]
    assert isinstance(huma.change_user(person.id, {"email": NEW}), Taken)
    user = huma.read_user(person.id)
    assert user is not None
    assert user.pending_email == NEW
    assert user.record["email"] == person.facts["email"]


def test_an_answer_without_a_body_is_one_to_a_change_and_none_to_somebody_new(
    sandbox: Sandbox, huma: Huma, person: HumaUser
) -> None:
    sandbox.huma.dialect = HUMA_DIALECTS["silent_writes"]
    assert huma.change_user(person.id, {"phone": "+4798765432"}) == Taken({})
    assert isinstance(huma.create_user(new(sandbox)), Unanswered)
    assert len(huma.find_by_email(NEW)) == 1


LOST = [
    pytest.param(lambda: Fault.lost_answer(method="POST", path="/users", times=1), id="lost"),
    pytest.param(lambda: Fault.lost_answer(partial=True, method="POST", path="/users", times=1), id="half"),
    pytest.param(lambda: Fault.error_after(502, method="POST", path="/users", times=1), id="502"),
]


@pytest.mark.parametrize("fault", LOST)
def test_after_a_lost_answer_whoever_is_there_is_found_and_there_once(
    sandbox: Sandbox, huma: Huma, fault: Callable[[], Fault]
) -> None:
    sandbox.huma.faults.add(fault())
    assert isinstance(huma.create_user(new(sandbox)), Unanswered)
    assert len(huma.find_by_email(NEW)) == 1
    assert sandbox.huma.counts()["POST /users"] == 1


@pytest.mark.parametrize(
    "fault",
    [
        lambda: Fault.too_many_requests(5, method="PATCH", times=1),
        lambda: Fault.server_error(500, method="PATCH", times=1),
        lambda: Fault.maintenance_page(method="PATCH", times=1),
        lambda: Fault.lost_answer(method="PATCH", times=1),
        lambda: Fault.dropped_connection(method="PATCH", times=1),
        lambda: Fault.error_after(502, method="PATCH", times=1),
    ],
    ids=["rate limit", "500", "maintenance", "lost", "dropped", "carried out and 502"],
)
def test_a_change_gets_through_what_passes(
    sandbox: Sandbox, huma: Huma, run: SyncRun, person: HumaUser, fault: Callable[[], Fault]
) -> None:
    sandbox.huma.faults.add(fault())
    assert isinstance(huma.change_user(person.id, {"phone": "+4798765432"}), Taken)
    assert person["phone"] == "+4798765432"
    assert run.traffic.retries == 1


def test_a_token_that_expires_is_replaced(sandbox: Sandbox, huma: Huma, person: HumaUser) -> None:
    huma.read_user(person.id)
    sandbox.huma.expire_tokens()
    assert isinstance(huma.change_user(person.id, {"phone": "+4798765432"}), Taken)
    sandbox.huma.expire_tokens()
    assert isinstance(huma.create_user(new(sandbox)), Taken)
    assert sandbox.huma.counts()["POST /auth/oauth/token"] == 3


def test_a_right_to_read_without_one_to_write_shows_in_what_is_read(
    sandbox: Sandbox, huma: Huma, person: HumaUser
) -> None:
    assert unwritable(huma.some_people(3), FIELDS) == []
    sandbox.huma.rights = Rights(writes=False)
    assert unwritable(huma.some_people(3), FIELDS) == [*FIELDS]
    assert all(request.method != "PATCH" for request in sandbox.huma.requests)
    outcome = huma.change_user(person.id, {"phone": "+4798765432"})
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.NOT_ALLOWED


def test_half_a_position_shows_in_what_is_read(sandbox: Sandbox, huma: Huma) -> None:
    sandbox.huma.rights = Rights(unseen=END_OF_EMPLOYMENT, unwritable=frozenset({"phone"}))
    assert unwritable(huma.some_people(3), FIELDS) == ["phone", "employmentEndDate"]


@pytest.mark.parametrize("surely", [True, False])
def test_a_field_that_another_integration_owns_shows_in_what_is_read(
    sandbox: Sandbox, huma: Huma, person: HumaUser, surely: bool
) -> None:
    for field in ("phone", "employmentStartDate"):
        sandbox.huma.own(person.id, field, integration="payroll", surely=surely)
    user = huma.read_user(person.id, to_write=True)
    assert user is not None
    assert ({"phone", "employmentStartDate"} <= user.locked) is surely
    assert isinstance(huma.change_user(person.id, {"phone": "+4798765432"}), Refused if surely else Taken)


def test_groups_are_told_by_their_type(sandbox: Sandbox, huma: Huma) -> None:
    company = sandbox.huma.organisation.companies[0].id
    assert huma.groups([company.upper(), "00000000-0000-4000-8000-000000000000"]) == {company: "company"}


def test_eight_are_in_flight_at_most(sandbox: Sandbox, huma: Huma) -> None:
    sandbox.huma.latency = 0.02
    people = [user.id for user in sandbox.huma.users.values() if user.facts["active"]] * 4
    with ThreadPoolExecutor(20) as threads:
        assert all(threads.map(huma.read_user, people))
    assert 1 < sandbox.huma.most_under_way <= 8


def test_whoever_searches_finds_nobody_where_huma_searches_names_alone(sandbox: Sandbox, huma: Huma) -> None:
    """So creating somebody is refused by the address, which is Huma's own look-up."""
    sandbox.huma.dialect = replace(HUMA_DIALECTS["searches_names"])
    huma.create_user(new(sandbox))
    assert huma.find_by_email(NEW) == ()
    again = huma.create_user(new(sandbox))
    assert isinstance(again, Refused)
    assert again.reason is Reason.VALUE
