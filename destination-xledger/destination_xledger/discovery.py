"""What this destination can write, for hosts that map any source onto it."""

from airbyte_protocol_dataclasses.models import DestinationCatalog

from connector_base.people.directory import MatchingKey
from connector_base.protocol.objects import catalog_of
from destination_xledger.people.streams import EMPLOYEE
from shared_mappings import employee_schema, field_table


def destination_catalog() -> DestinationCatalog:
    """The object `employee`: its schema, and the keys by which employees are found."""
    return catalog_of(EMPLOYEE, employee_schema(), map(_name_in_employee, MatchingKey))


def _name_in_employee(key: MatchingKey) -> str:
    return next(rule.employee["value"] for rule in field_table().rules if rule.fields == (key.value,))
