"""`huma-xledger`: syncs between a real Huma and a real Xledger, with the state kept for the next one."""

import argparse
import hashlib
import os
import signal
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Final

from huma_xledger.direction import BY_ORIGIN
from huma_xledger.ending import ended_by_signal
from huma_xledger.environment import PRIVATE, make_private, no_room

if TYPE_CHECKING:
    from rich.console import Console

    from huma_xledger.connection import Connection, SyncResult
    from huma_xledger.connection_file import ConnectionFile
    from huma_xledger.listen_settings import AirbyteJob

GOES_ON: Final = "What was written stays written, and the next sync goes on from there."

ENDED: Final = {
    None: "The review is ended. What was decided is kept: a new start shows it.",
    "preview": (
        "The review is ended while both systems were read. Nothing was written, and what was decided is kept: a new "
        "start reads them again."
    ),
    "sync": (
        "The review is ended in the middle of a sync. What was written stays written: a new start goes on with what is "
        "left."
    ),
}
"""What is said when a review ends, by what it was at."""

STANDARD_OUTPUT: Final = 1

OPEN_TO_OTHERS: Final = (
    "Others on this machine can read {path}, which holds keys. Let nobody else read it: chmod 600 does that."
)

WORKS: Final = "It works with these settings."

INTERRUPTED: Final = 128 + signal.SIGINT
"""The exit code of a process that somebody at the keyboard ended."""


def main() -> int:
    """Runs the command that is asked for. Returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a sentence is told in any locale
    os.umask(0o077)  # PyAirbyte and the connectors leave files of their own
    with ended_by_signal():
        try:
            return _run(_arguments())
        except KeyboardInterrupt:
            print(f"Interrupted. {GOES_ON}")
            return INTERRUPTED


def _run(arguments: argparse.Namespace) -> int:
    # These take seconds to load, and whoever started this may want it to end meanwhile.
    from rich.console import Console  # noqa: PLC0415

    from huma_xledger.connection_file import ConnectionFile, ConnectionFileError  # noqa: PLC0415

    console = Console(stderr=arguments.command == "events" and arguments.json)  # then nothing else is in the output
    try:
        file = ConnectionFile.read(arguments.folder)
        if file.is_open_to_others():
            _say(console, OPEN_TO_OTHERS.format(path=file.path))
        run = {
            "sync": _sync,
            "check": _check,
            "review": _review,
            "listen": _listen,
            "events": _events,
            "airbyte-setup": _airbyte_setup,
        }
        return run[arguments.command](file, arguments, console)
    except ConnectionFileError as error:
        _say(console, str(error))
        return 2
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), STANDARD_OUTPUT)
        return 1
    except OSError as error:
        _say(console, no_room(error))
        return 1


def _check(file: "ConnectionFile", _: argparse.Namespace, console: "Console") -> int:
    """Checks every connector that there are settings of, and says of each whether it can work."""
    configs = {name: file.config(name) for name in file.connectors}
    notify = file.notify
    from huma_xledger.bringing.beforehand import Beforehand  # noqa: PLC0415  as above

    beforehand = Beforehand.of(file)
    from huma_xledger.connection import check, warnings_of  # noqa: PLC0415  as above

    checked = check(configs)
    for sentence in (*beforehand.warnings(file), *_at_odds(file, notify)):
        _say(console, sentence)
    for warning in warnings_of(checked):
        _say(console, warning)
    for name, result in checked.items():
        _say(console, f"{name}: {result.problem or WORKS}")
        if result.decisions is not None:
            _say(console, f"{name}: {_where_it_is(result.decisions, name, file)}")
    airbyte = beforehand.settings.airbyte if beforehand.settings is not None else None
    of_airbyte = _problem_of(airbyte) if airbyte is not None else None
    if airbyte is not None:
        _say(console, f"Airbyte: {of_airbyte or WORKS}")
    for sentence in beforehand.told(datetime.now(timezone.utc)):
        _say(console, sentence)
    of_notify = _problems_of_notify(file, notify)
    for sentence in of_notify:
        _say(console, sentence)
    return 1 if of_notify or of_airbyte or any(result.problem for result in checked.values()) else 0


def _problem_of(airbyte: "AirbyteJob") -> str | None:
    """Why Airbyte cannot be asked for jobs."""
    from huma_xledger.bringing.airbyte_job import problem_of  # noqa: PLC0415  as above

    return problem_of(airbyte)


def _at_odds(file: "ConnectionFile", addresses: Sequence[str]) -> Iterator[str]:
    """What does not go together in a file: decisions that do not count, and what is told twice."""
    if file.keeps_reports_apart():
        yield (
            "The two destinations leave their reports in different places, so that decisions (decisions.json) in one "
            f"do not count in the other. Put the file beside {file.path.name}, where it counts for both, or give both "
            "the same place (object_storage_config)."
        )
    if file.decisions.path.exists():
        for name in file.decide_by_themselves:
            yield (
                f"{name} has decisions of its own in {file.path}, so that those in {file.decisions.path} do not count "
                "for it. Remove the setting (decisions), and those count for both directions."
            )
    if addresses:
        for name in file.tell_by_themselves:
            yield (
                f"{name} has addresses of its own (notify) beside those at the top of {file.path}, so that a sync is "
                "told twice. Remove either."
            )


def _where_it_is(decisions: str, name: str, file: "ConnectionFile") -> str:
    """What a destination says of decisions: the connection's are in a file of it, although they come as a setting."""
    from connector_base.storage.decisions import UNDER_SETTING  # noqa: PLC0415  as above

    is_of_connection = file.decisions.path.exists() and name not in file.decide_by_themselves
    return decisions.replace(UNDER_SETTING, f"in {file.decisions.path}", 1) if is_of_connection else decisions


