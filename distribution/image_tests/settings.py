"""What a host hands to connectors, and what they say to that."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

USERS: Final = {"name": "users", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
"""Huma's stream, as far as a destination has to know it."""


def local(path: str) -> dict[str, Any]:
    """Where reports go: a folder, by its path in the container."""
    return {"object_storage_config": {"storage_type": "Local", "path": path}}


def everything(stream: Mapping[str, Any]) -> dict[str, Any]:
    """A configured catalog with one stream, all of which is sent."""
    return {
        "streams": [{"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append_dedup"}],
    }


def stream_of(messages: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    """A stream of a source, as it was discovered."""
    (catalog,) = (message["catalog"] for message in messages if message["type"] == "CATALOG")
    (stream,) = (stream for stream in catalog["streams"] if stream["name"] == name)
    found: Mapping[str, Any] = stream
    return found


def status_in(messages: Sequence[Mapping[str, Any]]) -> str:
    """What a check came to: `SUCCEEDED` or `FAILED`."""
    (status,) = (
        message["connectionStatus"]["status"] for message in messages if message["type"] == "CONNECTION_STATUS"
    )
    return str(status)
