"""Whose fault a refusal is, by what it says. No I/O."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xledger_api.sending.answers import Failure, Problem

_QUOTES: Final = ("''", '""', "``", "‘’", "“”", "«»")

_SHORTEST: Final = 4
"""How long a value has to be to be recognised without quotes around it."""

ID: Final = "dbId"
"""What names the object that an input is for. That is no value of a person's."""

Node = Mapping[str, Any]


def suspect(failure: Failure, inputs: Mapping[str, Node]) -> str | None:
    """The client id of the only input of a batch that has a value which a refusal quotes; None where there is none."""
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for client_id, node in inputs.items():
        for value in (client_id, *(value for _, value in _values(node))):
            if quotes(failure.original, value):
                holders[value].add(client_id)
    alone = [(len(value), client_id) for value, found in holders.items() if len(found) == 1 for client_id in found]
    return max(alone)[1] if alone else None


def is_theirs(failure: Failure, node: Node) -> bool:
    """Whether what was refused alone was refused for one of its values, and not for the way it was sent.

    Args:
        failure: Why it was refused.
        node: Its input.
    """
    if is_about_the_object(failure):
        return False
    values = list(_values(node))
    named = {key for path, _ in values for key in path} - {ID}
    if any(path[-1] != ID and quotes(failure.original, value) for path, value in values):
        return True
    return not named.isdisjoint(failure.path) or failure.problem is Problem.VALUE_REFUSED


def is_about_the_object(failure: Failure) -> bool:
    """Whether a refusal complains of the object that an input is for: then no other value would be taken either."""
    return failure.path[-1:] == (ID,)


def _values(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """The values of an input as text, each with the keys that lead there."""
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _values(value, (*path, key))
        elif value is not None:
            yield (*path, key), str(value)


def quotes(text: str, value: str) -> bool:
    """Whether a text quotes a value: between quotation marks, or standing alone if it is not too short for that."""
    if value not in text or not value.strip():
        return False
    return any(f"{opening}{value}{closing}" in text for opening, closing in _QUOTES) or _stands_alone(value, text)


def _stands_alone(value: str, text: str) -> bool:
    """Whether a value stands in a text with nothing else of a word around it."""
    start = text.find(value) if len(value) >= _SHORTEST else -1
    while start >= 0:
        around = text[max(start - 1, 0) : start] + text[start + len(value) : start + len(value) + 1]
        if not any(character.isalnum() for character in around):
            return True
        start = text.find(value, start + 1)
    return False