def _problems_of_notify(file: "ConnectionFile", addresses: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each address that is told the result of a sync and not understood. Nothing is sent."""
    if not addresses:
        return ()
    from connector_base.telling.telling import not_understood  # noqa: PLC0415  as above
    from huma_xledger.telling import where_in  # noqa: PLC0415

    return tuple(not_understood(addresses, where_in(file)))


def _review(file: "ConnectionFile", arguments: argparse.Namespace, console: "Console") -> int:
    """Serves a review until somebody ends it, and says what becomes of what it was at."""
    from huma_xledger.lock import AlreadyRunningError, LockFileError  # noqa: PLC0415  as above
    from huma_xledger.loopback import PortTakenError  # noqa: PLC0415
    from huma_xledger.reviewing.review import Review  # noqa: PLC0415
    from huma_xledger.reviewing.status import RefusedError  # noqa: PLC0415
    from huma_xledger.serving.serve import listening, open_in_a_browser, serve  # noqa: PLC0415

    def tell(address: str, once: str) -> None:
        _say(console, f"The review is at {address} (Ctrl-C ends it)")
        if arguments.browser:
            open_in_a_browser(once)

    states = _states(file.path)
    review = Review(file, states)
    try:
        with listening(arguments.port, states) as listens:
            review.start()
            try:
                serve(review, listens, states, file.path.absolute().parent.name, tell)
            finally:
                _say(console, ENDED[review.close()])
    except KeyboardInterrupt:
        return INTERRUPTED
    except (AlreadyRunningError, LockFileError, PortTakenError, RefusedError) as error:
        _say(console, str(error))
        return 1
    return 0


def _events(file: "ConnectionFile", arguments: argparse.Namespace, console: "Console") -> int:
    """Lists the events of the inbox, after those that were given up on are tried again or dropped if that is asked."""
    from huma_xledger import event_list  # noqa: PLC0415  as above
    from huma_xledger.inbox.file import InboxError  # noqa: PLC0415
    from huma_xledger.inbox.store import NAME  # noqa: PLC0415

    path, now = _place_of_states(file.path) / NAME, datetime.now(timezone.utc)
    done, told = {}, []
    try:
        if arguments.retry is not None:
            done["retried"] = event_list.retry(path, arguments.retry, now)
            told.append(event_list.told_of_retry(done["retried"]))
        if arguments.drop is not None:
            done["dropped"] = event_list.drop(path, arguments.drop)
            told.append(event_list.told_of_drop(done["dropped"]))
        events = event_list.read(path)
    except (InboxError, event_list.UnknownEventsError) as error:
        _say(console, str(error))
        return 1
    if arguments.json:
        print(event_list.as_json(events, done))
    elif told:
        _say(console, told[0])
    else:
        for line in event_list.told_of(events, now) if events else [event_list.no_inbox(path)]:
            _say(console, line)
    return 0


def _listen(file: "ConnectionFile", _: argparse.Namespace, console: "Console") -> int:
    """Takes webhooks until somebody ends it."""
    from connector_base.process import loading  # noqa: PLC0415  as above
    from huma_xledger.inbox.file import InboxError  # noqa: PLC0415
    from huma_xledger.lock import AlreadyRunningError, LockFileError  # noqa: PLC0415
    from huma_xledger.loopback import PortTakenError  # noqa: PLC0415

    with loading():
        from huma_xledger.listen import listen  # noqa: PLC0415
    try:
        return listen(file, _states(file.path))
    except (AlreadyRunningError, InboxError, LockFileError, PortTakenError) as error:
        _say(console, str(error))
        return 1


def _airbyte_setup(file: "ConnectionFile", arguments: argparse.Namespace, console: "Console") -> int:
    """Sets the connection up in Airbyte, after it was shown what that takes."""
    from connector_base.process import loading  # noqa: PLC0415  as above
    from huma_xledger.clock import utc_now  # noqa: PLC0415
    from huma_xledger.lock import AlreadyRunningError, LockFileError  # noqa: PLC0415

    with loading():
        from huma_xledger.setting_up.set_up import Surroundings, set_up  # noqa: PLC0415
        from huma_xledger.setting_up.told import INTERRUPTED_IN_THE_MIDDLE, QUESTION  # noqa: PLC0415

    def ask() -> bool:
        try:
            return console.input(QUESTION, markup=False).strip().lower() in {"y", "yes"}
        except EOFError:
            return False

    is_asked = sys.stdin.isatty() and sys.stdout.isatty()
    around = Surroundings(lambda sentence: _say(console, sentence), ask if is_asked else None, utc_now, time.sleep)
    try:
        return 0 if set_up(file, _states(file.path), around, unasked=arguments.yes) else 1
    except KeyboardInterrupt:
        _say(console, INTERRUPTED_IN_THE_MIDDLE)
        return INTERRUPTED
    except (AlreadyRunningError, LockFileError) as error:
        _say(console, str(error))
        return 1


def _sync(file: "ConnectionFile", arguments: argparse.Namespace, console: "Console") -> int:
    """Syncs in the direction that is asked for."""
    direction = BY_ORIGIN[arguments.origin]
    source, destination = map(file.config, direction.connectors)
    is_told = bool(file.notify)
    from huma_xledger.connection import CheckFailedError, Connection, SyncFailedError  # noqa: PLC0415  as above
    from huma_xledger.lock import AlreadyRunningError, LockFileError  # noqa: PLC0415
    from huma_xledger.state_file import StateFile, StateFileError  # noqa: PLC0415

    told: list[str] = []
    states = _states(file.path)

    def tell_others(result: "SyncResult | None", problem: str | None = None) -> None:
        if is_told:
            from huma_xledger.telling import tell  # noqa: PLC0415  as above

            for sentence in tell(file, states, direction, result, problem).problems:
                _say(console, sentence)

    try:
        state = StateFile(states / f"{direction.destination}.json")
        connection = Connection(source, destination, state, direction)
        result = _checked_and_synced(connection, console, told, full_refresh=arguments.full_refresh)
    except AlreadyRunningError as error:
        _say(console, str(error))
        return 1
    except (CheckFailedError, LockFileError, StateFileError) as error:
        _say(console, str(error))
        tell_others(None, str(error))
        return 1
    except SyncFailedError as error:
        _show(error.result, "before it failed", console, told)
        _say(console, str(error))
        _say(console, f"The sync failed. {GOES_ON}")
        tell_others(error.result, str(error))
        return 1
    _show(result, "this sync", console, told)
    tell_others(result)
    return 0


def _checked_and_synced(
    connection: "Connection", console: "Console", told: list[str], *, full_refresh: bool
) -> "SyncResult":
    """Checks and syncs; what was warned of beforehand is added to what was told, for none of it is told twice."""
    with connection.alone():
        warnings = connection.check()
        because = connection.everybody_because(full_refresh=full_refresh)
        # What they warn of is the same every time, so it is told when much is done anyway.
        told += (*warnings, because) if because else ()
        for sentence in told:
            _say(console, sentence)
        return connection.sync(full_refresh=full_refresh)


def _show(result: "SyncResult", title: str, console: "Console", told: Collection[str]) -> None:
    from huma_xledger.report import cut_short, told_of  # noqa: PLC0415  as above

    warnings = [warning for warning in result.warnings if warning not in told]
    for line in (*cut_short(warnings), *cut_short(result.about_people)):
        _say(console, line)
    if result.summary:
        everybody = result.everybody_because is not None
        for part in told_of(title, result.summary, result.log, result.direction, everybody=everybody):
            if isinstance(part, str):
                _say(console, part)
            else:
                console.print(part)


def _say(console: "Console", sentence: str) -> None:
    """Prints a sentence as it is: a terminal breaks its lines, and a path in it stays whole in a pipe."""
    console.print(sentence, markup=False, soft_wrap=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="huma-xledger", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    sync = commands.add_parser("sync", help="sync once")
    check = commands.add_parser("check", help="say whether every connector of a connection can work")
    review = commands.add_parser("review", help="see in the browser what a sync would do, decide, and synchronise")
    listen = commands.add_parser(
        "listen",
        help="take Huma's webhooks, and bring to Xledger whomever they name",
        description="Takes Huma's webhooks on this machine and brings to Xledger whomever they name, until Ctrl-C or "
        "SIGTERM. How is said below listen and schedule in connection.yaml, and check says whether that can work. "
        "The page docs/listen.md has each step, from the secret to the entry in Huma.",
    )
    events = commands.add_parser(
        "events", help="list what Huma told that waits or was given up on; try it again, or drop it"
    )
    setup = commands.add_parser(
        "airbyte-setup",
        help="set the connection up in an Airbyte of your own: connectors, source, destination, connection",
        description="Sets up in an Airbyte of your own, through its public API, what connection.yaml says: the "
        "connectors of one's own, the source, the destination and the connection, for both directions. It shows what "
        "is to be done before it does any of it, removes nothing, and does nothing the second time. Where Airbyte is, "
        "who asks and which images it runs is said below airbyte in connection.yaml. The page docs/airbyte-setup.md "
        "has each step.",
    )
    for command in (sync, check, review, listen, events, setup):
        command.add_argument("folder", type=Path, help="the folder of the connection, which has connection.yaml in it")
    sync.add_argument(
        "--from", choices=BY_ORIGIN, default="huma", dest="origin", help="where people come from; huma is the default"
    )
    sync.add_argument("--full-refresh", action="store_true", help="read everybody, as if there were no state")
    review.add_argument(
        "--port",
        type=_port,
        help="where on this machine; the port of the last review is the default, or else any that is free",
    )
    review.add_argument(
        "--no-browser", action="store_false", dest="browser", help="print the address and open no browser"
    )
    setup.add_argument("--yes", action="store_true", help="do it without asking")
    _let_decide_about_events(events)
    arguments = parser.parse_args()
    if arguments.command == "events" and arguments.all != (arguments.drop == []):
        events.error("--drop takes the numbers of events, or --all; and --all goes with --drop alone")
    return arguments


def _let_decide_about_events(events: argparse.ArgumentParser) -> None:
    events.add_argument(
        "--json", action="store_true", help="print all of them as JSON; whatever else there is to say goes to stderr"
    )
    decided = events.add_mutually_exclusive_group()
    decided.add_argument(
        "--retry",
        nargs="*",
        type=_number_of_event,
        metavar="NUMBER",
        help="try those that were given up on again, or those of them that are named",
    )
    decided.add_argument(
        "--drop",
        nargs="*",
        type=_number_of_event,
        metavar="NUMBER",
        help="remove those that are named of those that were given up on, or with --all each of them; the next sync of "
        "everybody who changed brings what they were about anyway",
    )
    events.add_argument("--all", action="store_true", help="with --drop: each that was given up on")


def _number_of_event(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no number of an event; the folder comes first")
    return int(text)


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 1 << 16:
        raise argparse.ArgumentTypeError(f"{port} is no port: it is a number from 1 to 65535")
    return port


def _states(connection: Path) -> Path:
    """The folder with the states of a connection, made for its owner alone."""
    place = _place_of_states(connection)
    make_private(PRIVATE, place.parent, place)
    return place


def _place_of_states(connection: Path) -> Path:
    """Where the folder with the states of a connection is or would be, which is known by where its file is."""
    return PRIVATE / "connections" / hashlib.sha256(str(connection.resolve()).encode()).hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
