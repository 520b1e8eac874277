"""The configured catalog, which says what streams come and how they are to be written."""

import re
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteCatalog, DestinationSyncMode

from connector_base.protocol.command_files import configured_catalog, read_object
from destination_xledger.people.streams import refused_sync_mode


def read_catalog(path: str) -> ConfiguredAirbyteCatalog:
    """The configured catalog in a file.

    Raises:
        ConnectorError: A config error, when there is none, or a sync mode that the protocol does not know. It names
            the file and the place in it, and quotes nothing but the name of a sync mode.
    """
    content = read_object("catalog", path)
    streams = content.get("streams")
    for stream in streams if isinstance(streams, list) else ():
        _refuse_unknown_sync_mode(stream)
    return configured_catalog(content, path)


def _refuse_unknown_sync_mode(stream: Any) -> None:
    """Refuses a sync mode that is a name, if one that the protocol does not know."""
    match stream:
        case {"stream": {"name": str(name)}, "destination_sync_mode": str(mode)}:
            if mode not in {known.value for known in DestinationSyncMode} and re.fullmatch(r"\w{1,40}", mode):
                raise refused_sync_mode(mode, name)
