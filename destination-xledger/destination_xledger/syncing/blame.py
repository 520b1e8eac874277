"""Whose fault a refusal is, by what it says. No I/O."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from xledger_api.sending.answers import Failure, Problem

_QUOTES: Final = ("''", '""', "``", "‘’", "“”", "«»")

_SHORTEST: Final = 4
"""How long a value has to be to be recognised without quotes around it."""

ID: Final = "dbId"
"""What names the object that an input is for. That is no value of a person's."""

Node = Mapping[str, Any]

Path = tuple[str, ...]

_AROUND_AN_INPUT: Final = frozenset({"inputs", "node"})
"""Keys that lead to the node of an input."""


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


def in_unknown_words(failure: Failure) -> bool:
    """Whether no table knows what a refusal says: it may be about anything, and pass by itself."""
    return failure.problem is Problem.UNRECOGNISED


def named(failure: Failure, node: Node) -> tuple[Path, ...]:
    """The values of an input that a refusal names, each by the keys that lead there.

    Args:
        failure: Why the input was refused, alone or with others.
        node: The input.

    Returns:
        What stands at the place that the refusal gives: above it, below it, or written shorter or longer, as answers
        do. Of several, those whose values are quoted. Where no place is given, the only value that is quoted.
    """
    paths = list(_paths(node))
    place = _place(failure)
    there = [path for path in paths if path == place] or [path for path in paths if _meet(path, place)]
    quoted = [path for path in there or paths if quoted_at(failure, node, path) is not None]
    if there:
        return tuple(quoted or there)
    return tuple(quoted) if len(quoted) == 1 and not place else ()


def quoted_at(failure: Failure, node: Node, path: Path) -> str | None:
    """The value that an input has at a path, as text, if a refusal quotes it; None where it does not."""
    value: Any = node
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    if value is None or isinstance(value, Mapping) or not quotes(failure.original, str(value)):
        return None
    return str(value)


def index_of(failure: Failure) -> int | None:
    """Which input of a batch a refusal points to, by its place among them; None where it does not say."""
    return next((int(key) for key in _keys(failure) if key.isdecimal()), None)


def refused_together(failure: Failure, people: int) -> Failure:
    """Why somebody was refused, who was never tried alone; the same for a single one.

    Args:
        failure: Why all of them were.
        people: How many they are.
    """
    if people == 1:
        return failure
    together = (
        f" (It was refused together with {people - 1} others, and too many are refused to try each alone. Correct what "
        "Xledger complains of, and send everybody again.)"
    )
    return replace(failure, words=failure.words + together, original=failure.original + together)


def _place(failure: Failure) -> Path:
    """Where a refusal points to, as keys of an input: `inputs.0.node.address.country` is `address.country`."""
    keys = [key for key in _keys(failure) if not key.isdigit()]
    start = max((number for number, key in enumerate(keys, 1) if key in _AROUND_AN_INPUT), default=0)
    return tuple(keys[start:])


def _keys(failure: Failure) -> list[str]:
    """The keys and indices on the way to the place that a refusal points to, however it writes them."""
    return [key for part in failure.path for key in part.replace("]", "").split("[") if key]


def _meet(path: Path, place: Path) -> bool:
    """Whether the end of one path is the beginning of the other, or one is in the other."""
    if not place or place == (ID,):
        return False
    shorter, longer = sorted((path, place), key=len)
    inside = any(longer[start : start + len(shorter)] == shorter for start in range(len(longer)))
    return inside or any(path[-size:] == place[:size] for size in range(1, len(shorter)))


def _paths(node: Node, path: Path = ()) -> Iterator[Path]:
    """The keys that lead to each value of an input, null included. What names the object is no value."""
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _paths(value, (*path, key))
        elif key != ID or path:
            yield (*path, key)


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
