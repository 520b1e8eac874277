"""What this destination can write, for hosts that map any source onto it."""

from airbyte_protocol_dataclasses.models import DestinationCatalog

from connector_base.people.directory import MatchingKey
from connector_base.protocol.objects import catalog_of
from destination_huma.people.streams import USER
from shared_mappings import user_schema


def destination_catalog() -> DestinationCatalog:
    """The object `user`: its schema, and the keys by which people are found."""
    return catalog_of(USER, user_schema(), (key.value for key in MatchingKey))
