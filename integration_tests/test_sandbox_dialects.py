"""An Xledger may speak otherwise than the contract assumes; each dialect of the sandbox does so in one respect."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from graphql import build_schema, lexicographic_sort_schema, print_schema, print_type, specified_scalar_types

from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.dialects import CONTRACT, DIALECTS, dialect_named
from integration_tests.sandbox.xledger_schema import executable_schema
from integration_tests.sandbox.xledger_sdl import CONTRACT as SCHEMA
from integration_tests.sandbox.xledger_sdl import own_names

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

THEIR_SCHEMA = Path(__file__).parents[2] / "shared" / "contracts" / "xledger.graphql"

FIELDS = "dbId code email contact { dbId email phone gender { dbSubId code name } } subledger { dbId email phone }"
NEW = {"code": "N1", "firstName": "Ola", "lastName": "Ås"}


class Speaker:
    """Asks an Xledger in the words of its dialect."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.xledger = sandbox.xledger
        self.names = own_names(sandbox.xledger.dialect)

    def ask(self, query: str, **variables: Any) -> Json:
        answer = requests.post(
            self.xledger.url,
            json={"query": query, "variables": variables},
            headers={"Authorization": f"token {self.xledger.token}"},
            timeout=10,
        )
        assert answer.status_code == 200
        return dict(answer.json())

    def error(self, query: str, **variables: Any) -> Json:
        body = self.ask(query, **variables)
        assert body["data"] is None
        return dict(body["errors"][0])

    def write(self, mutation: str, *nodes: Json, fields: str = "dbId") -> Json:
        """The answer to a mutation; each input has the number of its node as its client id."""
        declared = f"$inputs: [{self.names[f'{mutation[0].upper()}{mutation[1:]}Input']}!]!"
        return self.ask(
            f"mutation({declared}) {{ {mutation}(inputs: $inputs) {{ edges {{ clientId node {{ {fields} }} }} }} }}",
            inputs=[{"clientId": str(number), "node": node} for number, node in enumerate(nodes)],
        )

    def found(self, **wanted: Any) -> list[str]:
        """Codes of the employees that a filter finds."""
        declared = f"$filter: {self.names['Employee_Filter']}"
        query = f"query({declared}) {{ employees(filter: $filter) {{ edges {{ node {{ code }} }} }} }}"
        body = self.ask(query, filter=wanted)
        assert "errors" not in body
        return [edge["node"]["code"] for edge in body["data"]["employees"]["edges"] or ()]

    def roots(self) -> Json:
        schema: Json = self.ask("{ __schema { queryType { name } mutationType { name } types { name } } }")["data"]
        return dict(schema["__schema"])

    def members(self, type_name: str) -> set[str]:
        query = "query($n: String!) { __type(name: $n) { fields { name } inputFields { name } } }"
        found = self.ask(query, n=type_name)["data"]["__type"]
        return {entry["name"] for entry in found["fields"] or found["inputFields"]}


@contextlib.contextmanager
def speaking(dialect: str) -> Iterator[Speaker]:
    with Sandbox.running(people=0, burst_limit=None, dialect=dialect) as sandbox:
        yield Speaker(sandbox)


def add(speaker: Speaker) -> Json:
    """An employee with a little of everything."""
    speaker.xledger.add_employee(code="P1", firstName="Kari", email="kari@b.no", phone="1", gender="F")
    return speaker.xledger.employee("P1")


# ---- the contract


@pytest.mark.skipif(not THEIR_SCHEMA.exists(), reason="the contract is not part of the project")
def test_the_schema_is_the_contracts() -> None:
    ours, theirs = (
        print_schema(lexicographic_sort_schema(build_schema(sdl)))
        for sdl in (SCHEMA, THEIR_SCHEMA.read_text(encoding="utf-8"))
    )
    assert ours == theirs


def test_the_contract_is_served_whole_with_a_viewer_and_roots_of_other_kinds() -> None:
    served, written = executable_schema(CONTRACT), build_schema(SCHEMA)
    beyond = served.type_map.keys() - written.type_map.keys()
    assert beyond == {"Viewer", "Entity", "Currency"}
    different = {
        name for name, known in written.type_map.items() if print_type(known) != print_type(served.type_map[name])
    }
    assert different == {"Query"}
    assert served.query_type is not None
    assert written.query_type is not None
    roots = served.query_type.fields.keys() - written.query_type.fields.keys()
    assert roots == {"viewer", "currencies", "labels", "serverTime"}


