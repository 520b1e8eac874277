"""What a page that a run has left was made from."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

_DATA: Final = '<script type="application/json" id="{}">(.*?)</script>'

Entry = dict[str, Any]


@dataclass(frozen=True)
class LeftPage:
    """The data in a page.

    Attributes:
        frame: What it is about as a whole.
        people: What it tells of each person.
        only: Whoever is only in the system that is written to.
    """

    frame: Entry
    people: list[Entry]
    only: list[Entry]

    def of(self, user_id: str) -> Entry:
        """What it tells of somebody, by the id in Huma: once, in a review."""
        (entry,) = (entry for entry in self.people if entry["user"] == user_id)
        return entry

    def value(self, user_id: str, field: str) -> Entry:
        """What it tells of a field of somebody."""
        (value,) = (value for value in self.of(user_id)["values"] if value["field"] == field)
        return dict(value)


def page_of(html: str) -> LeftPage:
    """The data of a page.

    Args:
        html: The file.
    """
    found = (re.search(_DATA.format(name), html, re.DOTALL) for name in ("frame", "people", "only"))
    return LeftPage(*(json.loads(data[1]) for data in found if data))
