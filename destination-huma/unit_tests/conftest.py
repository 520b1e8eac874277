"""A config, people, and a catalog."""

from collections.abc import Callable
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteCatalogSerializer

URL = "https://huma.test"
CLIENT_ID = "a-client-id"
SECRET = "a-secret-that-must-never-be-shown"
COMPANY = "0b5f5c3e-6a1d-4f0e-9c57-2d8f4a7b1e90"


@pytest.fixture
def config() -> dict[str, Any]:
    return {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "api_url": URL,
        "authority_confirmed": True,
        "mode": "sync",
    }


Catalog = Callable[..., ConfiguredAirbyteCatalog]


@pytest.fixture
def catalog() -> Catalog:
    """A catalog of one stream."""

    def build(
        name: str = "employees", mode: str = "append_dedup", destination_object: str | None = None
    ) -> ConfiguredAirbyteCatalog:
        stream = {
            "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": mode,
            "destination_object_name": destination_object,
        }
        return ConfiguredAirbyteCatalogSerializer.load({"streams": [stream]})

    return build
