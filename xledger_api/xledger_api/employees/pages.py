"""What a page of employees has to look like, so that nobody is taken for missing over one that does not. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from connector_base.failures import ConnectorError, system_error
from shared_mappings import field_table

Node = Mapping[str, Any]

SCALARS: Final = (str, int, float)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    Attributes:
        nodes: What is on it.
        cursors: Those of the nodes.
        following: The cursor after which the list goes on; None at its end.
        is_null: Whether there is nothing in place of a list. Facts: an empty result has `edges: null`.
    """

    nodes: tuple[Node, ...] = field(repr=False)
    cursors: tuple[Any, ...] = field(repr=False)
    following: str | None = field(repr=False)
    is_null: bool


def page_of(connection: Any) -> Page:
    """A page by what was answered.

    Args:
        connection: What stands at the alias of the list; None where nothing does.

    Raises:
        ConnectorError: When it is no page, when a node cannot be told from others by its dbId, or when it says that
            there is more and not where.
    """
    if connection is None:
        raise _unreadable("holds no list, not even an empty one")
    edges = connection.get("edges", ()) if isinstance(connection, Mapping) else ()
    about = connection.get("pageInfo") if isinstance(connection, Mapping) else None
    more = about.get("hasNextPage") if isinstance(about, Mapping) else None
    if not isinstance(edges, list | None) or not isinstance(more, bool):
        raise _unreadable("holds no list that can be read")
    if not all(isinstance(edge, Mapping) and is_somebody(edge.get("node")) for edge in edges or ()):
        raise _unreadable("holds somebody who cannot be read")
    cursors = tuple(edge.get("cursor") for edge in edges or ())
    following = cursors[-1] if more and cursors else None
    if more and not (isinstance(following, str) and following):
        raise _unreadable("says that there are more, and not where")
    return Page(tuple(edge["node"] for edge in edges or ()), cursors, following, edges is None)


def is_somebody(node: Any) -> bool:
    """Whether a node can be read, and has a dbId."""
    return is_readable(node) and node.get("dbId") is not None


def is_readable(node: Any) -> bool:
    """Whether a node is an object, with objects in it where the field table has some, and single values elsewhere.

    Facts: a dbId is a number or a numeric text.
    """
    if not isinstance(node, Mapping):
        return False
    db_id = node.get("dbId")
    return (db_id is None or _is_id(db_id)) and all(
        value is None or (is_readable(value) if key in _objects() else isinstance(value, SCALARS))
        for key, value in node.items()
    )


@cache
def _objects() -> frozenset[str]:
    """The keys at which nodes have objects."""
    table = field_table()
    return frozenset(
        key
        for name, keys in table.target_keys.items()
        for key in (keys if table.targets[name].system_value else keys[:-1])
    )


def _is_id(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, str) and value.isdecimal())


@dataclass(slots=True)
class Walk:
    """The way through the pages of a list, which has to come to an end.

    Attributes:
        seen: dbIds of those who were on it so far.
    """

    seen: set[str] = field(default_factory=set, repr=False)

    def goes_on(self, page: Page) -> bool:
        """Whether there is another page.

        Raises:
            ConnectorError: When a page has nobody who was not on those before, and says that there are more: an Xledger
                that does not mind where to go on would be asked for the same page forever.
        """
        before = len(self.seen)
        self.seen.update(str(node["dbId"]) for node in page.nodes)
        if page.following is not None and len(self.seen) == before:
            raise _unreadable("shows the same page again and again")
        return page.following is not None


def spelled(value: Any) -> str:
    """A code or an e-mail address as text; empty for none."""
    return "" if value is None else str(value)


def _unreadable(what: str) -> ConnectorError:
    return system_error(
        f"Xledger's answer to employees {what}. The sync stops, so that nobody is taken for missing over that; the "
        "next one asks again. If it comes back, report it to the makers of this connector."
    )
