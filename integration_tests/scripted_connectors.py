"""Two connectors that say what a test tells them to, as executables that start at once: how the host takes it."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huma_xledger.direction import TO_XLEDGER, Direction
from huma_xledger.report import SUMMARY

SCRIPT = """#!{python} -SE
import json, sys
from pathlib import Path
script = json.loads(Path({script!r}).read_text())
name, verb, options = Path(sys.argv[0]).name, sys.argv[1], dict(zip(sys.argv[2::2], sys.argv[3::2]))
said = script[name]
def say(kind, content):
    print(json.dumps({{"type": kind.upper(), kind: content}}), flush=True)
def end(sentence):
    say("trace", {{"type": "ERROR", "emitted_at": 1.0, "error": {{"message": sentence}}}})
    sys.exit(1)
if verb == "spec":
    say("spec", {{"connectionSpecification": {{}}}})
elif verb == "check":
    for kind, content in said["check"]:
        print(json.dumps({{"type": kind, **content}}), flush=True)
elif verb == "discover":
    modes = ["full_refresh", "incremental"]
    stream = {{"name": {stream!r}, "json_schema": {{"properties": {{}}}}, "supported_sync_modes": modes}}
    say("catalog", {{"streams": [{{**stream, "source_defined_primary_key": [["id"]]}}]}})
elif verb == "read":
    streams = json.loads(Path(options["--catalog"]).read_text())["streams"]
    if [configured["stream"]["name"] for configured in streams] != [{stream!r}]:
        end("Another stream is asked for.")
    for text in said["warns_while_reading"]:
        say("log", {{"level": "WARN", "message": text}})
    Path({read!r}).write_text(Path(options["--state"]).read_text())
    for text in said["says_while_reading"]:
        say("log", {{"level": "INFO", "message": text}})
    for number in range(said["people"]):
        say("record", {{"stream": {stream!r}, "data": {{"id": str(number)}}, "emitted_at": 1}})
    for number in said["states"]:
        state = {{"stream_descriptor": {{"name": {stream!r}}}, "stream_state": {{"number": number}}}}
        say("state", {{"type": "STREAM", "stream": state}})
    if said["fails"]:
        end(said["fails"])
    status = {{"stream_descriptor": {{"name": {stream!r}}}, "status": "COMPLETE"}}
    say("trace", {{"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": status}})
else:
    config = json.loads(Path(options["--config"]).read_text())
    Path({written!r}).write_text(json.dumps(config))
    for line in sys.stdin:
        if json.loads(line).get("type") == "STATE" and said["passes_states_on"]:
            print(line, flush=True)
    for text in said["warns_while_writing"]:
        say("log", {{"level": "WARN", "message": text}})
    if said["waits"]:
        Path(said["waits"]).read_text()
    storage = config.get("object_storage_config", {{}})
    if said["page"] and storage.get("storage_type") == "Local":
        report = Path(storage["path"]) / "2026-11-29T12-00-00Z-01234567"
        report.mkdir(parents=True, exist_ok=True)
        page = "review.html" if config["mode"] == "preview" else "result.html"
        (report / page).write_text(said["page"])
        say("log", {{"level": "INFO", "message": "The report of this " + config["mode"] + f" is in {{report}}."}})
    if said["summary"]:
        say("log", {{"level": "INFO", "message": {summary!r} + json.dumps(said["summary"])}})
    if said["fails"]:
        end(said["fails"])
    sys.exit(said["exit_code"])
"""

COUNTS = ("received", "created", "updated", "unchanged", "requests", "retries", "bytes_sent", "bytes_received")
BY_CODE = ("skipped", "rejected", "warnings", "fields_changed", "fields_unset", "conflicts")


def a_summary(mode: str = "sync", **counts: Any) -> dict[str, Any]:
    """A summary of the destination's with these numbers, and nought everywhere else."""
    return {
        "mode": mode,
        "outcome": "succeeded",
        **dict.fromkeys(COUNTS, 0),
        **{name: {} for name in BY_CODE},
        **counts,
    }


