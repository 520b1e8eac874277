"""A connection to one Huma: what asks it, what writes to it, and what reads everybody."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from destination_huma.config import Config
from huma_api.asking.sync_run import SyncRun
from huma_api.writing.huma import Huma
from source_huma.in_process import users

if TYPE_CHECKING:
    from collections.abc import Generator


@dataclass(frozen=True, slots=True)
class Connection:
    """What reaches the Huma of the settings.

    Attributes:
        huma: Reads single users, and writes.
        run: What all requests have in common: the token, what they cost, whether there is hope.
        config: What it takes to reach Huma, as `source-huma` has it.
    """

    huma: Huma
    run: SyncRun
    config: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, settings: Config, run: SyncRun) -> "Connection":
        """A connection, for which nothing is asked yet."""
        config = {
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.get_secret_value(),
            "api_url": settings.api_url,
        }
        return cls(Huma(config, run), run, config)

    def everybody(self) -> list[Mapping[str, Any]]:
        """The records of everybody in Huma, read by the stream of `source-huma`, all of them or none.

        Raises:
            ConnectorError: When they cannot be read.
        """
        with closing(cast("Generator[Mapping[str, Any]]", users(self.config, self.run))) as records:
            return list(records)
