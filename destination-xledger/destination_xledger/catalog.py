"""The configured catalog, which says what streams come and how they are to be written."""

import re
from collections.abc import Mapping
from typing import Any, Final

from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteCatalogSerializer
from serpyco_rs import SchemaValidationError

from connector_base.failures import config_error
from connector_base.protocol.command_files import read_object
from destination_xledger.people.streams import refused_sync_mode

_SYNC_MODE: Final = re.compile(r"streams/(\d+)/destination_sync_mode")


def read_catalog(path: str) -> ConfiguredAirbyteCatalog:
    """The configured catalog in a file.

    Raises:
        ConnectorError: A config error, when there is none, or a sync mode that the protocol does not know. It names
            the file and the place in it, and quotes nothing but the name of a sync mode.
    """
    content = read_object("catalog", path)
    try:
        return ConfiguredAirbyteCatalogSerializer.load(dict(content))
    except SchemaValidationError as error:
        places = [item.instance_path for item in error.errors]
    if all(map(_SYNC_MODE.fullmatch, places)):
        _refuse_sync_mode(content, places[0])
    raise config_error(
        f"The catalog file {path} is not a configured catalog: {', '.join(places) or 'the whole'} does not fit. "
        "Correct it, or report this to the makers of the host."
    )


def _refuse_sync_mode(content: Mapping[str, Any], place: str) -> None:
    """Refuses a sync mode that is a name, if one that the protocol does not know."""
    stream = content["streams"][int(place.split("/")[1])]
    mode = stream.get("destination_sync_mode")
    if isinstance(mode, str) and re.fullmatch(r"\w{1,40}", mode):
        raise refused_sync_mode(mode, stream["stream"]["name"])
