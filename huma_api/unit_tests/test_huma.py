"""What is asked of Huma before something is written, and what is made of the answers."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests_mock
from airbyte_cdk.models import FailureType

from connector_base.failures import ConnectorError
from huma_api.asking.sync_run import SyncRun
from huma_api.writing.huma import Huma, JobTitle

API = "https://huma.example"
GROUPS = [{"id": f"G{number}", "type": "company" if number == 30 else "team", "name": "x"} for number in range(60)]


@pytest.fixture
def server() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        mocker.post(f"{API}/auth/oauth/token", json={"access_token": "token", "expires_in": 3600})
        yield mocker


@pytest.fixture
def huma(server: requests_mock.Mocker) -> Huma:  # noqa: ARG001  # nothing is to leave the process
    return Huma({"api_url": API, "client_id": "the-id", "client_secret": "the-secret"}, SyncRun())


def asked(server: requests_mock.Mocker) -> list[str]:
    """The paths that were asked for, one after the other."""
    return [urlsplit(request.url).path for request in server.request_history if request.method == "GET"]


def wrapped(value: Any = None, **more: Any) -> dict[str, Any]:
    return {"value": value, "editable": True, **more}


DETAILS = {
    "id": "u1",
    "type": "user",
    "status": {"active": True},
    "email": wrapped("kari@people.example", requestedValue="new@people.example"),
    "phone": {"editable": True},
    "currentPositions": [{"id": "p1", "status": "CURRENT"}],
}
TELLING = {**DETAILS, "employmentStartDate": wrapped("2020-01-01")}
POSITION = {"id": "p1", "contractStartDate": wrapped("2021-01-01"), "title": wrapped({"id": "t1", "name": "Baker"})}


def test_a_user_is_one_request_where_the_details_tell_of_the_employment(
    server: requests_mock.Mocker, huma: Huma
) -> None:
    server.get(f"{API}/users/u1", json=TELLING)
    user = huma.read_user("u1")
    assert user is not None
    assert user.record["employmentStartDate"] == "2020-01-01"
    assert user.record["phone"] is None
    assert "birthDate" not in user.record
    assert (user.position_id, user.pending_email) == ("p1", "new@people.example")
    assert asked(server) == ["/users/u1"]


def test_the_position_is_asked_for_where_the_details_say_nothing_of_the_employment(
    server: requests_mock.Mocker, huma: Huma
) -> None:
    server.get(f"{API}/users/u1", json=DETAILS)
    server.get(f"{API}/users/u1/positions/p1", json=POSITION)
    user = huma.read_user("u1")
    assert user is not None
    assert (user.record["employmentStartDate"], user.record["jobTitle"]) == ("2021-01-01", "Baker")
    assert user.locked == frozenset()


def test_the_position_is_asked_for_where_it_may_be_written(server: requests_mock.Mocker, huma: Huma) -> None:
    server.get(f"{API}/users/u1", json=TELLING)
    server.get(f"{API}/users/u1/positions/p1", json=POSITION)
    user = huma.read_user("u1", to_write=True)
    assert user is not None
    assert user.record["employmentStartDate"] == "2020-01-01"
    assert "employmentStartDate" not in user.locked
    assert {"employmentEndDate", "probationEndDate"} <= user.locked


@pytest.mark.parametrize("status", [403, 404])
def test_of_a_position_that_is_not_shown_nothing_may_be_written(
    server: requests_mock.Mocker, huma: Huma, status: int
) -> None:
    server.get(f"{API}/users/u1", json=TELLING)
    server.get(f"{API}/users/u1/positions/p1", status_code=status, json={})
    user = huma.read_user("u1", to_write=True)
    assert user is not None
    assert {"employmentStartDate", "jobTitle"} <= user.locked
    assert "phone" not in user.locked


def test_whoever_is_gone_is_nobody(server: requests_mock.Mocker, huma: Huma) -> None:
    server.get(f"{API}/users/u1", status_code=404, json={"errorCode": "object:not-found"})
    assert huma.read_user("u1") is None


def test_the_details_of_somebody_else_are_not_taken(server: requests_mock.Mocker, huma: Huma) -> None:
    server.get(f"{API}/users/u1", json={**DETAILS, "id": "u2"})
    with pytest.raises(ConnectorError, match="user u1") as raised:
        huma.read_user("u1")
    assert raised.value.failure_type is FailureType.transient_error


def test_people_are_found_by_their_address_exactly_whatever_the_search_gives(
    server: requests_mock.Mocker, huma: Huma
) -> None:
    def listed(request: Any, _: Any) -> dict[str, Any]:
        query = parse_qs(urlsplit(request.url).query)
        assert query["search"] == ["Kari@People.example"]
        if query["isActive"] == ["false"]:
            return {"items": [{"id": "left", "type": "user", "email": "KARI@people.example "}], "total": 1}
        return {
            "items": [
                {"id": "u1", "type": "user", "email": "kari@people.example"},
                {"id": "u2", "type": "user", "email": "kari@people.example.org"},
                {"id": "u3", "type": "user"},
                {"id": "key", "type": "service_user", "email": "kari@people.example"},
            ],
            "total": 4,
        }

    server.get(f"{API}/users", json=listed)
    assert huma.find_by_email(" Kari@People.example") == ("u1", "left")
    assert asked(server) == ["/users"] * 2


@pytest.mark.parametrize(("kind", "shown"), [("user", True), ("service_user", False)])
def test_whether_anybody_deactivated_is_shown_is_one_request(
    server: requests_mock.Mocker, huma: Huma, kind: str, *, shown: bool
) -> None:
    listed = {"items": [{"id": f"u{number}", "type": kind} for number in range(50)], "total": 80}
    server.get(f"{API}/users?isActive=false", json=listed)
    assert huma.shows_deactivated() is shown
    assert asked(server) == ["/users"]


def test_job_titles_are_one_list(server: requests_mock.Mocker, huma: Huma) -> None:
    server.get(f"{API}/job-titles", json=[{"id": "t1", "name": "Baker"}, {"id": "t2", "name": "Baker"}, {"id": "t3"}])
    assert huma.job_titles() == (JobTitle("t1", "Baker"), JobTitle("t2", "Baker"))
    assert asked(server) == ["/job-titles"]


@pytest.mark.parametrize(
    ("ids", "found", "pages"),
    [
        (["g30", "G2"], {"g30": "company", "g2": "team"}, 2),
        (["g1", "unknown"], {"g1": "team"}, 3),
        ([], {}, 0),
    ],
)
def test_groups_are_listed_until_all_are_found(
    server: requests_mock.Mocker, huma: Huma, ids: list[str], found: dict[str, str], pages: int
) -> None:
    def listed(request: Any, _: Any) -> dict[str, Any]:
        query = parse_qs(urlsplit(request.url).query)
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        assert limit == 25
        return {"items": GROUPS[offset : offset + limit], "total": len(GROUPS)}

    server.get(f"{API}/groups", json=listed)
    assert huma.groups(ids) == found
    assert asked(server) == ["/groups"] * pages


@pytest.mark.parametrize("path", ["users", "job-titles", "groups", "users/u1"])
def test_a_missing_right_is_a_config_error_after_which_other_things_are_asked(
    server: requests_mock.Mocker, huma: Huma, path: str
) -> None:
    server.get(f"{API}/{path}", status_code=403, json={})
    ask = {
        "users": lambda: huma.find_by_email("a@b.example"),
        "job-titles": huma.job_titles,
        "groups": lambda: huma.groups(["g1"]),
        "users/u1": lambda: huma.read_user("u1"),
    }[path]
    with pytest.raises(ConnectorError, match="has no right to") as raised:
        ask()
    assert raised.value.failure_type is FailureType.config_error
    server.patch(f"{API}/users/u2", json={"id": "u2"})
    huma.change_user("u2", {"phone": "1"})
