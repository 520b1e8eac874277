"""Serve a sandbox until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shlex
import signal
import threading
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huma_xledger.environment import make_private
from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.dialects import DIALECTS, dialect_named
from integration_tests.sandbox.huma_dialects import HUMA_DIALECTS
from integration_tests.sandbox.huma_webhooks import Webhook
from integration_tests.sandbox.webhook_dialects import WEBHOOK_DIALECTS


def main() -> None:
    """Start both systems, say where they are, and run until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m integration_tests.sandbox",
        description="A Huma and an Xledger on loopback.",
        epilog="\n".join(
            (
                "dialects of Xledger:",
                *(f"  {name:<22}{known.about}" for name, known in DIALECTS.items()),
                "\ndialects of Huma:",
                *(f"  {name:<22}{known.about}" for name, known in HUMA_DIALECTS.items()),
                "\ndialects of webhooks:",
                *(f"  {name:<22}{known.about}" for name, known in WEBHOOK_DIALECTS.items()),
            )
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--people", type=int, default=300, help="how many people there are in Huma")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same people")
    parser.add_argument("--huma-port", type=int, default=0, help="0 for any free port")
    parser.add_argument("--xledger-port", type=int, default=0, help="0 for any free port")
    parser.add_argument("--configs", type=Path, help="folder to write the configs of a connection into")
    parser.add_argument("--dialect", default="contract", help="how Xledger speaks; several with a plus between them")
    parser.add_argument(
        "--huma-dialect", default="described", choices=HUMA_DIALECTS, metavar="DIALECT", help="how Huma speaks"
    )
    parser.add_argument(
        "--only-in-xledger", type=int, default=0, metavar="COUNT", help="how many more there are in Xledger alone"
    )
    parser.add_argument(
        "--webhooks", metavar="URL", help="where Huma tells what happens, such as http://127.0.0.1:8710/webhooks/huma"
    )
    parser.add_argument(
        "--webhook-secret",
        metavar="SECRET",
        help="what webhooks are signed with; one is made up and goes into the configs",
    )
    parser.add_argument("--webhook-token", metavar="TOKEN", help="a bearer token that they have as well")
    parser.add_argument(
        "--webhook-dialect", default="described", choices=WEBHOOK_DIALECTS, metavar="DIALECT", help="how they come"
    )
    arguments = parser.parse_args()
    try:
        dialect_named(arguments.dialect)
        webhook = arguments.webhooks and Webhook(
            arguments.webhooks, arguments.webhook_secret or secrets.token_urlsafe(), arguments.webhook_token
        )
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
        sandbox.huma.dialect = HUMA_DIALECTS[arguments.huma_dialect]
        if webhook:
            sandbox.huma.webhooks.dialect = WEBHOOK_DIALECTS[arguments.webhook_dialect]
            sandbox.huma.webhooks.registered.append(webhook)
            print(f"Webhooks {arguments.webhooks}")
        sandbox.employ(arguments.only_in_xledger)
        print(f"Huma     {sandbox.huma.url}/  ({len(sandbox.huma.users)} people, to be changed there)")
        print(f"Xledger  {sandbox.xledger.page_url}  ({len(sandbox.xledger.employees())} employees)")
        # The people are the same as the last time, and yet nothing of the last time is in this Xledger.
        sandbox.huma.organisation = replace(sandbox.huma.organisation, id=str(uuid.uuid4()))
        if arguments.configs is not None:
            sandbox.huma.next_command = _write_configs(sandbox, arguments.configs)
            sandbox.huma.announce = lambda sentence: print(f"{sentence}\n{_next(sandbox)}", flush=True)
            print(_next(sandbox))
        print("Ctrl-C stops both.", flush=True)
        stop.wait()


def _write_configs(sandbox: Sandbox, folder: Path) -> str:
    """Write the configs of a connection for their owner alone: all in one, and two for whoever runs these alone.

    Returns:
        The command that syncs with them.
    """
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True)
    make_private(folder)
    source, destination = sandbox.source_config(), sandbox.destination_config(mode="sync")
    webhooks = sandbox.huma.webhooks.registered
    company = sandbox.huma.organisation.companies[0].id
    configs = {
        "connection.yaml": {
            **({"listen": _listens_to(webhooks[0])} if webhooks else {}),
            "source-huma": source,
            "destination-xledger": destination,
            "source-xledger": sandbox.source_xledger_config(),
            "destination-huma": sandbox.destination_huma_config(new_users="create", new_user_groups=[company]),
        },
        "source.json": source,
        "destination.json": destination,
    }
    for name, config in configs.items():
        path = folder / name
        path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        print(f"Config   {path}")
    return f"make sync CONNECTION={shlex.quote(str(folder))}"


def _listens_to(webhook: Webhook) -> dict[str, Any]:
    """Return the settings of whoever is to take these webhooks."""
    listen: dict[str, Any] = {"secret": webhook.secret, "port": urlsplit(webhook.url).port}
    return {**listen, **({} if webhook.token is None else {"bearer_token": webhook.token})}


def _next(sandbox: Sandbox) -> str:
    told = f"Next     {sandbox.huma.next_command}\n         It writes at once, into this sandbox and nowhere else."
    if sandbox.huma.webhooks.registered and sandbox.huma.next_command:
        listen = sandbox.huma.next_command.replace("sync", "listen", 1)
        told += f"\nOr       {listen}\n         Changes then come by themselves."
    return told


if __name__ == "__main__":
    main()