@dataclass
class ScriptedConnectors:
    """What both connectors say and do.

    Attributes:
        folder: Where their executables are.
        direction: Which connectors they are.
        read_account: The account that the source reaches; None where it does not say.
        written_account: The account that the destination reaches.
        settings: The settings by which the destination writes.
        states: The states that the source emits.
        source_fails: The error with which the source ends; None when it does not.
        destination_fails: The same of the destination, after it has passed the states on.
        check_fails: What the destination's check has to say against its config.
        warns: What the destination's check warns of.
        source_warns: What the source warns of while it reads.
        destination_warns: What the destination warns of while it writes.
        exit_code: With which the destination ends without a word.
        summary: The destination's summary.
        people: How many people the source reads.
        source_says: What the source says while it reads.
        page: What is on the page of the report, which is left in a local folder; None leaves none.
        waits: A pipe that the destination reads before it ends; None for none.
    """

    folder: Path
    direction: Direction = TO_XLEDGER
    read_account: str | None = "the one that is read"
    written_account: str | None = "the one that is written"
    settings: str = "settings"
    states: Sequence[int] = (1,)
    source_fails: str | None = None
    destination_fails: str | None = None
    check_fails: str | None = None
    warns: Sequence[str] = ()
    source_warns: Sequence[str] = ()
    destination_warns: Sequence[str] = ()
    exit_code: int = 0
    summary: dict[str, Any] | None = field(default_factory=a_summary)
    people: int = 0
    source_says: Sequence[str] = ()
    page: str | None = None
    waits: Path | None = None

    def install(self) -> None:
        """Writes the executables, as they are to behave from now on."""
        script, (source, destination) = self.folder / f"{self.direction.source}.json", self.direction.connectors
        preview = bool(self.summary) and self.summary["mode"] == "preview" if self.summary else False
        script.write_text(
            json.dumps(
                {
                    source: {
                        "check": [*_identity(self.read_account, None), *_status(None)],
                        "states": self.states,
                        "warns_while_reading": self.source_warns,
                        "says_while_reading": self.source_says,
                        "people": self.people,
                        "fails": self.source_fails,
                    },
                    destination: {
                        "check": [
                            *(("LOG", {"log": {"level": "WARN", "message": text}}) for text in self.warns),
                            *_identity(self.written_account, self.settings),
                            *_status(self.check_fails),
                        ],
                        "passes_states_on": not preview,
                        "fails": self.destination_fails,
                        "warns_while_writing": self.destination_warns,
                        "summary": self.summary,
                        "exit_code": self.exit_code,
                        "page": self.page,
                        "waits": str(self.waits) if self.waits else None,
                    },
                }
            ),
            encoding="utf-8",
        )
        code = SCRIPT.format(
            python=sys.executable,
            script=str(script),
            read=str(self._read),
            written=str(self._written),
            stream=self.direction.stream,
            summary=SUMMARY,
        )
        for name in self.direction.connectors:
            (self.folder / name).write_text(code, encoding="utf-8")
            (self.folder / name).chmod(0o700)

    @property
    def started_from(self) -> list[int]:
        """The states that the source was given to start from."""
        given = json.loads(self._read.read_text(encoding="utf-8"))
        return [state["stream"]["stream_state"]["number"] for state in given]

    @property
    def written_with(self) -> dict[str, Any]:
        """The config with which the destination wrote last."""
        config: dict[str, Any] = json.loads(self._written.read_text(encoding="utf-8"))
        return config

    @property
    def _written(self) -> Path:
        return self.folder / f"{self.direction.destination}-written-with.json"

    @property
    def _read(self) -> Path:
        return self.folder / f"{self.direction.source}-started-from.json"


def _identity(account: str | None, settings: str | None) -> list[tuple[str, Any]]:
    told = json.dumps({"account": account, "settings": settings})
    return [("LOG", {"log": {"level": "INFO", "message": f"CONNECTION IDENTITY {told}"}})]


def _status(problem: str | None) -> list[tuple[str, Any]]:
    status = {"status": "FAILED", "message": problem} if problem else {"status": "SUCCEEDED"}
    return [("CONNECTION_STATUS", {"connectionStatus": status})]
