"""Where temporary files go."""

import tempfile

from connector_base.failures import config_error


def temporary_folder() -> str:
    """The folder for temporary files.

    Raises:
        ConnectorError: A config error, when none can be written.
    """
    try:
        return tempfile.gettempdir()
    except OSError:
        raise config_error(
            "There is no folder that temporary files can be written to. Name one in the environment variable TMPDIR, "
            "or mount one at /tmp."
        ) from None
