"""Who there is: Huma's lists of users, of which several may have the same person."""

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any, Final

from airbyte_cdk.sources.declarative.partition_routers.substream_partition_router import (
    ParentStreamConfig,
    SubstreamPartitionRouter,
)
from airbyte_cdk.sources.declarative.transformations import RecordTransformation
from airbyte_cdk.sources.types import Config, StreamSlice, StreamState

SERVICE_USER: Final = "service_user"
"""The type of an API key's own identity, which is nobody."""

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
    """

    parent_stream_configs: list[ParentStreamConfig]
    parameters: InitVar[Mapping[str, Any]]

    def stream_slices(self) -> Iterable[StreamSlice]:
        """One slice for each person, in the order in which they were first listed."""
        sliced: set[str] = set()
        for stream_slice in super().stream_slices():
            user_id = stream_slice.partition["id"]
            if user_id not in sliced:
                sliced.add(user_id)
                if stream_slice.extra_fields["type"] != SERVICE_USER:
                    yield stream_slice
