"""Tries Xledger out for a sync that writes. Five requests when all is well."""

from collections.abc import Callable, Iterator
from functools import partial

from connector_base.findings import Finding
from connector_base.settings.decisions import as_settings
from connector_base.settings.modes import Mode
from destination_xledger.config import Config
from shared_mappings import Decisions, field_table
from xledger_api import probing
from xledger_api.language.accesses import ACCESSES, Probe, is_needed
from xledger_api.language.fitting import lacks
from xledger_api.sending.client import XledgerClient


def probe_xledger(
    settings: Config, connect: Callable[[Config], XledgerClient], decisions: Decisions
) -> Iterator[Finding]:
    """Finds what a sync could not work with. Writes nothing.

    Args:
        settings: The settings.
        connect: Makes the client.
        decisions: Those that count, which decide what is written as settings do.

    Raises:
        AirbyteTracedException: When Xledger cannot be asked, or not any longer.
    """

    def needs(probe: Probe) -> bool:
        return is_needed(probe) and not (probe.writes and settings.mode is Mode.PREVIEW)

    use = probing.Use(ACCESSES, partial(lacks, field_table()), needs)
    return probing.probe_xledger(connect(settings), use, settings.what_is_written | as_settings(decisions))
