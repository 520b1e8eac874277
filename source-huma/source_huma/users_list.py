"""Who there is: Huma's list of users, which moves while it is read."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any, Final

import requests
from airbyte_cdk.sources.declarative.extractors.record_extractor import RecordExtractor
from airbyte_cdk.sources.declarative.partition_routers.substream_partition_router import (
    ParentStreamConfig,
    SubstreamPartitionRouter,
)
from airbyte_cdk.sources.types import StreamSlice

from connector_base.failures import system_error
from huma_api.asking.answers import json_object

LOGGER: Final = logging.getLogger("airbyte.source_huma.users_list")

SERVICE_USER: Final = "service_user"
"""The type of an API key's own identity, which is nobody."""

MOST_READINGS: Final = 4
"""How often the list is read when it moves: once, and three times again."""


@dataclass
class ListedUsersExtractor(RecordExtractor):
    """Takes from a page of the list what is needed of each user, together with the total the page tells of."""

    parameters: InitVar[Mapping[str, Any]]

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        """Part of the CDK's component protocol; this component has no use for parameters."""

    def extract_records(self, response: requests.Response) -> Iterable[Mapping[str, Any]]:
        """Each user's `id` and `type`, and the page's `total`, null where the page has none.

        Raises:
            ConnectorError: When the page is not a list of users.
        """
        page = json_object(response) or {}
        items = page.get("items")
        if not isinstance(items, list) or not all(
            isinstance(item, Mapping) and isinstance(item.get("id"), str) for item in items
        ):
            raise system_error(
                "Huma's list of users comes in a form this connector does not know. Please report this to the "
                "maintainers of the connector."
            )
        total = page.get("total")
        for item in items:
            yield {"id": item["id"], "type": item.get("type"), "total": total if isinstance(total, int) else None}


class Reading:
    """What one reading of the list showed: of each of its parts, such as the active users, who is in it."""

    def __init__(self) -> None:
        self._parts: Final[dict[str, tuple[set[str], list[int]]]] = {}

    def note(self, part: str, user_id: str, total: int | None) -> None:
        """Notes a user that was listed.

        Args:
            part: The part of the list the user is in, by any name of its own.
            user_id: The user's id.
            total: How many there are in the part, as the page says on which the user is; None when it does not.
        """
        seen, totals = self._parts.setdefault(part, (set(), []))
        seen.add(user_id)
        if total is not None and total not in totals[-1:]:
            totals.append(total)

    @property
    def seen(self) -> int:
        """How many different users the parts hold, added up."""
        return sum(len(seen) for seen, _ in self._parts.values())

    @property
    def total(self) -> int:
        """How many Huma said there are at last, as far as it said so."""
        return sum(totals[-1] if totals else len(seen) for seen, totals in self._parts.values())

    @property
    def is_settled(self) -> bool:
        """Whether everybody was seen, and the list stood still, as far as one can tell."""
        return all(not totals or totals == [len(seen)] for seen, totals in self._parts.values())


@dataclass
class DistinctUsersRouter(SubstreamPartitionRouter):
    """One slice for each person, from a list that may move.

    When somebody is hired or deactivated while the list is paged, a user comes twice and another one not at all.
    """

    parent_stream_configs: list[ParentStreamConfig]
    parameters: InitVar[Mapping[str, Any]]

    def stream_slices(self) -> Iterable[StreamSlice]:
        """One slice for each person, in the order in which they were first listed.

        The list is read again when not as many were seen as there are. Everybody who was seen in any reading counts.
        """
        sliced: set[str] = set()
        for _ in range(MOST_READINGS):
            reading = Reading()
            for stream_slice in super().stream_slices():
                user_id = stream_slice.partition["id"]
                reading.note(str(stream_slice.partition["parent_slice"]), user_id, stream_slice.extra_fields["total"])
                if user_id not in sliced:
                    sliced.add(user_id)
                    if stream_slice.extra_fields["type"] != SERVICE_USER:
                        yield stream_slice
            if reading.is_settled:
                return
        LOGGER.warning(
            "Huma's list of users changed while it was read, %d times in a row: at last it held %d different users "
            "where there should be %d. Who was missed is read by a later sync.",
            MOST_READINGS,
            reading.seen,
            reading.total,
        )
