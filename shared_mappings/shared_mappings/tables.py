"""The tables of this package that are written in YAML, as they stand there."""

from importlib.resources import files
from typing import Any, Final

import yaml

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""That of libyaml, where PyYAML was built with it: it takes a tenth of the time, and every connector that starts reads
the tables."""


def read(name: str) -> dict[str, Any]:
    """Reads a table.

    Args:
        name: Its file.

    Returns:
        What it holds.
    """
    content: dict[str, Any] = yaml.load((files("shared_mappings") / name).read_text("utf-8"), _LOADER)  # noqa: S506  it is a safe one
    return content
