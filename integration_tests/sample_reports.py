"""A preview over somebody of each kind, and the report that it leaves."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from airbyte_cdk.models import AirbyteMessage, ConfiguredAirbyteCatalogSerializer

from destination_xledger.destination import DestinationXledger
from integration_tests.conftest import a_stream, connect_at_once
from integration_tests.records import Record, a_user, records
from integration_tests.sandbox import Sandbox

SETTINGS: Mapping[str, Any] = {"mode": "preview", "field_policies": [{"field": "phone", "policy": "fill_empty"}]}


def somebody_of_each_kind(sandbox: Sandbox, write: Callable[[Iterable[AirbyteMessage]], object]) -> list[Record]:
    """People of whom each comes to something else.

    Args:
        sandbox: Its Xledger has nobody yet, and then those whom they meet there.
        write: Syncs to it.
    """
    write(records([a_user(1), a_user(2)]))
    sandbox.xledger.add_employee(code="E4", email="kari4@example.com", contact={"phone": "+47 911 11 111"})
    for email in ("first@example.com", "second@example.com"):
        sandbox.xledger.add_employee(code="E5", email=email)
    account = {"type": "national", "number": "86011117948", "country": "SE", "iban": None, "bic": None}
    return [
        a_user(1),
        a_user(2, phone=None, jobTitle="Sjefsingeniør", homeAddress=None),
        a_user(3, gender="rather not say"),
        a_user(4, bankAccount=account),
        a_user(5),
        {**a_user(6), "active": "yes"},
        a_user(7, employmentId=None),
        a_user(8, employmentId="E3"),
        a_user(9, active=False),
    ]


@cache
def report_of_a_preview() -> Mapping[str, str]:
    """The files of the report, by name; of each person without the places that the record does not speak of.

    Those are in a report as well. Here a field that is added would only be one more of them.
    """
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream()]})
    with Sandbox.running(people=0, burst_limit=None) as sandbox:

        def write(messages: Iterable[AirbyteMessage], **settings: Any) -> None:
            config = sandbox.destination_config(**settings)
            for _ in DestinationXledger(connect_at_once).write(config, catalog, messages):
                pass

        people = somebody_of_each_kind(sandbox, write)
        left = left_by(lambda storage: write(records(people), **SETTINGS, object_storage_config=storage))
        return {name: _spoken_of(text) for name, text in left.items() if name.endswith(".jsonl")}


def left_by(run: Callable[[Mapping[str, str]], object]) -> Mapping[str, str]:
    """The files of the report that a run leaves, by name.

    Args:
        run: Runs once, with the place for reports that it is handed.
    """
    with TemporaryDirectory() as folder:
        run({"storage_type": "Local", "path": folder})
        (left,) = Path(folder).iterdir()
        return {path.name: path.read_text(encoding="utf-8") for path in left.iterdir()}


def _spoken_of(text: str) -> str:
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    for line in lines:
        if "fields" in line:
            line["fields"] = [place for place in line["fields"] if "source" in place]
    return "".join(f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n" for line in lines)
