"""A destination as a process that a host gives messages."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from airbyte_cdk.models import AirbyteMessage

from connector_base.protocol.messages import as_line
from huma_xledger.environment import EXECUTABLES
from integration_tests.conftest import a_stream
from integration_tests.records import Record

Process = subprocess.Popen[str]


@contextmanager
def writing(destination: str, config: Record, stream: str, at: Path) -> Iterator[Process]:
    """Starts a destination, whose input, output and errors are pipes.

    Args:
        destination: Its command.
        config: Its config.
        stream: The only stream of its catalog.
        at: A folder for both.
    """
    (at / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (at / "catalog.json").write_text(json.dumps({"streams": [a_stream(stream)]}), encoding="utf-8")
    verb = ["write", "--config", str(at / "config.json"), "--catalog", str(at / "catalog.json")]
    with subprocess.Popen(  # noqa: S603  our own connector
        [EXECUTABLES / destination, *verb],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def give(process: Process, *messages: AirbyteMessage) -> None:
    """Hands a process messages, each at once."""
    assert process.stdin
    for message in messages:
        process.stdin.write(as_line(message) + "\n")
        process.stdin.flush()


def give_all(process: Process, *messages: AirbyteMessage) -> None:
    """Hands a process messages, and says that no more will come."""
    give(process, *messages)
    assert process.stdin
    process.stdin.close()
