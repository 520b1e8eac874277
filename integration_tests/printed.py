"""What a command of a destination prints, run in this process."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessageSerializer, Type


@dataclass(frozen=True)
class Printed:
    """What a command printed.

    Attributes:
        messages: The lines of standard output, each an Airbyte message.
        text: Everything, standard error included.
        ended_with: The exit code.
    """

    messages: list[Any]
    text: str
    ended_with: int

    @property
    def log(self) -> list[str]:
        return [message.log.message for message in self.messages if message.type is Type.LOG]


def captured(capfd: pytest.CaptureFixture[str], action: Callable[[], object]) -> Printed:
    """What an action prints: nothing but Airbyte messages."""
    capfd.readouterr()
    ended_with = 0
    try:
        action()
    except SystemExit as ended:
        ended_with = int(ended.code or 0)
    out, err = capfd.readouterr()
    assert err == ""
    messages = [AirbyteMessageSerializer.load(json.loads(line)) for line in out.splitlines()]
    return Printed(messages, out + err, ended_with)


def lines(*users: Mapping[str, Any], stream: str = "users") -> bytes:
    messages = [{"type": "RECORD", "record": {"stream": stream, "data": user, "emitted_at": 0}} for user in users]
    return "".join(json.dumps(message) + "\n" for message in messages).encode()
