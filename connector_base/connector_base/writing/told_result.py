"""The result of a sync, told to those who want to know of it."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connector_base.failures import told
from connector_base.reporting.summary import Summary
from connector_base.storage.storage import open_storage
from connector_base.telling.addresses import addresses_in
from connector_base.telling.remembered import Remembered
from connector_base.telling.run import Run
from connector_base.telling.setting import NOTIFY, NotifySettings
from connector_base.telling.telling import Audience, State
from shared_mappings import Side

logger = logging.getLogger(f"airbyte.{__name__}")


@dataclass(slots=True)
class Result:
    """What a sync comes to, for whoever is told.

    Attributes:
        written: The system that is written to.
        summary: Counts.
        summed_up: Gives the summary, a JSON object.
        place: Where the report is; None while there is none.
    """

    written: Side
    summary: Summary
    summed_up: Callable[[], str]
    place: str | None = None

    def as_run(self, problem: str | None) -> Run:
        """It, as it is told."""
        return Run(self.written, json.loads(self.summed_up()), self.summary.named, self.place, problem)


@contextmanager
def telling_the_result(result: Result, settings: NotifySettings, now: Callable[[], datetime]) -> Iterator[None]:
    """Tells the result after the block to those who want to know, whether the block succeeds or fails.

    Nobody is told where the host ends the sync: that is its own decision, and it waits for the process.

    Args:
        result: What the sync comes to; it is looked at after the block.
        settings: Who is told.
        now: The current time, with its zone.
    """
    try:
        yield
    except Exception as error:  # not what the host ends a sync by
        _send(result.as_run(told(error).message), settings, now())
        raise
    _send(result.as_run(problem=None), settings, now())


def _send(run: Run, settings: NotifySettings, now: datetime) -> None:
    addresses = addresses_in(settings.notify.get_secret_value())
    if not addresses:
        return
    remembered = Remembered(open_storage(settings.object_storage_config), run.written)
    became = Audience(addresses, settings.notify_language.language, NOTIFY, remembered).tell(run, now)
    if became.state is State.SENT:
        logger.info("The result was sent to those who are told it: %s.", NOTIFY)
    for problem in became.problems:
        logger.warning(problem)
