"""Serve a sandbox until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path

from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.dialects import DIALECTS, dialect_named


def main() -> None:
    """Start both systems, say where they are, and run until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m integration_tests.sandbox",
        description="A Huma and an Xledger on loopback.",
        epilog="dialects of Xledger:\n" + "\n".join(f"  {name:<22}{known.about}" for name, known in DIALECTS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--people", type=int, default=300, help="how many people there are in Huma")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same people")
    parser.add_argument("--huma-port", type=int, default=0, help="0 for any free port")
    parser.add_argument("--xledger-port", type=int, default=0, help="0 for any free port")
    parser.add_argument("--configs", type=Path, help="folder to write source.json and destination.json into")
    parser.add_argument("--dialect", default="contract", help="how Xledger speaks; several with a plus between them")
    arguments = parser.parse_args()
    try:
        dialect_named(arguments.dialect)
    except ValueError as error:
        parser.error(str(error))

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Sandbox.running(
        arguments.people,
        arguments.seed,
        dialect=arguments.dialect,
        huma_port=arguments.huma_port,
        xledger_port=arguments.xledger_port,
    ) as sandbox:
        print(f"Huma     {sandbox.huma.url}/  ({len(sandbox.huma.users)} people)")
        print(f"Xledger  {sandbox.xledger.page_url}  ({len(sandbox.xledger.employees())} employees)")
        if arguments.configs is not None:
            arguments.configs.mkdir(parents=True, exist_ok=True)
            for name, config in (("source", sandbox.source_config()), ("destination", sandbox.destination_config())):
                path = arguments.configs / f"{name}.json"
                path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
                print(f"Config   {path}")
        print("Ctrl-C stops both.", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
