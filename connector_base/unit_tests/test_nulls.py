"""Nulls get into printed records, and are nulls to whoever compares."""

import json

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.sources.utils.record_helper import stream_data_to_airbyte_message

from connector_base.incremental.fingerprints import RecordsState
from connector_base.reading.nulls import with_nulls
from shared_mappings.fingerprints import fingerprint

RECORD = {"unset": None, "set": "x", "nested": {"unset": None}}


def test_a_null_is_printed_and_what_is_not_there_is_not() -> None:
    line = AirbyteEntrypoint.airbyte_message_to_string(stream_data_to_airbyte_message("stream", with_nulls(RECORD)))
    assert json.loads(line)["record"]["data"] == RECORD


def test_a_fingerprint_is_that_of_the_record_as_it_is_printed() -> None:
    key = RecordsState.new_key()
    assert fingerprint(key, with_nulls(RECORD)) == fingerprint(key, RECORD)
