"""What Xledger charges for requests and traffic, as its subscription says."""

from typing import Final

INCLUDED_REQUESTS: Final = 5_000
"""Requests that a month includes."""

INCLUDED_MEGABYTES: Final = 1_000
"""Megabytes that a month includes, in each direction."""

POUNDS_A_REQUEST: Final = 0.01
POUNDS_A_MEGABYTE: Final = 0.10

MEGABYTE: Final = 1_000_000


def pounds(requests: int, bytes_sent: int, bytes_received: int) -> float:
    """The price of requests and traffic when what the month includes is used up."""
    return requests * POUNDS_A_REQUEST + (bytes_sent + bytes_received) / MEGABYTE * POUNDS_A_MEGABYTE


def pounds_beyond(requests: int, bytes_sent: int, bytes_received: int) -> float:
    """What a month costs beyond what it includes, when so much is all there is in it."""
    charged_requests = max(0, requests - INCLUDED_REQUESTS)
    charged_megabytes = sum(max(0.0, size / MEGABYTE - INCLUDED_MEGABYTES) for size in (bytes_sent, bytes_received))
    return charged_requests * POUNDS_A_REQUEST + charged_megabytes * POUNDS_A_MEGABYTE


def pounds_a_month(syncs: int, requests: int, bytes_sent: int, bytes_received: int) -> float:
    """What a month costs beyond what it includes, when so many syncs of one size are all there is in it."""
    return pounds_beyond(syncs * requests, syncs * bytes_sent, syncs * bytes_received)
