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
        names_fields: Whether a refusal names the fields it is about.
        quotes_values: Whether a refusal quotes what it refuses.
        taken: The status of a refusal of what somebody else has.
        locked: The status of a refusal to write to a profile that is locked.
        answers_writes: Whether the answer of a write shows what was written.
        carries_out_changes: Whether what exists changes when the answer says so.
        new_emails_wait: Whether another e-mail address waits until its owner has confirmed it.
        lists_new_users: Whether those whom the API has created are in lists.
        searches_emails: Whether a search finds e-mail addresses, and not only names and titles.
        phones_without_country: Whether it takes a phone number that does not begin with a plus.
    """

    about: str = field(compare=False)
    cap: int | None = None
    fewer: int = 0
    minds_offset: bool = True
    loses: int = 0
    tells_total: bool = True
    empty: tuple[()] | None = ()
    byte_order_mark: bool = False
    names_fields: bool = True
    quotes_values: bool = False
    taken: int = 400
    locked: int = 400
    answers_writes: bool = True
    carries_out_changes: bool = True
    new_emails_wait: bool = False
    lists_new_users: bool = True
    searches_emails: bool = True
    phones_without_country: bool = True

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
        "no_fields": HumaDialect("A refusal does not say which fields it is about.", names_fields=False),
        "quotes_values": HumaDialect("A refusal quotes what it refuses.", quotes_values=True),
        "conflicts": HumaDialect("What somebody else has is refused with HTTP 409.", taken=409),
        "locked_is_forbidden": HumaDialect("A locked profile is refused with HTTP 403.", locked=403),
        "silent_writes": HumaDialect("The answer of a write has nothing in it.", answers_writes=False),
        "ignores_changes": HumaDialect("A change is answered as ever, and not made.", carries_out_changes=False),
        "new_emails_wait": HumaDialect("A changed e-mail address waits for its owner.", new_emails_wait=True),
        "new_users_unlisted": HumaDialect(
            "Whom the API has created is in no list, and is found by id alone.", lists_new_users=False
        ),
        "searches_names": HumaDialect("A search finds names, and no e-mail addresses.", searches_emails=False),
        "strict_phones": HumaDialect("A phone number begins with a plus.", phones_without_country=False),
    }
)
"""The dialects there are, by name."""
