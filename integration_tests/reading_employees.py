"""source-xledger read from a sandbox in this process, through its entry point."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from airbyte_cdk.models import SyncMode
from airbyte_cdk.sources.streams.call_rate import APIBudget

from integration_tests.reading import Emitted, State, emitted_by
from integration_tests.sandbox import Sandbox
from shared_mappings import employees_schema
from source_xledger import SourceXledger
from source_xledger.config import Config
from xledger_api.sending.client import XledgerClient

EMPLOYEES = "employees"
COLUMNS = tuple(employees_schema()["properties"])

ReadEmployees = Callable[..., Emitted]
"""What the fixture `read` gives: `read_employees` for the sandbox of the test."""


def sandbox_with(employees: int) -> Any:
    """The fixture `sandbox`: so many employees in Xledger, anew for each test, and nobody in Huma."""

    @pytest.fixture(name="sandbox")
    def sandbox() -> Iterator[Sandbox]:
        with Sandbox.running(people=0, burst_limit=None) as running:
            add_employees(running, employees)
            yield running

    return sandbox


def add_employees(sandbox: Sandbox, number: int) -> list[int]:
    """Adds so many employees with a value at most places; returns their dbIds."""
    return [sandbox.xledger.add_employee(**an_employee(each)) for each in range(number)]


def an_employee(number: int, **changed: Any) -> dict[str, Any]:
    """Somebody whom the sandbox's Xledger takes; others are others."""
    return {
        "code": f"E{number}",
        "description": f"Kari{number} Nordmann{number}",
        "firstName": f"Kari{number}",
        "lastName": f"Nordmann{number}",
        "email": f"kari{number}@example.com",
        "phone": f"+47 900 {number // 1000:02d} {number % 1000:03d}",
        "birthday": "1990-01-02",
        "gender": "F" if number % 2 else "M",
        "jobTitle": f"Engineer {number}",
        "bankAccount": "86011117947",
        "company_country": "NO",
        "socialSec": "15108695088",
        "address": {"streetAddress": f"Storgata {number}", "zipCode": "0155", "place": "Oslo", "country": "NO"},
        "employmentFrom": "2020-01-01",
        **changed,
    }


def reading_employees(sync_mode: SyncMode) -> Any:
    """The fixture `read`: reads in this mode unless told otherwise. Waiting takes no time."""

    @pytest.fixture(name="read")
    def read(sandbox: Sandbox) -> ReadEmployees:
        return functools.partial(read_employees, sandbox, sync_mode=sync_mode)

    return read


def read_employees(
    sandbox: Sandbox,
    state: State | None = None,
    *,
    columns: tuple[str, ...] = COLUMNS,
    sync_mode: SyncMode = SyncMode.incremental,
    **settings: Any,
) -> Emitted:
    """Reads the employees of a sandbox's Xledger.

    Args:
        sandbox: The sandbox.
        state: A state message to start from; None to start without.
        columns: The columns to select.
        sync_mode: How to read.
        settings: Settings of the source.
    """
    config = sandbox.source_xledger_config(**settings)
    return emitted_by(patient_source, config, EMPLOYEES, {EMPLOYEES: sync_mode}, columns, state)


def patient_source(*_: Any) -> SourceXledger:
    """The source, whose waiting takes no time."""
    return SourceXledger(connect_at_once)


def connect_at_once(settings: Config, _sleep: Any = None) -> XledgerClient:
    """A client that is never too fast, and whose waiting takes no time."""
    return XledgerClient(
        settings.api_url,
        settings.api_token.get_secret_value(),
        budget=APIBudget(policies=[]),
        sleep=lambda _: None,
    )
