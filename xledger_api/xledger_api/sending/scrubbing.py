"""Xledger's error texts quote the values they complain about; what is logged of them must hold none."""

from functools import cache

from connector_base import scrubbing
from xledger_api.language.schema import written_down


def scrubbed(message: str) -> str:
    """An error text of Xledger's with everything hidden that might be a value; the names of its schema stay.

    Args:
        message: The text as Xledger sent it.

    Returns:
        A text that holds nothing of a person's record, and still says what is wrong with which field.
    """
    return scrubbing.scrubbed(message, _schema_names())


@cache
def _schema_names() -> frozenset[str]:
    members = written_down().members
    return frozenset(members).union(*members.values())
