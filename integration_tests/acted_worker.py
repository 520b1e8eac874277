"""What runs the connectors of a review, acted: it plays the part that a test writes, and starts at once."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from integration_tests.scripted_connectors import a_summary

WAITS: Final = "waits until its input ends"
DIES: Final = "dies"

SCRIPT = """#!{python} -SE
import json, os, sys
from pathlib import Path
part, told = Path({part!r}), Path({told!r})
task = json.loads(sys.stdin.buffer.readline())
with told.open("a") as file:
    file.write(json.dumps(task) + "\\n")
def play(to):
    for message in json.loads(part.read_text())[task["doing"]][to]:
        if message == {waits!r}:
            while os.read(0, 1):
                pass
            sys.exit()
        if message == {dies!r}:
            os._exit(9)
        if message.get("page"):
            Path(task["reports"]).mkdir(exist_ok=True)
            page = Path(task["reports"]) / (to + ".html")
            page.write_text(message["page"])
            message["page"] = str(page)
        print(json.dumps({{"to": to, **message}} if message["kind"] != "telling" else message), flush=True)
        if message.get("problem") and message["kind"] == "ended":
            return False
    return True
all(map(play, task["to"]))
"""

Messages = list[Any]


def moved(**how: Any) -> dict[str, Any]:
    """A direction has come further."""
    return {"kind": "moved", **how}


def begun(everybody: str | None = "Everybody is sent.", accounts: Any = ("read", "written")) -> dict[str, Any]:
    """A direction has been checked."""
    return {"kind": "begun", "everybody": everybody, "accounts": accounts}


def ended(problem: str | None = None, *, page: str | None = "<p>A page</p>", **counts: Any) -> dict[str, Any]:
    """A direction has ended."""
    return {"kind": "ended", "problem": problem, "summary": a_summary(**counts), "page": page}


def all_well(**counts: Any) -> Messages:
    """A direction that has nothing to complain of."""
    return [moved(at="checking"), begun(), moved(at="writing", count=3), ended(**counts)]


@dataclass
class ActedWorker:
    """The part that is played.

    Attributes:
        folder: Where the executable is.
        preview: What is told of a preview, by the system that would be written to.
        sync: What is told of a sync.
    """

    folder: Path
    preview: dict[str, Messages] = field(default_factory=lambda: {"xledger": all_well(received=3), "huma": all_well()})
    sync: dict[str, Messages] = field(default_factory=lambda: {"xledger": all_well(), "huma": all_well()})

    @property
    def command(self) -> tuple[str, ...]:
        """How it is started, as it is to behave from now on."""
        self._part.write_text(json.dumps({"preview": self.preview, "sync": self.sync}), encoding="utf-8")
        script = self.folder / "worker"
        script.write_text(
            SCRIPT.format(
                python=sys.executable, part=str(self._part), told=str(self.folder / "tasks"), waits=WAITS, dies=DIES
            ),
            encoding="utf-8",
        )
        script.chmod(0o700)
        return (str(script),)

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """What it was told to do so far."""
        return [json.loads(line) for line in (self.folder / "tasks").read_text(encoding="utf-8").splitlines()]

    @property
    def _part(self) -> Path:
        return self.folder / "part.json"