def test_the_contract_is_spoken_unless_told_otherwise() -> None:
    with Sandbox.running(people=0) as sandbox:
        assert sandbox.xledger.dialect is DIALECTS["contract"]
    with Sandbox.running(people=0, dialect="suffixed") as sandbox:
        assert sandbox.xledger.dialect is DIALECTS["suffixed"]


def test_introspection_counts_as_an_operation() -> None:
    with speaking("contract") as speaker:
        speaker.ask('{ __schema { queryType { name } } __type(name: "Employee") { name } }')
        (operation,) = speaker.xledger.operations
    assert (operation.kind, operation.root_fields) == ("query", ("__schema", "__type"))
    assert operation.outcome == "carried_out"


# ---- every dialect


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_can_be_talked_to(name: str) -> None:
    with speaking(name) as speaker:
        (edge,) = speaker.write("addEmployees", NEW, fields=FIELDS)["data"]["addEmployees"]["edges"]
        node = edge["node"]
        assert "errors" not in speaker.write("updateEmployees", {"dbId": node["dbId"], "code": "N2"})
        assert "errors" not in speaker.write("updateContacts", {"dbId": int(node["contact"]["dbId"]), "phone": "2"})
        assert "errors" not in speaker.write("updateSuppliers")
        assert speaker.found(code_in=["N2"]) == speaker.found(dbId_in=[node["dbId"]]) == ["N2"]
        assert speaker.xledger.employee("N2")["contact"]["phone"] == "2"


@pytest.mark.parametrize("name", DIALECTS)
def test_what_is_lacking_is_said_in_the_contracts_names(name: str) -> None:
    with speaking(name) as speaker:
        trial, viewer = "{ employees { edges { node { trialTo } } } }", "{ viewer { entity { ownerDbId } } }"
        assert "errors" not in speaker.ask(trial)
        assert "errors" not in speaker.ask(viewer)
        speaker.xledger.lacks = frozenset(
            {"Employee.trialTo", "Employee_Filter.code_in", "Query.viewer", "Mutation.updateContacts"}
        )
        employee, query = speaker.names["Employee"], speaker.names["Query"]
        assert speaker.error(trial)["message"] == f"Cannot query field `trialTo` on type `{employee}`"
        assert speaker.error(viewer)["message"] == f"Cannot query field `viewer` on type `{query}`"
        assert "updateContacts" in speaker.write("updateContacts")["errors"][0]["message"]
        assert speaker.found(code="1") == []
        with pytest.raises(AssertionError):
            speaker.found(code_in=["1"])


def test_an_argument_can_be_lacking_too() -> None:
    with speaking("suffixed") as speaker:
        speaker.xledger.lacks = frozenset({"Query.employees.ownerSet"})
        assert "ownerSet" in speaker.error("{ employees(ownerSet: ALL) { edges { cursor } } }")["message"]
        assert "errors" not in speaker.ask("{ contacts(ownerSet: ALL) { edges { cursor } } }")


@pytest.mark.parametrize("name", ["suffixed", "renamed_roots", "first_names"])
def test_what_is_unreadable_is_said_in_the_contracts_names(name: str) -> None:
    with speaking(name) as speaker:
        for type_name, query in (("Country", "{ countries { edges { node { code } } } }"), ("Query", "{ __typename }")):
            fault = speaker.xledger.faults.add(Fault.unreadable(type_name))
            assert speaker.error(query)["message"] == f"{type_name}: Access denied."
            speaker.xledger.faults.remove(fault)


def test_a_schema_is_built_once() -> None:
    assert executable_schema(dialect_named("suffixed+contract")) is executable_schema(DIALECTS["suffixed"])
    assert executable_schema(DIALECTS["suffixed"]) is not executable_schema(CONTRACT)


