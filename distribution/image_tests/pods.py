"""Airbyte's pods: a shell around each connector, its files in one folder, and named pipes between the containers.

As the launcher of Airbyte's platform puts it together (`ContainerCommandFactory`, `ReplicationContainerFactory`,
`ConnectorPodFactory`, `WorkloadSecurityContextProvider`), but for its root, which may be written there.
"""

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from distribution.image_tests.containers import (
    AIRBYTE,
    LONGEST,
    Container,
    Ended,
    Image,
    messages_in,
    shared,
    write_config,
)

CONFIG, SOURCE, DESTINATION = "/config", "/source", "/dest"
OPERATION_CONFIG, CONFIG_FILE, CATALOG_FILE = "connectionConfiguration.json", "connectorConfig.json", "catalog.json"
OUTPUT_FILE, EXIT_CODE_FILE, ENDING_FILE = "jobOutput.json", "exitCode.txt", "TERMINATED"
PIPES: Final = ("stdin", "stdout", "stderr")

LOOKS_EVERY: Final = 1
"""Seconds between two looks at whether the connector is to end. Airbyte's are ten: a test does not wait for that."""

_SHELL: Final = """
if [ -z "$AIRBYTE_ENTRYPOINT" ]; then exit 127; fi
(eval "$AIRBYTE_ENTRYPOINT {command}" {pipes}) &
CONNECTOR=$!
(while true; do if [ -f {ending} ]; then kill $CONNECTOR; exit 0; fi; sleep {every}; done) &
wait $CONNECTOR
CODE=$?
echo $CODE > {exit_code}
exit $CODE
"""
"""What is run in a container: the connector in a shell of its own, and beside it what kills that shell when it is told
to. The connector is a child of the shell that is killed, and no signal reaches it."""


def shell(command: str, pipes: str) -> str:
    """What a container runs.

    Args:
        command: The connector's verb and its options.
        pipes: Where its input comes from, and where its output goes.
    """
    return _SHELL.format(command=command, pipes=pipes, ending=ENDING_FILE, every=LOOKS_EVERY, exit_code=EXIT_CODE_FILE)


def operate(image: Image, verb: str, folder: Path, config: Mapping[str, Any] | None = None, **how: Any) -> Ended:
    """Runs `spec`, `check` or `discover` in a pod.

    Args:
        image: The connector.
        verb: The verb.
        folder: An empty folder.
        config: Its settings, for all but `spec`.
        how: How the container is otherwise than in a pod.

    Returns:
        What came of it. The output is what the connector left in a file.
    """
    shared(folder)
    options = ""
    if config is not None:
        write_config(folder, OPERATION_CONFIG, config)
        options = f" --config {CONFIG}/{OPERATION_CONFIG}"
    container = Container(**{"entrypoint": "sh", "volumes": {CONFIG: folder}, "directory": CONFIG, **how})
    ended = image.run(container, "-c", shell(f"{verb}{options}", f"> {CONFIG}/{OUTPUT_FILE}"))
    assert (folder / EXIT_CODE_FILE).read_text(encoding="ascii") == f"{ended.code}\n"
    return Ended(ended.code, (folder / OUTPUT_FILE).read_text(encoding="utf-8"), ended.output + ended.errors)


@dataclass
class Connector:
    """A connector in a pod that syncs, whose messages go through pipes.

    Attributes:
        process: Its container, as the engine's command shows it.
        folder: The folder that it shares with whoever orchestrates.
        stdin: What it reads.
        stdout: What it tells.
        errors: What it wrote to standard error, line by line.
    """

    process: "subprocess.Popen[str]"
    folder: Path
    stdin: BinaryIO | None
    stdout: BinaryIO
    stderr: BinaryIO
    errors: list[bytes] = field(default_factory=list)

    def give(self, message: Mapping[str, Any]) -> None:
        """Hands it a message, at once."""
        assert self.stdin
        self.stdin.write(json.dumps(message).encode() + b"\n")

    def end(self) -> None:
        """Waits until the container has ended."""
        self.process.wait(LONGEST)

    def let_go(self) -> None:
        """Closes the pipes, as the kernel does where the orchestrator is gone."""
        for pipe in (self.stdout, self.stderr, self.stdin):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()

    def tell_to_end(self) -> None:
        """Does what is left of an orchestrator that has ended: the shell kills its child when it sees that."""
        (self.folder / ENDING_FILE).touch()


