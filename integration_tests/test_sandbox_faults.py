"""Every switch for something that goes wrong does what it says, when it is meant to."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests

from integration_tests.sandbox import Fault, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

READ = "query($first: Int) { employees(first: $first) { edges { node { code } } } }"
ADD = "mutation($inputs: [AddEmployeesInput!]!) { addEmployees(inputs: $inputs) { edges { clientId } } }"
PERSON = {"node": {"code": "N1", "firstName": "Ola", "lastName": "Ås", "phone": "+4790000001"}}


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox.running(people=30, employees=False, burst_limit=None) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Iterator[Sandbox]:
    for table in served.xledger.store.tables.values():
        table.clear()
    served.xledger.operations.clear()
    served.huma.requests.clear()
    yield served
    served.huma.faults.clear()
    served.xledger.faults.clear()


def ask(sandbox: Sandbox, query: str = READ, **variables: Any) -> requests.Response:
    return requests.post(
        sandbox.xledger.url,
        json={"query": query, "variables": variables},
        headers={"Authorization": f"token {sandbox.xledger.token}"},
        timeout=10,
    )


def error(sandbox: Sandbox, query: str = READ, **variables: Any) -> dict[str, Any]:
    answer = ask(sandbox, query, **variables)
    assert answer.status_code == 200
    assert answer.json()["data"] is None
    return dict(answer.json()["errors"][0])


def users(sandbox: Sandbox, path: str = "/users") -> requests.Response:
    headers = {"Authorization": f"Bearer {sandbox.huma.issue_token()}"}
    return requests.get(f"{sandbox.huma.url}{path}", headers=headers, timeout=10)


# ---- when a fault happens


def test_a_fault_happens_once_and_is_used_up(sandbox: Sandbox) -> None:
    fault = sandbox.xledger.faults.add(Fault.query_timed_out())
    assert sandbox.xledger.faults.waiting == [fault]
    assert not fault.reached.is_set()
    assert "errors" in ask(sandbox).json()
    assert fault.reached.is_set()
    assert "errors" not in ask(sandbox).json()
    assert sandbox.xledger.faults.waiting == []


def test_faults_happen_in_order(sandbox: Sandbox) -> None:
    for fault in (Fault.maintenance_page(), Fault.server_error(502), Fault.server_error(504)):
        sandbox.xledger.faults.add(fault)
    assert [ask(sandbox).status_code for _ in range(4)] == [503, 502, 504, 200]


def test_a_fault_can_wait_and_happen_several_times(sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.server_error(after=1, times=2))
    assert [ask(sandbox).status_code for _ in range(4)] == [200, 500, 500, 200]


def test_a_persistent_fault_lasts_until_it_is_removed(sandbox: Sandbox) -> None:
    fault = sandbox.xledger.faults.add(Fault.server_error(times=None))
    assert [ask(sandbox).status_code for _ in range(3)] == [500] * 3
    sandbox.xledger.faults.remove(fault)
    assert ask(sandbox).status_code == 200


def test_a_fault_can_be_for_one_root_field_only(sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.server_error(root_field="addEmployees"))
    assert ask(sandbox).status_code == 200
    assert ask(sandbox, ADD, inputs=[PERSON]).status_code == 500
    assert sandbox.xledger.employees() == []


def test_a_fault_can_be_for_one_route_only(sandbox: Sandbox) -> None:
    sandbox.huma.faults.add(Fault.server_error(path="/users/{id}"))
    assert users(sandbox).status_code == 200
    assert users(sandbox, f"/users/{next(iter(sandbox.huma.users))}").status_code == 500


def test_huma_refuses_a_fault_of_xledger(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="burst_limit"):
        sandbox.huma.faults.add(Fault.burst_limit())


# ---- Xledger


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.burst_limit, "BAD_REQUEST.BURST_RATE_LIMIT_REACHED"),
        (Fault.concurrency_limit, "BAD_REQUEST.CONCURRENCY_LIMIT_REACHED"),
    ],
)
def test_limits_have_their_codes(sandbox: Sandbox, fault: Any, code: str) -> None:
    sandbox.xledger.faults.add(fault())
    assert error(sandbox)["code"] == code


def test_missing_credits_say_when_they_come_back(sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.out_of_credits(dt.datetime(2026, 1, 15, 12, tzinfo=dt.timezone.utc)))
    refusal = error(sandbox)
    assert refusal["code"] == "BAD_REQUEST.INSUFFICIENT_CREDITS"
    assert refusal["extensions"] == {"resetAt": "2026-01-15T12:00:00+00:00"}


def test_a_slow_query_can_depend_on_its_size(sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.query_timed_out(over=100, times=None))
    assert error(sandbox, first=101)["message"] == "Your query timed out."
    assert "errors" not in ask(sandbox, first=100).json()
    assert error(sandbox, ADD, inputs=[PERSON] * 101)["message"] == "Your query timed out."
    assert "errors" not in ask(sandbox, ADD, inputs=[PERSON] * 100).json()


def test_a_missing_access_names_the_root_field(sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.no_access("addEmployees"))
    assert "addEmployees" in error(sandbox, ADD, inputs=[])["message"]
    assert "errors" not in ask(sandbox).json()


def test_errors_can_come_with_http_400_and_the_same_body(sandbox: Sandbox) -> None:
    wrong = "{ employees { edges { node { shoeSize } } } }"
    usual = ask(sandbox, wrong)
    sandbox.xledger.faults.add(Fault.errors_with_http_400())
    unusual = ask(sandbox, wrong)
    assert (usual.status_code, unusual.status_code) == (200, 400)
    assert usual.content == unusual.content
    assert ask(sandbox).status_code == 200


@pytest.mark.parametrize(("path", "value"), [("phone", "+4790000001"), ("code", "N1")])
def test_a_value_is_refused_and_quoted(sandbox: Sandbox, path: str, value: str) -> None:
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="addEmployees", path=path, value=value))
    other = {"node": {"code": "N2", "firstName": "Kari", "lastName": "Li"}}
    for inputs in ([PERSON], [other, PERSON]):
        refusal = error(sandbox, ADD, inputs=inputs)
        assert refusal["extensions"]["code"] == "INVALID_VALUE"
        assert value in refusal["message"]
    assert "errors" not in ask(sandbox, ADD, inputs=[other]).json()
    assert [row["code"] for row in sandbox.xledger.employees()] == ["N2"]


def test_a_value_can_be_refused_in_words_that_do_not_quote_it(sandbox: Sandbox) -> None:
    value = PERSON["node"]["phone"]
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="addEmployees", path="phone", value=value, quoted=False))
    refusal = error(sandbox, ADD, inputs=[PERSON])
    assert refusal["message"] == "addEmployees.phone: It was refused."
    assert refusal["extensions"]["code"] == "INVALID_VALUE"
    assert sandbox.xledger.employees() == []


def test_a_value_is_refused_deep_inside_an_input(sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="P1")
    contact = sandbox.xledger.employee("P1")["contact"]["dbId"]
    sandbox.xledger.faults.add(Fault.refuse_value(root_field="updateContacts", path="address.place", value="Oslo"))
    query = "mutation($inputs: [UpdateContactsInput!]!) { updateContacts(inputs: $inputs) { edges { clientId } } }"
    node = {"dbId": contact, "address": {"place": "Oslo"}}
    assert "'Oslo'" in error(sandbox, query, inputs=[{"node": node}])["message"]


def test_maintenance_is_a_page_for_people(sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.maintenance_page())
    answer = ask(sandbox)
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")


def test_a_page_for_people_has_any_status(sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.maintenance_page(404))
    sandbox.huma.faults.add(Fault.maintenance_page(302))
    answers = (ask(sandbox), users(sandbox))
    assert [answer.status_code for answer in answers] == [404, 302]
    assert all(answer.headers["content-type"].startswith("text/html") for answer in answers)


def test_a_firewall_stops_what_holds_a_text_and_nothing_else(sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.firewall("Åse"))
    inputs = [{"node": {**PERSON["node"], "code": name}} for name in ("Åse", "Ola")]
    answers = [ask(sandbox, ADD, inputs=[node]) for node in inputs]
    assert [answer.status_code for answer in answers] == [403, 200]
    assert answers[0].headers["content-type"].startswith("text/html")
    assert [row["code"] for row in sandbox.xledger.employees()] == ["Ola"]


def test_any_answer(sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.answer('{"errors": "New words."}', 418, root_field="employees"))
    answer = ask(sandbox)
    assert (answer.status_code, answer.json()) == (418, {"errors": "New words."})
    assert ask(sandbox).status_code == 200


def test_too_many_requests_and_broken_json(sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.too_many_requests(retry_after=3))
    sandbox.xledger.faults.add(Fault.not_json())
    assert (refused := ask(sandbox)).status_code == 429
    assert refused.headers["Retry-After"] == "3"
    with pytest.raises(requests.exceptions.JSONDecodeError):
        ask(sandbox).json()


@pytest.mark.parametrize(
    "query",
    [
        "{ countries(first: 1) { edges { node { code } } } }",
        "{ contacts(first: 1) { edges { node { address { country { code } } } } } }",
    ],
)
def test_a_type_can_be_unreadable_wherever_it_stands(query: str, sandbox: Sandbox) -> None:
    fault = sandbox.xledger.faults.add(Fault.unreadable("Country"))
    assert error(sandbox, query)["message"] == "Country: Access denied."
    assert "errors" not in ask(sandbox, "{ contacts(first: 1) { edges { node { dbId } } } }").json()
    sandbox.xledger.faults.remove(fault)
    assert "errors" not in ask(sandbox, query).json()


def test_the_schema_can_be_kept_secret(sandbox: Sandbox) -> None:
    query = "{ __schema { types { name } } }"
    assert {"name": "Employee"} in ask(sandbox, query).json()["data"]["__schema"]["types"]
    sandbox.xledger.faults.add(Fault.no_introspection())
    assert "denied" in error(sandbox, query)["message"]
    assert "errors" not in ask(sandbox).json()


@pytest.mark.parametrize(
    ("part", "query"),
    [
        ("Employee.trialTo", "{ employees { edges { node { trialTo } } } }"),
        ("Employee_Filter.code_in", '{ employees(filter: { code_in: ["1"] }) { edges { node { dbId } } } }'),
        ("ObjectStatus.ALL", "{ employees(objectStatus: ALL) { edges { node { dbId } } } }"),
        ("Query.viewer", "{ viewer { entity { ownerDbId } } }"),
        ("Query.banks", "{ banks { edges { node { dbId } } } }"),
        ("Mutation.updateSuppliers", "mutation { updateSuppliers(inputs: []) { edges { clientId } } }"),
    ],
)
def test_the_schema_can_lack_something(part: str, query: str, sandbox: Sandbox) -> None:
    type_name, _, member = part.partition(".")
    introspection = (
        f'{{ __type(name: "{type_name}") {{ fields {{ name }} inputFields {{ name }} enumValues {{ name }} }} }}'
    )
    assert f'"{member}"' in ask(sandbox, introspection).text
    assert "errors" not in ask(sandbox, query).json()
    sandbox.xledger.lacks = frozenset({part})
    try:
        assert f'"{member}"' not in ask(sandbox, introspection).text
        assert "errors" in ask(sandbox, query).json()
        assert "errors" not in ask(sandbox).json()
    finally:
        sandbox.xledger.lacks = frozenset()
    assert "errors" not in ask(sandbox, query).json()


def test_what_the_schema_never_had_it_cannot_lack(sandbox: Sandbox) -> None:
    with pytest.raises(KeyError, match="shoeSize"):
        sandbox.xledger.lacks = frozenset({"Employee.shoeSize"})
    assert sandbox.xledger.lacks == frozenset()


def test_a_dropped_connection_leaves_nothing_carried_out(sandbox: Sandbox) -> None:
    sandbox.xledger.faults.add(Fault.dropped_connection())
    with pytest.raises(requests.exceptions.ConnectionError):
        ask(sandbox, ADD, inputs=[PERSON])
    assert sandbox.xledger.employees() == []
    (operation,) = sandbox.xledger.operations
    assert (operation.outcome, operation.status, operation.response_bytes) == ("dropped_connection", None, 0)


@pytest.mark.parametrize("partial", [False, True])
def test_a_lost_answer_was_carried_out(sandbox: Sandbox, *, partial: bool) -> None:
    sandbox.xledger.faults.add(Fault.lost_answer(root_field="addEmployees", partial=partial))
    with pytest.raises((requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        ask(sandbox, ADD, inputs=[PERSON])
    assert [row["code"] for row in sandbox.xledger.employees()] == ["N1"]
    assert sandbox.xledger.operations[0].outcome == "lost_answer"
    assert len(sandbox.xledger.writes) == 1


def test_what_a_proxy_gave_up_on_is_carried_out_when_its_time_has_come(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(sandbox.xledger, "clock", lambda: clock[0])
    sandbox.xledger.faults.add(Fault.late(15, 60, root_field="addEmployees"))
    people = [{"node": {**PERSON["node"], "code": f"N{number}"}} for number in (1, 2, 3)]
    assert ask(sandbox, ADD, inputs=people).status_code == 504
    assert sandbox.xledger.operations[0].outcome == "late"
    for clock[0], there in ((114.0, []), (115.0, ["N1", "N3"]), (160.0, ["N1", "N3", "N2"])):
        sandbox.xledger.catch_up()
        assert [row["code"] for row in sandbox.xledger.employees()] == there


@pytest.mark.parametrize("carried_out", [False, True])
def test_a_request_can_be_held_before_or_after_it_is_carried_out(sandbox: Sandbox, *, carried_out: bool) -> None:
    stall = sandbox.xledger.faults.add(Fault.stall(root_field="addEmployees", carried_out=carried_out))
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(ask, sandbox, ADD, inputs=[PERSON])
        assert stall.reached.wait(timeout=10)
        # The server has one thread for requests, so when another one is answered the first one waits.
        assert ask(sandbox).status_code == 200
        assert len(sandbox.xledger.employees()) == int(carried_out)
        assert not answer.done()
        stall.release()
        assert answer.result(timeout=10).status_code == 200
    assert len(sandbox.xledger.employees()) == 1


def test_too_many_at_once_are_refused(sandbox: Sandbox) -> None:
    stall = sandbox.xledger.faults.add(Fault.stall())
    sandbox.xledger.concurrency_limit = 1
    try:
        with ThreadPoolExecutor() as pool:
            answer = pool.submit(ask, sandbox)
            assert stall.reached.wait(timeout=10)
            assert error(sandbox)["code"] == "BAD_REQUEST.CONCURRENCY_LIMIT_REACHED"
            stall.release()
            assert "errors" not in answer.result(timeout=10).json()
        assert "errors" not in ask(sandbox).json()
    finally:
        sandbox.xledger.concurrency_limit = 5


def test_a_sandbox_stops_while_a_request_is_held() -> None:
    with ThreadPoolExecutor() as pool:
        with Sandbox.running(people=0) as sandbox:
            stall = sandbox.xledger.faults.add(Fault.stall())
            answer = pool.submit(ask, sandbox)
            assert stall.reached.wait(timeout=10)
        assert answer.done() or answer.exception(timeout=10) is None


# ---- Huma


@pytest.mark.parametrize(("route", "path"), [("/users", "/users"), ("/users/{id}", "/users/{user}")])
def test_a_key_without_a_right_is_refused_until_it_has_it(sandbox: Sandbox, route: str, path: str) -> None:
    somebody = next(iter(sandbox.huma.users))
    fault = sandbox.huma.faults.add(Fault.no_right(route))
    answers = [users(sandbox, path.format(user=somebody)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].json()["error"] == "insufficient_scope"
    assert users(sandbox, "/groups").status_code == 200
    sandbox.huma.faults.remove(fault)
    assert users(sandbox, path.format(user=somebody)).status_code == 200


def test_xledger_refuses_a_fault_of_huma(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="no_right"):
        sandbox.xledger.faults.add(Fault.no_right("/users"))


def test_huma_counts_the_requests_under_way_at_once(sandbox: Sandbox) -> None:
    sandbox.huma.most_under_way = 0
    users(sandbox)
    users(sandbox)
    assert (sandbox.huma.under_way, sandbox.huma.most_under_way) == (0, 1)
    stall = sandbox.huma.faults.add(Fault.stall(path="/users"))
    with ThreadPoolExecutor() as pool:
        held = pool.submit(users, sandbox)
        assert stall.reached.wait(timeout=10)
        users(sandbox, "/groups")
        stall.release()
        held.result(timeout=10)
    assert (sandbox.huma.under_way, sandbox.huma.most_under_way) == (0, 2)


def test_a_request_is_on_its_way_for_as_long_as_it_is_told(sandbox: Sandbox) -> None:
    sandbox.huma.latency = 0.05
    try:
        assert users(sandbox).elapsed >= dt.timedelta(seconds=0.05)
    finally:
        sandbox.huma.latency = 0.0


@pytest.mark.parametrize("retry_after", [2, "Thu, 15 Jan 2026 12:00:00 GMT", None])
def test_huma_asks_to_wait(sandbox: Sandbox, retry_after: int | str | None) -> None:
    sandbox.huma.faults.add(Fault.too_many_requests(retry_after=retry_after))
    answer = users(sandbox)
    assert answer.status_code == 429
    assert answer.headers.get("Retry-After") == (None if retry_after is None else str(retry_after))


def test_huma_fails_in_its_own_shape(sandbox: Sandbox) -> None:
    sandbox.huma.faults.add(Fault.server_error())
    answer = users(sandbox)
    assert (answer.status_code, answer.json()["error"]) == (500, "Internal Server Error")
    assert sandbox.huma.requests[-1].status == 500


def test_huma_is_being_maintained(sandbox: Sandbox) -> None:
    sandbox.huma.faults.add(Fault.maintenance_page())
    assert "<h1>" in users(sandbox).text


def test_huma_answers_with_half_a_json(sandbox: Sandbox) -> None:
    sandbox.huma.faults.add(Fault.not_json())
    with pytest.raises(requests.exceptions.JSONDecodeError):
        users(sandbox).json()


def test_huma_drops_the_connection(sandbox: Sandbox) -> None:
    sandbox.huma.faults.add(Fault.dropped_connection())
    with pytest.raises(requests.exceptions.ConnectionError):
        users(sandbox)
    assert sandbox.huma.requests[-1].status is None
    assert users(sandbox).status_code == 200


def test_faults_reach_the_token_request_too(sandbox: Sandbox) -> None:
    sandbox.huma.faults.add(Fault.server_error(path="/auth/oauth/token"))
    assert users(sandbox).status_code == 200
    assert requests.post(f"{sandbox.huma.url}/auth/oauth/token", timeout=10).status_code == 500


def test_the_list_can_shift_while_it_is_paged(sandbox: Sandbox) -> None:
    before = [item["id"] for item in users(sandbox, "/users?limit=50").json()["items"]]
    leaver = next(user_id for user_id in before if user_id in sandbox.huma.users)
    sandbox.huma.faults.add(Fault.meanwhile(lambda: sandbox.huma.deactivate(leaver), path="/users", after=1))
    first = users(sandbox, "/users?limit=10").json()
    second = users(sandbox, "/users?limit=10&offset=10").json()
    sandbox.huma.change(leaver, active=True, deactivatedAt=None)
    assert second["total"] == first["total"] - 1
    missed = before[10]
    assert missed not in {item["id"] for item in (*first["items"], *second["items"])}
