"""The command `destination-xledger`."""

import signal
import sys
from typing import Final

from airbyte_cdk.logger import init_logger

from destination_xledger.destination import DestinationXledger

KILLED_BY: Final = 128
"""What the exit code of a process that a signal ended is counted from."""


def run() -> None:
    """Runs the verb that the command line names."""
    init_logger("airbyte")
    # A host that cancels a sync sends this signal, and waits a while: time to say what was done and leave the report.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(KILLED_BY + number))
    DestinationXledger().run(sys.argv[1:])
