"""The Huma of the sandbox takes what its description takes, refuses all else, and says which."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import requests
import yaml

from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.huma_dialects import DESCRIBED, HUMA_DIALECTS
from integration_tests.sandbox.huma_inputs import INPUTS
from integration_tests.sandbox.huma_rights import END_OF_EMPLOYMENT, Rights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integration_tests.sandbox.huma_store import Huma

OPENAPI = Path(__file__).parents[2] / "shared" / "contracts" / "huma-openapi.yaml"

UNKNOWN = str(uuid.UUID(int=0))
LINES = {"line1": "Storgata 1", "line2": "", "line3": "", "postalCode": "0155", "city": "Oslo", "country": "NO"}
NATIONAL = {"type": "national", "number": "12345678903", "country": "NO"}
INTERNATIONAL = {"type": "international", "iban": "SE4550000000058398257466", "bic": "SWEDSESS"}
PASSPORT = {"type": "passport", "country": "PL", "value": "EK1234567"}
FIRST_DAY = {"contractStartDate": "2025-02-01", "contractType": "Permanent"}


class Key:
    """An API key of a Huma, and what is sent with it."""

    def __init__(self, huma: Huma) -> None:
        self.huma = huma
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {huma.issue_token()}"
        self.company = huma.organisation.companies[0].id
        self.new = {"email": "new@nordlys.example", "givenName": "Åse", "familyName": "Ny", "groups": [self.company]}

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        return self.session.request(method, f"{self.huma.url}{path}", json=body, timeout=10, **more)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.send("GET", path, params=query)
        answer.raise_for_status()
        return answer.json()

    def write(self, method: str, path: str, body: Any) -> Any:
        """What a write answers that is carried out."""
        answer = self.send(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any, status: int = 400) -> Any:
        """What a write answers that is refused, and changes nothing."""
        before = self.huma.snapshot()
        answer = self.send(method, path, body)
        assert answer.status_code == status, answer.text
        assert self.huma.snapshot() == before
        return answer.json()

    def listed(self, **query: Any) -> list[str]:
        return [item["id"] for item in self.get("/users", limit=50, **query)["items"]]

    def title(self, name: str = "Kokk") -> str:
        return str(next(title["id"] for title in self.get("/job-titles") if title["name"] == name))

    def current(self, user_id: str) -> str:
        return f"/users/{user_id}/positions/{self.get(f'/users/{user_id}')['currentPositions'][0]['id']}"


def sent(body: Any) -> Any:
    """A body without the keys that are to be missing: those with an ellipsis."""
    if not isinstance(body, dict):
        return body
    return {name: sent(value) for name, value in body.items() if value is not ...}


def editable(shown: dict[str, Any]) -> set[bool]:
    """What the wrappers of an answer say of writing."""
    return {value["editable"] for value in shown.values() if isinstance(value, dict) and "editable" in value}


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox.running(people=40, burst_limit=None) as sandbox:
        yield sandbox


@pytest.fixture
def key(served: Sandbox) -> Iterator[Key]:
    huma = served.huma
    users = dict(huma.users)
    yield Key(huma)
    huma.users, huma.rights, huma.dialect = users, Rights(), DESCRIBED
    huma.faults.clear()
    huma.invited.clear()


@pytest.fixture
def user(key: Key) -> str:
    """Somebody who works there."""
    return key.huma.hire(jobTitle="Controller")


@pytest.fixture
def left(key: Key) -> str:
    """Somebody who is deactivated."""
    user_id = key.huma.hire()
    key.huma.deactivate(user_id)
    return user_id


# ---- new users


def test_a_created_user_is_there_with_the_groups_and_nothing_else(key: Key) -> None:
    team = key.huma.organisation.teams[0]
    created = key.write("POST", "/users", {**key.new, "phone": "+4790000001", "groups": [key.company, team.id]})
    assert created["id"] in key.listed(search="new@nordlys.example")
    details = key.get(f"/users/{created['id']}")
    told = {name: details[name].get("value") for name in ("email", "givenName", "phone", "employmentId", "homeAddress")}
    assert told == {
        "email": "new@nordlys.example",
        "givenName": "Åse",
        "phone": "+4790000001",
        "employmentId": None,
        "homeAddress": None,
    }
    assert [group["name"] for group in created["groups"]] == ["Nordlys AS", team.name]
    assert details["currentPositions"] == []
    assert details["status"] == {"active": True}


@pytest.mark.parametrize(("asked", "invited"), [({}, 0), ({"invite": False}, 0), ({"invite": True}, 1)])
def test_who_is_mailed_an_invitation_is_counted(key: Key, asked: dict[str, Any], invited: int) -> None:
    key.write("POST", "/users", {**key.new, **asked})
    assert len(key.huma.invited) == invited


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"email": ...}, ["email"]),
        ({"givenName": ..., "familyName": ...}, ["familyName", "givenName"]),
        ({"groups": ...}, ["groups"]),
        ({"email": "nobody"}, ["email"]),
        ({"email": None}, ["email"]),
        ({"givenName": ""}, ["givenName"]),
        ({"familyName": "x" * 256}, ["familyName"]),
        ({"groups": []}, ["groups"]),
        ({"groups": [UNKNOWN]}, ["groups"]),
        ({"groups": ["Nordlys AS"]}, ["groups"]),
        ({"employmentId": "1"}, ["employmentId"]),
        ({"invite": "yes"}, ["invite"]),
        ({"inviteLanguage": "norsk"}, ["inviteLanguage"]),
        ({"inviteLanguage": "NO"}, ["inviteLanguage"]),
        ({"supervisor": UNKNOWN}, ["supervisor"]),
    ],
)
def test_a_new_user_who_is_not_as_described_is_refused(key: Key, body: dict[str, Any], fields: list[str]) -> None:
    assert key.refused("POST", "/users", sent({**key.new, **body})) == {
        "errorCode": "field:invalid-format",
        "errorMessage": "Invalid field Format",
        "fields": fields,
    }


def test_a_new_user_is_in_a_company_and_in_no_group_twice(key: Key) -> None:
    team = key.huma.organisation.teams[0].id
    for groups in ([team], [key.company, key.company], [key.company, UNKNOWN]):
        assert key.refused("POST", "/users", {**key.new, "groups": groups})["fields"] == ["groups"]


# ---- users


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("givenName", "Åse 🧑‍🚀"),
        ("familyName", "x" * 255),
        ("preferredName", "Å"),
        ("email", "other@nordlys.example"),
        ("privateEmail", "home@post.example"),
        ("phone", "22 33 44 55"),
        ("birthDate", "1988-02-29"),
        ("gender", "Ikke-binær"),
        ("nationality", "SE"),
        ("civilStatus", "Single"),
        ("employmentId", "OLD 1"),
        ("seniorityNote", "long"),
        ("interests", ["skiing"]),
        ("excludeFromSurveys", True),
    ],
)
def test_what_is_written_of_a_user_is_read_and_nothing_else_changes(
    key: Key, user: str, name: str, value: object
) -> None:
    before = key.get(f"/users/{user}")
    answer = key.write("PATCH", f"/users/{user}", {name: value})
    after = key.get(f"/users/{user}")
    assert answer == after
    assert after == {**before, name: {"value": value, "editable": True}}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ({"homeAddress": LINES}, {line: text for line, text in LINES.items() if text}),
        ({"bankAccount": NATIONAL}, {**NATIONAL, "code": "1234"}),
        ({"bankAccount": INTERNATIONAL}, {**INTERNATIONAL, "code": "SWEDSESS"}),
    ],
)
def test_an_object_that_is_written_is_shown_whole(
    key: Key, user: str, written: dict[str, Any], shown: dict[str, Any]
) -> None:
    key.write("PATCH", f"/users/{user}", written)
    (name,) = written
    assert key.get(f"/users/{user}")[name]["value"] == shown


def test_experience_is_written_in_years_and_read_in_months(key: Key, user: str) -> None:
    key.write("PATCH", f"/users/{user}", {"relevantExperienceInYears": 2})
    assert key.get(f"/users/{user}")["relevantExperienceInMonths"]["value"] == 24


def test_custom_fields_and_the_supervisor_are_written_too(key: Key, user: str) -> None:
    boss = key.huma.hire()
    key.write("PATCH", f"/users/{user}", {"custom": {"shirtSize": "XL"}, "supervisor": boss})
    details = key.get(f"/users/{user}")
    assert (details["custom"]["shirtSize"]["value"], details["supervisor"]["value"]["id"]) == ("XL", boss)
    assert key.refused("PATCH", f"/users/{user}", {"custom": {"shoeSize": 1}})["fields"] == ["custom.shoeSize"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"phone": None}, ["phone"]),
        ({"phone": ""}, ["phone"]),
        ({"employmentId": " "}, ["employmentId"]),
        ({"employmentId": 1001}, ["employmentId"]),
        ({"givenName": "x" * 256, "gender": "x" * 256}, ["gender", "givenName"]),
        ({"email": "two words@nordlys.example"}, ["email"]),
        ({"birthDate": "29.02.1988"}, ["birthDate"]),
        ({"birthDate": "1989-02-29"}, ["birthDate"]),
        ({"birthDate": "19880229"}, ["birthDate"]),
        ({"birthDate": "1988-02-29T00:00:00Z"}, ["birthDate"]),
        ({"nationality": "no"}, ["nationality"]),
        ({"civilStatus": "Divorced"}, ["civilStatus"]),
        ({"excludeFromSurveys": "true"}, ["excludeFromSurveys"]),
        ({"relevantExperienceInMonths": 1.5}, ["relevantExperienceInMonths"]),
        ({"homeAddress": {**LINES, "line2": ..., "country": ...}}, ["homeAddress.country", "homeAddress.line2"]),
        ({"homeAddress": {**LINES, "line2": None}}, ["homeAddress.line2"]),
        ({"homeAddress": {**LINES, "country": "ZZ"}}, ["homeAddress.country"]),
        ({"homeAddress": {**LINES, "line4": ""}}, ["homeAddress.line4"]),
        ({"homeAddress": {**LINES, "city": "x" * 256}}, ["homeAddress.city"]),
        ({"homeAddress": None}, ["homeAddress"]),
        ({"bankAccount": {**INTERNATIONAL, "bic": None}}, ["bankAccount"]),
        ({"bankAccount": {"type": "international", "iban": "SE4550000000058398257466"}}, ["bankAccount"]),
        ({"bankAccount": {"number": "12345678903", "country": "NO"}}, ["bankAccount"]),
        ({"bankAccount": {**NATIONAL, "type": "international"}}, ["bankAccount"]),
        ({"bankAccount": {**NATIONAL, "code": "1234"}}, ["bankAccount"]),
        ({"bankAccount": {**NATIONAL, "country": "NOR"}}, ["bankAccount"]),
        ({"jobTitle": "Kokk"}, ["jobTitle"]),
        ({"employmentStartDate": "2025-01-01"}, ["employmentStartDate"]),
        ({"identifications": []}, ["identifications"]),
        ({"groups": []}, ["groups"]),
        ({"active": False}, ["active"]),
        ({"supervisor": UNKNOWN}, ["supervisor"]),
    ],
)
def test_a_change_of_a_user_that_is_not_as_described_is_refused(
    key: Key, user: str, body: dict[str, Any], fields: list[str]
) -> None:
    refusal = key.refused("PATCH", f"/users/{user}", {"preferredName": "Å", **sent(body)})
    assert (refusal["errorCode"], refusal["fields"]) == ("field:invalid-format", fields)


@pytest.mark.parametrize("content", ["", "null", "{}", "[]", '"text"', "{", '{"phone": NaN}'])
def test_a_body_that_is_no_object_with_something_in_it_is_refused(key: Key, user: str, content: str) -> None:
    before = key.huma.snapshot()
    headers = {"Content-Type": "application/json"}
    url = f"{key.huma.url}/users/{user}"
    assert key.session.patch(url, data=content, headers=headers, timeout=10).status_code == 400
    assert key.session.patch(url, data={"phone": "1"}, timeout=10).status_code == 400
    assert key.huma.snapshot() == before


def test_a_write_has_no_parameters(key: Key, user: str) -> None:
    assert key.refused("PATCH", f"/users/{user}?force=true", {"phone": "+4790000009"})["fields"] == ["force"]


def test_nobody_is_written_to_who_is_not_there(key: Key) -> None:
    answer = key.refused("PATCH", f"/users/{UNKNOWN}", {"phone": "1"}, 404)
    assert answer["errorCode"] == "object:not-found"
    service_user = key.huma.service_user
    assert key.refused("PATCH", "/users/me", {"phone": "1"})["errorCode"] == "user:locked"
    assert service_user["phone"] is None


# ---- what is unique


UNIQUE = {"email": "taken@nordlys.example", "phone": "+4790000002", "employmentId": "Q-7"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *UNIQUE.items(),
        ("email", "Taken@Nordlys.example"),
        ("phone", "+47 900 00 002"),
        ("employmentId", " q-7"),
    ],
)
def test_what_somebody_has_nobody_else_gets(key: Key, user: str, name: str, value: str) -> None:
    key.huma.hire(**UNIQUE)
    refusal = key.refused("PATCH", f"/users/{user}", {name: value, "gender": "x"})
    assert (refusal["errorCode"], refusal["fields"]) == ("field:not-unique", [name])


@pytest.mark.parametrize("rights", [Rights(), Rights(sees_deactivated=False)])
def test_what_a_deactivated_person_has_is_taken_even_if_the_key_does_not_see_them(key: Key, rights: Rights) -> None:
    key.huma.deactivate(key.huma.hire(**UNIQUE))
    key.huma.rights = rights
    assert key.refused("POST", "/users", {**key.new, "email": UNIQUE["email"]})["fields"] == ["email"]
    assert key.refused("POST", "/users", {**key.new, "phone": UNIQUE["phone"]})["fields"] == ["phone"]


def test_ones_own_values_may_be_written_again(key: Key) -> None:
    user = key.huma.hire(**UNIQUE)
    key.write("PATCH", f"/users/{user}", UNIQUE)


def test_what_is_taken_may_be_a_conflict(key: Key, user: str) -> None:
    key.huma.hire(**UNIQUE)
    key.huma.dialect = HUMA_DIALECTS["conflicts"]
    key.refused("PATCH", f"/users/{user}", {"phone": UNIQUE["phone"]}, 409)


# ---- a changed e-mail address


def test_a_changed_email_address_may_wait_for_its_owner(key: Key, user: str) -> None:
    key.huma.dialect = HUMA_DIALECTS["new_emails_wait"]
    before = key.huma.users[user]["email"]
    waiting = {"value": before, "editable": True, "requestedValue": "other@nordlys.example"}
    answer = key.write("PATCH", f"/users/{user}", {"email": "other@nordlys.example", "preferredName": "Å"})
    assert answer["email"] == key.get(f"/users/{user}")["email"] == waiting
    assert answer["preferredName"]["value"] == "Å"
    assert key.refused("POST", "/users", {**key.new, "email": "other@nordlys.example"})["fields"] == ["email"]
    key.write("PATCH", f"/users/{user}", {"email": before})
    assert key.get(f"/users/{user}")["email"] == {"value": before, "editable": True}


# ---- locked profiles, and fields of others


@pytest.mark.parametrize(("dialect", "status"), [("described", 400), ("locked_is_forbidden", 403)])
def test_the_profile_of_a_deactivated_user_is_locked(key: Key, left: str, dialect: str, status: int) -> None:
    key.huma.dialect = HUMA_DIALECTS[dialect]
    position = key.current(left)
    for method, path, body in (
        ("PATCH", f"/users/{left}", {"phone": "+4790000009"}),
        ("PATCH", position, {"percentage": 50}),
        ("POST", f"/users/{left}/positions", {**FIRST_DAY, "titleId": key.title()}),
        ("POST", f"/users/{left}/identifications", PASSPORT),
    ):
        assert key.refused(method, path, body, status)["errorCode"] == "user:locked"
    assert editable(key.get(f"/users/{left}")) == {False}


def test_a_field_that_another_integration_owns_says_so_and_is_not_written(key: Key, user: str) -> None:
    key.huma.own(user, "phone", "birthDate", "employmentStartDate", "jobTitle", integration="sage")
    details = key.get(f"/users/{user}")
    warning = {"sage": {"warning": "locked_disconnect"}}
    assert (details["phone"]["editable"], details["phone"]["integrations"]) == (False, warning)
    assert (details["birthDate"]["editable"], "integrations" in details["birthDate"]) == (False, False)
    position = key.get(key.current(user))
    assert (position["title"]["editable"], position["title"]["integrations"]) == (False, warning)
    assert position["contractStartDate"]["editable"] is False
    refusal = key.refused("PATCH", f"/users/{user}", {"phone": "+4790000009", "gender": "Male"})
    assert (refusal["errorCode"], refusal["fields"]) == ("field:locked", ["phone"])
    body = {"titleId": key.title(), "contractStartDate": "2020-01-01", "percentage": 50}
    assert key.refused("PATCH", key.current(user), body)["fields"] == ["contractStartDate", "titleId"]


def test_a_field_that_another_integration_may_own_is_written(key: Key, user: str) -> None:
    key.huma.own(user, "phone", integration="sage", surely=False)
    written = key.write("PATCH", f"/users/{user}", {"phone": "+4790000009"})["phone"]
    warning = {"sage": {"warning": "possibly_locked_disconnect"}}
    assert written == {"value": "+4790000009", "editable": True, "integrations": warning}


# ---- the rights of a key


def test_a_key_that_only_reads_writes_nothing_and_can_tell_beforehand(key: Key, user: str) -> None:
    identification = key.write("POST", f"/users/{user}/identifications", PASSPORT)["id"]
    key.huma.rights = Rights(writes=False)
    position = key.current(user)
    for method, path, body in (
        ("POST", "/users", key.new),
        ("PATCH", f"/users/{user}", {"phone": "+4790000009"}),
        ("POST", f"/users/{user}/positions", {**FIRST_DAY, "titleId": key.title()}),
        ("PATCH", position, {"percentage": 50}),
        ("POST", f"/users/{user}/identifications", PASSPORT),
        ("PUT", f"/users/{user}/identifications/{identification}", PASSPORT),
    ):
        assert key.refused(method, path, body, 403)["error"] == "insufficient_scope"
    for shown in (key.get(f"/users/{user}"), key.get(position)):
        assert editable(shown) == {False}


def test_a_key_may_change_users_and_not_create_any(key: Key, user: str) -> None:
    key.huma.rights = Rights(creates=False)
    key.refused("POST", "/users", key.new, 403)
    key.write("PATCH", f"/users/{user}", {"phone": "+4790000009"})


def test_a_key_may_see_a_field_of_everybody_and_not_write_it(key: Key, user: str) -> None:
    key.huma.rights = Rights(unwritable=frozenset({"bankAccount", "jobTitle"}))
    assert key.get(f"/users/{user}")["bankAccount"]["editable"] is False
    title = key.get(key.current(user))["title"]
    assert (title["value"]["name"], title["editable"]) == ("Controller", False)
    key.refused("PATCH", f"/users/{user}", {"bankAccount": NATIONAL, "phone": "+4790000009"}, 403)
    key.refused("PATCH", key.current(user), {"titleId": key.title()}, 403)
    key.write("PATCH", f"/users/{user}", {"phone": "+4790000009"})


def test_a_key_may_see_one_half_of_a_position_and_not_the_other(key: Key, user: str) -> None:
    key.huma.change(user, employmentEndDate="2026-12-31", terminationNoticeDate="2026-09-30")
    key.huma.rights = Rights(unseen=END_OF_EMPLOYMENT)
    details, position = key.get(f"/users/{user}"), key.get(key.current(user))
    assert not END_OF_EMPLOYMENT & set(details)
    assert "contractEndDate" not in details["currentPositions"][0]
    assert not {"contractEndDate", "lastDayOfWork", "terminationNoticeDate"} & set(position)
    assert position["contractStartDate"]["editable"] is True
    key.refused("PATCH", key.current(user), {"contractEndDate": "2026-12-01"}, 403)
    key.refused("PATCH", key.current(user), {"terminationNoticeDate": "2026-09-01", "percentage": 50}, 403)
    key.write("PATCH", key.current(user), {"probationEndDate": "2026-03-01"})


def test_a_key_may_not_see_who_is_deactivated(key: Key, left: str) -> None:
    assert left in key.listed(isActive="false")
    key.huma.rights = Rights(sees_deactivated=False)
    assert key.listed(isActive="false") == []
    assert key.send("GET", f"/users/{left}").status_code == 404
    key.refused("PATCH", f"/users/{left}", {"phone": "+4790000009"}, 404)


# ---- positions


def test_the_first_position_is_the_one_that_the_details_tell_of(key: Key) -> None:
    user = key.write("POST", "/users", key.new)["id"]
    more = {"contractEndDate": "2027-01-31", "percentage": 80, "probationEndDate": "2025-08-01", "note": "half-time"}
    created = key.write("POST", f"/users/{user}/positions", {**FIRST_DAY, "titleId": key.title(), **more})
    details = key.get(f"/users/{user}")
    assert [position["id"] for position in details["currentPositions"]] == [created["id"]]
    assert created == key.get(key.current(user))
    told = {name: created[name]["value"] for name in ("contractStartDate", "contractType", *more)}
    assert told == {**FIRST_DAY, **more}
    assert (details["jobTitle"]["value"]["name"], details["employmentPercentage"]["value"]) == ("Kokk", 80)
    assert key.listed(search="kokk") == [user] or user in key.listed(search="kokk")


def test_another_position_stands_beside_the_first(key: Key, user: str) -> None:
    before = key.get(key.current(user))
    other = key.write("POST", f"/users/{user}/positions", {**FIRST_DAY, "titleId": key.title()})
    assert other["percentage"]["value"] == 100
    assert key.get(key.current(user)) == before
    assert [item["id"] for item in key.get(f"/users/{user}/positions")["items"]] == [before["id"], other["id"]]
    changed = key.write("PATCH", f"/users/{user}/positions/{other['id']}", {"contractEndDate": "2025-06-30"})
    assert (changed["status"], changed["contractEndDate"]["value"]) == ("ENDED", "2025-06-30")
    assert key.get(key.current(user)) == before


@pytest.mark.parametrize(
    ("name", "value", "in_the_record"),
    [
        ("contractStartDate", "2020-01-01", "employmentStartDate"),
        ("contractEndDate", "2027-01-01", "employmentEndDate"),
        ("probationEndDate", "2026-03-01", "probationEndDate"),
        ("terminationNoticeDate", "2026-12-01", "terminationNoticeDate"),
        ("firstDayOfWork", "2020-01-02", "firstDayOfWork"),
        ("lastDayOfWork", "2026-12-31", "lastDayOfWork"),
        ("percentage", 40, "employmentPercentage"),
        ("contractType", "Temporary", "employmentType"),
        ("description", "Nights", "jobDescription"),
    ],
)
def test_what_is_written_of_a_position_is_read_of_the_user_too(
    key: Key, user: str, name: str, value: object, in_the_record: str
) -> None:
    path, before = key.current(user), key.get(f"/users/{user}")
    answer = key.write("PATCH", path, {name: value})
    assert answer == key.get(path)
    after = key.get(f"/users/{user}")
    assert answer[name] == after[in_the_record] == {"value": value, "editable": True}
    assert {**after, "currentPositions": 0, in_the_record: 0} == {**before, "currentPositions": 0, in_the_record: 0}


def test_a_title_is_one_of_the_list_and_stays_there_when_nobody_has_it(key: Key) -> None:
    user = key.huma.hire(jobTitle="Fyrvokter")
    key.huma.add_job_title("Losgutt")
    changed = key.write("PATCH", key.current(user), {"titleId": key.title("Losgutt")})
    assert changed["title"]["value"] == key.get(f"/users/{user}")["jobTitle"]["value"]
    assert changed["title"]["value"]["name"] == "Losgutt"
    assert {title["name"] for title in key.get("/job-titles")} >= {"Losgutt", "Fyrvokter"}
    assert [title["name"] for title in key.get("/job-titles", search="fyrv")] == ["Fyrvokter"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"titleId": UNKNOWN}, ["titleId"]),
        ({"titleId": "Kokk"}, ["titleId"]),
        ({"title": "Kokk"}, ["title"]),
        ({"contractEndDate": None}, ["contractEndDate"]),
        ({"contractEndDate": ""}, ["contractEndDate"]),
        ({"employmentEndDate": "2027-01-01"}, ["employmentEndDate"]),
        ({"percentage": 101, "contractType": "Forever"}, ["contractType", "percentage"]),
        ({"endReason": "tired"}, ["endReason"]),
        ({"contractCountry": "NOR"}, ["contractCountry"]),
        ({"status": "ENDED"}, ["status"]),
    ],
)
def test_a_position_that_is_not_as_described_is_refused(
    key: Key, user: str, body: dict[str, Any], fields: list[str]
) -> None:
    assert key.refused("PATCH", key.current(user), body)["fields"] == fields
    new = {**FIRST_DAY, "titleId": key.title(), **body}
    assert key.refused("POST", f"/users/{user}/positions", new)["fields"] == fields


def test_a_position_has_a_title_a_start_and_a_type_and_is_somebodys(key: Key, user: str) -> None:
    assert key.refused("POST", f"/users/{user}/positions", {"percentage": 50})["fields"] == [
        "contractStartDate",
        "contractType",
        "titleId",
    ]
    other = key.current(key.huma.hire()).rpartition("/")[2]
    key.refused("PATCH", f"/users/{user}/positions/{other}", {"percentage": 50}, 404)
    key.refused("POST", f"/users/{UNKNOWN}/positions", {**FIRST_DAY, "titleId": key.title()}, 404)


# ---- identifications


def test_an_identification_is_added_and_replaced(key: Key, user: str) -> None:
    key.huma.change(user, identifications=None)
    added = key.write("POST", f"/users/{user}/identifications", PASSPORT)
    assert key.get(f"/users/{user}")["identifications"]["value"] == [added] == [{"id": added["id"], **PASSPORT}]
    renewed = {**PASSPORT, "value": "EK7654321"}
    key.write("PUT", f"/users/{user}/identifications/{added['id']}", renewed)
    assert key.get(f"/users/{user}")["identifications"]["value"] == [{"id": added["id"], **renewed}]
    key.refused("PUT", f"/users/{user}/identifications/{UNKNOWN}", renewed, 404)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"type": "licence"}, ["type"]),
        ({"value": ""}, ["value"]),
        ({"value": ...}, ["value"]),
        ({"country": None}, ["country"]),
        ({"country": "POL"}, ["country"]),
        ({"id": UNKNOWN}, ["id"]),
    ],
)
def test_an_identification_that_is_not_as_described_is_refused(
    key: Key, user: str, body: dict[str, Any], fields: list[str]
) -> None:
    path = f"/users/{user}/identifications"
    assert key.refused("POST", path, sent({**PASSPORT, **body}))["fields"] == fields


# ---- who is found


def test_users_are_found_by_their_ids_25_at_most(key: Key, left: str) -> None:
    two = [user_id for user_id, user in key.huma.users.items() if user["active"]][:2]
    assert sorted(key.listed(id=[*two, UNKNOWN, left])) == sorted(two)
    assert key.listed(id=[*two, left], isActive="false") == [left]
    assert key.listed(id="me") == [key.huma.service_user.id]
    for ids in ([str(uuid.UUID(int=number)) for number in range(26)], two[:1] * 2, ["somebody"]):
        assert key.send("GET", "/users", params={"id": ids}).json()["fields"] == ["id"]


@pytest.mark.parametrize("search", ["jon.prøve@nordlys.example", "PRØVE@", "jon prøve", "ørliner"])
def test_users_are_found_by_parts_of_names_titles_and_email_addresses(key: Key, search: str) -> None:
    user = key.huma.hire(givenName="Jon", familyName="Prøve", email="jon.prøve@nordlys.example", jobTitle="Tørliner")
    assert key.listed(search=search) == [user]
    key.huma.deactivate(user)
    assert key.listed(search=search) == []
    assert key.listed(search=search, isActive="false") == [user]


def test_a_search_may_find_names_only(key: Key) -> None:
    user = key.huma.hire(givenName="Jon", familyName="Tester", email="jt@nordlys.example")
    key.huma.dialect = HUMA_DIALECTS["searches_names"]
    assert key.listed(search="jt@nordlys.example") == []
    assert key.listed(search="tester") == [user]


def test_who_was_created_may_be_in_no_list(key: Key) -> None:
    key.huma.dialect = HUMA_DIALECTS["new_users_unlisted"]
    user = key.write("POST", "/users", key.new)["id"]
    assert key.listed(search="new@nordlys.example") == key.listed(id=user) == []
    assert key.get(f"/users/{user}")["email"]["value"] == "new@nordlys.example"
    assert key.refused("POST", "/users", key.new)["fields"] == ["email"]


def test_groups_are_found_by_their_names(key: Key) -> None:
    assert [group["name"] for group in key.get("/groups", search="nordlys d")["items"]] == ["Nordlys Drift AS"]


# ---- other ways to answer


def test_a_refusal_may_not_say_which_fields_it_is_about(key: Key, user: str) -> None:
    key.huma.dialect = HUMA_DIALECTS["no_fields"]
    assert key.refused("PATCH", f"/users/{user}", {"phone": ""}).keys() == {"errorCode", "errorMessage"}


def test_a_refusal_may_quote_what_it_refuses(key: Key, user: str) -> None:
    key.huma.hire(**UNIQUE)
    key.huma.dialect = HUMA_DIALECTS["quotes_values"]
    refusal = key.refused("PATCH", f"/users/{user}", {"phone": UNIQUE["phone"]})
    assert refusal["errorMessage"] == f"The value is in use already: {UNIQUE['phone']}"


def test_the_answer_of_a_write_may_be_empty(key: Key, user: str) -> None:
    key.huma.dialect = HUMA_DIALECTS["silent_writes"]
    answer = key.send("PATCH", f"/users/{user}", {"phone": "+4790000009"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert key.huma.users[user]["phone"] == "+4790000009"


def test_a_change_may_be_answered_and_not_made(key: Key, user: str) -> None:
    key.huma.dialect = HUMA_DIALECTS["ignores_changes"]
    before = key.huma.snapshot()
    answer = key.write("PATCH", f"/users/{user}", {"phone": "+4790000009"})
    assert answer["phone"]["value"] != "+4790000009"
    key.write("PATCH", key.current(user), {"titleId": key.title(), "percentage": 50})
    assert key.huma.snapshot() == before


def test_a_phone_number_may_have_to_begin_with_a_plus(key: Key, user: str) -> None:
    key.huma.dialect = HUMA_DIALECTS["strict_phones"]
    assert key.refused("PATCH", f"/users/{user}", {"phone": "90000009"})["fields"] == ["phone"]
    key.write("PATCH", f"/users/{user}", {"phone": "+4790000009"})


# ---- what goes wrong


def test_a_fault_can_be_for_one_method_of_a_route_and_for_one_person(key: Key, user: str) -> None:
    other = key.huma.hire()
    key.huma.faults.add(Fault.server_error(path="/users/{id}", method="PATCH"))
    key.huma.faults.add(Fault.server_error(503, path=f"/users/{other}", method="PATCH"))
    assert key.send("GET", f"/users/{other}").status_code == 200
    statuses = [key.send("PATCH", f"/users/{who}", {"gender": "x"}).status_code for who in (user, user, other, other)]
    assert statuses == [500, 200, 503, 200]


@pytest.mark.parametrize(
    ("fault", "status", "carried_out"),
    [
        (Fault.too_many_requests(3, method="POST"), 429, False),
        (Fault.server_error(502, method="POST"), 502, False),
        (Fault.error_after(502, method="POST"), 502, True),
        (Fault.lost_answer(method="POST"), None, True),
        (Fault.lost_answer(partial=True, method="POST"), None, True),
        (Fault.dropped_connection(method="POST"), None, False),
        (Fault.answer('{"error": "new words"}', 422, method="POST"), 422, False),
        (Fault.no_right("/users", "POST"), 403, False),
    ],
)
def test_a_write_fails_before_or_after_it_is_carried_out(
    key: Key, fault: Fault, status: int | None, *, carried_out: bool
) -> None:
    key.huma.faults.add(fault)
    try:
        got: int | None = key.send("POST", "/users", key.new).status_code
    except requests.RequestException:
        got = None
    assert got == key.huma.requests[-1].status == status
    assert [user["email"] for user in key.huma.users.values()].count("new@nordlys.example") == carried_out


def test_an_answer_that_waits_is_of_a_write_that_is_carried_out(key: Key, user: str) -> None:
    fault = key.huma.faults.add(Fault.stall(carried_out=True, method="PATCH"))
    with pytest.raises(requests.Timeout):
        key.session.patch(f"{key.huma.url}/users/{user}", json={"phone": "+4790000009"}, timeout=0.2)
    assert fault.reached.is_set()
    assert key.huma.users[user]["phone"] == "+4790000009"


def test_a_token_can_expire_just_before_a_write(key: Key, user: str) -> None:
    key.huma.faults.add(Fault.meanwhile(key.huma.expire_tokens, method="PATCH"))
    assert key.refused("PATCH", f"/users/{user}", {"phone": "1"}, 401)["error"] == "invalid_token"


def test_one_field_can_be_refused_until_that_is_over(key: Key, user: str) -> None:
    fault = key.huma.faults.add(Fault.refuse_field("phone", path="/users/{id}", method="PATCH"))
    for _ in range(2):
        refusal = key.refused("PATCH", f"/users/{user}", {"phone": "+4790000009", "gender": "x"})
        assert (refusal["errorCode"], refusal["fields"]) == ("field:invalid-format", ["phone"])
        key.write("PATCH", f"/users/{user}", {"gender": "x"})
    key.huma.faults.remove(fault)
    key.write("PATCH", f"/users/{user}", {"phone": "+4790000009"})
    key.huma.faults.add(Fault.refuse_field("phone", times=1))
    assert key.refused("PATCH", f"/users/{user}", {"phone": "+4790000008"})["fields"] == ["phone"]
    key.write("PATCH", f"/users/{user}", {"phone": "+4790000008"})


# ---- what a test looks at


def test_requests_are_counted_by_method_and_route_and_writes_kept_with_what_they_sent(key: Key, user: str) -> None:
    key.huma.requests.clear()
    key.get(f"/users/{user}")
    key.write("PATCH", f"/users/{user}", {"gender": "x"})
    key.refused("PATCH", f"/users/{user}", {"gender": 1})
    key.send("POST", "/users", key.new)
    assert key.huma.counts() == {"GET /users/{id}": 1, "PATCH /users/{id}": 2, "POST /users": 1}
    assert [(write.method, write.path, write.body, write.status) for write in key.huma.writes] == [
        ("PATCH", f"/users/{user}", {"gender": "x"}, 200),
        ("PATCH", f"/users/{user}", {"gender": 1}, 400),
        ("POST", "/users", key.new, 200),
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/users/{id}"),
        ("POST", "/users/{id}/invite"),
        ("POST", "/users/{id}/activate"),
        ("POST", "/users/{id}/deactivate"),
        ("POST", "/job-titles"),
        ("POST", "/groups"),
    ],
)
def test_what_nobody_is_to_ask_for_is_not_found_and_counted(key: Key, user: str, method: str, path: str) -> None:
    key.refused(method, path.format(id=user), {}, 404)
    assert [(write.method, write.path) for write in key.huma.writes[-1:]] == [(method, path.format(id=user))]


def test_a_snapshot_tells_every_write_and_nothing_else(key: Key, user: str) -> None:
    other = key.write("POST", f"/users/{user}/positions", {**FIRST_DAY, "titleId": key.title()})["id"]
    taken = [key.huma.snapshot()]
    key.listed()
    assert key.huma.snapshot() == taken[0]
    for method, path, body in (
        ("PATCH", f"/users/{user}", {"phone": "+4790000009"}),
        ("PATCH", f"/users/{user}", {"funfacts": "x"}),
        ("PATCH", key.current(user), {"percentage": 1}),
        ("PATCH", key.current(user), {"note": "x"}),
        ("PATCH", f"/users/{user}/positions/{other}", {"percentage": 1}),
        ("POST", f"/users/{user}/identifications", PASSPORT),
        ("POST", "/users", {**key.new, "invite": True}),
    ):
        key.write(method, path, body)
        assert key.huma.snapshot() not in taken
        taken.append(key.huma.snapshot())
    assert len(taken[-1]["invited"]) == 1


# ---- who is only in Xledger


def test_xledger_can_have_norwegians_whom_nobody_in_huma_is(key: Key, served: Sandbox) -> None:
    employed = [*served.employ(4), *served.employ(2, closed=2)]
    people = {row["dbId"]: row for row in served.xledger.employees() if row["dbId"] in employed}
    codes = {row["code"] for row in people.values()}
    assert len(codes) == len(people) == 6
    assert not codes & {user["employmentId"] for user in key.huma.users.values()}
    assert [bool(people[db_id]["dateTo"]) for db_id in employed] == [False] * 4 + [True] * 2
    titles = {title["name"] for title in key.get("/job-titles")}
    for row in people.values():
        contact = row["contact"]
        assert not any(key.huma.taken(name, contact[name]) for name in ("email", "phone"))
        assert contact["jobTitle"] in titles
        assert all((row["employmentFrom"], contact["address"]["zipCode"], contact["birthday"], contact["gender"]))


def test_somebody_can_edit_an_employee_by_the_names_they_were_added_with(served: Sandbox) -> None:
    (db_id,) = served.employ(1)
    served.xledger.edit(db_id, phone="+4722222222", jobTitle="Vikar", bankAccount="x", employmentFrom="2020-01-01")
    row = next(row for row in served.xledger.employees() if row["dbId"] == db_id)
    assert {row["contact"]["phone"], row["subledger"]["phone"]} == {"+4722222222"}
    assert (row["contact"]["jobTitle"], row["subledger"]["bankAccount"], row["employmentFrom"]) == (
        "Vikar",
        "x",
        "2020-01-01",
    )


# ---- the description


@pytest.fixture(scope="module")
def components() -> dict[str, Any]:
    components: dict[str, Any] = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))["components"]
    return components


@pytest.mark.skipif(not OPENAPI.exists(), reason="Huma's published description is not beside the repository")
class TestAgainstTheDescription:
    @pytest.mark.parametrize("name", INPUTS)
    def test_a_body_is_what_it_says(self, components: dict[str, Any], name: str) -> None:
        assert _plain(INPUTS[name]) == _plain(_whole(components["schemas"][name], components["schemas"]))

    def test_answers_of_writes(self, components: dict[str, Any], key: Key, user: str) -> None:
        key.huma.own(user, "phone")
        key.huma.dialect = replace(DESCRIBED, new_emails_wait=True)
        title = key.title()
        position = key.write("POST", f"/users/{user}/positions", {**FIRST_DAY, "titleId": title, "wantedEnd": True})
        many = {"email": "o@nordlys.example", "bankAccount": INTERNATIONAL, "homeAddress": LINES, "funfacts": "x"}
        for schema, answer in (
            ("User", key.write("POST", "/users", key.new)),
            ("UserDetails", key.write("PATCH", f"/users/{user}", {**many, "relevantExperienceInYears": 2})),
            ("Position", position),
            ("Position", key.write("PATCH", key.current(user), {"endReason": "other", "titleId": title})),
            ("UserIdentification", key.write("POST", f"/users/{user}/identifications", PASSPORT)),
            ("InvalidFieldFormatResponse", key.refused("PATCH", f"/users/{user}", {"x": 1})),
            ("InvalidFieldFormatResponse", key.refused("PATCH", f"/users/{user}", {"phone": "1"})),
            ("NotFoundErrorResponse", key.refused("PATCH", f"/users/{UNKNOWN}", {"phone": "1"}, 404)),
        ):
            described = _closed(_whole(components["schemas"][schema], components["schemas"]))
            checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
            jsonschema.Draft202012Validator(described, format_checker=checker).validate(answer)


_SAYS_NOTHING = {"description", "default", "deprecated", "example", "discriminator", "additionalProperties", "const"}
"""What a schema says for people, and what the sandbox says beyond the description: there is no other key."""


def _whole(schema: Any, schemas: dict[str, Any], within: tuple[str, ...] = ()) -> Any:
    """A schema of the description with what it refers to in its place, and its parts as one."""
    if isinstance(schema, list):
        return [_whole(entry, schemas, within) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {} if name in within else _whole(schemas[name], schemas, (*within, name))
    whole = {key: _whole(value, schemas, within) for key, value in schema.items() if key != "allOf"}
    for part in _whole(schema.get("allOf", []), schemas, within):
        for key, value in part.items():
            both = key in whole and key in ("properties", "required")
            joined = ({**value, **whole[key]} if key == "properties" else [*value, *whole[key]]) if both else value
            whole[key] = joined
    return whole


def _plain(schema: Any, named: bool = False) -> Any:
    """A schema without what it says to people, and without limits that are none."""
    if isinstance(schema, list):
        return sorted((_plain(entry) for entry in schema), key=str)
    if not isinstance(schema, dict):
        return schema
    plain = {
        key: _plain(value, key == "properties" and not named)
        for key, value in schema.items()
        if named
        or not (key in _SAYS_NOTHING or (key, value) in (("minLength", 0), ("minItems", 0), ("format", "int32")))
    }
    plain = plain if named else {key: value for key, value in plain.items() if key != "minProperties" and value != []}
    return {"type": "object", **plain} if "properties" in plain and not named else plain


def _closed(schema: Any) -> Any:
    """A schema that has no other properties than those it names."""
    if isinstance(schema, list):
        return [_closed(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"anyOf" if key == "oneOf" else key: _closed(value) for key, value in schema.items()}
    if isinstance(closed.get("properties"), dict) and "type" in closed:
        closed.setdefault("additionalProperties", False)
    return closed
