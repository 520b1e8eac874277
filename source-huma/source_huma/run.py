"""The connector's command line."""

import sys
from contextlib import closing
from typing import TYPE_CHECKING, Final, cast

from connector_base.log_redaction import redact_all_output
from connector_base.protocol.messages import print_line
from source_huma.entrypoint import HumaEntrypoint
from source_huma.source import SourceHuma

if TYPE_CHECKING:
    from collections.abc import Generator

OWN_PACKAGES: Final = ("source_huma", "huma_api")


def run(arguments: list[str] | None = None) -> None:
    """Runs one Airbyte verb and prints its messages, one JSON object a line.

    Args:
        arguments: The verb and its options, such as `["check", "--config", "config.json"]`; None takes those the
            process was started with.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    redact_all_output(OWN_PACKAGES)
    entrypoint = HumaEntrypoint(_source(arguments))
    # Closed also when nobody takes the lines any more, for the threads that read must learn of it.
    with closing(cast("Generator[str]", entrypoint.run(HumaEntrypoint.parse_args(arguments)))) as messages:
        for message in messages:
            print_line(message)


def _source(arguments: list[str]) -> SourceHuma:
    config_path = HumaEntrypoint.extract_config(arguments)
    catalog_path = HumaEntrypoint.extract_catalog(arguments)
    return SourceHuma(
        config=SourceHuma.read_config(config_path) if config_path else None,
        catalog=SourceHuma.read_catalog(catalog_path) if catalog_path else None,
    )


if __name__ == "__main__":
    run()
