"""The components of the `users` stream that the manifest cannot express."""

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any, Final

from airbyte_cdk.sources.declarative.requesters.requester import Requester
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.declarative.schema.schema_loader import SchemaLoader
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import Config, Record, StreamSlice

from connector_base.failures import ConnectorError
from connector_base.incremental.cursor import changed_at
from connector_base.reading.nulls import with_nulls
from huma_api.asking.answers import json_object
from huma_api.asking.sync_run import SyncRun
from huma_api.people.fresh_user import details_of, with_employment
from huma_api.people.user_record import user_record
from shared_mappings.record_schema import users_schema
from source_huma.named_users import is_meant, named_users

LOGGER: Final = logging.getLogger("airbyte.source_huma.users")


@dataclass
class UserRetriever(Retriever):
    """Reads one user: the details, and the current position where the details say nothing of the employment.

    Attributes:
        requester: Asks for the details, given the `id` of the user.
        named_requester: The same, where the settings name people: it lets pass that one of them is not shown.
        position_requester: Asks for a position, given the `id` of the user and the `position_id`.
        name: The stream's name.
        config: The connector's configuration.
    """

    requester: Requester
    named_requester: Requester
    position_requester: Requester
    name: str
    config: Config
    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:  # the CDK's component protocol
        self._run = SyncRun.current()
        self._changed_at = changed_at(self._run.started_at)
        self._names_users = bool(named_users(self.config))
        self._details_requester = self.named_requester if self._names_users else self.requester
        self._reported: set[str] = set()
        self._reported_lock = threading.Lock()

    def read_records(
        self,
        records_schema: Mapping[str, Any],  # noqa: ARG002
        stream_slice: StreamSlice | None = None,
    ) -> Iterable[StreamData]:
        """Reads the record of the user whose `id` is in the slice. Where the record is null it holds `nulls.NULL`.

        Yields:
            The record; nothing when the user is gone, or is named and not shown or not meant, or Huma was given up on.

        Raises:
            ConnectorError: When the details are not those of the user asked for.
        """
        user_id: str = stream_slice["id"] if stream_slice else ""
        try:
            yield from self._records(user_id, stream_slice)
        except ConnectorError as error:
            self._run.note_unread(user_id, error)
            raise

    def _records(self, user_id: str, stream_slice: StreamSlice | None) -> Iterable[StreamData]:
        response = self._details_requester.send_request(stream_slice=stream_slice)
        if response is None or not response.ok:
            return
        told = details_of(user_id, json_object(response) or {})
        if self._names_users:
            user_id = told["id"]  # as Huma writes it, and so as in every other sync, however the settings have it
            if not is_meant(self.config, user_id, told):
                return
        details = with_employment(told, lambda position_id: self._position(user_id, position_id))
        if details is not None:
            yield Record(self._flat(user_id, details), self.name, associated_slice=stream_slice)

    def _position(self, user_id: str, position_id: str) -> Mapping[str, Any] | None:
        """A position, as far as Huma shows it; None when Huma was given up on and nobody can tell."""
        response = self.position_requester.send_request(
            stream_slice=StreamSlice(partition={"id": user_id, "position_id": position_id}, cursor_slice={})
        )
        if response is None:
            return None
        return (json_object(response) or {}) if response.ok else {}

    def _flat(self, user_id: str, details: Mapping[str, Any]) -> dict[str, Any]:
        flat = user_record(user_id, details, self._changed_at)
        self._report(user_id, flat.left_out)
        return with_nulls(flat.record)

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
