"""The Xledger of the sandbox keeps to the contract: a wrong request fails here as it would in production."""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
import requests

from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.countries import COUNTRY_CODES
from integration_tests.sandbox.limits import BurstLimit
from integration_tests.sandbox.xledger_sdl import members_of
from integration_tests.sandbox.xledger_store import OWNER, PARENT, SUBSIDIARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]

EMPLOYEES = """
query Employees($first: Int, $after: String, $last: Int, $before: String, $filter: Employee_Filter,
                $objectStatus: ObjectStatus, $ownerSet: OwnerSet) {
  employees(first: $first, after: $after, last: $last, before: $before, filter: $filter, objectStatus: $objectStatus,
            ownerSet: $ownerSet) {
    edges { cursor node { dbId code email } }
    pageInfo { hasNextPage hasPreviousPage }
  }
}"""
ADD = """mutation Add($inputs: [AddEmployeesInput!]!) { addEmployees(inputs: $inputs) {
  edges { clientId node { dbId code contact { dbId phone } subledger { dbId phone description } } } } }"""
UPDATE = {
    name: f"mutation M($inputs: [{name[0].upper()}{name[1:]}Input!]!) "
    f"{{ {name}(inputs: $inputs) {{ edges {{ clientId node {{ dbId }} }} }} }}"
    for name in ("updateEmployees", "updateContacts", "updateSuppliers")
}
ADDRESS = {"streetAddress": "Storgata 1", "zipCode": "0155", "place": "Oslo", "country": "NO"}


