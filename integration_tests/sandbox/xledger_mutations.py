"""The mutations of an Xledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integration_tests.sandbox import xledger_rules as rules
from integration_tests.sandbox.xledger_errors import XledgerError, invalid_value, no_match, not_a_supplier, refused
from integration_tests.sandbox.xledger_sdl import members_of
from integration_tests.sandbox.xledger_store import CONTACTS, EMPLOYEES, OWNER, SUBLEDGERS, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from integration_tests.sandbox.dialects import Dialect
    from integration_tests.sandbox.faults import Fault
    from integration_tests.sandbox.xledger_rules import Row
    from integration_tests.sandbox.xledger_store import XledgerStore

    Rule = Callable[[str, Any], Any]

MUTATIONS = ("addEmployees", "updateEmployees", "updateContacts", "updateSuppliers")

_MOST_INPUTS = 500

_OF_KEYS: Mapping[str, Rule] = {
    "code": rules.required_text,
    "firstName": rules.required_text,
    "lastName": rules.required_text,
    "email": rules.required_text,
    "bankAccount": rules.bank_account,
    "socialSec": rules.social_security_number,
    "contact": rules.no_reference,
    "subledger": rules.no_reference,
}
"""What Xledger is particular about, in every input."""

_OF_TYPES: Mapping[str, Rule] = {"DateString": rules.date}
"""What else it looks at, by the type that the contract gives it. Anything else it takes as it is."""

_PLACES: Mapping[str, tuple[str, str] | None] = {
    "phoneSubledger": (SUBLEDGERS, "phone"),
    "contact": None,
    "subledger": None,
}
"""Where a value of an employee's input goes that is called otherwise there: a table and a key. What becomes of an
address in one text is not known, so it goes nowhere."""

_REQUIRED_OF_NEW = ("code", "firstName", "lastName")


class Mutations:
    """Changes the rows of a store as an Xledger does when it is asked to.

    Args:
        store: The rows.
        dialect: How the Xledger speaks.
    """

    def __init__(self, store: XledgerStore, dialect: Dialect) -> None:
        self._store = store
        self._dialect = dialect

    def carry_out(
        self, name: str, inputs: Sequence[Row], refusals: Sequence[Fault]
    ) -> tuple[list[Row], list[XledgerError]]:
        """Carry out a mutation.

        Args:
            name: One of `MUTATIONS`.
            inputs: Its inputs.
            refusals: What a test wants refused.

        Returns:
            The edges, and what refused the inputs that have none. There is an edge for every input unless the dialect
            has partial success.

        Raises:
            XledgerError: An input was refused, and nothing was done.
        """
        if len(inputs) > _MOST_INPUTS:
            raise XledgerError(
                f"inputs: {len(inputs)} are too many, at most {_MOST_INPUTS}.", extensions={"code": "TOO_MANY_INPUTS"}
            )
        change: Callable[[_Draft, int, Row], Row] = {
            "addEmployees": self._add_employee,
            "updateEmployees": self._update_employee,
            "updateContacts": self._update_contact,
            "updateSuppliers": self._update_supplier,
        }[name]
        edges: list[Row] = []
        errors: list[XledgerError] = []
        draft = _Draft(self._store)
        for number, entry in enumerate(inputs):
            try:
                _refuse_on_request(entry["node"], refusals)
                row = change(draft, number, entry["node"])
            except XledgerError as error:
                if not self._dialect.partial_success:
                    raise
                errors.append(error)
                draft = _Draft(self._store)
                continue
            edges.append({"clientId": entry.get("clientId"), "node": row})
            if self._dialect.partial_success:
                draft.commit()
                draft = _Draft(self._store)
        draft.commit()
        return edges, errors

    def _add_employee(self, draft: _Draft, _number: int, node: Row) -> Row:
        employee = self._store.new_employee()
        namesake = self._namesake(draft, node)
        shared = {table: namesake[table] for table in self._dialect.shares} if namesake else {}
        employee |= shared
        # What is somebody else's stays as it is.
        self._fill(
            draft,
            "AddEmployeesInputNode",
            employee,
            {**dict.fromkeys(_REQUIRED_OF_NEW), **node},
            lambda row: dict(row) if any(row is other for other in shared.values()) else row,
        )
        for table in {CONTACTS, SUBLEDGERS} - shared.keys():
            employee[table]["code"] = employee["code"]
        if SUBLEDGERS not in shared:
            employee[SUBLEDGERS]["description"] = employee["description"]
        draft.added.append(employee)
        return employee

    def _namesake(self, draft: _Draft, node: Row) -> Row | None:
        """The first employee with the name of a new one, those of the same mutation included."""
        name = (node.get("firstName"), node.get("lastName"))
        known = (*self._store.tables[EMPLOYEES].values(), *draft.added)
        contacts = ((each, each[CONTACTS]) for each in known)
        return next((each for each, contact in contacts if (contact["firstName"], contact["lastName"]) == name), None)

    def _update_employee(self, draft: _Draft, _number: int, node: Row) -> Row:
        employee = self._found(EMPLOYEES, node)
        draft.of(employee)
        self._fill(draft, "UpdateEmployeesInputNode", employee, self._values(node), draft.of)
        draft.updated.append(employee["dbId"])
        return employee

    def _fill(
        self, draft: _Draft, input_name: str, employee: Row, given: Mapping[str, Any], of: Callable[[Row], Row]
    ) -> None:
        """Spread the values of an input over an employee, the contact and the subledger.

        Args:
            draft: Keeps the number that is not shown.
            input_name: What the contract calls the input.
            employee: The employee.
            given: The values.
            of: Returns the row to write to for a row of the store.
        """
        for key, value in given.items():
            accepted = _accepted(input_name, key, f"employee.{key}", value)
            if key == "socialSec":
                draft.numbers[employee["dbId"]] = accepted
                of(employee)["socialSecurityMasked"] = rules.masked(accepted)
            elif key == "email":
                for table in self._dialect.email_fills:
                    of(employee[table])["email"] = accepted
            elif place := _PLACES.get(key, place_of(key)):
                table, name = place
                of(employee if table == EMPLOYEES else employee[table])[name] = accepted
        if given.keys() & {"firstName", "lastName"}:
            _name(of(employee[CONTACTS]))

    def _update_contact(self, draft: _Draft, _number: int, node: Row) -> Row:
        contact = self._found(CONTACTS, node)
        changed = draft.of(contact)
        for key, value in self._values(node).items():
            if key == "gender":
                changed[key] = rules.gender("contact.gender", value, self._dialect.genders, OWNER)
            elif key in ("address", "homeAddress"):
                self._merge_nested_address(changed, key, f"contact.{key}", value)
            else:
                changed[key] = _accepted("UpdateContactsInputNode", key, f"contact.{key}", value)
        _name(changed)
        return contact

    def _update_supplier(self, draft: _Draft, number: int, node: Row) -> Row:
        subledger = self._found(SUBLEDGERS, node)
        if not self._dialect.employees_are_suppliers:
            raise not_a_supplier(number, subledger["dbId"])
        changed = draft.of(subledger)
        lines: Row = {}
        for key, value in self._values(node).items():
            if key == "address":
                self._merge_nested_address(changed, key, "subledger.address", value)
            elif key in rules.ADDRESS_LINES:
                lines[key] = value
            else:
                changed[key] = _accepted("UpdateSuppliersInputNode", key, f"subledger.{key}", value)
        if lines.get("country") is not None:
            lines["country"] = rules.country_referred_to("subledger.country", lines["country"], OWNER)
        if lines:
            self._merge_address(changed, "address", "subledger", lines)
        return subledger

    def _merge_nested_address(self, row: Row, key: str, path: str, given: Row | None) -> None:
        if given is not None and rules.is_given(given.get("country")):
            given = {**given, "country": rules.country(f"{path}.country.code", given["country"], OWNER)}
        self._merge_address(row, key, path, given)

        if self._dialect.replaces_addresses and row[key] is not None:
            row[key] = {**row[key], **{line: None for line in rules.ADDRESS_LINES if line not in (given or {})}}

    def _merge_address(self, row: Row, key: str, path: str, given: Row | None) -> None:
        row[key] = rules.merged_address(path, row[key], given, self._store.new_id("address"))

    def _values(self, node: Row) -> Row:
        """Return what an update is to write."""
        ignored = self._dialect.ignores_null
        return {key: value for key, value in node.items() if key != "dbId" and not (ignored and value is None)}

    def _found(self, table: str, node: Row) -> Row:
        row = self._store.reached(table, node["dbId"])
        if row is None:
            raise no_match(f"{table}.dbId", OWNER, "dbId", node["dbId"])
        return row


class _Draft:
    """Changes that are not in the store until they are committed, so that a refusal leaves nothing behind.

    Attributes:
        added: Employees to put into the store.
        updated: Ids of employees that have been updated.
        numbers: Social security numbers by the id of the employee.
    """

    def __init__(self, store: XledgerStore) -> None:
        self._store = store
        self._rows: dict[int, tuple[Row, Row]] = {}
        self.added: list[Row] = []
        self.updated: list[int] = []
        self.numbers: dict[int, str] = {}

    def of(self, row: Row) -> Row:
        """Return the copy to change of a row of the store."""
        return self._rows.setdefault(id(row), (row, dict(row)))[1]

    def commit(self) -> None:
        """Put everything into the store."""
        now = self._store.tick()
        for row, changed in self._rows.values():
            row.update(changed, modifiedAt=now)
        for employee in self.added:
            self._store.insert(employee)
        self._store.social_security_numbers |= self.numbers
        self._store.deltas += [{"dbId": db_id, "mutationType": "UPDATED"} for db_id in self.updated]


def _accepted(input_name: str, key: str, path: str, value: Any) -> Any:
    """Return a value of an input as it is stored.

    Raises:
        XledgerError: It was refused.
    """
    rule = _OF_KEYS.get(key) or _OF_TYPES.get(members_of(input_name)[key], rules.text)
    return rule(path, value)


def _name(contact: Row) -> None:
    contact["name"] = " ".join(part for part in (contact["firstName"], contact["lastName"]) if part)


def _refuse_on_request(node: Row, refusals: Iterable[Fault]) -> None:
    """Refuse what a test wants refused."""
    for fault in refusals:
        found: Any = node
        for key in fault.details["path"].split("."):
            found = found.get(key) if isinstance(found, dict) else None
        if found is not None and str(found) == fault.details["value"]:
            path = f"{fault.root_field}.{fault.details['path']}"
            raise invalid_value(path, found, "It was refused.") if fault.details["quoted"] else refused(path)
