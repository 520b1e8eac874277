"""Xledger's employees as this connector uses them: looked up by key, added, updated."""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from math import inf
from typing import Any, NamedTuple

from connector_base.failures import system_error
from connector_base.people.directory import Directory, MatchingKey
from shared_mappings import MISSING, Employee, FieldTable, State
from shared_mappings.desired import EMAIL
from shared_mappings.employee import value_shown
from shared_mappings.normal_forms import as_text, normalised_email, normalised_key
from shared_mappings.states import read_keys
from xledger_api.employees.listed import Columns, Listed
from xledger_api.employees.listing import Listing
from xledger_api.employees.look_ups import IN_OTHER_CASE, IN_THE_ENTITY, AskedFor, Found, LookUps
from xledger_api.employees.pages import Node, is_readable, is_somebody, spelled
from xledger_api.employees.requests import (
    LARGEST_PAGE,
    addition,
    can_filter,
    keys_of_an_employee,
    nothing,
    update,
)
from xledger_api.employees.spellings import code_in_other_cases, code_spellings, email_spellings
from xledger_api.employees.system_values import SystemValues
from xledger_api.language.fitting import MODIFIED, fitted, lacks, shown, shows_modified
from xledger_api.language.operations import Call, Operation, Path, query
from xledger_api.language.schema import Schema
from xledger_api.sending.answers import Failure, Problem
from xledger_api.sending.client import PAUSES, RefusedError, RequestFailedError, XledgerClient
from xledger_api.sending.learning import schema_of

logger = logging.getLogger(f"airbyte.{__name__}")

Schemas = dict[tuple[str, str], Schema]


class Keys(NamedTuple):
    """The keys by which a person is looked up; None for one that they do not have, or are not to be found by."""

    code: str | None = None
    email: str | None = None


