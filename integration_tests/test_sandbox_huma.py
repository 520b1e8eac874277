"""The Huma of the sandbox keeps to the contract: a wrong request fails here as it would in production."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import requests
import yaml

from integration_tests.sandbox import Fault, Sandbox, awkward
from integration_tests.sandbox.huma_dialects import DESCRIBED, HUMA_DIALECTS
from integration_tests.sandbox.huma_store import DEPRECATED

if TYPE_CHECKING:
    from collections.abc import Iterator

OPENAPI = Path(__file__).parents[2] / "shared" / "contracts" / "huma-openapi.yaml"


class Client:
    """Asks a Huma with a valid token."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.huma = sandbox.huma
        self.session = requests.Session()
        self.renew()

    def renew(self) -> None:
        token = self.token().json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def token(self, **changes: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.huma.client_id,
            "client_secret": self.huma.client_secret,
            **changes,
        }
        return self.session.post(f"{self.huma.url}/auth/oauth/token", data=form, timeout=10)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.session.get(f"{self.huma.url}{path}", params=query, timeout=10)

    def everybody(self, **query: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        while True:
            page = self.get("/users", limit=50, offset=len(items), **query).json()
            items += page["items"]
            if len(items) >= page["total"]:
                return items

    def details(self, user_id: str) -> dict[str, Any]:
        answer = self.get(f"/users/{user_id}")
        answer.raise_for_status()
        details: dict[str, Any] = answer.json()
        return details


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    """A sandbox no test changes."""
    with Sandbox.running(people=80) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of a test's own."""
    with Sandbox.running(people=32) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(shared: Sandbox) -> Client:
    return Client(shared)


@pytest.fixture
def own(sandbox: Sandbox) -> Client:
    return Client(sandbox)


# ---- tokens


def test_a_token_request_by_form_or_json_is_answered(client: Client) -> None:
    by_form = client.token()
    by_json = requests.post(
        f"{client.huma.url}/auth/oauth/token",
        json={
            "grant_type": "client_credentials",
            "client_id": client.huma.client_id,
            "client_secret": client.huma.client_secret,
        },
        timeout=10,
    )
    for answer in (by_form, by_json):
        assert answer.status_code == 200
        assert {"access_token", "token_type", "expires_in", "organizationId"} <= set(answer.json())


@pytest.mark.parametrize("key", ["client_id", "client_secret"])
def test_wrong_credentials_get_no_token(client: Client, key: str) -> None:
    answer = client.token(**{key: str(uuid.uuid4())})
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_token"


def test_another_grant_type_gets_no_token(client: Client) -> None:
    answer = client.token(grant_type="password")
    assert (answer.status_code, answer.json()["fields"]) == (400, ["grant_type"])


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "token nonsense", "Bearer"])
def test_a_missing_or_unknown_token_is_refused(client: Client, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = requests.get(f"{client.huma.url}/users", headers=headers, timeout=10)
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_token"
    assert "error_description" in answer.json()


def test_an_expired_token_is_refused_and_a_fresh_one_is_not(own: Client) -> None:
    own.huma.expire_tokens()
    assert own.get("/users").status_code == 401
    own.renew()
    assert own.get("/users").status_code == 200


# ---- lists


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 51}, "limit"),
        ({"limit": -1}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"offset": -1}, "offset"),
        ({"orderDirection": "asc"}, "orderDirection"),
        ({"isActive": "yes"}, "isActive"),
        ({"company": "not-a-uuid"}, "company"),
        ({"team": [str(uuid.UUID(int=number)) for number in range(26)]}, "team"),
        ({"location": [str(uuid.UUID(int=1))] * 2}, "location"),
        ({"is_active": "true"}, "is_active"),
    ],
)
def test_a_wrong_parameter_of_the_list_is_refused_by_name(client: Client, query: dict[str, Any], field: str) -> None:
    answer = client.get("/users", **query)
    assert answer.status_code == 400
    assert answer.json()["errorCode"] == "field:invalid-format"
    assert answer.json()["fields"] == [field]


def test_a_page_has_25_users_unless_told_and_at_most_50(client: Client) -> None:
    assert len(client.get("/users").json()["items"]) == 25
    assert len(client.get("/users", limit=50).json()["items"]) == 50


def test_pages_together_list_everybody_once(client: Client) -> None:
    listed = [item["id"] for item in client.everybody()]
    active = {user.id for user in client.huma.users.values() if user["active"]}
    assert len(listed) == len(set(listed))
    assert set(listed) == active | {client.huma.service_user.id}


