"""The connector's command line."""

import sys
from collections.abc import Callable
from typing import Final

from connector_base.process import run_as_process

OWN_PACKAGES: Final = ("source_xledger", "xledger_api")


def run(arguments: list[str] | None = None) -> None:
    """Runs one Airbyte verb and prints its messages, one JSON object a line.

    Args:
        arguments: The verb and its options, such as `["check", "--config", "config.json"]`; None takes those the
            process was started with.
    """
    run_as_process(lambda: _load(sys.argv[1:] if arguments is None else arguments))


def _load(arguments: list[str]) -> Callable[[], object]:
    from connector_base.log_redaction import redact_all_output  # noqa: PLC0415  the host is heard while these load
    from connector_base.reading.command import print_messages  # noqa: PLC0415
    from source_xledger.entrypoint import XledgerEntrypoint  # noqa: PLC0415
    from source_xledger.source import SourceXledger  # noqa: PLC0415

    redact_all_output(OWN_PACKAGES)
    return lambda: print_messages(XledgerEntrypoint(SourceXledger()), arguments)


if __name__ == "__main__":
    run()
