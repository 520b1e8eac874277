"""The command `destination-xledger`."""

import sys

from airbyte_cdk.logger import init_logger

from destination_xledger.destination import DestinationXledger


def run() -> None:
    """Runs the verb that the command line names."""
    init_logger("airbyte")
    DestinationXledger().run(sys.argv[1:])
