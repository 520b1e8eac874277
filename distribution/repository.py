"""The repository: where it is, and what it says of itself as a whole."""

from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[1]


def metadata() -> dict[str, Any]:
    """What the integration says of itself, in `metadata.yaml`."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))
    return content