@dataclass(slots=True)
class Gateway:
    """Reads and writes employees.

    What Xledger's schema has is learned when it is needed for the first time, and then holds.

    Attributes:
        client: Sends the operations.
        whole_table: The field table, which says what to read and where to write.
        system_values: The system values that employees were read with.
        schemas: What was learned in this process, by the address and the token with which it was.
        dated: Whether it is read as well when employees were last changed, where Xledger shows that.
    """

    client: XledgerClient
    whole_table: FieldTable
    system_values: SystemValues = field(default_factory=SystemValues)
    schemas: Schemas = field(default_factory=dict, repr=False)
    dated: bool = False
    _table: FieldTable | None = field(default=None, init=False, repr=False)
    _listed: Directory[Employee] | None = field(default=None, init=False, repr=False)
    """The keys of all employees, where Xledger cannot find them by their e-mail addresses."""
    _looking_up: LookUps | None = field(default=None, init=False, repr=False)
    _born_with: dict[str, str] | None = field(default=None, init=False, repr=False)

    @property
    def schema(self) -> Schema:
        """What this Xledger has.

        Raises:
            AirbyteTracedException: When it cannot be learned, or lacks something that nothing works without.
        """
        return self.schema_learned(PAUSES)

    def schema_learned(self, passing: Collection[Problem]) -> Schema:
        """What this Xledger has; it is asked unless that is known.

        Args:
            passing: The problems that are waited out.

        Raises:
            AirbyteTracedException: As `schema` does.
        """
        account = (self.client.url, self.client.token)
        if account not in self.schemas:
            schema = schema_of(self.client, passing)
            self._look_for_lacks(schema)
            self.schemas[account] = schema
        return self.schemas[account]

    @property
    def table(self) -> FieldTable:
        """The field table, as it is for this Xledger.

        Raises:
            AirbyteTracedException: As `schema` does.
        """
        if self._table is None:
            self._table = fitted(self.whole_table, self.schema)
        return self._table

    @property
    def _look_ups(self) -> LookUps:
        if self._looking_up is None:
            self._looking_up = LookUps(self.client, self.schema, self._everything)
        return self._looking_up

    @property
    def _everything(self) -> tuple[Path, ...]:
        """What is read of an employee who is read whole."""
        dates = (MODIFIED,) if self.dated and shows_modified(self.schema) else ()
        return (*shown(self.table, self.schema), *dates)

    def look_up(
        self, people: Sequence[Keys], *, email_decides: bool = False, with_doubts: bool = False
    ) -> Directory[Employee]:
        """Finds employees by code and by e-mail address, whatever their status.

        Those found by e-mail alone are known by dbId only; `read` fetches them.

        Args:
            people: Whom to look up.
            email_decides: Whether the e-mail address counts even of somebody who is found by code.
            with_doubts: Whether keys that are refused are told in the directory. Otherwise they end the sync: nobody
                is missing because they could not be looked up.

        Raises:
            AirbyteTracedException: When Xledger cannot be read.
        """
        if not (can_filter(self.schema, "code_in") and can_filter(self.schema, "dbId_in")):
            return self._list(self._everything, whole=True)
        codes = sorted({spelling for keys in people if keys.code for spelling in code_spellings(keys.code)})
        emails = sorted({spelling for keys in people if keys.email for spelling in email_spellings(keys.email)})
        others = sorted({spelling for keys in people if keys.code for spelling in code_in_other_cases(keys.code)})
        by_email_too = can_filter(self.schema, "email_in")
        found = self._find(codes, emails if by_email_too else [], others, with_doubts=with_doubts)
        if by_email_too:
            _tell_if_case_matters(emails, found)
            return found
        settled = () if email_decides else found.by_code
        if all(keys.email is None or normalised_key(keys.code or "") in settled for keys in people):
            return found
        if self._listed is None:
            self._listed = self._list(keys_of_an_employee(self.schema), whole=False)
        return replace(found, by_email=self._listed.by_email)

    def read(self, db_ids: Iterable[str]) -> Mapping[str, Employee]:
        """Reads employees whole, by dbId; those who are gone meanwhile are not in it.

        Raises:
            AirbyteTracedException: When Xledger cannot be read.
        """
        wanted = sorted(db_ids)
        found = [
            self._employee(node) for _, node in self._look_ups.nodes([AskedFor(db_id=db_id) for db_id in wanted]).nodes
        ]
        if {employee.db_id for employee in found} < set(wanted):
            self._listed = None  # it is out of date
        return {employee.db_id: employee for employee in found}

    def everybody(self) -> Iterator[Listed]:
        """All employees, whatever their status and whichever entity below the token's they belong to.

        One request for each 10,000, in an answer of its own size: who is who is known without it.

        Raises:
            AirbyteTracedException: When Xledger cannot be read; also after some have been yielded.
        """
        columns, today = Columns.of(self.table, self.schema), self.client.now().date()
        return (columns.read(node, today) for node in self._nodes(columns.paths))

    def born_with(self) -> Mapping[str, str]:
        """What Xledger gives an employee who is created by itself, by target, as far as it tells that before.

        Asked once. Facts: assumed, as is that a new employee belongs to the company of the token's entity.
        """
        if self._born_with is None:
            told = {target: self._told_at(path, target) for target, path in self.table.born_with.items()}
            self._born_with = {target: value for target, value in told.items() if isinstance(value, str)}
        return self._born_with

    def _told_at(self, path: str, target: str) -> State:
        """What a query tells at a path from its root, as it would stand at a target; `MISSING` where it does not."""
        root, *keys = path.split(".")
        if self.schema.learned and root not in self.schema.queries:
            return MISSING
        answer = self.client.ask(query(self.schema, Call(root, (tuple(keys),))), PAUSES)
        if isinstance(answer, Failure):
            logger.warning(
                "Xledger does not tell what %s of a new employee will be: %s Where it differs from a record, that is "
                "told only once the employee is there.",
                target,
                answer.words,
            )
            return MISSING
        return value_shown(read_keys(answer.data, (root, *keys)), self.table.rule_of[target])

    def add(self, inputs: Mapping[str, Node], within: float = inf) -> Mapping[str, Employee]:
        """Adds employees.

        Args:
            inputs: The nodes of the additions, by client id.
            within: Seconds after which they are not sent any more.

        Returns:
            The employees as they came back, by client id.

        Raises:
            RefusedError, AnswerLostError, HeldBackError: See `XledgerClient.send`.
            AirbyteTracedException: When the sync cannot go on.
        """
        operation = addition(self.table, self.schema, _inputs(inputs))
        return self._employees(self._mutate(operation, inputs, is_somebody, within))

    def added(self, error: RefusedError) -> Mapping[str, Employee]:
        """Those who were added nevertheless, by client id, where Xledger refused only some of a batch."""
        there = self.carried_out(error)
        return self._employees({client_id: node for client_id, node in there.items() if is_somebody(node)})

    def update(self, mutation: str, inputs: Mapping[str, Node], targets: Iterable[str]) -> Mapping[str, Node]:
        """Updates the objects that a mutation is for.

        Args:
            mutation: Its root field, such as `updateContacts`.
            inputs: The input nodes, by client id.
            targets: What is written with them.

        Returns:
            The objects as they came back, by client id.

        Raises:
            RefusedError, TooSlowError: See `XledgerClient.send`.
            AirbyteTracedException: When the sync cannot go on.
        """
        return self._mutate(update(mutation, targets, self.table, self.schema, _inputs(inputs)), inputs)

    def carried_out(self, error: RefusedError) -> Mapping[str, Node]:
        """What was carried out nevertheless, by client id, where Xledger refused only some of a batch."""
        return {
            client_id: node
            for client_id, node in _edges(error.operation, error.failure.data).items()
            if is_readable(node)
        }

    def refusal_of_nothing(self, mutation: str) -> Failure | None:
        """Why Xledger refuses a mutation that has nothing in it; None when it does not.

        Raises:
            AirbyteTracedException: When the sync cannot go on.
        """
        try:
            self.client.send(nothing(mutation, self.schema))
        except RequestFailedError as error:
            return error.failure
        return None

    # ---- learning

    def _look_for_lacks(self, schema: Schema) -> None:
        found = list(lacks(self.whole_table, schema))
        for lack in found:
            if lack.blocks:
                raise system_error(lack.sentence)
        for lack in found:
            logger.warning(lack.sentence)

    # ---- writing

    def _mutate(
        self,
        operation: Operation,
        inputs: Mapping[str, Node],
        tells: Callable[[Any], bool] = is_readable,
        within: float = inf,
    ) -> Mapping[str, Node]:
        edges = _edges(operation, self.client.send(operation, within=within))
        if set(edges) != set(inputs) or not all(map(tells, edges.values())):
            raise system_error(
                f"Xledger's answer to {operation.root_field} does not tell what became of each person that was sent: "
                f"{len(inputs)} were sent, {len(edges)} came back. The next sync looks them up again."
            )
        return edges

    # ---- reading

    def _employee(self, node: Node) -> Employee:
        # By the day in UTC: in Xledger's time zone, whatever is over then is over as well.
        employee = Employee.from_node(node, self.table, self.system_values.called, self.client.now().date())
        modified = as_text(read_keys(node, MODIFIED))
        return replace(employee, modified_at=modified) if isinstance(modified, str) else employee

    def _employees(self, nodes: Mapping[str, Node]) -> Mapping[str, Employee]:
        return {client_id: self._employee(node) for client_id, node in nodes.items()}

    def _find(
        self, codes: Sequence[str], emails: Sequence[str], codes_in_other_case: Sequence[str], *, with_doubts: bool
    ) -> Directory[Employee]:
        by_code: dict[str, set[str]] = defaultdict(set)
        by_email: dict[str, set[str]] = defaultdict(set)
        employees: dict[str, Employee] = {}
        in_the_entity: set[str] = set()
        asked = [AskedFor(*keys) for keys in zip_longest(codes, emails, codes_in_other_case)]
        found = self._look_ups.nodes(asked, with_doubts=with_doubts)
        for alias, node in found.nodes:
            if alias == IN_THE_ENTITY:
                in_the_entity.add(str(node["dbId"]))
            elif alias == "byEmail":
                by_email[normalised_email(_email(node))].add(str(node["dbId"]))
            elif alias == IN_OTHER_CASE:
                by_code[normalised_key(str(node["code"]))].add(str(node["dbId"]))
            else:
                employee = self._employee(node)
                employees[employee.db_id] = employee
                by_code[normalised_key(spelled(node.get("code")))].add(employee.db_id)
        if in_the_entity - set(employees):
            raise system_error(
                "Xledger finds fewer employees in the token's entity and those below than in the entity alone. The "
                "sync stops before anybody is created again. Report it to the makers of this connector."
            )
        self._look_ups.scope_is_right |= bool(codes)
        return replace(Directory.of(by_code, by_email, employees), **_doubts(found))

    def _list(self, paths: tuple[Path, ...], *, whole: bool) -> Directory[Employee]:
        """All employees, by their keys, read whole or not."""
        by_code: dict[str, set[str]] = defaultdict(set)
        by_email: dict[str, set[str]] = defaultdict(set)
        found: dict[str, Employee] = {}
        for node in self._nodes(paths):
            db_id = str(node["dbId"])
            if code := normalised_key(spelled(node.get("code"))):
                by_code[code].add(db_id)
            if email := _email(node):
                by_email[normalised_email(email)].add(db_id)
            if whole:
                found[db_id] = self._employee(node)
        return Directory.of(by_code, by_email, found)

    def _nodes(self, paths: tuple[Path, ...]) -> Iterator[Node]:
        """All employees, as they come.

        Raises:
            AirbyteTracedException: When Xledger cannot be read.
        """
        listing = Listing(self.client, self.schema, paths, LARGEST_PAGE)
        try:
            for part in listing.parts():
                yield from part.nodes
        except RefusedError as error:
            self._look_ups.answered |= listing.answered
            raise self._look_ups.refused_to_all(error) from None


