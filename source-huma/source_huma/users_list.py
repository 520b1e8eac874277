"""Who is read: those whom the settings name, or else Huma's lists of users, of which several have the same person."""

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any, Final

from airbyte_cdk.sources.declarative.partition_routers.list_partition_router import ListPartitionRouter
from airbyte_cdk.sources.declarative.partition_routers.substream_partition_router import (
    ParentStreamConfig,
    SubstreamPartitionRouter,
)
from airbyte_cdk.sources.declarative.requesters.requester import Requester
from airbyte_cdk.sources.declarative.transformations import RecordTransformation
from airbyte_cdk.sources.types import Config, StreamSlice, StreamState

from huma_api.asking.answers import json_object
from huma_api.people.fresh_user import details_of
from source_huma.named_users import SERVICE_USER, is_meant, named_users

NEEDED: Final = frozenset({"id", "type"})


@dataclass
class KeepWhatIsNeeded(RecordTransformation):
    """Keeps of each user in a list what is needed to ask for the details."""

    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        """Part of the CDK's component protocol; this component has no use for parameters."""

    def transform(
        self,
        record: dict[str, Any],
        config: Config | None = None,  # noqa: ARG002
        stream_state: StreamState | None = None,  # noqa: ARG002
        stream_slice: StreamSlice | None = None,  # noqa: ARG002
    ) -> None:
        """Drops everything else, in place."""
        for name in record.keys() - NEEDED:
            del record[name]


@dataclass
class DistinctUsersRouter(SubstreamPartitionRouter):
    """One slice for each person.

    Somebody may be in several lists: deactivated between two of them, or in two groups that are asked for apart.

    Attributes:
        named: One slice for each person whom the settings name. Where they name somebody, nobody is listed.
    """

    parent_stream_configs: list[ParentStreamConfig]
    parameters: InitVar[Mapping[str, Any]]
    named: ListPartitionRouter

    def stream_slices(self) -> Iterable[StreamSlice]:
        """One slice for each person, in the order in which they are named or were first listed."""
        return self._listed() if not named_users(self.config) else self.named.stream_slices()

    def _listed(self) -> Iterable[StreamSlice]:
        sliced: set[str] = set()
        for stream_slice in super().stream_slices():
            user_id = stream_slice.partition["id"]
            if user_id not in sliced:
                sliced.add(user_id)
                if stream_slice.extra_fields["type"] != SERVICE_USER:
                    yield stream_slice


@dataclass
class MeantUsersRouter(ListPartitionRouter):
    """One slice for each person named who is to be read, for a stream that does not ask for the details of people.

    Attributes:
        requester: Asks for the details, given the `id` of the user.
    """

    requester: Requester = field(kw_only=True)

    def stream_slices(self) -> Iterable[StreamSlice]:
        """The slices, each once the details of its person have come.

        Raises:
            ConnectorError: When details cannot be had, or are not those of the user asked for.
        """
        for stream_slice in super().stream_slices():
            response = self.requester.send_request(stream_slice=stream_slice)
            if response is not None and response.ok:
                details = details_of(stream_slice["id"], json_object(response) or {})
                if is_meant(self.config, details["id"], details):
                    yield StreamSlice(partition={"id": details["id"]}, cursor_slice={})