def test_only_active_users_are_listed_unless_the_others_are_asked_for(client: Client) -> None:
    left = {user.id for user in client.huma.users.values() if not user["active"]}
    assert left
    assert not left & {item["id"] for item in client.everybody()}
    assert {item["id"] for item in client.everybody(isActive="false")} == left


def test_a_service_user_is_in_the_list(client: Client) -> None:
    kinds = [item["type"] for item in client.everybody()]
    assert kinds.count("service_user") == 1


def test_the_order_can_be_turned_around(client: Client) -> None:
    up = client.everybody(orderDirection="ASC")
    assert client.everybody(orderDirection="DESC") == up[::-1]


@pytest.mark.parametrize(("name", "kind"), [("company", "companies"), ("location", "locations"), ("team", "teams")])
def test_a_list_can_be_limited_to_groups_of_each_kind(client: Client, name: str, kind: str) -> None:
    chosen = [group.id for group in getattr(client.huma.organisation, kind)[:2]]
    expected = {
        user.id
        for user in client.huma.users.values()
        if user["active"] and any(group["id"] in chosen for group in user[kind])
    }
    assert expected
    assert {item["id"] for item in client.everybody(**{name: chosen})} == expected


# ---- details


def test_a_value_is_wrapped_an_unset_one_is_an_empty_wrapper_and_a_withheld_one_has_none(own: Client) -> None:
    user_id = own.huma.hire(phone="+4790000001")
    assert own.details(user_id)["phone"] == {"value": "+4790000001", "editable": True}
    own.huma.change(user_id, phone=None)
    assert own.details(user_id)["phone"] == {"editable": True}
    own.huma.withhold(user_id, "phone")
    assert "phone" not in own.details(user_id)


def test_the_store_shows_the_same_three_states(own: Client) -> None:
    user_id = own.huma.hire(phone=None)
    user = own.huma.users[user_id]
    assert user["phone"] is None
    own.huma.withhold(user_id, "phone")
    assert "phone" not in user
    assert user.get("phone", "absent") == "absent"


def test_an_unset_line_of_an_address_is_absent(own: Client) -> None:
    address = {"line1": "Storgata 1", "line2": None, "postalCode": "0155", "city": "Oslo", "country": "NO"}
    user_id = own.huma.hire(homeAddress=address)
    assert "line2" not in own.details(user_id)["homeAddress"]["value"]
    own.huma.change(user_id, homeAddress=None)
    assert "value" not in own.details(user_id)["homeAddress"]


def test_the_job_title_is_an_object_and_custom_fields_have_labels(own: Client) -> None:
    details = own.details(own.huma.hire(jobTitle="Kokk", custom={"shirtSize": "M", "costCentre": None}))
    assert details["jobTitle"]["value"]["name"] == "Kokk"
    assert details["custom"]["shirtSize"]["value"] == "M"
    assert "value" not in details["custom"]["costCentre"]
    assert details["custom"]["costCentre"]["label"] == "Cost centre"


def test_awkward_text_arrives_unchanged(client: Client) -> None:
    for name in (awkward.EMOJI, awkward.BACKSLASHES, awkward.COMBINING_MARKS, awkward.NEWLINES_AND_TABS):
        user = client.huma.users[client.huma.awkward[name]]
        assert client.details(user.id)["givenName"]["value"] == user["givenName"]
        assert client.details(user.id)["jobTitle"]["value"]["name"] == user["jobTitle"]


def test_an_unknown_user_is_not_found(client: Client) -> None:
    answer = client.get(f"/users/{uuid.UUID(int=0)}")
    assert answer.status_code == 404
    assert answer.json()["errorCode"] == "object:not-found"


# ---- what happens to people


def test_a_deactivated_user_moves_to_the_other_list(own: Client) -> None:
    user_id = own.huma.hire()
    own.huma.deactivate(user_id, at="2026-01-14T15:00:00Z")
    assert user_id not in {item["id"] for item in own.everybody()}
    assert user_id in {item["id"] for item in own.everybody(isActive="false")}
    assert own.details(user_id)["status"] == {"active": False, "deactivatedAt": "2026-01-14T15:00:00Z"}


def test_a_deleted_user_is_gone(own: Client) -> None:
    user_id = own.huma.hire()
    own.huma.delete(user_id)
    assert own.get(f"/users/{user_id}").status_code == 404
    assert user_id not in {item["id"] for item in own.everybody()}