def _inputs(nodes: Mapping[str, Node]) -> list[Node]:
    return [{"clientId": client_id, "node": node} for client_id, node in nodes.items()]


def _edges(operation: Operation, data: Mapping[str, Any]) -> dict[str, Any]:
    """What came back for each input, by client id; nothing of an answer that has another shape."""
    result = data.get(operation.root_field)
    edges = result.get("edges") if isinstance(result, Mapping) else None
    told = [edge for edge in edges if isinstance(edge, Mapping)] if isinstance(edges, list) else []
    return {str(edge.get("clientId")): edge.get("node") for edge in told}


def _email(node: Node) -> str:
    """The e-mail address of an employee, by either of the paths by which it may have been read; empty for none."""
    contact = node.get("contact")
    return spelled(node.get("email") or (contact.get("email") if isinstance(contact, Mapping) else None))


def _doubts(found: Found) -> dict[str, Any]:
    """What a directory tells of the keys that could not be looked up."""
    return {
        "refused": {
            MatchingKey.EMPLOYMENT_ID: frozenset(
                normalised_key(code).casefold()
                for key in found.refused
                for code in (key.code, key.code_in_other_case)
                if code
            ),
            MatchingKey.EMAIL: frozenset(normalised_email(key.email) for key in found.refused if key.email),
        },
        "why": found.why.failure.words if found.why else "",
    }


def _tell_if_case_matters(asked: Iterable[str], found: Directory[Employee]) -> None:
    """Tells when Xledger's e-mail filter minds case, which nobody has seen.

    Somebody who was found by code has an e-mail address that was asked for: the filter should have found them as well.
    """
    wanted = {normalised_email(email) for email in asked}
    for employee in found.there.values():
        email = employee.values[EMAIL]
        known_as = normalised_email(email) if isinstance(email, str) else None
        if known_as in wanted and employee.db_id not in found.by_email.get(known_as, ()):
            logger.warning(
                "Xledger did not find the employee with dbId %s by the e-mail address, which differs there only in "
                "capital letters. "
                "People who have no employment ID in Xledger may be missed, and created again: write their codes or "
                "their e-mail addresses in Xledger as the source has them.",
                employee.db_id,
            )
            return
