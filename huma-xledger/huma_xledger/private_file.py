"""Files of this program's that only their owner can read, and that are whole or not there."""

import os
from pathlib import Path


def replace_at_once(path: Path, content: bytes) -> None:
    """Replaces a file at once: a reader finds what was there before or what is there after, never half of one.

    Args:
        path: The file; it need not be there. What is written first stands beside it, with the suffix `.draft`.
        content: What is in it from now on.

    Raises:
        OSError: When it cannot be written. What was there before is there still.
    """
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)  # it may have been there before
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
