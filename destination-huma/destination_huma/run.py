"""The command `destination-huma`."""

import sys
from collections.abc import Callable

from connector_base.process import run_as_process


def run() -> None:
    """Runs the verb that the command line names.

    A host that cancels a sync sends SIGTERM and waits a while: time to say what was done and to leave the report. Or it
    reads no messages any more, which does the same.
    """
    run_as_process(_load)


def _load() -> Callable[[], object]:
    from connector_base.log_redaction import redact_all_output  # noqa: PLC0415  the host is heard while these load
    from destination_huma.destination import DestinationHuma  # noqa: PLC0415

    redact_all_output(("destination_huma", "source_huma", "huma_api"))
    return lambda: DestinationHuma().run(sys.argv[1:])