class Client:
    """Asks an Xledger with a valid token."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.xledger = sandbox.xledger
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"token {self.xledger.token}"

    def post(self, query: str, **variables: Any) -> requests.Response:
        return self.session.post(self.xledger.url, json={"query": query, "variables": variables}, timeout=10)

    def ask(self, query: str, **variables: Any) -> Json:
        answer = self.post(query, **variables)
        assert answer.status_code == 200
        body: Json = answer.json()
        return body

    def error(self, query: str, **variables: Any) -> Json:
        body = self.ask(query, **variables)
        assert body["data"] is None
        (error,) = body["errors"]
        return dict(error)

    def codes(self, **variables: Any) -> list[str]:
        edges = self.ask(EMPLOYEES, **variables)["data"]["employees"]["edges"]
        return [edge["node"]["code"] for edge in edges or ()]

    def update(self, name: str, *nodes: Json) -> Json:
        return self.ask(UPDATE[name], inputs=[{"node": node} for node in nodes])

    def refusal(self, name: str, *nodes: Json) -> Json:
        return self.error(UPDATE[name], inputs=[{"node": node} for node in nodes])


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox.running(people=0, burst_limit=None) as sandbox:
        yield sandbox


@pytest.fixture
def client(served: Sandbox) -> Iterator[Client]:
    """A client of an Xledger without employees."""
    client = Client(served)
    store = served.xledger.store
    for table in store.tables.values():
        table.clear()
    store.deltas.clear()
    served.xledger.operations.clear()
    with client.session:
        yield client


@pytest.fixture
def person(client: Client) -> Json:
    """An employee with everything set."""
    client.xledger.add_employee(
        code="P1",
        description="Kari Nordmann",
        firstName="Kari",
        lastName="Nordmann",
        email="kari@nordlys.example",
        phone="+4790000001",
        birthday="1988-02-29",
        gender="F",
        jobTitle="Kokk",
        address=ADDRESS,
        bankAccount="86011117947",
        employmentFrom="2020-01-01",
        socialSec="15108695088",
    )
    return client.xledger.employee("P1")


# ---- transport and token


def test_a_missing_token_is_refused(client: Client) -> None:
    answer = requests.post(client.xledger.url, json={"query": EMPLOYEES}, timeout=10)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("header", ["Bearer {token}", "Token {token}", "{token}", "token  {token}", "token short", ""])
def test_a_malformed_token_is_refused_in_their_words(client: Client, header: str) -> None:
    headers = {"Authorization": header.format(token=client.xledger.token)}
    answer = requests.post(client.xledger.url, json={"query": EMPLOYEES}, headers=headers, timeout=10)
    assert answer.json()["errors"][0]["message"].startswith("Bad format for API Token")
    assert answer.json()["data"] is None


def test_an_unknown_token_is_refused(client: Client) -> None:
    headers = {"Authorization": f"token {'0' * 64}"}
    assert requests.post(client.xledger.url, json={"query": EMPLOYEES}, headers=headers, timeout=10).status_code == 401


def test_only_a_post_with_json_is_answered(client: Client) -> None:
    assert client.session.get(client.xledger.url, params={"query": EMPLOYEES}, timeout=10).status_code == 405
    as_text = client.session.post(
        client.xledger.url, data=json.dumps({"query": EMPLOYEES}), headers={"Content-Type": "text/plain"}, timeout=10
    )
    not_json = client.session.post(
        client.xledger.url, data="{", headers={"Content-Type": "application/json"}, timeout=10
    )
    without_query = client.session.post(client.xledger.url, json={"variables": {}}, timeout=10)
    assert [answer.status_code for answer in (as_text, not_json, without_query)] == [400, 400, 400]


# ---- what does not fit the schema


def test_an_unknown_field_is_named_in_their_words(client: Client) -> None:
    error = client.error("{ employees(first: 1) { edges { node { shoeSize } } } }")
    assert error["message"] == "Cannot query field `shoeSize` on type `Employee`"


@pytest.mark.parametrize(
    "query",
    [
        "{ employees(first: 1, colour: 2) { edges { cursor } } }",
        '{ employees(first: "1") { edges { cursor } } }',
        '{ employees(filter: {shoe: "1"}) { edges { cursor } } }',
        "mutation { updateEmployees(inputs: [{node: {dbId: true}}]) { edges { clientId } } }",
        'mutation { updateEmployees(inputs: [{node: {dbId: 1, jobTitle: "x"}}]) { edges { clientId } } }',
        'mutation { updateEmployees(inputs: [{node: {dbId: "1"}}]) { edges { clientId } } }',
        '{ employees(filter: {dbId_in: ["1"]}) { edges { cursor } } }',
        "{ employees(filter: {dbId_in: [9000000000]}) { edges { cursor } } }",
    ],
)
def test_a_wrong_argument_has_their_code(client: Client, query: str) -> None:
    assert client.error(query)["extensions"]["code"] == "ARGUMENTS_OF_CORRECT_TYPE"


def test_a_wrong_variable_has_their_code(client: Client) -> None:
    assert client.error(EMPLOYEES, first="many")["extensions"]["code"] == "ARGUMENTS_OF_CORRECT_TYPE"
    key = "phoneNumber"
    error = client.refusal("updateContacts", {"dbId": 1, key: "1"})
    assert error["extensions"]["code"] == "ARGUMENTS_OF_CORRECT_TYPE"
    assert key in error["message"]


def test_text_spliced_into_a_query_is_their_syntax_error(client: Client) -> None:
    error = client.error('{ employees(filter: {code: "O"Brien"}) { edges { cursor } } }')
    assert error["message"].startswith("Error parsing query: Unterminated string")


def test_the_schema_can_be_introspected(client: Client) -> None:
    body = client.ask('{ __type(name: "UpdateContactsInputNode") { inputFields { name } } }')
    assert "jobTitle" in {entry["name"] for entry in body["data"]["__type"]["inputFields"]}


# ---- reading


def test_a_row_holds_what_the_contract_says_of_its_type(person: Json) -> None:
    rows = {"Employee": person, "Contact": person["contact"], "Subledger": person["subledger"]}
    assert {name: set(row) for name, row in rows.items()} == {name: set(members_of(name)) for name in rows}


def test_edges_are_null_when_there_is_nothing(client: Client) -> None:
    assert client.ask(EMPLOYEES, first=10)["data"]["employees"] == {
        "edges": None,
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False},
    }


def test_closed_employees_are_not_found_unless_asked_for(client: Client) -> None:
    client.xledger.add_employee(code="gone", dateTo="2026-01-14")
    client.xledger.add_employee(code="today", dateTo="2026-01-15")
    client.xledger.add_employee(code="here")
    assert client.codes() == ["today", "here"]
    assert client.codes(objectStatus="OPEN") == ["today", "here"]
    assert client.codes(objectStatus="CLOSED") == ["gone"]
    assert client.codes(objectStatus="ALL") == ["gone", "today", "here"]


def test_pages_are_walked_by_cursor(client: Client) -> None:
    for number in range(5):
        client.xledger.add_employee(code=str(number))
    seen, after = [], None
    while True:
        page = client.ask(EMPLOYEES, first=2, after=after)["data"]["employees"]
        seen.append([edge["node"]["code"] for edge in page["edges"]])
        after = page["edges"][-1]["cursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [["0", "1"], ["2", "3"], ["4"]]


def test_pages_are_walked_backwards_too(client: Client) -> None:
    for number in range(5):
        client.xledger.add_employee(code=str(number))
    page = client.ask(EMPLOYEES, last=2)["data"]["employees"]
    assert [edge["node"]["code"] for edge in page["edges"]] == ["3", "4"]
    assert page["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": True}
    assert client.codes(last=2, before=page["edges"][0]["cursor"]) == ["1", "2"]


def test_without_first_a_page_is_short(client: Client) -> None:
    for number in range(30):
        client.xledger.add_employee(code=str(number))
    page = client.ask(EMPLOYEES)["data"]["employees"]
    assert (len(page["edges"]), page["pageInfo"]["hasNextPage"]) == (25, True)


@pytest.mark.parametrize("page", [{"first": 0}, {"first": 10_001}, {"after": "nonsense"}, {"first": 1, "last": 1}])
def test_an_impossible_page_is_refused(client: Client, page: Json) -> None:
    assert client.error(EMPLOYEES, **page)["message"]


def test_filters_are_suffixes(client: Client) -> None:
    ids = [client.xledger.add_employee(code=code, employmentFrom=f"202{code}-01-01") for code in "123"]
    assert client.codes(filter={"code": "2"}) == ["2"]
    assert client.codes(filter={"code_in": ["1", "3", "9"]}) == ["1", "3"]
    assert client.codes(filter={"dbId": ids[0]}) == ["1"]
    assert client.codes(filter={"dbId_in": [ids[0], ids[2]]}) == ["1", "3"]
    assert client.codes(filter={"employmentFrom_lte": "2022-06-01"}) == ["1", "2"]
    changed = client.xledger.employee("3")["modifiedAt"]
    assert client.codes(filter={"modifiedAt_gte": changed}) == ["3"]
    assert client.codes(filter={"code_in": ["1", "2"], "dbId": ids[1]}) == ["2"]


def test_codes_are_matched_exactly_and_need_not_be_unique(client: Client) -> None:
    client.xledger.add_employee(code="A1", firstName="One")
    client.xledger.add_employee(code="A1", firstName="Two")
    client.xledger.add_employee(code="a1")
    assert client.codes(filter={"code_in": ["A1"]}) == ["A1", "A1"]


def test_emails_are_matched_exactly(client: Client) -> None:
    client.xledger.add_employee(code="1", email="KARI@nordlys.example")
    assert client.codes(filter={"email_in": ["kari@Nordlys.example"]}) == []
    assert client.codes(filter={"email": "kari@nordlys.example"}) == []
    for wanted in ({"email": "KARI@nordlys.example"}, {"email_in": ["KARI@nordlys.example"]}):
        assert client.codes(filter=wanted) == ["1"]


def test_codes_can_be_walked_by_what_is_greater(client: Client) -> None:
    for code in ("A1", "A2", "B1"):
        client.xledger.add_employee(code=code)
    assert client.codes(filter={"code_gt": "A1"}) == ["A2", "B1"]


def test_filters_are_combined_with_and_and_or(client: Client) -> None:
    for code, email in (("1", "a@b.no"), ("2", "a@b.no"), ("3", "c@d.no")):
        client.xledger.add_employee(code=code, email=email)
    either = [{"email": "c@d.no"}, {"AND": [{"email": "a@b.no"}, {"code_gt": "1"}]}]
    assert client.codes(filter={"OR": either}) == ["2", "3"]
    assert client.codes(filter={"AND": [{"email": "a@b.no"}, {"code": "3"}]}) == []
    assert client.codes(filter={"OR": either, "code": "3"}) == ["3"]


def test_null_in_a_filter_means_empty(client: Client) -> None:
    client.xledger.add_employee(code="stays", email="a@b.no")
    client.xledger.add_employee(code="leaves", employmentTo="2026-06-30")
    assert client.codes(filter={"employmentTo": None}) == ["stays"]
    assert client.codes(filter={"employmentTo": "2026-06-30"}) == ["leaves"]
    assert client.codes(filter={"email": None}) == ["leaves"]
    assert client.codes(filter=None) == ["stays", "leaves"]


@pytest.mark.parametrize(
    "wanted",
    [
        *({key: None} for key in ("code_in", "modifiedAt_gte", "OR")),
        *({"modifiedAt_gte": value} for value in ("2026-01-15", "2026-01-15T08:00:00Z", "2026-01-15T08:00:00.5", "x")),
        {"employmentFrom_lte": "15.01.2026"},
    ],
)
def test_what_cannot_be_compared_with_is_refused(client: Client, wanted: Json) -> None:
    assert client.error(EMPLOYEES, filter=wanted)["extensions"]["code"] == "INVALID_VALUE"


def test_contacts_and_subledgers_are_filtered_too(client: Client, person: Json) -> None:
    client.xledger.add_employee(code="P2", email="per@nordlys.example", firstName="Per", contact={"code": "C2"})
    contacts = """query($filter: Contact_Filter) { contacts(filter: $filter) { edges { node { firstName } } } }"""
    subledgers = """query($filter: Subledger_Filter) { suppliers(filter: $filter) { edges { node { code } } } }"""
    wanted: Json
    for wanted in ({"email_in": [person["email"]]}, {"dbId_in": [person["contact"]["dbId"]]}):
        assert client.ask(contacts, filter=wanted)["data"]["contacts"]["edges"] == [{"node": {"firstName": "Kari"}}]
    for wanted in ({"code": "P1"}, {"code_in": ["P1"]}, {"OR": [{"dbId_in": [person["subledger"]["dbId"]]}]}):
        assert client.ask(subledgers, filter=wanted)["data"]["suppliers"]["edges"] == [{"node": {"code": "P1"}}]


# ---- entities


@pytest.mark.parametrize(
    ("owner_set", "found"),
    [
        (None, ["ours"]),
        ("CURRENT", ["ours"]),
        ("UPPER", ["ours"]),
        ("LOWER", ["ours", "below"]),
        ("MINE", ["ours", "below"]),
        ("ALL", ["ours", "below"]),
    ],
)
def test_employees_of_a_subsidiary_are_not_found_unless_asked_for(
    client: Client, owner_set: str | None, found: list[str]
) -> None:
    client.xledger.add_employee(code="ours")
    client.xledger.add_employee(code="below", owner=SUBSIDIARY)
    client.xledger.add_employee(code="above", owner=PARENT)
    assert client.codes() == ["ours"]
    assert client.codes(ownerSet=owner_set) == found
    assert [row["ownerDbId"] for row in client.xledger.employees()] == [OWNER, SUBSIDIARY, PARENT]


def test_the_token_reaches_a_subsidiary_and_nothing_above(client: Client) -> None:
    below, above = (client.xledger.add_employee(code=str(owner), owner=owner) for owner in (SUBSIDIARY, PARENT))
    one = "query($id: ID) { employee(dbId: $id) { code ownerDbId contact { ownerDbId } subledger { ownerDbId } } }"
    owned = {"ownerDbId": SUBSIDIARY}
    assert client.ask(one, id=below)["data"]["employee"] == {
        "code": str(SUBSIDIARY),
        **owned,
        "contact": owned,
        "subledger": owned,
    }
    assert client.ask(one, id=above)["data"]["employee"] is None
    client.update("updateEmployees", {"dbId": below, "trialTo": "2026-06-01"})
    assert client.xledger.employee(str(SUBSIDIARY))["trialTo"] == "2026-06-01"
    assert "No value matching owner" in client.refusal("updateEmployees", {"dbId": above})["message"]
    deltas = client.ask("{ employee_deltas { edges { node { dbId } } } }")["data"]["employee_deltas"]["edges"]
    assert {edge["node"]["dbId"] for edge in deltas} == {str(below)}


def test_new_employees_land_in_the_entity_of_the_token(client: Client) -> None:
    client.ask(ADD, inputs=[{"node": {"code": "N1", "firstName": "Ola", "lastName": "Ås"}}])
    employee = client.xledger.employee("N1")
    assert {employee["ownerDbId"], employee["contact"]["ownerDbId"], employee["subledger"]["ownerDbId"]} == {OWNER}


def test_the_viewer_is_the_entity_of_the_token(client: Client) -> None:
    entity = client.ask("{ viewer { entity { ownerDbId company { dbId code } } } }")["data"]["viewer"]["entity"]
    assert entity == {"ownerDbId": OWNER, "company": {"dbId": "64000001", "code": "C-NO"}}


def test_a_list_of_more_than_1000_is_refused(client: Client) -> None:
    assert client.codes(filter={"code_in": ["x"] * 1000}) == []
    error = client.error(EMPLOYEES, filter={"code_in": ["x"] * 1001})
    assert error["extensions"]["code"] == "INVALID_VALUE"


def test_ids_arrive_as_numbers_or_as_text_depending_on_the_type(client: Client, person: Json) -> None:
    query = "{ employees { edges { node { dbId contactDbId contact { dbId } subledger { dbId company { dbId } } } } } }"
    node = client.ask(query)["data"]["employees"]["edges"][0]["node"]
    assert node == {
        "dbId": person["dbId"],
        "contactDbId": str(person["contact"]["dbId"]),
        "contact": {"dbId": str(person["contact"]["dbId"])},
        "subledger": {
            "dbId": person["subledger"]["dbId"],
            "company": {"dbId": str(person["subledger"]["company"]["dbId"])},
        },
    }


def test_the_social_security_number_is_shown_masked_only(client: Client, person: Json) -> None:
    query = "{ employees { edges { node { socialSecurityMasked contact { socialSec } } } } }"
    node = client.ask(query)["data"]["employees"]["edges"][0]["node"]
    assert node == {"socialSecurityMasked": "151086*****", "contact": {"socialSec": None}}
    assert client.xledger.social_security_number(person["dbId"]) == "15108695088"


def test_the_other_tables_can_be_read(client: Client, person: Json) -> None:
    body = client.ask(
        """{ contacts { edges { node { firstName } } } subledgers { edges { node { code } } }
        suppliers { edges { node { code } } } companies { edges { node { country { code } } } }
        countries(first: 300) { edges { node { code } } } objectValues { edges { cursor } }
        banks { edges { node { swift } } } systemValues { edges { node { code } } }
        addresses { edges { node { place } } } employee_deltas { edges { node { dbId mutationType } } } }"""
    )["data"]
    assert body["contacts"]["edges"] == [{"node": {"firstName": "Kari"}}]
    assert body["subledgers"] == body["suppliers"] == {"edges": [{"node": {"code": "P1"}}]}
    assert body["companies"]["edges"][0]["node"]["country"]["code"] == "NO"
    countries = {edge["node"]["code"] for edge in body["countries"]["edges"]}
    assert {"NO", "SE", "SS", "ZW", "XK"} <= countries
    assert len(countries) == 250
    assert body["objectValues"]["edges"] is None
    assert {edge["node"]["code"] for edge in body["systemValues"]["edges"]} == {"M", "F"}
    assert len(body["addresses"]["edges"]) == 2
    assert body["employee_deltas"]["edges"] == [{"node": {"dbId": str(person["dbId"]), "mutationType": "ADDED"}}]
    one = client.ask("query($id: ID) { employee(dbId: $id) { code } }", id=str(person["dbId"]))
    assert one["data"]["employee"] == {"code": "P1"}
    for nobody in ("1", "P1", None):
        assert client.ask("query($id: ID) { employee(dbId: $id) { code } }", id=nobody)["data"]["employee"] is None


# ---- adding


def test_adding_makes_the_contact_and_the_subledger(client: Client) -> None:
    node = {
        "code": "N1",
        "description": "Ola Ås",
        "firstName": "Ola",
        "lastName": "Ås",
        "phone": "+4790000002",
        "bankAccount": "8601.11.17947",
        "birthday": "1990-01-01",
        "socialSec": "15108695088",
    }
    (edge,) = client.ask(ADD, inputs=[{"clientId": "c-1", "node": node}])["data"]["addEmployees"]["edges"]
    employee = client.xledger.employee("N1")
    assert edge == {
        "clientId": "c-1",
        "node": {
            "dbId": employee["dbId"],
            "code": "N1",
            "contact": {"dbId": str(employee["contact"]["dbId"]), "phone": "+4790000002"},
            "subledger": {"dbId": employee["subledger"]["dbId"], "phone": None, "description": "Ola Ås"},
        },
    }
    assert employee["contact"]["firstName"] == "Ola"
    assert employee["contact"]["birthday"] == "1990-01-01"
    assert employee["subledger"]["bankAccount"] == "8601.11.17947"
    assert employee["subledger"]["company"]["country"]["code"] == "NO"
    assert employee["socialSecurityMasked"] == "151086*****"
    for unset in (employee["email"], employee["contact"]["address"], employee["contact"]["gender"]):
        assert unset is None


def test_adding_spreads_everything_it_takes(client: Client) -> None:
    node = {
        "code": "N1",
        "description": "Ola Ås",
        "firstName": "Ola",
        "lastName": "Ås",
        "email": "ola@b.no",
        "phone": "1",
        "phoneSubledger": "2",
        "trialTo": "2026-06-01",
        "noticeDate": "2026-06-02",
        "dateFrom": "2026-01-01",
        "dateTo": "2026-12-31",
        "fullAddress": "Storgata 1",
        "contactAddress": "Oslo",
        "employmentFrom": "2026-01-02",
        "employmentTo": "2026-12-30",
        "contact": None,
        "subledger": None,
    }
    assert "errors" not in client.ask(ADD, inputs=[{"node": node}])
    employee = client.xledger.employee("N1")
    for key in ("trialTo", "noticeDate", "dateFrom", "dateTo", "employmentFrom", "employmentTo", "email"):
        assert employee[key] == node[key]
    assert (employee["contact"]["phone"], employee["subledger"]["phone"]) == ("1", "2")
    assert (employee["contact"]["email"], employee["subledger"]["email"]) == ("ola@b.no", None)
    assert (employee["contact"]["address"], employee["subledger"]["address"]) == (None, None)


@pytest.mark.parametrize("key", ["contact", "subledger"])
def test_adding_with_an_existing_contact_or_subledger_is_refused(client: Client, person: Json, key: str) -> None:
    node = {"code": "N1", "firstName": "Ola", "lastName": "Ås", key: {"dbId": person[key]["dbId"]}}
    error = client.error(ADD, inputs=[{"node": node}])
    assert error["extensions"]["code"] == "INVALID_VALUE"
    assert f"employee.{key}" in error["message"]


@pytest.mark.parametrize(
    ("key", "value"),
    [("email", ""), ("trialTo", "2026-02-30"), ("dateTo", "x"), ("bankAccount", "86011117940"), ("socialSec", None)],
)
def test_adding_checks_values(client: Client, key: str, value: str | None) -> None:
    error = client.error(ADD, inputs=[{"node": {"code": "N1", "firstName": "Ola", "lastName": "Ås", key: value}}])
    assert error["extensions"]["code"] == "INVALID_VALUE"
    assert f"employee.{key}: Invalid value '{value}'" in error["message"]
    assert client.xledger.employees() == []


def test_adding_needs_a_code_and_a_name(client: Client) -> None:
    for missing in ("code", "firstName", "lastName"):
        node = {"code": "N1", "firstName": "Ola", "lastName": "Ås"}
        del node[missing]
        error = client.error(ADD, inputs=[{"node": node}])
        assert error["extensions"]["code"] == "INVALID_VALUE"
        assert missing in error["message"]


def test_two_can_be_added_with_one_code(client: Client) -> None:
    node = {"code": "N1", "firstName": "Ola", "lastName": "Ås"}
    client.ask(ADD, inputs=[{"node": node}, {"node": node}])
    assert client.codes() == ["N1", "N1"]


def test_500_inputs_are_taken_and_one_more_is_not(client: Client) -> None:
    entry = {"node": {"code": "N", "firstName": "Ola", "lastName": "Ås"}}
    assert "501" in client.error(ADD, inputs=[entry] * 501)["message"]
    assert client.xledger.employees() == []
    client.ask(ADD, inputs=[entry] * 500)
    assert len(client.xledger.employees()) == 500


def test_an_empty_list_of_inputs_changes_nothing(client: Client) -> None:
    assert client.ask(ADD, inputs=[])["data"]["addEmployees"]["edges"] is None
    assert client.xledger.writes == []


@pytest.mark.parametrize("name", ["addEmployees", "updateContacts"])
def test_one_bad_input_refuses_the_batch(client: Client, person: Json, name: str) -> None:
    good_node = {"code": "N1", "firstName": "Ola", "lastName": "Ås"}
    if name == "addEmployees":
        client.error(ADD, inputs=[{"node": good_node}, {"node": {**good_node, "birthday": "1990-02-30"}}])
    else:
        db_id = person["contact"]["dbId"]
        client.refusal(name, {"dbId": db_id, "phone": "1"}, {"dbId": db_id, "birthday": "1990-02-30"})
    assert client.xledger.employees() == [person]


# ---- updating


def test_updating_an_employee_spreads_onto_the_contact_and_the_subledger(client: Client, person: Json) -> None:
    node = {
        "dbId": person["dbId"],
        "firstName": "Karin",
        "lastName": "Li",
        "birthday": None,
        "email": "karin@b.no",
        "phone": None,
        "phoneSubledger": "2",
        "bankAccount": None,
        "dateFrom": "2020-01-01",
        "dateTo": "2030-01-01",
    }
    query = """mutation($inputs: [UpdateEmployeesInput!]!) { updateEmployees(inputs: $inputs) { edges { node {
      email dateTo contact { name phone birthday } subledger { email phone bankAccount } } } } }"""
    (edge,) = client.ask(query, inputs=[{"node": node}])["data"]["updateEmployees"]["edges"]
    assert edge["node"] == {
        "email": "karin@b.no",
        "dateTo": "2030-01-01",
        "contact": {"name": "Karin Li", "phone": None, "birthday": None},
        "subledger": {"email": person["email"], "phone": "2", "bankAccount": None},
    }
    employee = client.xledger.employee("P1")
    assert (employee["dateFrom"], employee["contact"]["jobTitle"]) == ("2020-01-01", "Kokk")


def test_only_the_rows_that_change_are_modified(client: Client, person: Json) -> None:
    client.update("updateEmployees", {"dbId": person["dbId"], "phoneSubledger": "2"})
    employee = client.xledger.employee("P1")
    assert employee["modifiedAt"] == employee["subledger"]["modifiedAt"] > person["modifiedAt"]
    assert employee["contact"]["modifiedAt"] == person["contact"]["modifiedAt"]


@pytest.mark.parametrize(("key", "value"), [("email", None), ("firstName", ""), ("birthday", "x"), ("dateTo", "x")])
def test_updating_an_employee_checks_values(client: Client, person: Json, key: str, value: str | None) -> None:
    good = {"dbId": person["dbId"], "phone": "1", "phoneSubledger": "1", "lastName": "Li"}
    error = client.refusal("updateEmployees", good, {"dbId": person["dbId"], key: value})
    assert error["extensions"]["code"] == "INVALID_VALUE"
    assert client.xledger.employee("P1") == person


def test_one_employee_can_be_updated_twice_in_a_batch(client: Client, person: Json) -> None:
    client.update("updateEmployees", {"dbId": person["dbId"], "phone": "1"}, {"dbId": person["dbId"], "lastName": "Li"})
    contact = client.xledger.employee("P1")["contact"]
    assert (contact["phone"], contact["name"]) == ("1", "Kari Li")


def test_an_absent_key_stays_and_null_unsets(client: Client, person: Json) -> None:
    db_id = person["contact"]["dbId"]
    client.update("updateContacts", {"dbId": db_id, "jobTitle": "Kjøkkensjef", "phone": None, "gender": None})
    contact = client.xledger.employee("P1")["contact"]
    assert (contact["jobTitle"], contact["phone"], contact["gender"]) == ("Kjøkkensjef", None, None)
    assert (contact["firstName"], contact["birthday"]) == ("Kari", "1988-02-29")
    assert client.xledger.employee("P1")["subledger"]["phone"] == "+4790000001"


def test_an_id_that_is_sent_as_text_is_refused(client: Client, person: Json) -> None:
    error = client.refusal("updateContacts", {"dbId": str(person["contact"]["dbId"]), "jobTitle": "Kokk"})
    assert error["extensions"]["code"] == "ARGUMENTS_OF_CORRECT_TYPE"
    assert client.xledger.employees() == [person]


def test_the_client_id_is_echoed(client: Client, person: Json) -> None:
    entry = {"clientId": "huma-1", "node": {"dbId": person["dbId"], "trialTo": "2026-06-01"}}
    body = client.ask(UPDATE["updateEmployees"], inputs=[entry, {"node": entry["node"]}])
    assert [edge["clientId"] for edge in body["data"]["updateEmployees"]["edges"]] == ["huma-1", None]
    assert client.xledger.employee("P1")["trialTo"] == "2026-06-01"


@pytest.mark.parametrize(
    ("name", "row"), [("updateEmployees", "contact"), ("updateContacts", "subledger"), ("updateSuppliers", "contact")]
)
def test_an_id_of_another_table_is_no_match(client: Client, person: Json, name: str, row: str) -> None:
    message = client.refusal(name, {"dbId": person[row]["dbId"]})["message"]
    assert "No value matching owner 42365431" in message
    assert f"'{person[row]['dbId']}'" in message


@pytest.mark.parametrize(
    ("name", "row", "key"),
    [
        ("updateEmployees", None, "code"),
        ("updateEmployees", None, "socialSec"),
        ("updateContacts", "contact", "email"),
        ("updateContacts", "contact", "firstName"),
        ("updateContacts", "contact", "lastName"),
        ("updateSuppliers", "subledger", "email"),
    ],
)
@pytest.mark.parametrize("value", [None, "", " "])
def test_what_is_required_cannot_be_unset(
    client: Client, person: Json, name: str, row: str | None, key: str, value: str | None
) -> None:
    db_id = person[row]["dbId"] if row else person["dbId"]
    assert client.refusal(name, {"dbId": db_id, key: value})["extensions"]["code"] == "INVALID_VALUE"
    assert client.xledger.employee("P1") == person


@pytest.mark.parametrize("value", ["2026-02-30", "30.01.2026", "2026-1-1", "20260101", "2026-01-01T00:00:00", ""])
def test_a_date_must_be_a_real_iso_date(client: Client, person: Json, value: str) -> None:
    error = client.refusal("updateEmployees", {"dbId": person["dbId"], "employmentTo": value})
    assert error["extensions"]["code"] == "INVALID_VALUE"
    assert f"'{value}'" in error["message"]


@pytest.mark.parametrize(
    "value",
    [
        "86011117948",
        "8601.11.17948",
        "86011117940",
        "NO9386011117948",
        "NO93-8601-1117-947",
        "SE0000000000000000000000",
        "",
        ". .",
    ],
)
def test_a_wrong_account_number_is_refused(client: Client, person: Json, value: str) -> None:
    error = client.refusal("updateSuppliers", {"dbId": person["subledger"]["dbId"], "bankAccount": value})
    assert error["extensions"]["code"] == "INVALID_VALUE"


@pytest.mark.parametrize(
    "value", ["86011117947", "8601.11.17947", "NO9386011117947", "SE45 5000 0000 0583 9825 7466", "5000-583982", None]
)
def test_a_right_account_number_is_kept_as_it_was_sent(client: Client, person: Json, value: str | None) -> None:
    client.update("updateSuppliers", {"dbId": person["subledger"]["dbId"], "bankAccount": value})
    assert client.xledger.employee("P1")["subledger"]["bankAccount"] == value


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("15108695088", True),
        ("15108695077", False),
        ("880229-2380", True),
        ("-", False),
        ("55019099996", True),
        ("15669099921", True),
        ("15819099968", True),
        ("02013299903", True),
        ("30108299939", True),
        ("15019099935", False),
        ("44051401359", False),
    ],
)
def test_a_social_security_number_of_eleven_digits_is_checked(
    client: Client, person: Json, value: str, *, accepted: bool
) -> None:
    node = {"dbId": person["dbId"], "socialSec": value}
    if accepted:
        client.update("updateEmployees", node)
        assert client.xledger.employee("P1")["socialSecurityMasked"].endswith("*****")
    else:
        assert value in client.refusal("updateEmployees", node)["message"]


@pytest.mark.parametrize("reference", [{"code": "M"}, {"name": "Male"}, {"dbSubId": 1}])
def test_a_gender_is_given_by_one_key(client: Client, person: Json, reference: Json) -> None:
    client.update("updateContacts", {"dbId": person["contact"]["dbId"], "gender": reference})
    assert client.xledger.employee("P1")["contact"]["gender"]["code"] == "M"


@pytest.mark.parametrize("reference", [{"code": "X"}, {"code": "Male"}, {}, {"code": "M", "name": "Male"}])
def test_a_gender_nobody_knows_is_refused(client: Client, person: Json, reference: Json) -> None:
    assert client.refusal("updateContacts", {"dbId": person["contact"]["dbId"], "gender": reference})["message"]
    assert client.xledger.employee("P1") == person


# ---- addresses


@pytest.mark.parametrize(("name", "row"), [("updateContacts", "contact"), ("updateSuppliers", "subledger")])
class TestAddresses:
    @pytest.mark.parametrize("address", [None, *({line: value} for line in ADDRESS for value in (None, "", " "))])
    def test_what_is_set_cannot_be_unset(
        self, client: Client, person: Json, name: str, row: str, address: Json | None
    ) -> None:
        error = client.refusal(name, {"dbId": person[row]["dbId"], "address": address})
        assert error["extensions"]["code"] == "INVALID_VALUE"
        assert client.xledger.employee("P1") == person

    def test_a_line_can_be_changed_alone(self, client: Client, person: Json, name: str, row: str) -> None:
        client.update(name, {"dbId": person[row]["dbId"], "address": {"place": "Bergen", "country": "SE"}})
        address = client.xledger.employee("P1")[row]["address"]
        assert (address["place"], address["country"]["code"]) == ("Bergen", "SE")
        assert (address["streetAddress"], address["zipCode"]) == ("Storgata 1", "0155")

    def test_an_unset_one_can_be_set_in_part_and_stay_unset(
        self, client: Client, person: Json, name: str, row: str
    ) -> None:
        client.xledger.change(person["dbId"], f"{row}.address", None)
        node = {"dbId": person[row]["dbId"]}
        client.update(name, {**node, "address": None}, {**node, "address": {"place": None}})
        assert client.xledger.employee("P1")[row]["address"] is None
        client.update(name, {**node, "address": {"place": "Bergen", "zipCode": None}})
        address = client.xledger.employee("P1")[row]["address"]
        assert (address["place"], address["zipCode"]) == ("Bergen", None)

    @pytest.mark.parametrize("country", ["XX", "no", "NOR", "Norge"])
    def test_a_country_is_an_iso_code(self, client: Client, person: Json, name: str, row: str, country: str) -> None:
        error = client.refusal(name, {"dbId": person[row]["dbId"], "address": {"country": country}})
        assert f"'{country}'" in error["message"]


@pytest.mark.parametrize("reference", [{"code": "SE"}, {"description": "SE"}, {"dbId": 5000}])
def test_a_supplier_has_an_address_line_by_line_too(client: Client, person: Json, reference: Json) -> None:
    node = {"dbId": person["subledger"]["dbId"], "streetAddress": "Nygata 2", "place": "Ås", "country": reference}
    client.update("updateSuppliers", node)
    address = client.xledger.employee("P1")["subledger"]["address"]
    assert (address["streetAddress"], address["zipCode"], address["place"]) == ("Nygata 2", "0155", "Ås")
    assert address["country"]["code"] in ("SE", COUNTRY_CODES[0])
    assert client.xledger.employee("P1")["contact"]["address"]["place"] == "Oslo"


@pytest.mark.parametrize(
    "lines",
    [
        *({line: value} for line in ("streetAddress", "zipCode", "place") for value in (None, "", " ")),
        *({"country": value} for value in (None, {}, {"code": "SE", "dbId": 5000}, {"code": "XX"}, {"dbId": 1})),
    ],
)
def test_lines_of_a_suppliers_address_are_checked_one_by_one(client: Client, person: Json, lines: Json) -> None:
    message = client.refusal("updateSuppliers", {"dbId": person["subledger"]["dbId"], **lines})["message"]
    assert message.startswith(f"subledger.{next(iter(lines))}: ")
    assert client.xledger.employee("P1") == person


def test_a_contact_has_a_home_address_beside_its_address(client: Client, person: Json) -> None:
    node = {"dbId": person["contact"]["dbId"]}
    client.update("updateContacts", {**node, "homeAddress": {"place": "Bergen", "country": "SE"}})
    contact = client.xledger.employee("P1")["contact"]
    assert (contact["homeAddress"]["place"], contact["homeAddress"]["country"]["code"]) == ("Bergen", "SE")
    assert contact["address"]["place"] == "Oslo"
    assert "contact.homeAddress" in client.refusal("updateContacts", {**node, "homeAddress": None})["message"]


# ---- text


@pytest.mark.parametrize(
    "text", ['O\'Brien "Obi"', "a\\nb\\", "🧑‍🚀", "A\u030a", "a\nb\tc", "${x} {{ x }}", "\u2028", "\x00", "\ud800"]
)
def test_text_arrives_and_comes_back_unchanged(client: Client, person: Json, text: str) -> None:
    client.update("updateContacts", {"dbId": person["contact"]["dbId"], "jobTitle": text})
    assert client.xledger.employee("P1")["contact"]["jobTitle"] == text
    body = client.ask("{ contacts { edges { node { jobTitle } } } }")
    assert body["data"]["contacts"]["edges"][0]["node"]["jobTitle"] == text


# ---- what a test may look at and change


def test_operations_are_recorded_with_their_size(client: Client, person: Json) -> None:
    answer = client.post(
        UPDATE["updateContacts"], inputs=[{"node": {"dbId": person["contact"]["dbId"], "phone": None}}]
    )
    client.ask(EMPLOYEES, first=1)
    write, read = client.xledger.operations
    assert (write.kind, write.name, write.root_fields, write.inputs) == ("mutation", "M", ("updateContacts",), 1)
    assert write.variables["inputs"][0]["node"]["phone"] is None
    assert (write.status, write.outcome) == (200, "carried_out")
    assert write.request_bytes == len(answer.request.body or b"")
    assert write.response_bytes == len(answer.content)
    assert (read.kind, read.name, read.root_fields) == ("query", "Employees", ("employees",))
    assert client.xledger.writes == [write]


@pytest.mark.parametrize(
    ("path", "value", "look"),
    [
        ("contact.phone", "1", lambda row: row["contact"]["phone"]),
        ("code", "P2", lambda row: row["code"]),
        ("contact.gender", "M", lambda row: row["contact"]["gender"]["code"]),
        ("subledger.address.place", "Ås", lambda row: row["subledger"]["address"]["place"]),
        ("subledger.company.country", "SE", lambda row: row["subledger"]["company"]["country"]["code"]),
    ],
)
def test_someone_can_edit_in_xledger(
    client: Client, person: Json, path: str, value: str, look: Callable[[Json], str]
) -> None:
    client.xledger.change(person["dbId"], path, value)
    assert look(client.xledger.employees()[0]) == value


@pytest.mark.parametrize("path", ["shoeSize", "contact.shoeSize", "contact.phone.number"])
def test_nobody_can_edit_what_is_not_there(client: Client, person: Json, path: str) -> None:
    with pytest.raises(TypeError, match=path):
        client.xledger.change(person["dbId"], path, "1")


def test_what_is_looked_at_is_a_copy(client: Client, person: Json) -> None:
    person["contact"]["phone"] = "changed"
    assert client.xledger.employee("P1")["contact"]["phone"] == "+4790000001"
    with pytest.raises(KeyError):
        client.xledger.employee("P2")


def test_an_employee_looks_like_the_type_employee(client: Client, person: Json) -> None:
    query = '{ __type(name: "%s") { fields { name } } }'
    for type_name, row in (("Employee", person), ("Contact", person["contact"]), ("Subledger", person["subledger"])):
        fields = client.ask(query % type_name)["data"]["__type"]["fields"]
        assert {entry["name"] for entry in fields} == set(row)


def test_a_tester_can_look_inside(client: Client, person: Json) -> None:
    client.xledger.change(person["dbId"], "description", "<b>Kari</b>")
    page = requests.get(client.xledger.page_url, timeout=10).text
    assert "1 employees, 0 requests" in page
    assert "&lt;b&gt;Kari" in page
    employees = requests.get(f"{client.xledger.page_url}_sandbox/employees", timeout=10).json()
    assert employees == client.xledger.employees()


def test_nothing_is_logged(client: Client, person: Json, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client.refusal("updateContacts", {"dbId": person["contact"]["dbId"], "birthday": "very secret"})
    assert "secret" not in caplog.text


# ---- limits


def test_the_21st_request_in_five_seconds_is_refused_and_does_not_count() -> None:
    now = 100.0
    limit = BurstLimit(20, clock=lambda: now)
    assert [limit.admits() for _ in range(22)] == [True] * 20 + [False] * 2
    now = 104.9
    assert not limit.admits()
    now = 105.0
    assert [limit.admits() for _ in range(21)] == [True] * 20 + [False]


def test_a_burst_is_refused_in_their_words() -> None:
    with Sandbox.running(people=0, burst_limit=1) as sandbox, (client := Client(sandbox)).session:
        client.ask(EMPLOYEES)
        error = client.error(EMPLOYEES)
    assert error["code"] == "BAD_REQUEST.BURST_RATE_LIMIT_REACHED"
    assert [operation.outcome for operation in sandbox.xledger.operations] == ["carried_out", "burst_limit"]


def test_a_request_is_on_its_way_for_as_long_as_it_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.xledger, "latency", 0.05)
    assert client.post(EMPLOYEES, first=1).elapsed >= dt.timedelta(seconds=0.05)
