"""The command `destination-xledger`."""

import sys

from destination_xledger.destination import DestinationXledger
from destination_xledger.log_redaction import redact_all_output


def run() -> None:
    """Runs the verb that the command line names."""
    redact_all_output()
    DestinationXledger().run(sys.argv[1:])
