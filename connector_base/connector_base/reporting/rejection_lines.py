"""The line in which a log tells of a rejection; a host learns from it who was rejected."""

import re
from typing import Final

_LINE: Final = re.compile(r"(?P<label>.+?) was rejected \((?P<code>\w+)\)\. .*", re.DOTALL)


def rejection_line(label: str, code: str, why: str) -> str:
    """Tells of a rejection.

    Args:
        label: How messages name the person.
        code: The code it is counted under.
        why: Why, in sentences without a value of the record.
    """
    return f"{label} was rejected ({code}). {why}"


def rejection_in(line: str) -> tuple[str, str] | None:
    """The label and the code in such a line; None where it tells of something else."""
    found = _LINE.fullmatch(line)
    return (found["label"], found["code"]) if found else None
