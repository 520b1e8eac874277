"""Each value goes by the best route there is; one that leads nowhere is given up for the next."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from requests_mock import Mocker

from connector_base.people.person import Person
from destination_xledger.people.planned import Planned
from destination_xledger.syncing.refusals import Refusals
from destination_xledger.syncing.routes import Routes
from destination_xledger.syncing.updates import Left, Updates
from shared_mappings import Action, Employee, FieldChange, Options, Plan, desired_from_user, field_table
from xledger_api.employees.gateway import Gateway
from xledger_api.language.schema import written_down
from xledger_api.sending.client import XledgerClient

from .conftest import URL

TABLE = field_table()
ACCOUNT, PHONE = "employee.subledger.bankAccount", "employee.contact.phone"
CODE = "employee.code"
PLACE, EMAIL, TITLE = "employee.subledger.address.place", "employee.contact.email", "employee.contact.jobTitle"

Answer = Callable[[str, list[Any]], Any]


class Xledger:
    """Carries out every update, but for what it is told to refuse or to ignore.

    Attributes:
        refuses: Words with which inputs are refused, by mutation; called with the input node.
        ignores: Paths below `node` that a mutation accepts and does not change, by mutation.
        sent: The mutations that came, each with its inputs.
        carried_out: How many inputs of each mutation were carried out.
    """

    def __init__(self) -> None:
        self.refuses: dict[str, Callable[[Mapping[str, Any]], str | None]] = {}
        self.ignores: dict[str, Mapping[str, Any]] = {}
        self.sent: list[tuple[str, list[Any]]] = []
        self.carried_out: Counter[str] = Counter()

    @property
    def mutations(self) -> list[tuple[str, int]]:
        """The mutations with something in them, and how many inputs each had."""
        return [(name, len(inputs)) for name, inputs in self.sent if inputs]

    def answer(self, request: Any, _context: Any) -> str:
        body = json.loads(request.body)
        name = next(name for name in TABLE.mutations if name in body["query"])
        inputs = body["variables"].get("inputs", [])
        self.sent.append((name, inputs))
        for each in inputs:
            if words := self.refuses.get(name, lambda _: None)(each["node"]):
                return json.dumps({"errors": [{"message": words}], "data": None})
        self.carried_out[name] += len(inputs)
        edges = [{"clientId": each["clientId"], "node": self._shown(name, each["node"])} for each in inputs]
        return json.dumps({"data": {name: {"edges": edges or None}}})

    def _shown(self, name: str, node: Mapping[str, Any]) -> Mapping[str, Any]:
        shown = {**node, **self.ignores.get(name, {})}
        if name == "updateEmployees":
            parts = {"phone": "contact", "email": "contact", "bankAccount": "subledger", "phoneSubledger": "subledger"}
            for key, part in parts.items():
                if key in shown:
                    shown.setdefault(part, {})[key.removesuffix("Subledger")] = shown[key]
        return shown


@pytest.fixture
def xledger(requests_mock: Mocker) -> Xledger:
    stub = Xledger()
    requests_mock.post(URL, text=stub.answer)
    return stub


@pytest.fixture
def updates(client: XledgerClient) -> Updates:
    gateway = Gateway(client, TABLE, schemas={(client.url, client.token): written_down()})
    return Updates(gateway, Routes(gateway), Refusals(gateway))


def somebody(number: int, changes: Mapping[str, str], has: Mapping[str, Any] | None = None) -> Planned:
    """Somebody with changes to be written, by target. Their contact has an e-mail address unless it is said not to."""
    contact = {"dbId": number + 1000, "email": f"kari{number}@example.com", "phone": None, "jobTitle": None}
    subledger = {"dbId": number + 2000, "bankAccount": None, "address": None}
    node = {"dbId": number, "code": f"E{number}", "contact": {**contact, **(has or {})}, "subledger": subledger}
    record = {"id": str(number), "employmentId": f"E{number}"}
    employee = Employee.from_node(node, TABLE)
    planned = tuple(
        FieldChange(TABLE.rule_of[target].fields[0], target, employee.values[target], after)  # type: ignore[arg-type]
        for target, after in changes.items()
    )
    person = Person(str(number), f"users {number}", desired_from_user(record, TABLE, Options()), record)
    return Planned(person, employee, Plan(Action.UPDATE, changes=planned))


def several(count: int, changes: Mapping[str, str]) -> list[Planned]:
    return [somebody(number, changes) for number in range(1, count + 1)]


def unwritable(left: Mapping[str, Left]) -> set[str]:
    return {change.target for each in left.values() for change in each.unwritable}


def in_doubt(left: Mapping[str, Left]) -> set[str]:
    return {doubt.operation.root_field for each in left.values() for doubt in each.doubts}


def always(words: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: words


def test_a_route_that_is_refused_to_one_after_the_other_is_given_up_for_the_next(
    updates: Updates, xledger: Xledger, caplog: pytest.LogCaptureFixture
) -> None:
    xledger.refuses["updateSuppliers"] = always("Only suppliers can be updated.")
    assert updates.update(several(40, {ACCOUNT: "86011117947"})) == {}
    assert +xledger.carried_out == {"updateEmployees": 40}
    assert len(xledger.mutations) < 20
    assert sum("The sync goes on without it" in line for line in caplog.messages) == 1
    before = len(xledger.mutations)
    assert updates.update(several(40, {ACCOUNT: "86011117947"})) == {}
    assert xledger.mutations[before:] == [("updateEmployees", 40)]


def test_what_no_route_can_write_is_left_out_and_told_once(
    updates: Updates, xledger: Xledger, caplog: pytest.LogCaptureFixture
) -> None:
    xledger.refuses["updateSuppliers"] = always("inputs.0.node.dbId: Subledger 2001 is not a supplier.")
    left = updates.update(several(10, {PLACE: "Oslo", PHONE: "1"}))
    assert unwritable(left) == {PLACE}
    assert [each.refusal for each in left.values()] == [None] * 10
    assert +xledger.carried_out == {"updateContacts": 10}
    (line,) = [line for line in caplog.messages if "counted as partly_written" in line]
    assert "homeAddress" in line


def test_one_person_who_is_refused_by_one_route_is_tried_by_the_next_and_nobody_else(
    updates: Updates, xledger: Xledger
) -> None:
    xledger.refuses["updateSuppliers"] = lambda node: "Not possible." if node["dbId"] == 2003 else None
    assert updates.update(several(9, {ACCOUNT: "86011117947"})) == {}
    assert [mutation for mutation in xledger.mutations if mutation[0] == "updateEmployees"] == [("updateEmployees", 1)]


def test_people_with_the_same_fault_who_stand_side_by_side_do_not_cost_the_others_their_route(
    updates: Updates, xledger: Xledger
) -> None:
    xledger.refuses["updateSuppliers"] = lambda node: "Not in the register." if node["dbId"] <= 2005 else None
    left = updates.update(several(30, {PLACE: "Oslo"}))
    assert unwritable(left) == set()
    assert sorted(left) == ["1", "2", "3", "4", "5"]
    assert all(each.refusal for each in left.values())


@pytest.mark.parametrize(
    "words",
    [
        always("This is not allowed."),
        lambda node: "This is not allowed." if node["dbId"] % 2 else "Nor is this.",
        lambda node: f"subledger.dbId: No value matching owner 42, dbId '{node['dbId']}'.",
    ],
    ids=["alike", "by turns", "by the object"],
)
def test_however_a_route_is_refused_to_everybody_the_next_one_writes_them_all(
    words: Callable[[Mapping[str, Any]], str], updates: Updates, xledger: Xledger
) -> None:
    xledger.refuses["updateSuppliers"] = words
    assert updates.update(several(60, {ACCOUNT: "86011117947"})) == {}
    assert +xledger.carried_out == {"updateEmployees": 60}


def test_what_only_one_mutation_could_write_is_in_doubt_when_that_is_refused_to_everybody(
    updates: Updates, xledger: Xledger
) -> None:
    xledger.refuses["updateSuppliers"] = always("This is not allowed.")
    left = updates.update(several(12, {PLACE: "Oslo"}))
    assert in_doubt(left) == {"updateSuppliers"}
    assert len(left) == 12


def test_a_single_creation_is_finished_although_one_mutation_is_refused_for_no_reason_of_the_persons(
    updates: Updates, xledger: Xledger
) -> None:
    xledger.refuses["updateSuppliers"] = always("This is not allowed.")
    left = updates.update([somebody(1, {PLACE: "Oslo", EMAIL: "new@example.com"}, {"email": None})])
    assert [change.target for change in left["1"].refusal.unwritten] == [PLACE]  # type: ignore[union-attr]
    assert xledger.sent[-1][1][0]["node"] == {"dbId": 1001, "email": "new@example.com"}


OTHER_EMAIL = "employee.subledger.email"


@pytest.mark.parametrize(
    ("changes", "has", "written"),
    [
        ({OTHER_EMAIL: "new@example.com"}, "old@example.com", False),
        ({OTHER_EMAIL: "new@example.com"}, "New@example.com", True),
        ({OTHER_EMAIL: "new@example.com", EMAIL: "new@example.com"}, "old@example.com", True),
    ],
)
def test_a_route_that_may_write_elsewhere_too_is_only_taken_where_that_does_no_harm(
    changes: Mapping[str, str], has: str, written: bool, updates: Updates, xledger: Xledger
) -> None:
    """`updateEmployees.email` may be the contact's address, the subledger's or both."""
    xledger.refuses["updateSuppliers"] = always("inputs.0.node.dbId: Subledger 2001 is not a supplier.")
    left = updates.update([somebody(1, changes, {"email": has})])
    assert [name for name, _ in xledger.mutations if name == "updateEmployees"] == ["updateEmployees"] * written
    assert [change.target for change in left.get("1", Left()).without_a_way] == [OTHER_EMAIL] * (not written)


def test_a_value_that_is_refused_for_itself_is_not_tried_by_another_route(updates: Updates, xledger: Xledger) -> None:
    xledger.refuses["updateSuppliers"] = lambda node: f"bankAccount: Invalid value '{node['bankAccount']}'."
    left = updates.update([somebody(1, {ACCOUNT: "86011117947"})])
    assert left["1"].refusal is not None
    assert {name for name, _ in xledger.mutations} == {"updateSuppliers"}


def test_when_nobody_passes_by_any_route_everybody_is_in_doubt(updates: Updates, xledger: Xledger) -> None:
    for mutation in TABLE.mutations:
        xledger.refuses[mutation] = always("The database is ill.")
    left = updates.update(several(10, {ACCOUNT: "86011117947"}))
    assert all(each.doubts for each in left.values())
    assert len(left) == 10


def test_what_is_refused_is_the_persons_once_somebody_has_passed_beside_them(
    updates: Updates, xledger: Xledger
) -> None:
    xledger.refuses["updateContacts"] = lambda node: "Not so." if node["dbId"] <= 1020 else None
    left = updates.update(several(70, {TITLE: "Head"}))
    assert {int(identity) for identity in left} == set(range(1, 21))
    assert in_doubt(left) == set()


def test_a_value_that_a_refusal_names_is_left_out_and_the_rest_is_written(updates: Updates, xledger: Xledger) -> None:
    def refused(node: Mapping[str, Any]) -> str | None:
        place = node.get("address", {}).get("place")
        return "inputs.3.node.address.place: Invalid value." if place == "Nowhere" else None

    xledger.refuses["updateSuppliers"] = refused
    people = [somebody(n, {ACCOUNT: "86011117947", PLACE: "Nowhere" if n % 4 else "Oslo"}) for n in range(1, 9)]
    left = updates.update(people)
    assert {identity: [change.target for change in each.refusal.unwritten] for identity, each in left.items()} == {
        str(n): [PLACE] for n in (1, 2, 3, 5, 6, 7)
    }
    assert all(each.refusal.by_name for each in left.values())
    assert +xledger.carried_out == {"updateSuppliers": 8}


def test_a_value_that_a_refusal_quotes_is_left_out_of_all_who_have_it_at_once(
    updates: Updates, xledger: Xledger
) -> None:
    def refused(node: Mapping[str, Any]) -> str | None:
        bad = node.get("address", {}).get("place") == "Nowhere"
        return "address.place: No value matching owner 42, description 'Nowhere'." if bad else None

    xledger.refuses["updateSuppliers"] = refused
    left = updates.update(several(200, {ACCOUNT: "86011117947", PLACE: "Nowhere"}))
    assert len(left) == xledger.carried_out["updateSuppliers"] == 200
    assert len(xledger.mutations) <= 4


def test_nothing_else_is_written_of_somebody_whose_code_is_refused(updates: Updates, xledger: Xledger) -> None:
    xledger.refuses["updateEmployees"] = lambda node: "code: The code is taken." if "code" in node else None
    changes = {CODE: "E9", "employee.trialTo": "2026-01-01", ACCOUNT: "86011117947", PHONE: "1"}
    left = updates.update([somebody(1, changes), somebody(2, {PHONE: "2"})])
    assert [change.target for change in left["1"].refusal.unwritten] == list(changes)
    assert +xledger.carried_out == {"updateContacts": 1}


def test_nothing_else_is_written_of_somebody_whose_code_xledger_does_not_change(
    updates: Updates, xledger: Xledger
) -> None:
    xledger.ignores["updateEmployees"] = {"code": "E1"}
    left = updates.update([somebody(1, {CODE: "E9", ACCOUNT: "86011117947", PHONE: "1"})])
    assert {change.target for change in left["1"].without_a_way} == {ACCOUNT, PHONE}
    assert +xledger.carried_out == {"updateEmployees": 1}


def test_somebody_gets_everything_else_once_the_code_is_written(updates: Updates, xledger: Xledger) -> None:
    assert updates.update([somebody(1, {CODE: "E9", "employee.trialTo": "2026-01-01", PHONE: "1"})]) == {}
    assert [sorted(inputs[0]["node"]) for name, inputs in xledger.sent if name == "updateEmployees"] == [
        ["code", "dbId"],
        ["dbId", "trialTo"],
    ]


def test_what_is_refused_in_words_that_nobody_knows_is_sent_once_more_after_a_pause(
    updates: Updates, xledger: Xledger, slept: list[float]
) -> None:
    once = iter(["Transaction was deadlocked."])
    xledger.refuses["updateContacts"] = lambda _: next(once, None)
    assert updates.update(several(3, {TITLE: "Head"})) == {}
    assert len(slept) == 1


def test_too_many_who_are_refused_are_refused_together_in_the_end(updates: Updates, xledger: Xledger) -> None:
    xledger.refuses["updateContacts"] = lambda node: "Invalid value." if node["dbId"] % 2 else None
    left = updates.update(several(400, {TITLE: "Head"}))
    assert xledger.carried_out["updateContacts"] + len(left) == 400
    assert len(xledger.mutations) < 400
    assert any("refused together with" in each.refusal.words for each in left.values())


def test_a_route_that_changes_nothing_is_given_up_for_the_next(
    updates: Updates, xledger: Xledger, caplog: pytest.LogCaptureFixture
) -> None:
    xledger.ignores["updateContacts"] = {"phone": None}
    assert updates.update(several(5, {PHONE: "+47 900 00 001"})) == {}
    assert xledger.mutations == [("updateContacts", 1), ("updateEmployees", 1), ("updateEmployees", 4)]
    assert (
        sum("accepts a new value for employee.contact.phone that is sent with" in line for line in caplog.messages) == 1
    )


def test_a_route_without_another_that_changes_nothing_for_a_few_is_kept_for_the_others(
    updates: Updates, xledger: Xledger
) -> None:
    xledger.ignores["updateContacts"] = {"jobTitle": None}
    assert unwritable(updates.update(several(2, {TITLE: "Head"}))) == {TITLE}
    xledger.ignores.clear()
    assert updates.update(several(4, {TITLE: "Head"})) == {}


def test_the_mark_of_a_finished_creation_is_written_after_what_goes_by_another_route(
    updates: Updates, xledger: Xledger
) -> None:
    xledger.refuses["updateSuppliers"] = always("inputs.0.node.dbId: Subledger 2001 is not a supplier.")
    changes = {ACCOUNT: "86011117947", PHONE: "1", EMAIL: "new@example.com"}
    assert updates.update([somebody(number, changes, {"email": None}) for number in range(1, 5)]) == {}
    keys = ((name, sorted(each["node"])) for name, inputs in xledger.sent for each in inputs if each["clientId"] == "4")
    order = [(name, sent) for name, sent in keys if name != "updateSuppliers"]
    assert order == [
        ("updateContacts", ["dbId", "phone"]),
        ("updateEmployees", ["bankAccount", "dbId"]),
        ("updateContacts", ["dbId", "email"]),
    ]


def test_a_creation_of_which_something_is_refused_is_not_marked_as_finished(updates: Updates, xledger: Xledger) -> None:
    xledger.refuses["updateSuppliers"] = always("bankAccount: Invalid value '86011117947'.")
    changes = {ACCOUNT: "86011117947", PHONE: "1", EMAIL: "new@example.com"}
    left = updates.update([somebody(1, changes, {"email": None}), somebody(2, changes)])
    refused = {
        identity: {change.target for change in each.refusal.unwritten}
        for identity, each in left.items()
        if each.refusal
    }
    assert refused == {"1": {ACCOUNT, EMAIL}, "2": {ACCOUNT}}


def test_without_refusals_each_mutation_is_sent_for_one_person_and_then_once_a_batch(
    updates: Updates, xledger: Xledger
) -> None:
    changes = {"employee.trialTo": "2026-01-01", ACCOUNT: "86011117947", PHONE: "1", EMAIL: "new@example.com"}
    assert updates.update(several(3, changes)) == {}
    assert updates.update(several(3, changes)) == {}
    names = ("updateEmployees", "updateSuppliers", "updateContacts")
    assert xledger.mutations == [(name, people) for name in names for people in (1, 2)] + [(name, 3) for name in names]


def test_the_first_of_each_kind_is_whoever_has_most_to_lose(updates: Updates, xledger: Xledger) -> None:
    has = {"phone": "1", "firstName": "Kari", "lastName": "Berg"}
    updates.update([somebody(1, {TITLE: "Head"}), somebody(2, {TITLE: "Head"}, has), somebody(3, {TITLE: "Head"})])
    assert [each["clientId"] for each in xledger.sent[0][1]] == ["2"]


def test_an_address_is_not_written_by_another_way_while_something_before_it_is_refused(
    updates: Updates, xledger: Xledger
) -> None:
    xledger.refuses["updateContacts"] = lambda node: "Internal error." if node.get("jobTitle") == "Bad" else None
    changes = {OTHER_EMAIL: "new@example.com", EMAIL: "new@example.com"}
    people = [somebody(n, {**changes, TITLE: "Bad" if n == 1 else "Head"}, {"email": None}) for n in range(1, 4)]
    left = updates.update(people)
    assert {change.target for change in left["1"].refusal.unwritten} == {TITLE, EMAIL}  # type: ignore[union-attr]
    assert xledger.carried_out["updateEmployees"] == 0


def test_a_value_that_is_wrong_for_one_and_right_for_others_is_left_out_of_that_one(
    updates: Updates, xledger: Xledger
) -> None:
    def refused(node: Mapping[str, Any]) -> str | None:
        address = node["address"]
        return "address.zipCode: No value matching '0999'." if address["place"] == "Wrong" else None

    xledger.refuses["updateSuppliers"] = refused
    zip_code = "employee.subledger.address.zipCode"
    people = [somebody(n, {zip_code: "0999", PLACE: "Wrong" if n == 20 else "Oslo"}) for n in range(1, 31)]
    assert list(updates.update(people)) == ["20"]
    assert xledger.carried_out["updateSuppliers"] == 29
    assert len(xledger.mutations) < 20


def test_however_many_values_are_refused_by_name_everybody_elses_are_written(
    updates: Updates, xledger: Xledger
) -> None:
    def refused(node: Mapping[str, Any]) -> str | None:
        bad = int(node.get("phone", "0")) % 2
        return f"phone: Invalid value '{node['phone']}'." if bad else None

    xledger.refuses["updateContacts"] = refused
    left = updates.update([somebody(n, {PHONE: str(10_000 + n), TITLE: "Head"}) for n in range(1, 201)])
    assert [int(identity) for identity in left] == list(range(1, 201, 2))
    assert xledger.carried_out["updateContacts"] == 200
    assert len(xledger.mutations) < 110
