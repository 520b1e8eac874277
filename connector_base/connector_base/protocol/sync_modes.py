"""The configured catalog of a destination, which says what streams come and how they are to be written."""

import re
from typing import Any, Final

from airbyte_cdk.models import ConfiguredAirbyteCatalog, DestinationSyncMode

from connector_base.failures import ConnectorError, config_error
from connector_base.protocol.command_files import configured_catalog, read_object
from connector_base.systems import System

SYNC_MODES: Final = (DestinationSyncMode.append_dedup, DestinationSyncMode.append, DestinationSyncMode.update)
"""What a destination of people can do. Overwriting and deleting are refused: nobody's data is removed."""

OFFERED: Final = tuple(mode for mode in SYNC_MODES if mode is not DestinationSyncMode.update)
"""What a specification offers. A host whose protocol is older than 0.16 does not know `update`, and drops the whole
specification over a name that it does not know. Whoever knows it has it from `discover`, or from the reference."""


def read_catalog(path: str, system: System) -> ConfiguredAirbyteCatalog:
    """The configured catalog in a file.

    Args:
        path: Where it is.
        system: What is written to.

    Raises:
        ConnectorError: A config error, when there is none, or a sync mode that the protocol does not know. It names
            the file and the place in it, and quotes nothing but the name of a sync mode.
    """
    content = read_object("catalog", path)
    streams = content.get("streams")
    for stream in streams if isinstance(streams, list) else ():
        _refuse_unknown_sync_mode(stream, system)
    return configured_catalog(content, path)


def refused_sync_mode(mode: str, stream: str, system: System) -> ConnectorError:
    """A sync mode that a destination does not know, or refuses.

    Args:
        mode: Its name.
        stream: The name of the stream it is chosen for.
        system: What is written to.
    """
    return config_error(
        f"The sync mode {mode} of the stream {stream} is refused: this is {system.kind}, and nobody in it is "
        "overwritten or deleted as a whole. Choose Incremental | Append + Deduped (append_dedup) for it in the "
        f"connection; {' and '.join(known.value for known in SYNC_MODES[1:])} are taken as well."
    )


def _refuse_unknown_sync_mode(stream: Any, system: System) -> None:
    """Refuses a sync mode that is a name, if one that the protocol does not know."""
    match stream:
        case {"stream": {"name": str(name)}, "destination_sync_mode": str(mode)}:
            if mode not in {known.value for known in DestinationSyncMode} and re.fullmatch(r"\w{1,40}", mode):
                raise refused_sync_mode(mode, name, system)
