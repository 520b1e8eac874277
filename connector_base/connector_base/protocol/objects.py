"""What a destination can write, for hosts that map any source onto it."""

from collections.abc import Iterable, Mapping
from typing import Any

from airbyte_protocol_dataclasses.models import DestinationCatalog, DestinationOperation

from connector_base.protocol.sync_modes import SYNC_MODES


def catalog_of(name: str, schema: Mapping[str, Any], matching_keys: Iterable[str]) -> DestinationCatalog:
    """One object, once for each sync mode.

    Args:
        name: What the object is called.
        schema: The JSON Schema of its records.
        matching_keys: The properties by each of which somebody is found.
    """
    keys = [[key] for key in matching_keys]
    return DestinationCatalog(
        operations=[
            DestinationOperation(object_name=name, sync_mode=mode, json_schema=dict(schema), matching_keys=keys)
            for mode in SYNC_MODES
        ]
    )
