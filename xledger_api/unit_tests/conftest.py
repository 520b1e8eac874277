"""A client that waits without sleeping."""

from datetime import datetime, timezone

import pytest
from airbyte_cdk.sources.streams.call_rate import APIBudget

from xledger_api.sending.client import XledgerClient

URL = "https://xledger.test/graphql"
TOKEN = "a-token-that-must-never-be-shown"
NOW = datetime(2026, 1, 15, 12, 0, tzinfo=timezone.utc)


@pytest.fixture
def slept() -> list[float]:
    """Seconds that the client waited."""
    return []


@pytest.fixture
def client(slept: list[float]) -> XledgerClient:
    return XledgerClient(URL, TOKEN, budget=APIBudget(policies=[]), sleep=slept.append, now=lambda: NOW)
