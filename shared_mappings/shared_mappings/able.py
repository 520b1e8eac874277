"""What Huma lets us write of somebody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shared_mappings.normal_forms import normalised_text
from shared_mappings.states import MISSING, Missing


@dataclass(frozen=True, slots=True)
class Able:
    """What can be written of one user.

    Attributes:
        position_id: The current position, which holds the job title and the dates of employment; None for somebody
            without one, `MISSING` as long as nobody has looked, which stands in nothing's way.
        locked: The record's fields that another integration owns, or that nobody may edit.
        job_titles: The ids of Huma's job titles by name, as `titles_by_name` has them.
    """

    position_id: str | Missing | None = MISSING
    locked: frozenset[str] = frozenset()
    job_titles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


def titles_by_name(titles: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The ids of job titles by their names, without the names that several of them have: nobody guesses which.

    Args:
        titles: Pairs of a name and an id.
    """
    ids: dict[str, set[str]] = {}
    for name, identity in titles:
        ids.setdefault(normalised_text(name), set()).add(identity)
    return {name: next(iter(same)) for name, same in ids.items() if len(same) == 1}
