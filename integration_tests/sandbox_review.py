"""`make review`: the review of a sandbox in the browser, by the real command."""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from huma_xledger.connection_file import NAME
from integration_tests.sandbox import Sandbox, ledger

COMMAND = Path(sys.executable).with_name("huma-xledger")

PEOPLE = 300
_SEED = 7
_IN_BOTH = 0.85
_DIFFERENT = 0.15
_LACKING = ("phone", "homeAddress", "bankAccount")
_WITHOUT_A_NUMBER = 3
_ONLY_IN_XLEDGER = 6


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves the review of a sandbox until Ctrl-C, which ends both. Returns 0 when that is how it ended."""
    parser = argparse.ArgumentParser(prog="python -m integration_tests.sandbox_review", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many people there are in Huma")
    known, others = parser.parse_known_args(arguments)
    print("A Huma and an Xledger with made-up people; nothing leaves this machine.", flush=True)
    with Sandbox.running(known.people) as sandbox, tempfile.TemporaryDirectory() as place:
        as_in_a_company(sandbox)
        connection = connection_of(sandbox, Path(place) / "sandbox")
        # What the command keeps is as short-lived as the sandbox, so it has a place of its own for that.
        with subprocess.Popen([COMMAND, "review", connection, *others], cwd=place) as process:  # noqa: S603
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever presses Ctrl-C ends the command, and that ends this
            signal.signal(signal.SIGTERM, lambda *_: process.terminate())
            code = process.wait()
    return 0 if code in {0, 128 + signal.SIGINT} else code


def as_in_a_company(sandbox: Sandbox) -> None:
    """Lets most people be in both systems, as they are where both have been kept by hand for years.

    Some values differ in meaning and more in form alone, either side lacks some, and either side has people of its own.
    """
    rng = random.Random(_SEED)
    there = {employee["code"] for employee in sandbox.xledger.employees()}
    awkward = set(sandbox.huma.awkward.values())
    people = [user for user in sandbox.huma.users.values() if user.id not in awkward and user["employmentId"]]
    only_in_huma = []
    for user in people:
        if user["employmentId"] in there:
            continue
        if rng.random() > _IN_BOTH:
            only_in_huma.append(user)
            continue
        entry = ledger.formatted_differently(ledger.as_entry(user.facts), rng)
        entry = ledger.really_different(entry, rng) if rng.random() < _DIFFERENT else entry
        sandbox.xledger.add_employee(**entry)
    for number, user in enumerate(rng.sample(people, k=len(people) // 15)):
        sandbox.huma.change(user.id, **{_LACKING[number % len(_LACKING)]: None})
    for user in only_in_huma[:_WITHOUT_A_NUMBER]:
        sandbox.huma.change(user.id, employmentId=None)
    sandbox.employ(_ONLY_IN_XLEDGER, closed=1)


def connection_of(sandbox: Sandbox, folder: Path) -> Path:
    """Makes a connection of both directions, which writes nothing by itself yet. Returns its folder."""
    folder.mkdir(mode=0o700)
    company = sandbox.huma.organisation.companies[0].id
    configs = {
        "source-huma": sandbox.source_config(),
        "destination-xledger": sandbox.destination_config(mode="preview"),
        "source-xledger": sandbox.source_xledger_config(),
        "destination-huma": sandbox.destination_huma_config(mode="preview", new_user_groups=[company]),
    }
    path = folder / NAME
    path.touch(mode=0o600)
    path.write_text(json.dumps(configs, indent=2) + os.linesep, encoding="utf-8")
    return folder


if __name__ == "__main__":
    sys.exit(main())
