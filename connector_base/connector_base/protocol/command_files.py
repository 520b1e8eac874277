"""The files that a command line names, which are never quoted: a config holds secrets."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteCatalogSerializer
from serpyco_rs import SchemaValidationError

from connector_base.failures import config_error


def read_json(what: str, path: str) -> Any:
    """What a JSON file holds; it may begin with a byte order mark.

    Args:
        what: What the file is, as sentences name it.
        path: Where it is.

    Raises:
        ConnectorError: A config error, when there is none. It names the file and quotes nothing of it.
    """
    try:
        return json.loads(Path(path).read_bytes())
    except OSError as error:
        raise config_error(
            f"The {what} file {path} cannot be read ({error.strerror or type(error).__name__}). Check the path, and "
            "whether the user that this connector runs as may read it."
        ) from None
    except (ValueError, RecursionError):
        raise config_error(f"The {what} file {path} is not JSON. Correct it.") from None


def read_object(what: str, path: str) -> Mapping[str, Any]:
    """The JSON object in a file.

    Args:
        what: What the file is, as sentences name it.
        path: Where it is.

    Raises:
        ConnectorError: A config error, when there is none. It names the file and quotes nothing of it.
    """
    content = read_json(what, path)
    if not isinstance(content, Mapping):
        raise config_error(f"The {what} file {path} does not hold a JSON object. Correct it.")
    return content


def configured_catalog(content: Mapping[str, Any], path: str) -> ConfiguredAirbyteCatalog:
    """What a catalog file says.

    Args:
        content: The object in the file.
        path: Where it is.

    Raises:
        ConnectorError: A config error for what is no configured catalog. It names the file and the places in it.
    """
    try:
        return ConfiguredAirbyteCatalogSerializer.load(dict(content))
    except SchemaValidationError as error:
        places = ", ".join(item.instance_path for item in error.errors)
    raise config_error(
        f"The catalog file {path} is not a configured catalog: {places or 'the whole'} does not fit. Correct it, or "
        "report this to the makers of the host."
    )
