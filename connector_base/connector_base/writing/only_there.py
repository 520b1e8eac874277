"""Who is in the system that is written to, and nobody who came: told in the report of a preview."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.pages.contents import OnlyThere
from connector_base.protocol.generations import everybody_again
from connector_base.reporting.report import Report, ReportSettings
from connector_base.settings.modes import Mode
from connector_base.storage.storage_config import NoStorage
from connector_base.systems import System

logger = logging.getLogger(f"airbyte.{__name__}")

Listed = Callable[[], Iterable[OnlyThere]]
"""Lists those who are there and nobody who came, once everybody has come."""


@dataclass(frozen=True, slots=True)
class Others:
    """Those who are in the system that is written to, and nobody who came.

    Attributes:
        system: The system.
        listed: Lists them.
    """

    system: System
    listed: Listed

    def tell(self, report: Report, *, everybody_came: bool) -> None:
        """Tells a report who they are. A list that cannot be read ends nothing: what is planned does not depend on it.

        Args:
            report: The report of a preview in which somebody came.
            everybody_came: Whether everybody did whom the source has. Where those came alone who have changed, nothing
                is known of the others.
        """
        if not everybody_came:
            logger.info(
                "Who is only in %s is not in the report of this preview, which brings those who are new or changed. To "
                "see it, have everybody sent again: %s.",
                self.system.name,
                everybody_again(self.system),
            )
            return
        try:
            report.only_there(self.listed())
        except AirbyteTracedException as error:
            logger.warning(
                "Who is only in %s is missing from the report of this preview; all else is in it. %s",
                self.system.name,
                error.message,
            )


def others(settings: ReportSettings, system: System, listed: Listed) -> Others | None:
    """Those who are to be told of in a report; None for a sync, and where there is no report.

    Args:
        settings: Whether anything is written, and where the report goes.
        system: What is written to.
        listed: Lists them; not called unless they are told.
    """
    if settings.mode is Mode.SYNC or isinstance(settings.object_storage_config, NoStorage):
        return None
    return Others(system, listed)
