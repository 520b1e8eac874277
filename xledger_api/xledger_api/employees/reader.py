"""All employees as records of the stream `employees`, for whoever only reads."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector_base.failures import system_error
from shared_mappings import MISSING, Employee, FieldTable, employee_record
from shared_mappings.normal_forms import as_text
from shared_mappings.states import read_keys
from xledger_api.employees.listing import Listing, Mark
from xledger_api.employees.pages import Node
from xledger_api.language.accesses import READING
from xledger_api.language.fitting import MODIFIED, fitted, lacks_of_records, shown_in_records, shows_closed
from xledger_api.language.schema import Schema
from xledger_api.sending.client import PAUSES, RefusedError, XledgerClient
from xledger_api.sending.endings import ending, refused_whatever_is_in_it
from xledger_api.sending.learning import schema_of

logger = logging.getLogger(f"airbyte.{__name__}")


@dataclass(frozen=True, slots=True)
class PartOfRecords:
    """A part of the list, as it came.

    Attributes:
        records: Those who were in no part before it.
        mark: How far the list was read with it; None at the end of the list.
    """

    records: tuple[dict[str, Any], ...] = field(repr=False)
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads employees of the token's entity and of those below it.

    Attributes:
        client: Sends the operations.
        whole_table: The field table, which says what to read.
        page_size: How many are asked for at once.
        include_closed: Whether those are read as well who are closed in Xledger.
    """

    client: XledgerClient
    whole_table: FieldTable
    page_size: int
    include_closed: bool = True

    def parts(self, mark: Mark | None = None) -> Iterator[PartOfRecords]:
        """All employees, in parts. Xledger's schema is learned first, in two requests.

        A record is without `changedAt`: the sync that emits it says that.

        Args:
            mark: Where an earlier reading ended; None for the beginning. See `Listing.parts`.

        Raises:
            AirbyteTracedException: When Xledger cannot be read.
        """
        schema = schema_of(self.client, PAUSES)
        self._look_for_lacks(schema)
        table = fitted(self.whole_table, schema)
        narrowed = {} if self.include_closed else {"objectStatus": "OPEN"}
        listing = Listing(self.client, schema, shown_in_records(table, schema), self.page_size, narrowed)
        closed_is_shown = shows_closed(table, schema)
        try:
            for part in listing.parts(mark):
                records = (self._record(node, table, shows_closed=closed_is_shown) for node in part.nodes)
                yield PartOfRecords(tuple(filter(self._is_wanted, records)), part.mark)
        except RefusedError as error:
            told = refused_whatever_is_in_it if listing.answered else ending
            raise told(error.operation, error.failure, READING) from None

    def _look_for_lacks(self, schema: Schema) -> None:
        """Warns of what this Xledger lacks.

        Raises:
            ConnectorError: When nothing works without it.
        """
        for lack in lacks_of_records(self.whole_table, schema):
            if lack.blocks:
                raise system_error(lack.sentence)
            logger.warning(lack.sentence)

    def _record(self, node: Node, table: FieldTable, *, shows_closed: bool) -> dict[str, Any]:
        # By the day in UTC: in Xledger's time zone, whatever is over then is over as well.
        employee = Employee.from_node(node, table, today=self.client.now().date())
        record = employee_record(employee, table, shows_closed=shows_closed)
        modified = as_text(read_keys(node, MODIFIED))
        return record if modified is MISSING else {**record, "modifiedAt": modified}

    def _is_wanted(self, record: Mapping[str, Any]) -> bool:
        """Whether somebody is not closed, or the closed are wanted: an Xledger may not be able to leave them out."""
        return self.include_closed or record.get("closed") is not True
