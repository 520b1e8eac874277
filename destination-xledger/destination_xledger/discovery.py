"""What this destination can write, for hosts that map any source onto it."""

from airbyte_protocol_dataclasses.models import DestinationCatalog, DestinationOperation

from destination_xledger.people.streams import EMPLOYEE, SYNC_MODES
from shared_mappings import employee_schema, field_table
from xledger_api.employees.directory import MatchingKey


def destination_catalog() -> DestinationCatalog:
    """The object `employee`, once for each sync mode: its schema, and the keys by which employees are found."""
    keys = [[_name_in_employee(key)] for key in MatchingKey]
    return DestinationCatalog(
        operations=[
            DestinationOperation(
                object_name=EMPLOYEE, sync_mode=mode, json_schema=employee_schema(), matching_keys=keys
            )
            for mode in SYNC_MODES
        ]
    )


def _name_in_employee(key: MatchingKey) -> str:
    return next(rule.employee["value"] for rule in field_table().rules if rule.fields == (key.value,))
