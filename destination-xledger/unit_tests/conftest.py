"""A client that waits without sleeping, people, and a catalog."""

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteCatalogSerializer
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


@pytest.fixture
def config() -> dict[str, Any]:
    return {"api_token": TOKEN, "api_url": URL, "authority_confirmed": True, "mode": "sync"}


Catalog = Callable[..., ConfiguredAirbyteCatalog]


@pytest.fixture
def catalog() -> Catalog:
    """A catalog of one stream."""

    def build(
        name: str = "users", mode: str = "append_dedup", destination_object: str | None = None
    ) -> ConfiguredAirbyteCatalog:
        stream = {
            "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": mode,
            "destination_object_name": destination_object,
        }
        return ConfiguredAirbyteCatalogSerializer.load({"streams": [stream]})

    return build
