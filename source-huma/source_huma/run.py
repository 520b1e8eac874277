"""The connector's command line."""

import sys
from contextlib import closing
from typing import TYPE_CHECKING, cast

from airbyte_cdk.logger import PRINT_BUFFER

from source_huma.entrypoint import HumaEntrypoint
from source_huma.log_redaction import redact_logs, report_uncaught
from source_huma.source import SourceHuma

if TYPE_CHECKING:
    from collections.abc import Generator


def run(arguments: list[str] | None = None) -> None:
    """Runs one Airbyte verb and prints its messages, one JSON object a line.

    Args:
        arguments: The verb and its options, such as `["check", "--config", "config.json"]`; None takes those the
            process was started with.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    redact_logs()
    sys.excepthook = report_uncaught
    entrypoint = HumaEntrypoint(_source(arguments))
    # Closed also when nobody takes the lines any more, for the threads that read must learn of it.
    with (
        PRINT_BUFFER,
        closing(cast("Generator[str]", entrypoint.run(HumaEntrypoint.parse_args(arguments)))) as messages,
    ):
        for message in messages:
            # One write for each message, or threads that log would write into the middle of a line.
            sys.stdout.write(f"{message}\n")


def _source(arguments: list[str]) -> SourceHuma:
    config_path = HumaEntrypoint.extract_config(arguments)
    catalog_path = HumaEntrypoint.extract_catalog(arguments)
    return SourceHuma(
        config=SourceHuma.read_config(config_path) if config_path else None,
        catalog=SourceHuma.read_catalog(catalog_path) if catalog_path else None,
    )


if __name__ == "__main__":
    run()
