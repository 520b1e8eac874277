"""The command, run in this process against an Xledger of exact HTTP shapes."""

import copy
import json
import logging
import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.logger import LOGGING_CONFIG, init_logger
from airbyte_cdk.sources.streams.call_rate import APIBudget

from source_xledger import source
from source_xledger.config import Config
from source_xledger.run import run
from xledger_api.sending.client import XledgerClient

URL = "https://xledger.test/graphql"
TOKEN = "c2FuZGJveC10b2tlbi1vZi1ub2JvZHk"

Printed = Callable[..., list[str]]


def connect_at_once(settings: Config, _: source.Sleep) -> XledgerClient:
    """A client that is never too fast, and whose waiting takes no time."""
    token = settings.api_token.get_secret_value()
    return XledgerClient(settings.api_url, token, budget=APIBudget(policies=[]), sleep=lambda _: None)


@pytest.fixture
def config() -> dict[str, Any]:
    return {"api_token": TOKEN, "api_url": URL}


@pytest.fixture
def printed(
    config: dict[str, Any], tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Printed]:
    """Runs the console script with a verb and gives the lines it prints, last words about an exception included."""
    for module, hook in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(module, hook, getattr(module, hook))
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    monkeypatch.setitem(LOGGING_CONFIG, "handlers", copy.copy(LOGGING_CONFIG["handlers"]))
    monkeypatch.setattr(source.SourceXledger.__init__, "__defaults__", (connect_at_once,))
    levels = {name: logging.getLogger(name).level for name in (None, "airbyte")}
    on_sigterm = signal.getsignal(signal.SIGTERM)

    def print_verb(verb: str, *options: str, state: Any = None, **settings: Any) -> list[str]:
        arguments = [verb, *options]
        contents: dict[str, Any] = {} if verb == "spec" else {"config": {**config, **settings}}
        if verb == "read":
            contents["catalog"] = {"streams": [a_stream()]}
        if state is not None:
            contents["state"] = state
        for what, content in contents.items():
            path = tmp_path / f"{what}.json"
            path.write_text(json.dumps(content), encoding="utf-8")
            arguments += [f"--{what}", str(path)]
        try:
            run(arguments)
        except Exception:  # noqa: BLE001  # as the interpreter does with whatever reaches it
            sys.excepthook(*sys.exc_info())
        captured = capfd.readouterr()
        return [line for line in (captured.out + captured.err).splitlines() if line]

    yield print_verb
    monkeypatch.undo()
    signal.signal(signal.SIGTERM, on_sigterm)
    init_logger("airbyte")
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def a_stream(mode: str = "full_refresh") -> dict[str, Any]:
    """The stream in a configured catalog."""
    return {
        "stream": {"name": "employees", "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]},
        "sync_mode": mode,
        "destination_sync_mode": "append",
    }


@pytest.fixture(scope="session")
def explained() -> Callable[[str], bool]:
    """Whether the tables of messages in the reference have a row for what an administrator is told."""
    page = (Path(__file__).parents[1] / "docs/xledger-reference.md").read_text(encoding="utf-8")
    cells = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("|")]
    rows = [re.compile(re.escape(row).replace(r"\.\.\.", ".+")) for cell in cells for row in cell.split("<br>")]
    return lambda message: any(row.match(message) for row in rows if row.pattern)