def test_dialects_can_be_combined() -> None:
    with speaking("suffixed+renamed_roots+no_email_filter+flat_supplier_address+genders_by_name") as speaker:
        assert speaker.roots()["queryType"] == {"name": "RootQueryType"}
        assert not {"email", "email_in"} & speaker.members("Employee_FilterType")
        assert "address" not in speaker.members("UpdateSuppliersInputNodeType")
        assert add(speaker)["contact"]["gender"]["name"] == "FEMALE"


def test_an_xledger_can_change_its_dialect_while_it_runs() -> None:
    with speaking("contract") as speaker:
        assert add(speaker)["contact"]["gender"]["code"] == "F"
        assert speaker.found(code="p1") == []
        speaker.xledger.dialect = dialect_named("ignores_case+genders_by_number")
        assert speaker.xledger.employee("P1")["contact"]["gender"]["code"] == "2"
        assert speaker.found(code="p1") == ["P1"]


@pytest.mark.parametrize("name", ["klingon", "suffixed+klingon", "genders_by_name+genders_by_number", ""])
def test_a_dialect_nobody_speaks_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="dialect"), Sandbox.running(people=0, dialect=name):
        pytest.fail("it should not have started")


# ---- names


def test_every_type_has_a_suffix() -> None:
    with speaking("suffixed") as speaker:
        standard = {*specified_scalar_types}
        named = {entry["name"] for entry in speaker.roots()["types"] if not entry["name"].startswith("__")} - standard
        assert {"EmployeeType", "Employee_FilterType", "ObjectStatusType", "Int64StringType", "QueryType"} <= named
        assert {name for name in named if not name.endswith("Type")} == set()
        wrong = "query($filter: Employee_Filter) { employees(filter: $filter) { edges { cursor } } }"
        assert "Employee_Filter" in speaker.error(wrong)["message"]


def test_the_roots_can_have_other_names() -> None:
    with speaking("renamed_roots") as speaker:
        roots = speaker.roots()
        assert (roots["queryType"], roots["mutationType"]) == ({"name": "RootQuery"}, {"name": "RootMutation"})
        assert not {"Query", "Mutation"} & {entry["name"] for entry in roots["types"]}


def test_filters_can_have_the_names_of_our_first_version() -> None:
    with speaking("first_names") as speaker:
        employee = add(speaker)
        types = {entry["name"] for entry in speaker.roots()["types"]}
        assert {"EmployeesFilter", "ContactsFilter", "SubledgersFilter"} <= types
        assert not {name for name in types if name.endswith("_Filter")}
        for root, row in (
            ("employees", employee),
            ("contacts", employee["contact"]),
            ("suppliers", employee["subledger"]),
        ):
            query = f"query($ids: [Int64String!]) {{ {root}(filter: {{ dbId_in: $ids }}) {{ edges {{ cursor }} }} }}"
            assert len(speaker.ask(query, ids=[row["dbId"]])["data"][root]["edges"]) == 1
            assert "errors" in speaker.ask(query.replace("Int64String", "Int"), ids=[row["dbId"]])


# ---- what is there


def test_employees_may_not_be_found_by_email() -> None:
    with speaking("no_email_filter") as speaker:
        assert not {"email", "email_in"} & speaker.members("Employee_Filter")
        assert "email_in" in speaker.members("Contact_Filter")
        assert "errors" in speaker.ask('{ employees(filter: { email: "kari@b.no" }) { edges { cursor } } }')


@pytest.mark.parametrize(
    "key", ["trialTo", "email", "phoneSubledger", "dateFrom", "dateTo", "fullAddress", "contactAddress"]
)
def test_a_creation_may_take_less(key: str) -> None:
    with speaking("lean_creation") as speaker:
        assert key not in speaker.members("AddEmployeesInputNode")
        assert key in speaker.write("addEmployees", {**NEW, key: "2026-01-01"})["errors"][0]["message"]
        assert speaker.xledger.employees() == []


