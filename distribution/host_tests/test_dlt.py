"""dlt: it reads into a warehouse, and what it does to nulls is why it does not write to Xledger."""

import json
from pathlib import Path

import pytest

from distribution.command import CommandFailedError
from distribution.host_tests.folder import Folder, install
from distribution.host_tests.promises import ordinary
from distribution.host_versions import tried
from distribution.hosts_page import section

TITLE = "dlt"

DESTINATION_FUNCTION = """
import json
import subprocess
import sys

import dlt

WRITE = ["connectors/bin/destination-xledger", "write", "--config", "destination.json", "--catalog", "catalog.json"]


@dlt.destination(batch_size=500, loader_file_format=sys.argv[1])
def xledger(items, table):
    data = items.to_pylist() if hasattr(items, "to_pylist") else items
    records = ({"stream": "users", "data": record, "emitted_at": 0} for record in data)
    lines = [json.dumps({"type": "RECORD", "record": record}, default=str) for record in records]
    done = subprocess.run(WRITE, input="\\n".join(lines), encoding="utf-8", stdout=subprocess.PIPE)
    print(done.stdout)
    done.check_returncode()


with open("records.jsonl", encoding="utf-8") as file:
    users = [json.loads(line)["record"]["data"] for line in file if json.loads(line)["type"] == "RECORD"]
dlt.pipeline("xledger", pipelines_dir="pipelines", destination=xledger).run(users, table_name="users")
"""
"""What somebody would write who lets a destination function of dlt's hand records to Xledger."""

COUNTED = """import duckdb
with duckdb.connect("warehouse.duckdb", read_only=True) as warehouse:
    last = "SELECT max(_dlt_load_id) FROM huma.users"
    counts = f"SELECT count(*), count(phone), count(*) FILTER (_dlt_load_id = ({last})) FROM huma.users"
    print(list(warehouse.execute(counts).fetchone()))
"""
"""How many people there are in the warehouse, how many of them have a phone number, and how many came last."""


@pytest.fixture(scope="module", params=tried(TITLE).every_run)
def version(request: pytest.FixtureRequest, environments: Path) -> str:
    """A version of dlt, installed."""
    version: str = request.param
    install(environments, TITLE, f"'dlt[duckdb]=={version}'", "pyarrow")
    return version


@pytest.mark.usefixtures("version")
def test_a_pipeline_brings_who_is_new_or_changed_into_a_warehouse(folder: Folder) -> None:
    for title in ("A pipe", TITLE):
        folder.write(title)
    (command,) = section(TITLE).commands

    def counted() -> list[int]:
        folder.run(command)
        (folder.path / "counted.py").write_text(COUNTED, encoding="utf-8")
        counts: list[int] = json.loads(folder.run("dlt/bin/python counted.py"))
        return counts

    users = folder.sandbox.huma.users.values()
    phones = sum(bool(user.get("phone")) for user in users)
    assert counted() == [len(users), phones, len(users)]
    set_for, unset_for = ordinary(folder.sandbox)[:2]
    folder.sandbox.huma.change_many({set_for.id: {"phone": "+47 911 11 111"}, unset_for.id: {"phone": None}})
    assert counted() == [len(users), phones - 1, 2]
    assert counted() == [len(users), phones - 1, 2]


@pytest.mark.parametrize("form", ["typed-jsonl", "parquet"])
@pytest.mark.usefixtures("version")
def test_records_from_a_destination_function_are_refused_before_anything_is_written(form: str, folder: Folder) -> None:
    folder.settings(mode="sync")
    folder.write("A pipe")
    read = "connectors/bin/source-huma read --config source.json --catalog catalog.json > records.jsonl"
    folder.run(read)
    (folder.path / "function.py").write_text(DESTINATION_FUNCTION, encoding="utf-8")
    with pytest.raises(CommandFailedError, match="do not come as their source sent them"):
        folder.run(f"dlt/bin/python function.py {form}")
    assert folder.sandbox.xledger.writes == []
