"""Xledger's employees as this connector uses them: looked up by key, added, updated."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, Final

from connector_base.failures import system_error, transient_error
from shared_mappings import Employee, FieldTable
from shared_mappings.comparators import normalised_email, normalised_text
from shared_mappings.desired import EMAIL
from xledger_api.employees.directory import Directory, code_spellings
from xledger_api.halving import halves
from xledger_api.language.operations import Operation, operations
from xledger_api.sending.answers import Failure
from xledger_api.sending.client import RequestFailedError, TooSlowError, XledgerClient

KEYS_PER_REQUEST: Final = 500
EMPLOYEES_PER_KEY: Final = 2
"""How many a page has room for. Keys are not guaranteed unique, so there may be more, on further pages."""

logger = logging.getLogger(f"airbyte.{__name__}")

NO_KEYS: Final[tuple[str, ...]] = ()

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys to look up in one request.

    Attributes:
        codes: Employee codes.
        emails: E-mail addresses.
        db_ids: dbIds of employees.
    """

    codes: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    db_ids: tuple[str, ...] = ()

    def __len__(self) -> int:
        return max(len(self.codes), len(self.emails), len(self.db_ids))

    def in_two(self) -> "tuple[Keys, Keys]":
        """The same keys in two requests."""
        codes, emails, db_ids = halves(self.codes), halves(self.emails), halves(self.db_ids)
        return (
            Keys(tuple(codes[0]), tuple(emails[0]), tuple(db_ids[0])),
            Keys(tuple(codes[1]), tuple(emails[1]), tuple(db_ids[1])),
        )


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
        for some_codes, some_emails in zip_longest(_chunks(spelled_codes), _chunks(asked_emails), fillvalue=NO_KEYS):
            for alias, node in self._nodes(Keys(codes=some_codes, emails=some_emails)):
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
        found = (
            Employee.from_node(node, self.table)
            for some in _chunks(sorted(db_ids))
            for _, node in self._nodes(Keys(db_ids=some))
        )
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

    def _nodes(self, keys: Keys) -> Iterator[tuple[str, Node]]:
        """The nodes found, each with the alias that found it. What is too slow in one request is asked in two."""
        try:
            found = list(self._pages(keys))
        except TooSlowError:
            if len(keys) <= 1:
                raise transient_error(
                    "Xledger takes too long to find a single employee. Try again in an hour."
                ) from None
            found = [pair for half in keys.in_two() for pair in self._nodes(half)]
        yield from found

    def _pages(self, keys: Keys) -> Iterator[tuple[str, Node]]:
        after: dict[str, str | None] = {
            alias: None
            for alias, asked in (("byCode", keys.codes), ("byEmail", keys.emails), ("byDbId", keys.db_ids))
            if asked
        }
        while after:
            answer = self.client.send(
                operations()["LookUpEmployees"],
                {
                    "first": EMPLOYEES_PER_KEY * len(keys),
                    "withCodes": "byCode" in after,
                    "withEmails": "byEmail" in after,
                    "withDbIds": "byDbId" in after,
                    "codes": keys.codes if "byCode" in after else None,
                    "emails": keys.emails if "byEmail" in after else None,
                    "dbIds": keys.db_ids if "byDbId" in after else None,
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
                "their e-mail addresses in Xledger as they are in Huma.",
                employee.db_id,
            )
            return


def _operation(mutation: str) -> Operation:
    return next(operation for operation in operations().values() if operation.root_field == mutation)


def _chunks(keys: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(keys[start : start + KEYS_PER_REQUEST]) for start in range(0, len(keys), KEYS_PER_REQUEST))