def test_an_address_of_a_supplier_may_be_flat_only() -> None:
    with speaking("flat_supplier_address") as speaker:
        node = {"dbId": add(speaker)["subledger"]["dbId"]}
        refused = speaker.write("updateSuppliers", {**node, "address": {"place": "Oslo"}})["errors"][0]
        assert refused["extensions"]["code"] == "ARGUMENTS_OF_CORRECT_TYPE"
        assert "errors" not in speaker.write("updateSuppliers", {**node, "place": "Oslo", "country": {"code": "NO"}})
        address = speaker.xledger.employee("P1")["subledger"]["address"]
        assert (address["place"], address["country"]["code"]) == ("Oslo", "NO")


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Employee") { name } }',
        "query { ...Roots } fragment Roots on Query { __schema { types { name } } }",
        "{ employees { edges { cursor } } schema: __schema { types { name } } }",
    ],
)
def test_the_schema_may_be_kept_secret(query: str) -> None:
    with speaking("no_introspection") as speaker:
        assert speaker.error(query)["message"] == "GraphQL introspection is not allowed."
        assert speaker.xledger.operations[-1].outcome == "refused"
        assert "errors" not in speaker.ask("{ __typename employees { edges { node { __typename } } } }")


# ---- what is done


def test_employees_may_not_be_suppliers() -> None:
    with speaking("no_supplier_updates") as speaker:
        employee = add(speaker)
        db_id = employee["subledger"]["dbId"]
        (refusal,) = speaker.write("updateSuppliers", {"dbId": db_id, "phone": "2"})["errors"]
        assert refusal["message"] == f"inputs.0.node.dbId: Subledger {db_id} is not a supplier."
        assert "code" not in refusal
        assert "extensions" not in refusal
        assert speaker.xledger.employees() == [employee]
        assert speaker.write("updateSuppliers")["data"] == {"updateSuppliers": {"edges": None}}
        assert "errors" not in speaker.write("updateEmployees", {"dbId": employee["dbId"], "phoneSubledger": "2"})


@pytest.mark.parametrize(
    ("name", "male", "female"),
    [
        ("contract", ("M", "Male"), ("F", "Female")),
        ("genders_by_name", (None, "MALE"), (None, "FEMALE")),
        ("genders_by_number", ("1", "Male"), ("2", "Female")),
    ],
)
def test_genders_are_system_values_of_the_dialect(
    name: str, male: tuple[str | None, str], female: tuple[str | None, str]
) -> None:
    rows = [
        {"dbId": 1001, "dbSubId": sub_id, "code": code, "name": called}
        for sub_id, (code, called) in enumerate((male, female), start=1)
    ]
    with speaking(name) as speaker:
        employee = add(speaker)
        assert employee["contact"]["gender"] == employee["subledger"]["contact"]["gender"] == rows[1]
        query = "{ contacts { edges { node { gender { dbId dbSubId code name } } } } }"
        assert speaker.ask(query)["data"]["contacts"]["edges"] == [{"node": {"gender": rows[1]}}]
        listed = speaker.ask("{ systemValues { edges { node { dbId dbSubId code name } } } }")["data"]["systemValues"]
        assert [edge["node"] for edge in listed["edges"]] == rows
        contact = employee["contact"]["dbId"]
        for reference in ({"dbSubId": 1}, {"name": male[1]}, *([{"code": male[0]}] if male[0] else [])):
            speaker.xledger.change(employee["dbId"], "contact.gender", "F")
            assert "errors" not in speaker.write("updateContacts", {"dbId": contact, "gender": reference})
            assert speaker.xledger.employee("P1")["contact"]["gender"] == rows[0]
        # All genders have this dbId: it refers to none of them.
        for reference in ({"dbId": 1001}, {"code": "X"}, *([] if male[0] == "M" else [{"code": "M"}])):
            refusal = speaker.write("updateContacts", {"dbId": contact, "gender": reference})["errors"][0]
            assert "contact.gender: No value matching owner" in refusal["message"]
        assert "errors" not in speaker.write("updateContacts", {"dbId": contact, "gender": None})
        assert speaker.xledger.employee("P1")["contact"]["gender"] is None
        with pytest.raises(TypeError):
            speaker.xledger.change(employee["dbId"], "contact.gender", "Male")


@pytest.mark.parametrize(("name", "second"), [("contract", ["P2"]), ("ignores_cursors", ["P1"])])
def test_a_list_may_begin_anew_after_each_cursor(name: str, second: list[str]) -> None:
    query = "query($after: String) { employees(first: 1, after: $after) { edges { cursor node { code } } } }"
    with speaking(name) as speaker:
        for code in ("P1", "P2"):
            speaker.xledger.add_employee(code=code)
        first = speaker.ask(query)["data"]["employees"]["edges"]
        following = speaker.ask(query, after=first[0]["cursor"])["data"]["employees"]["edges"]
    assert [edge["node"]["code"] for edge in first] == ["P1"]
    assert [edge["node"]["code"] for edge in following] == second


