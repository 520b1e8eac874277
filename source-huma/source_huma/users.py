"""The components of the `users` stream that the manifest cannot express."""

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any, Final

import orjson
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.partition_routers.substream_partition_router import (
    ParentStreamConfig,
    SubstreamPartitionRouter,
)
from airbyte_cdk.sources.declarative.schema.schema_loader import SchemaLoader
from airbyte_cdk.sources.declarative.transformations import RecordTransformation
from airbyte_cdk.sources.types import Config, StreamSlice, StreamState
from airbyte_cdk.utils import AirbyteTracedException

from shared_mappings.record_schema import users_schema
from source_huma.sync_run import SyncRun
from source_huma.user_record import user_record

LOGGER: Final = logging.getLogger("airbyte.source_huma.users")

NULL: Final = orjson.Fragment(b"null")
"""A null that gets into the printed record. The CDK drops a record's keys whose value is None, and with them the
difference between a field that is unset in Huma and one that is unknown; what it hands to orjson it leaves alone."""


@dataclass
class DistinctUsersRouter(SubstreamPartitionRouter):
    """Asks for the details of each listed user once.

    Huma's list shifts while it is paged: when somebody is hired or deactivated meanwhile, a user comes twice.
    """

    parent_stream_configs: list[ParentStreamConfig]
    parameters: InitVar[Mapping[str, Any]]

    def stream_slices(self) -> Iterable[StreamSlice]:
        """One slice for each user, in the order they were first listed."""
        seen: set[str] = set()
        for stream_slice in super().stream_slices():
            user_id = stream_slice.partition["id"]
            if user_id not in seen:
                seen.add(user_id)
                yield stream_slice


@dataclass
class FlattenUserDetails(RecordTransformation):
    """Turns Huma's details of a user into a record of the declared schema."""

    def __post_init__(self) -> None:
        started_at = SyncRun.current().started_at
        self._changed_at = started_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        self._reported: set[str] = set()
        self._reported_lock = threading.Lock()

    def transform(
        self,
        record: dict[str, Any],
        config: Config | None = None,  # noqa: ARG002
        stream_state: StreamState | None = None,  # noqa: ARG002
        stream_slice: StreamSlice | None = None,
    ) -> None:
        """Replaces the details by the record, in place. Where the record is null it holds `NULL`.

        Raises:
            AirbyteTracedException: When the details are not those of the user asked for.
        """
        asked_for = stream_slice.partition["id"] if stream_slice else None
        user_id = record.get("id")
        if not isinstance(user_id, str) or user_id != asked_for:
            message = f"Huma did not answer with the details of user {asked_for}. Run the sync again later."
            raise AirbyteTracedException(message, message, FailureType.transient_error)
        flat = user_record(user_id, record, self._changed_at)
        record.clear()
        record.update((name, NULL if value is None else value) for name, value in flat.record.items())
        self._report(user_id, flat.left_out)

    def _report(self, user_id: str, left_out: Iterable[str]) -> None:
        with self._reported_lock:
            unreported = [name for name in left_out if name not in self._reported]
            self._reported.update(unreported)
        for name in unreported:
            LOGGER.warning(
                "Huma sent the field %s of user %s in a form this connector does not know. It is left out of this "
                "record, and of others where it comes like this, so their values in the destination stay as they are.",
                name,
                user_id,
            )


@dataclass
class UsersSchemaLoader(SchemaLoader):
    """The declared schema of `users`, from the one place where it lives."""

    def get_json_schema(self) -> Mapping[str, Any]:
        """The JSON Schema of a record."""
        return users_schema()
