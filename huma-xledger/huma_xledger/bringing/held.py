"""Who must not be brought yet: a run that failed may have added them to Xledger, where they are not seen so soon."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from huma_xledger.inbox.store import Inbox

MAY_APPEAR: Final = timedelta(seconds=300)
"""How long after it was sent an employee may appear in Xledger of whom nobody heard that they were added."""


def held(inbox: Inbox, now: datetime) -> Mapping[str, datetime]:
    """Who must not be brought, and until when. Nor may everybody be, of whom they are.

    Args:
        inbox: What notes for whom an employee is about to be added.
        now: The time.

    Raises:
        InboxError: When the inbox cannot be read.
    """
    adding = inbox.may_be_adding()
    if adding is None:
        return {}
    users, since = adding
    until = since + MAY_APPEAR
    return dict.fromkeys(users, until) if now < until <= now + MAY_APPEAR else {}