def test_filters_may_ignore_case() -> None:
    with speaking("ignores_case") as speaker:
        add(speaker)
        for wanted in ({"code": "p1"}, {"code_in": ["p1"]}, {"email": "Kari@B.no"}, {"email_in": ["Kari@B.no"]}):
            assert speaker.found(**wanted) == ["P1"]
        assert speaker.found(code="p2") == []


@pytest.mark.parametrize(
    ("name", "contact", "subledger"),
    [
        ("contract", "new@b.no", None),
        ("email_to_subledger", None, "new@b.no"),
        ("email_to_both", "new@b.no", "new@b.no"),
    ],
)
def test_an_email_fills_what_the_dialect_says(name: str, contact: str | None, subledger: str | None) -> None:
    with speaking(name) as speaker:
        speaker.write("addEmployees", {**NEW, "email": "new@b.no"})
        added = speaker.xledger.employee("N1")
        assert (added["contact"]["email"], added["subledger"]["email"]) == (contact, subledger)
        speaker.write("updateEmployees", {"dbId": add(speaker)["dbId"], "email": "new@b.no"})
        updated = speaker.xledger.employee("P1")
        assert updated["contact"]["email"] == updated["email"] == (contact or "kari@b.no")
        assert updated["subledger"]["email"] == (subledger or "kari@b.no")


# ---- partial success


def test_good_inputs_may_be_carried_out_beside_bad_ones() -> None:
    with speaking("partial_success") as speaker:
        employee = add(speaker)
        bad = {"birthday": "1990-02-30"}
        body = speaker.write(
            "addEmployees", NEW, {**NEW, **bad}, {**NEW, "code": "N2"}, {**NEW, "code": ""}, fields="code"
        )
        edges = [{"clientId": "0", "node": {"code": "N1"}}, {"clientId": "2", "node": {"code": "N2"}}]
        assert body["data"]["addEmployees"]["edges"] == edges
        assert [error["extensions"]["code"] for error in body["errors"]] == ["INVALID_VALUE"] * 2
        assert "'1990-02-30'" in body["errors"][0]["message"]
        assert body["errors"][0]["path"] == ["addEmployees"]
        assert [row["code"] for row in speaker.xledger.employees()] == ["P1", "N1", "N2"]
        assert speaker.xledger.operations[-1].outcome == "partly_carried_out"
        node = {"dbId": employee["dbId"]}
        body = speaker.write("updateEmployees", {**node, "phone": "3"}, {**node, "lastName": "Li", **bad}, {"dbId": 1})
        assert [edge["clientId"] for edge in body["data"]["updateEmployees"]["edges"]] == ["0"]
        assert len(body["errors"]) == 2
        contact = speaker.xledger.employee("P1")["contact"]
        assert (contact["phone"], contact["lastName"]) == ("3", None)


def test_when_all_inputs_are_bad_there_are_errors_and_no_edges() -> None:
    with speaking("partial_success") as speaker:
        body = speaker.write("updateContacts", {"dbId": 1}, {"dbId": 2})
        assert body["data"] == {"updateContacts": {"edges": None}}
        assert len(body["errors"]) == 2
        assert speaker.xledger.operations[-1].outcome == "refused"


def test_a_refusal_on_request_may_leave_the_others_alone() -> None:
    with speaking("partial_success") as speaker:
        speaker.xledger.faults.add(Fault.refuse_value(root_field="addEmployees", path="code", value="N2"))
        body = speaker.write("addEmployees", NEW, {**NEW, "code": "N2"})
        assert [edge["clientId"] for edge in body["data"]["addEmployees"]["edges"]] == ["0"]
        assert "'N2'" in body["errors"][0]["message"]


def test_too_many_inputs_are_refused_altogether() -> None:
    with speaking("partial_success") as speaker:
        assert speaker.write("addEmployees", *[NEW] * 501)["data"] is None
        assert speaker.xledger.employees() == []
