"""`make demo`: both connectors against a sandbox, through a real host. It speaks before it loads anything."""

import sys

GREETING = """\
Huma to Xledger, with made-up people, in less than a minute.
Nothing leaves this machine.

Starting a Huma, an Xledger, and PyAirbyte, which runs both connectors ..."""


def main() -> int:
    """Runs the demo. Returns 0 when everything was as it should be."""
    print(GREETING, flush=True)
    from integration_tests.demo.story import run  # noqa: PLC0415  this loads PyAirbyte, which takes seconds

    return run()


if __name__ == "__main__":
    sys.exit(main())
