"""Employees whom nobody who came was found to be."""

import logging
from collections.abc import Iterator

from connector_base.pages.contents import OnlyThere
from connector_base.people.claims import Claims
from shared_mappings import MISSING
from xledger_api.employees.gateway import Gateway
from xledger_api.employees.listed import Listed

logger = logging.getLogger(f"airbyte.{__name__}")


def only_in_xledger(gateway: Gateway, claims: Claims) -> Iterator[OnlyThere]:
    """Lists all employees, and keeps those of them whom nobody is or could be.

    Args:
        gateway: Reads employees: one request for each 10,000.
        claims: Knows who came, and whom they were found to be.

    Raises:
        AirbyteTracedException: When Xledger cannot be read.
    """
    logger.info("Listing everybody in Xledger, to tell in the report who is only there.")
    for employee in gateway.everybody():
        if claims.nobody_is(employee.db_id, employee.code, employee.email):
            yield _told(employee)


def _told(employee: Listed) -> OnlyThere:
    told: OnlyThere = {"employee": employee.db_id}
    if employee.code is not MISSING:
        told["employmentId"] = employee.code
    if employee.description is not MISSING:
        told["name"] = employee.description
    if employee.email is not MISSING:
        told["email"] = employee.email
    if employee.closed is not None:
        told["closed"] = employee.closed
    return told