def test_a_deleted_user_can_still_be_listed(own: Client) -> None:
    user_id = own.huma.hire()
    own.huma.delete(user_id, still_listed=True)
    assert own.get(f"/users/{user_id}").status_code == 404
    assert user_id in {item["id"] for item in own.everybody()}


@pytest.mark.parametrize("field", ["telephone", "id", "type"])
def test_a_field_that_is_not_there_cannot_be_changed(own: Client, field: str) -> None:
    user_id = next(iter(own.huma.users))
    with pytest.raises(TypeError, match=field):
        own.huma.change(user_id, **{field: "x"})


# ---- positions, groups, job titles


def test_the_current_position_says_what_the_deprecated_keys_say(client: Client) -> None:
    user_id = client.huma.awkward[awkward.ON_PROBATION]
    details = client.details(user_id)
    current = details["currentPositions"][0]
    assert current["status"] == "CURRENT"
    assert current["title"] == details["jobTitle"]["value"]
    assert current["contractStartDate"] == details["employmentStartDate"]["value"]
    position = client.get(f"/users/{user_id}/positions/{current['id']}").json()
    assert position["probationEndDate"]["value"] == details["probationEndDate"]["value"]
    assert "value" not in position["terminationNoticeDate"]


def test_positions_stay_when_the_deprecated_keys_go(own: Client) -> None:
    user_id = own.huma.hire()
    own.huma.withhold(user_id, "jobTitle", "employmentStartDate", "probationEndDate")
    details = own.details(user_id)
    assert "employmentStartDate" not in details
    assert details["currentPositions"][0]["contractStartDate"] == own.huma.today.isoformat()


def test_deprecated_keys_can_be_retired_for_some_and_for_all(own: Client) -> None:
    first, second = own.huma.hire(), own.huma.hire()
    own.huma.retire_deprecated(first)
    assert not set(DEPRECATED) & set(own.details(first))
    assert set(DEPRECATED) <= set(own.details(second))
    own.huma.retire_deprecated()
    assert not set(DEPRECATED) & set(own.details(second))
    current = own.details(second)["currentPositions"][0]
    position = own.get(f"/users/{second}/positions/{current['id']}").json()
    assert position["contractStartDate"]["value"] == own.huma.today.isoformat()


def test_some_have_several_positions_and_only_current_ones_are_in_the_details(client: Client) -> None:
    several = [user for user in client.huma.users.values() if user.earlier_and_other_positions]
    assert several
    for user in several:
        page = client.get(f"/users/{user.id}/positions").json()
        assert page["total"] == 2
        current = [item for item in page["items"] if item["status"] == "CURRENT"]
        assert client.details(user.id)["currentPositions"] == current


def test_positions_of_nobody_are_not_found(client: Client) -> None:
    someone = next(iter(client.huma.users))
    assert client.get(f"/users/{uuid.UUID(int=0)}/positions").status_code == 404
    assert client.get(f"/users/{someone}/positions/{uuid.UUID(int=0)}").status_code == 404


def test_groups_come_25_at_most_and_by_kind(client: Client) -> None:
    assert client.get("/groups", limit=26).status_code == 400
    assert client.get("/groups", type="tribe").status_code == 400
    everything = client.get("/groups", limit=25).json()
    assert everything["total"] == len(everything["items"]) == len(client.huma.organisation.groups)
    assert len(client.get("/groups").json()["items"]) == 10
    companies = client.get("/groups", type="company").json()["items"]
    assert {item["name"] for item in companies} == {group.name for group in client.huma.organisation.companies}


@pytest.mark.parametrize(
    ("dialect", "first", "second"),
    [
        ("described", slice(0, 50), slice(50, 100)),
        ("capped", slice(0, 25), slice(50, 75)),
        ("one_fewer", slice(0, 49), slice(50, 99)),
        ("no_offset", slice(0, 50), slice(0, 50)),
        ("loses_one", slice(0, 50), slice(50, -1)),
    ],
)
def test_a_page_holds_what_the_dialect_gives(client: Client, dialect: str, first: slice, second: slice) -> None:
    everybody = client.everybody()
    client.huma.dialect = HUMA_DIALECTS[dialect]
    try:
        pages = [client.get("/users", limit=50, offset=offset).json() for offset in (0, 50)]
    finally:
        client.huma.dialect = DESCRIBED
    assert [page["total"] for page in pages] == [len(everybody)] * 2
    assert [page["items"] for page in pages] == [everybody[first], everybody[second]]


