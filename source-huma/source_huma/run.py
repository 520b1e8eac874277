"""The connector's command line."""

import sys
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Final, cast

from connector_base.process import run_as_process

if TYPE_CHECKING:
    from collections.abc import Generator

OWN_PACKAGES: Final = ("source_huma", "huma_api")


def run(arguments: list[str] | None = None) -> None:
    """Runs one Airbyte verb and prints its messages, one JSON object a line.

    Args:
        arguments: The verb and its options, such as `["check", "--config", "config.json"]`; None takes those the
            process was started with.
    """
    run_as_process(lambda: _load(sys.argv[1:] if arguments is None else arguments))


def _load(arguments: list[str]) -> Callable[[], object]:
    from connector_base.log_redaction import redact_all_output  # noqa: PLC0415  the host is heard while these load
    from connector_base.protocol.any_text import in_whole_characters  # noqa: PLC0415
    from connector_base.protocol.messages import print_line  # noqa: PLC0415
    from source_huma.entrypoint import HumaEntrypoint  # noqa: PLC0415

    redact_all_output(OWN_PACKAGES)

    def print_messages() -> None:
        entrypoint = HumaEntrypoint.of(arguments)
        # Closed also when nobody takes the lines any more, for the threads that read must learn of it.
        with closing(cast("Generator[str]", entrypoint.run(HumaEntrypoint.parse_args(arguments)))) as messages:
            for message in messages:
                print_line(in_whole_characters(message))

    return print_messages


if __name__ == "__main__":
    run()
