"""A message on its way to its addresses: by Apprise, in a process that is ended when its time is up.

Libraries of a hundred services may be slow to load, wait for ever, log an address with the password in it, or fail in
ways that nobody foresaw. In a process of its own, none of that reaches a sync.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from connector_base.telling.message import Message

WITHIN: Final = 30.0
"""Seconds for all addresses together; Apprise itself gives up on a mail server after 15, on others after 4."""


class Became(str, Enum):
    """What became of a message at an address."""

    TOLD = "told"
    UNDERSTOOD = "understood"
    NOT_UNDERSTOOD = "not_understood"
    NOT_REACHED = "not_reached"
    NO_ANSWER = "no_answer"
    NOT_RUN = "not_run"
    """Apprise came to no end: it is broken here, or there is no room for a process."""


def send(message: Message, addresses: Sequence[str], within: float = WITHIN) -> list[Became]:
    """Sends a message to every address.

    Args:
        message: The message.
        addresses: The addresses.
        within: The seconds after which whatever has not been reached is given up.

    Returns:
        What became of it at each of them.
    """
    return _asked({"addresses": addresses, "subject": message.subject, "body": message.body}, len(addresses), within)


def tried(addresses: Sequence[str], within: float = WITHIN) -> list[Became]:
    """Of each address, whether Apprise understands it. Nothing is sent."""
    return _asked({"addresses": addresses}, len(addresses), within)


def _asked(what: Mapping[str, Any], addresses: int, within: float) -> list[Became]:
    output, otherwise = _output(json.dumps(what).encode(), within)
    answered = dict(_answers(output))
    return [answered.get(position, otherwise) for position in range(addresses)]


def _output(asked: bytes, within: float) -> tuple[bytes, Became]:
    """What the process says until it ends, or its time is up, and what became of addresses of which it says nothing.

    Whatever ends this ends the process too.
    """
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "connector_base.telling.apprise_process"],
            input=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=within,
            check=False,
            cwd="/",  # where Python looks for modules first: in a folder of somebody's there may be anything
            env={**os.environ, "NETRC": os.devnull},  # requests would take credentials out of ~/.netrc
        )
    except subprocess.TimeoutExpired as expired:
        return expired.output or b"", Became.NO_ANSWER
    except OSError:
        return b"", Became.NOT_RUN
    return ran.stdout, Became.NOT_RUN


def _answers(output: bytes) -> Iterator[tuple[int, Became]]:
    """What became of which address; the last line is none where the process was ended while it wrote it."""
    for line in output.splitlines(keepends=True):
        if line.endswith(b"\n"):
            answer = json.loads(line)
            yield answer["position"], Became(answer["became"])