def test_a_page_may_tell_no_total_have_null_for_nobody_and_begin_with_a_mark(own: Client) -> None:
    own.huma.dialect = HUMA_DIALECTS["no_total"]
    assert own.get("/users").json().keys() == {"items"}
    own.huma.dialect = HUMA_DIALECTS["null_for_nobody"]
    assert own.get("/users", offset=1000).json()["items"] is None
    own.huma.dialect = HUMA_DIALECTS["byte_order_mark"]
    assert own.get("/users").content.startswith(b"\xef\xbb\xbf{")


def test_job_titles_are_a_plain_list_with_every_title_in_use(client: Client) -> None:
    names = {title["name"] for title in client.get("/job-titles").json()}
    assert {user["jobTitle"] for user in client.huma.users.values()} - {None} <= names


# ---- the record of requests, the page, the description


def test_requests_are_recorded_with_their_parsed_query(own: Client) -> None:
    before = len(own.huma.requests)
    own.get("/users", limit=1, company=[str(uuid.UUID(int=1)), str(uuid.UUID(int=2))])
    (request,) = own.huma.requests[before:]
    assert (request.method, request.path, request.status) == ("GET", "/users", 200)
    assert request.query == {"limit": ["1"], "company": [str(uuid.UUID(int=1)), str(uuid.UUID(int=2))]}


def test_a_tester_can_look_inside(client: Client) -> None:
    before = len(client.huma.requests)
    page = requests.get(client.huma.url, timeout=10)
    users = requests.get(f"{client.huma.url}/_sandbox/users", timeout=10).json()
    assert "80 people" in page.text
    assert "<script>alert" not in page.text
    assert users[0] == dict(client.huma.users[users[0]["id"]])
    assert len(client.huma.requests) == before


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    description: dict[str, Any] = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))
    return description


@pytest.mark.skipif(not OPENAPI.exists(), reason="Huma's published description is not beside the repository")
class TestAgainstTheDescription:
    def check(self, description: dict[str, Any], name: str, answer: Any) -> None:
        """Validate an answer, and refuse keys the description does not have at the top level."""
        components = _with_overlapping_kinds(description["components"])
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
        jsonschema.Draft202012Validator(schema, format_checker=checker).validate(answer)
        assert set(answer) <= set(components["schemas"][name]["properties"])

    def test_details(self, client: Client, description: dict[str, Any]) -> None:
        for user_id in (*client.huma.users, client.huma.service_user.id):
            self.check(description, "UserDetails", client.details(user_id))

    def test_lists(self, client: Client, description: dict[str, Any]) -> None:
        page = client.get("/users", limit=50).json()
        self.check(description, "PageUser", page)
        for item in page["items"]:
            self.check(description, "User", item)
        self.check(description, "PageGroup", client.get("/groups").json())
        for title in client.get("/job-titles").json():
            self.check(description, "JobTitleSummary", title)

    def test_positions(self, client: Client, description: dict[str, Any]) -> None:
        for user_id in list(client.huma.users)[:40]:
            page = client.get(f"/users/{user_id}/positions").json()
            self.check(description, "PagePositionSummary", page)
            for item in page["items"]:
                self.check(description, "PositionSummary", item)
                self.check(description, "Position", client.get(f"/users/{user_id}/positions/{item['id']}").json())

    def test_tokens_and_refusals(self, own: Client, description: dict[str, Any]) -> None:
        self.check(description, "Credentials", own.token().json())
        self.check(description, "InvalidFieldFormatResponse", own.get("/users", limit=51).json())
        self.check(description, "NotFoundErrorResponse", own.get(f"/users/{uuid.UUID(int=0)}").json())
        own.huma.faults.add(Fault.server_error())
        self.check(description, "StandardServerErrorResponse", own.get("/users").json())
        own.huma.expire_tokens()
        self.check(description, "InvalidTokenResponse", own.get("/users").json())

    def test_every_field_of_a_record_is_in_the_details(self, description: dict[str, Any], client: Client) -> None:
        fields = set(next(iter(client.huma.users.values()))) - {"active", "deactivatedAt"}
        assert fields <= set(description["components"]["schemas"]["UserDetails"]["properties"])


def _with_overlapping_kinds(node: Any) -> Any:
    """Read `oneOf` as `anyOf`: the kinds of a group have the same shape and differ in their discriminator only."""
    if isinstance(node, dict):
        return {"anyOf" if key == "oneOf" else key: _with_overlapping_kinds(value) for key, value in node.items()}
    return [_with_overlapping_kinds(entry) for entry in node] if isinstance(node, list) else node
