"""The command `destination-xledger`."""

import signal
import sys
from typing import Final

from destination_xledger.destination import DestinationXledger
from destination_xledger.log_redaction import redact_all_output

KILLED_BY: Final = 128
"""What the exit code of a process that a signal ended is counted from."""


def run() -> None:
    """Runs the verb that the command line names."""
    redact_all_output()
    # A host that cancels a sync sends this signal, and waits a while: time to say what was done and leave the report.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(KILLED_BY + number))
    DestinationXledger().run(sys.argv[1:])
