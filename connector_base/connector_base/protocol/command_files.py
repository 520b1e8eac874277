"""The files that a command line names, which are never quoted: a config holds secrets."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector_base.failures import config_error


def read_object(what: str, path: str) -> Mapping[str, Any]:
    """The JSON object in a file.

    Args:
        what: What the file is, as sentences name it.
        path: Where it is.

    Raises:
        ConnectorError: A config error, when there is none. It names the file and quotes nothing of it.
    """
    try:
        content = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise config_error(
            f"The {what} file {path} cannot be read ({error.strerror or type(error).__name__}). Check the path, and "
            "whether the user that this connector runs as may read it."
        ) from None
    except (ValueError, RecursionError):
        raise config_error(f"The {what} file {path} is not JSON. Correct it.") from None
    if not isinstance(content, Mapping):
        raise config_error(f"The {what} file {path} does not hold a JSON object. Correct it.")
    return content
