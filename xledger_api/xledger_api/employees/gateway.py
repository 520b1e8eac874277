"""Xledger's employees as this connector uses them: looked up by key, added, updated."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from connector_base.failures import system_error, transient_error
from shared_mappings import Employee, FieldTable
from shared_mappings.comparators import normalised_email, normalised_text
from shared_mappings.desired import EMAIL
from xledger_api.employees.directory import Directory, code_spellings
from xledger_api.halving import in_halves
from xledger_api.language.operations import Operation, operations
from xledger_api.sending.answers import Failure
from xledger_api.sending.client import RequestFailedError, TooSlowError, XledgerClient

KEYS_PER_REQUEST: Final = 500
EMPLOYEES_PER_KEY: Final = 2
"""How many a page has room for. Keys are not guaranteed unique, so there may be more, on further pages."""

logger = logging.getLogger(f"airbyte.{__name__}")

Node = Mapping[str, Any]


class AskedFor(NamedTuple):
    """One key of each kind to look up; None for no more of that kind."""

    code: str | None = None
    email: str | None = None
    db_id: str | None = None


@dataclass(frozen=True, slots=True)
class Gateway:
    """Reads and writes employees.

    Attributes:
        client: Sends the operations.
        table: The field table, which says what to read and where to write.
    """

    client: XledgerClient
    table: FieldTable

    def look_up(self, codes: Iterable[str], emails: Iterable[str]) -> Directory:
        """Finds employees by code and by e-mail address, whatever their status.

        Those found by e-mail alone are known by dbId only; `read` fetches them.

        Args:
            codes: Employment IDs.
            emails: E-mail addresses.

        Raises:
            AirbyteTracedException: When Xledger cannot be read.
        """
        spelled_codes = sorted({spelling for code in codes for spelling in code_spellings(code)})
        asked_emails = sorted({normalised_text(email) for email in emails})
        by_code: dict[str, set[str]] = defaultdict(set)
        by_email: dict[str, set[str]] = defaultdict(set)
        employees: dict[str, Employee] = {}
        asked = [AskedFor(code, email) for code, email in zip_longest(spelled_codes, asked_emails)]
        for alias, node in self._nodes(asked):
            if alias == "byEmail":
                by_email[normalised_email(str(node["email"]))].add(str(node["dbId"]))
            else:
                employee = Employee.from_node(node, self.table)
                employees[employee.db_id] = employee
                by_code[normalised_text(str(node["code"]))].add(employee.db_id)
        _tell_if_case_matters(asked_emails, by_email, employees.values())
        return Directory(
            {code: frozenset(found) for code, found in by_code.items()},
            {email: frozenset(found) for email, found in by_email.items()},
            employees,
        )

    def read(self, db_ids: Iterable[str]) -> Mapping[str, Employee]:
        """Reads employees whole, by dbId.

        Raises:
            AirbyteTracedException: When Xledger cannot be read.
        """
        nodes = self._nodes([AskedFor(db_id=db_id) for db_id in sorted(db_ids)])
        found = (Employee.from_node(node, self.table) for _, node in nodes)
        return {employee.db_id: employee for employee in found}

    def add(self, inputs: Mapping[str, Node]) -> Mapping[str, Employee]:
        """Adds employees.

        Args:
            inputs: The nodes of AddEmployeesInput, by client id.

        Returns:
            The employees as they came back, by client id.

        Raises:
            RefusedError, AnswerLostError: See `XledgerClient.send`.
            AirbyteTracedException: When the sync cannot go on.
        """
        added = self._mutate(operations()["AddEmployees"], inputs)
        return {client_id: Employee.from_node(node, self.table) for client_id, node in added.items()}

    def update(self, mutation: str, inputs: Mapping[str, Node]) -> Mapping[str, Node]:
        """Updates the objects that a mutation is for.

        Args:
            mutation: Its root field, such as `updateContacts`.
            inputs: The input nodes, by client id.

        Returns:
            The objects as they came back, by client id.

        Raises:
            RefusedError, TooSlowError: See `XledgerClient.send`.
            AirbyteTracedException: When the sync cannot go on.
        """
        return self._mutate(_operation(mutation), inputs)

    def refusal_of_nothing(self, mutation: str) -> Failure | None:
        """Why Xledger refuses a mutation that has nothing in it; None when it does not.

        Raises:
            AirbyteTracedException: When the sync cannot go on.
        """
        try:
            self.client.send(replace(_operation(mutation), repeatable=True), {"inputs": []})
        except RequestFailedError as error:
            return error.failure
        return None

    def _mutate(self, operation: Operation, inputs: Mapping[str, Node]) -> Mapping[str, Node]:
        variables = {"inputs": [{"clientId": client_id, "node": node} for client_id, node in inputs.items()]}
        answer = self.client.send(operation, variables)
        result = answer.get(operation.root_field) or {}
        edges = {str(edge.get("clientId")): edge.get("node") for edge in result.get("edges") or ()}
        if set(edges) != set(inputs) or not all(isinstance(node, Mapping) for node in edges.values()):
            raise system_error(
                f"Xledger's answer to {operation.root_field} does not tell what became of each input: "
                f"{len(inputs)} were sent, {len(edges)} came back. The next sync looks them up again."
            )
        return edges

    def _nodes(self, asked: Sequence[AskedFor]) -> list[tuple[str, Node]]:
        """The nodes found, each with the alias that found it. What is too slow in one request is asked in two."""
        found: list[tuple[str, Node]] = []

        def ask(some: Sequence[AskedFor]) -> Sequence[AskedFor]:
            try:
                found.extend(list(self._pages(some)))
            except TooSlowError:
                if len(some) > 1:
                    return some
                raise transient_error(
                    "Xledger takes too long to find a single employee. Try again in an hour."
                ) from None
            return ()

        for start in range(0, len(asked), KEYS_PER_REQUEST):
            in_halves(asked[start : start + KEYS_PER_REQUEST], ask)
        return found

    def _pages(self, asked: Sequence[AskedFor]) -> Iterator[tuple[str, Node]]:
        keys = {
            "byCode": [row.code for row in asked if row.code is not None],
            "byEmail": [row.email for row in asked if row.email is not None],
            "byDbId": [row.db_id for row in asked if row.db_id is not None],
        }
        after: dict[str, str | None] = {alias: None for alias, those in keys.items() if those}
        while after:
            answer = self.client.send(
                operations()["LookUpEmployees"],
                {
                    "first": EMPLOYEES_PER_KEY * len(asked),
                    "withCodes": "byCode" in after,
                    "withEmails": "byEmail" in after,
                    "withDbIds": "byDbId" in after,
                    "codes": keys["byCode"] if "byCode" in after else None,
                    "emails": keys["byEmail"] if "byEmail" in after else None,
                    "dbIds": keys["byDbId"] if "byDbId" in after else None,
                    "afterCode": after.get("byCode"),
                    "afterEmail": after.get("byEmail"),
                    "afterDbId": after.get("byDbId"),
                },
            )
            following: dict[str, str | None] = {}
            for alias in after:
                connection = answer.get(alias)
                if connection is None:
                    raise system_error(
                        "Xledger's answer to employees holds no list, not even an empty one. The sync stops, so that "
                        "nobody is taken for missing over that; the next one asks again."
                    )
                # An empty result has `edges: null`, not an empty list.
                edges: list[Any] = connection["edges"] or []
                yield from ((alias, edge["node"]) for edge in edges)
                if connection["pageInfo"]["hasNextPage"]:
                    following[alias] = edges[-1]["cursor"]
            after = following


def _tell_if_case_matters(
    asked: Iterable[str], by_email: Mapping[str, set[str]], employees: Iterable[Employee]
) -> None:
    """Checks that Xledger's e-mail filter does not mind case, which is relied on and which nobody has seen.

    Somebody who was found by code has an e-mail address that was asked for: the filter must have found them as well.
    """
    wanted = {normalised_email(email) for email in asked}
    for employee in employees:
        email = employee.values[EMAIL]
        known_as = normalised_email(email) if isinstance(email, str) else None
        if known_as in wanted and employee.db_id not in by_email.get(known_as, ()):
            logger.warning(
                "Xledger did not find the employee with dbId %s by an e-mail address that it has in other letters. "
                "People who have no employment ID in Xledger may be missed, and created again: write their codes or "
                "their e-mail addresses in Xledger as the source has them.",
                employee.db_id,
            )
            return


def _operation(mutation: str) -> Operation:
    return next(operation for operation in operations().values() if operation.root_field == mutation)
