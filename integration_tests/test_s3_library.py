"""The library for S3 takes a moment and memory to load: only whoever puts reports there loads it."""

import json
import sys
from pathlib import Path

import pytest

from distribution.command import call
from integration_tests.sandbox import Sandbox

SCRIPTS = Path(sys.executable).parent

LOADED = "loaded for S3: "

VERBS = f"""
import runpy, sys
command, config = sys.argv[1:]

def loaded():
    print({LOADED!r}, [name for name in ("boto3", "botocore", "s3transfer") if name in sys.modules])

for verb in (["spec"], ["check", "--config", config]):
    sys.argv = [command, *verb]
    try:
        runpy.run_path(command, run_name="__main__")
    except SystemExit as ended:
        assert not ended.code
    loaded()

from connector_base.storage.storage import open_storage
from connector_base.storage.storage_config import S3Storage

open_storage(S3Storage(storage_type="S3", s3_bucket_name="reports", s3_bucket_region="eu-north-1"))
loaded()
"""
"""Runs verbs of a command in one process, and then has reports put into S3."""


@pytest.mark.slow
@pytest.mark.parametrize("storage_type", ["None", "Local"])
def test_only_whoever_puts_reports_into_s3_loads_the_library_for_it(storage_type: str, tmp_path: Path) -> None:
    with Sandbox.running(people=1, burst_limit=None) as sandbox:
        storage = {"storage_type": storage_type} | ({"path": str(tmp_path)} if storage_type == "Local" else {})
        config = tmp_path / "config.json"
        config.write_text(
            json.dumps(sandbox.destination_config() | {"object_storage_config": storage}), encoding="utf-8"
        )
        printed = call(sys.executable, "-c", VERBS, SCRIPTS / "destination-xledger", config)
    assert '"status":"SUCCEEDED"' in printed
    spec, check, s3 = (line for line in printed.splitlines() if line.startswith(LOADED))
    assert (spec, check) == (f"{LOADED} []", f"{LOADED} []")
    assert s3 == f"{LOADED} ['boto3', 'botocore', 's3transfer']"
