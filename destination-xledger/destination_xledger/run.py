"""The command `destination-xledger`."""

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
    from destination_xledger.destination import DestinationXledger  # noqa: PLC0415

    redact_all_output(("destination_xledger", "xledger_api"))
    return lambda: DestinationXledger().run(sys.argv[1:])
