"""Who must not be brought yet: a run that broke off may have added them to Xledger, where they are not seen so soon."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from huma_xledger.inbox.store import Inbox

MAY_APPEAR: Final = timedelta(seconds=300)
"""How long after it was sent an employee may appear in Xledger of whom nobody heard that they were added."""

EVERYBODY: Final = "everybody under way"
"""Under which name the inbox remembers that everybody is being brought, or when that broke off."""

_NOW: Final = "now"
"""What it remembers meanwhile: whoever finds that at a start knows that it was broken off by whatever ended this."""


def held(inbox: Inbox, now: datetime) -> Mapping[str, datetime]:
    """Who must not be brought, and until when. Nor may everybody be, of whom they are.

    Args:
        inbox: What notes for whom an employee is about to be added.
        now: The time.

    Raises:
        InboxError: When the inbox cannot be read, or written where the clock went back.
    """
    adding = inbox.may_be_adding()
    if adding is None:
        return {}
    users, since = adding
    if since > now:  # the clock went back: it is waited from now on, and not by the time that it showed before
        inbox.adding(users, now)
    until = min(since, now) + MAY_APPEAR
    return dict.fromkeys(users, until) if now < until else {}


def everybody_begins(inbox: Inbox) -> None:
    """Notes that everybody is about to be brought by another process, which does not tell whom it adds.

    Raises:
        InboxError: When that cannot be noted; nobody is to be brought then.
    """
    inbox.remember(EVERYBODY, _NOW)


def everybody_ended(inbox: Inbox, now: datetime, *, in_doubt: bool) -> None:
    """Notes that it has ended.

    Args:
        inbox: Where it was noted.
        now: When.
        in_doubt: Whether somebody may have been added of whom nobody heard.

    Raises:
        InboxError: When that cannot be noted.
    """
    inbox.remember(EVERYBODY, now.isoformat() if in_doubt else None)


def take_up(inbox: Inbox, now: datetime) -> None:
    """Finds out, at a start, whether everybody was being brought when the process before this one ended.

    Args:
        inbox: Where that was noted.
        now: The time: what was under way then is ended by now.

    Raises:
        InboxError: When the inbox cannot be read or written.
    """
    if inbox.recalled(EVERYBODY) == _NOW:
        everybody_ended(inbox, now, in_doubt=True)


def nobody_until(inbox: Inbox, now: datetime) -> datetime | None:
    """Until when nobody at all must be brought, since anybody may have been added; None when that is over.

    Args:
        inbox: Where it was noted.
        now: The time.

    Raises:
        InboxError: When the inbox cannot be read, or written where the clock went back.
    """
    noted = inbox.recalled(EVERYBODY)
    if noted in (None, _NOW):
        return None
    since = datetime.fromisoformat(noted)
    if since > now:
        everybody_ended(inbox, now, in_doubt=True)
    until = min(since, now) + MAY_APPEAR
    return until if now < until else None
