"""A list of Huma's as a stream."""

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

from airbyte_cdk.sources.declarative.partition_routers.partition_router import PartitionRouter
from airbyte_cdk.sources.declarative.requesters.requester import Requester
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.declarative.transformations import RecordTransformation
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import Config, Record, StreamSlice

from huma_api.asking.answers import json_of
from huma_api.asking.lists import Page, everything_listed, page_of


@dataclass
class ListRetriever(Retriever):
    """Reads a list to its end. The CDK takes a page that is not full for the last one.

    Attributes:
        requester: Asks for a page.
        name: The stream's name.
        config: The connector's configuration.
        lists: What is listed, as sentences name it; `{id}` stands for the id of the user in the slice.
        page_size: How many items to ask for at a time; 0 where the list comes as a whole.
        stream_slicer: Says which parameters stand for a slice.
        transformations: What is done to each item.
    """

    requester: Requester
    name: str
    config: Config
    parameters: InitVar[Mapping[str, Any]]
    lists: str
    page_size: int = 0
    stream_slicer: PartitionRouter | None = None
    transformations: list[RecordTransformation] = field(default_factory=list)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        """Part of the CDK's component protocol; this component has no use for parameters."""

    def read_records(
        self,
        records_schema: Mapping[str, Any],  # noqa: ARG002
        stream_slice: StreamSlice | None = None,
    ) -> Iterable[StreamData]:
        """Reads the list that is meant by the slice.

        Yields:
            A record for each item; nothing when what is listed is gone, or Huma was given up on.

        Raises:
            ConnectorError: When the list is in an unknown form, lacks something, or does not end.
        """
        what = self.lists.format_map(stream_slice or {})
        of_the_slice = self.stream_slicer.get_request_params(stream_slice=stream_slice) if self.stream_slicer else {}

        def ask(offset: int) -> Page | None:
            of_the_page = {"limit": self.page_size, "offset": offset} if self.page_size else {}
            response = self.requester.send_request(
                stream_slice=stream_slice, request_params={**of_the_slice, **of_the_page}
            )
            return page_of(json_of(response), what) if response is not None and response.ok else None

        for item in everything_listed(ask, what):
            for transformation in self.transformations:
                transformation.transform(item, config=self.config, stream_slice=stream_slice)
            yield Record(item, self.name, associated_slice=stream_slice)