@contextmanager
def connector(
    image: Image,
    folder: Path,
    config: Mapping[str, Any],
    catalog: Mapping[str, Any],
    *,
    user: str = AIRBYTE,
    volumes: Mapping[str, Path] | None = None,
    options: tuple[str, ...] = (),
) -> Iterator[Connector]:
    """Starts a connector in a pod that syncs: a source reads, a destination writes.

    Args:
        image: The connector.
        folder: An empty folder.
        config: Its settings.
        catalog: The configured catalog.
        user: User and group.
        volumes: More folders, by their paths in there.
        options: More options of the engine.
    """
    shared(folder)
    writes = image.package.startswith("destination")
    there = DESTINATION if writes else SOURCE
    write_config(folder, CONFIG_FILE, config)
    write_config(folder, CATALOG_FILE, catalog)
    pipes = PIPES if writes else PIPES[1:]
    for pipe in pipes:
        os.mkfifo(folder / pipe)
        (folder / pipe).chmod(0o666)
    command = f"{'write' if writes else 'read'} --config {there}/{CONFIG_FILE} --catalog {there}/{CATALOG_FILE}"
    container = Container(
        user=user, entrypoint="sh", volumes={there: folder, **(volumes or {})}, directory=there, options=options
    )
    with ExitStack() as stack:
        process = image.start(container, "-c", shell(command, f"2> stderr > stdout{' < stdin' if writes else ''}"))
        stack.callback(_drain, process)
        threading.Thread(
            target=_open_for_nobody, args=(process, [folder / pipe for pipe in pipes]), daemon=True
        ).start()
        stderr, stdout = ((folder / pipe).open("rb") for pipe in ("stderr", "stdout"))
        stdin = (folder / "stdin").open("wb", buffering=0) if writes else None
        running = Connector(process, folder, stdin, stdout, stderr)
        stack.callback(running.let_go)
        yield running


def _drain(process: "subprocess.Popen[str]") -> None:
    """Waits until a container has ended, and shows what the shell and the engine said, where a test fails."""
    try:
        said, more = process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        said, more = process.communicate()
    print(said, more)


def _open_for_nobody(process: "subprocess.Popen[str]", pipes: list[Path]) -> None:
    """Opens what is waited for where a container has ended before it opened its pipes."""
    process.wait()
    for pipe in pipes:
        os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))


@dataclass(frozen=True)
class Synced:
    """What came of a sync.

    Attributes:
        codes: The exit codes of the two connectors.
        told: The messages of the destination.
        errors: What the two wrote to standard error.
    """

    codes: tuple[int, int]
    told: list[dict[str, Any]]
    errors: bytes

    @property
    def states(self) -> int:
        """How many states came back."""
        return sum(message["type"] == "STATE" for message in self.told)

    @property
    def summary(self) -> Mapping[str, Any]:
        """What the last line of the destination's log says."""
        lines = [message["log"]["message"] for message in self.told if message["type"] == "LOG"]
        (line,) = (line for line in lines if line.startswith("SYNC SUMMARY "))
        summary: Mapping[str, Any] = json.loads(line.removeprefix("SYNC SUMMARY "))
        return summary


def sync(source: Connector, destination: Connector) -> Synced:
    """Takes records and states across, as the orchestrator does, until both have ended."""
    told: list[bytes] = []
    errors: list[bytes] = []
    readers = [
        threading.Thread(target=_read, args=pair)
        for pair in ((destination.stdout, told), (destination.stderr, errors), (source.stderr, errors))
    ]
    for reader in readers:
        reader.start()
    assert destination.stdin
    for line in source.stdout:
        if json.loads(line)["type"] in ("RECORD", "STATE"):
            destination.stdin.write(line)
    destination.stdin.close()
    for ended in (source, destination):
        ended.end()
    for reader in readers:
        reader.join()
    codes = (source.process.returncode, destination.process.returncode)
    return Synced(codes, messages_in(b"".join(told).decode()), b"".join(errors))


def _read(pipe: BinaryIO, lines: list[bytes]) -> None:
    with suppress(ValueError):  # it was closed
        lines += pipe
