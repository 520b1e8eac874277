"""The command `destination-xledger`."""

import signal
import sys
from types import FrameType

from connector_base.log_redaction import redact_all_output
from destination_xledger.destination import DestinationXledger


class EndedByHostError(BaseException):
    """The host wants the process to end. Nothing that handles errors handles this."""


def run() -> None:
    """Runs the verb that the command line names.

    A host that cancels a sync sends SIGTERM and waits a while: time to say what was done and to leave the report.
    """
    redact_all_output(("destination_xledger", "xledger_api"))
    signal.signal(signal.SIGTERM, _end)
    try:
        DestinationXledger().run(sys.argv[1:])
    except EndedByHostError:
        # Hosts tell by this from a failure that it was they who ended the process.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)


def _end(_: int, __: FrameType | None) -> None:
    raise EndedByHostError
