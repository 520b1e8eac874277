"""The process that syncs everybody from Huma to Xledger. It gets a task from its input, and tells what it came to."""

from dataclasses import replace
from pathlib import Path

from huma_xledger.bringing.everybody import RAN, TASK, Task
from huma_xledger.bringing.runs import WITHOUT_WRITING, Ending, Ran
from huma_xledger.child import Tell, be_a_child
from huma_xledger.connection_file import ConnectionFile, ConnectionFileError
from huma_xledger.direction import TO_XLEDGER
from huma_xledger.environment import no_room
from huma_xledger.lock import AlreadyRunningError, LockFileError
from huma_xledger.telling import tell


def main() -> None:
    """Takes a task, and tells what it came to."""
    be_a_child(_work)


def _work(line: bytes, tell_line: Tell) -> None:
    tell_line(RAN.dump_json(ran(TASK.validate_json(line))) + b"\n")


def ran(task: Task) -> Ran:
    """Checks the connectors, syncs whoever has changed, and tells those who are told.

    Args:
        task: The connection.

    Returns:
        What it came to; nothing that is foreseen is raised.
    """
    try:
        file = ConnectionFile.read(Path(task.folder))
        _ = file.notify  # which says what is wrong with it before anything is written
        if not file.writes:  # it may have been changed a moment ago, and a look answers no webhook
            return Ran(Ending.CONFIG, WITHOUT_WRITING.format(path=file.path))
        return _told(_synced(file, Path(task.states)), file, Path(task.states))
    except ConnectionFileError as error:
        return Ran(Ending.CONFIG, str(error))
    except OSError as error:
        return Ran(Ending.CONFIG, no_room(error), in_doubt=True)


def _synced(file: ConnectionFile, states: Path) -> Ran:
    """Syncs.

    Raises:
        ConnectionFileError: When a connector has no settings.
        OSError: When there is no room.
    """
    from huma_xledger.connection import CheckFailedError, Connection, SyncFailedError  # noqa: PLC0415  it takes seconds
    from huma_xledger.state_file import StateFile, StateFileError  # noqa: PLC0415  as above

    source, destination = map(file.config, TO_XLEDGER.connectors)
    connection = Connection(source, destination, StateFile(states / f"{TO_XLEDGER.destination}.json"))
    try:
        with connection.alone():
            warnings = connection.check()
            result = connection.sync()
    except AlreadyRunningError as error:
        return Ran(Ending.BUSY, str(error))
    except (CheckFailedError, LockFileError) as error:
        return Ran(Ending.CONFIG, str(error))
    except StateFileError as error:
        return Ran(Ending.CONFIG, str(error), in_doubt=True)  # it may be in the middle that it cannot be written
    except SyncFailedError as error:
        summary = error.result.summary
        in_doubt = not summary or bool(summary["received"])  # without people, nobody was added
        return Ran(Ending.PASSING, str(error), summary, error.result.log, in_doubt=in_doubt)
    log = (*(warning for warning in warnings if warning not in result.warnings), *result.log)
    return Ran(Ending.DONE, summary=result.summary, log=log, everybody=True)


def _told(ran: Ran, file: ConnectionFile, states: Path) -> Ran:
    """Tells of a sync, as `huma-xledger sync` does, and says what was in the way of that."""
    if ran.ending is Ending.BUSY:
        return ran
    told = tell(file, states, TO_XLEDGER, ran, ran.problem)
    return replace(ran, untold=tuple(told.problems))


if __name__ == "__main__":
    main()
