"""What a Huma may do otherwise than its description says: each difference a dialect with a name."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class HumaDialect:
    """How a Huma answers. The defaults are the description.

    Attributes:
        about: What is different, in a few words.
        cap: The most that is ever on a page, whatever is asked for; None for what the description says.
        fewer: How many fewer are on a page than are asked for; one always is.
        minds_offset: Whether a page begins where it is asked to.
        loses: How many of a list never come, though they count.
        tells_total: Whether a page says how many there are.
        empty: What stands for a page without anything.
        byte_order_mark: Whether answers begin with one.
    """

    about: str = field(compare=False)
    cap: int | None = None
    fewer: int = 0
    minds_offset: bool = True
    loses: int = 0
    tells_total: bool = True
    empty: tuple[()] | None = ()
    byte_order_mark: bool = False

    def part(self, rows: Sequence[Any], offset: int, limit: int) -> Sequence[Any]:
        """Return the rows that are on a page for which this offset and this limit are asked."""
        begins = offset if self.minds_offset else 0
        size = max(limit - self.fewer, 1) if self.cap is None else min(limit, self.cap)
        return rows[begins : min(begins + size, len(rows) - self.loses)]


DESCRIBED = HumaDialect("The description, to the letter.")

HUMA_DIALECTS: Mapping[str, HumaDialect] = MappingProxyType(
    {
        "described": DESCRIBED,
        "capped": HumaDialect("There are 25 on a page at most, whatever is asked for.", cap=25),
        "one_fewer": HumaDialect("There is one fewer on a page than is asked for.", fewer=1),
        "one_at_a_time": HumaDialect("There is one on a page.", cap=1),
        "no_offset": HumaDialect("Every page is the first one.", minds_offset=False),
        "loses_one": HumaDialect("The last one of a list never comes.", loses=1),
        "no_total": HumaDialect("A page does not say how many there are.", tells_total=False),
        "no_total_and_capped": HumaDialect("Neither that, nor as many as are asked for.", tells_total=False, cap=25),
        "null_for_nobody": HumaDialect("A page without anything has null for its items.", empty=None),
        "byte_order_mark": HumaDialect("Answers begin with a byte order mark.", byte_order_mark=True),
    }
)
"""The dialects there are, by name."""
