"""`huma-xledger listen`: takes Huma's webhooks and brings to Xledger whomever they name, until somebody ends it."""

import logging
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

from connector_base.settings.masked_secrets import mask_too
from huma_xledger.bringing.airbyte_job import AirbyteJobs
from huma_xledger.bringing.beforehand import Beforehand
from huma_xledger.bringing.everybody import Everybody
from huma_xledger.bringing.heard import OWN
from huma_xledger.bringing.own_runs import OwnRuns
from huma_xledger.bringing.runs import Runs
from huma_xledger.bringing.told import Telling
from huma_xledger.bringing.worker import Worker
from huma_xledger.clock import utc_now
from huma_xledger.connection_file import ConnectionFile
from huma_xledger.direction import TO_XLEDGER
from huma_xledger.inbox.file import InboxError
from huma_xledger.inbox.store import NAME as INBOX
from huma_xledger.inbox.store import Inbox
from huma_xledger.listen_settings import PATH, ListenSettings
from huma_xledger.lock import held
from huma_xledger.loopback import HOST, Server, listener
from huma_xledger.metering import Meters
from huma_xledger.plain_lines import say_in_plain_lines
from huma_xledger.receiving.application import KEEP_ALIVE, application

logger = logging.getLogger(f"airbyte.{__name__}")

ANOTHER_LISTENER: Final = (
    "Webhooks of this connection are taken already, by another huma-xledger listen. Nothing is to be done; end the "
    "other one first if this one is to take its place."
)

ANOTHER_PORT: Final = "Put another one below listen.port in connection.yaml, and have what stands before it go there."

LARGEST_BATCH: Final = 500
"""How many people are brought at a time, unless the destination is to write fewer at a time."""

TO_END: Final = 20.0
"""Seconds that a run under way gets when this is to end."""

TO_TELL: Final = 5.0
"""Seconds that a message gets which is being sent."""


def listen(file: ConnectionFile, states: Path) -> int:
    """Takes webhooks until a signal comes. What comes and is not brought by then, a new start brings.

    Args:
        file: The connection.
        states: The folder of its states.

    Returns:
        The exit code: 0 for a service that was told to end, or what somebody at a keyboard expects.

    Raises:
        AlreadyRunningError: When webhooks of the connection are taken already.
        ConnectionFileError: When the file does not say how, or what it says is of no use.
        InboxError: When what came cannot be kept.
        LockFileError: When the file that keeps a second one away cannot be written.
        PortTakenError: When the port is not to be had.
    """
    beforehand = Beforehand.of(file)
    settings = beforehand.settings_to_listen(file)
    _ = file.notify  # which says what is wrong with it, as the configs do
    configs = {name: file.config(name) for name in TO_XLEDGER.connectors} if settings.trigger == "self" else {}
    with ExitStack() as stack:
        ending = stack.enter_context(_ending())
        stack.enter_context(held(states / "listen.lock", refusal=ANOTHER_LISTENER))
        listens = stack.enter_context(listener(settings.port, ANOTHER_PORT))
        inbox = stack.enter_context(closing(_opened(states / INBOX)))
        _say_no_secret(settings)
        meters, telling = Meters(), Telling(file, states)
        batch_size = _batch_size(configs.get(TO_XLEDGER.destination, {}))
        runs = _runs(file, settings, states, inbox)
        worker = Worker(runs, inbox, meters, telling, beforehand.timetable, batch_size)
        receives = application(inbox, settings, meters, worker.condition, worker.arrived, utc_now)
        server = Server(receives, keep_alive=KEEP_ALIVE)
        ending.will_end(server)
        worker.start()
        _say_where(settings)
        for warning in beforehand.warnings(file):
            logger.warning("%s", warning)
        server.run(sockets=[listens])
        logger.info("It ends: no webhook is taken any more. A run that is under way may take %d seconds.", TO_END)
        has_ended = worker.close(TO_END)
        telling.close(TO_TELL)
        left = len(inbox.waiting())
        wait = f"{left} {'event waits' if left == 1 else 'events wait'}: a new start goes on with that"
        logger.info("It has ended. %s.", wait if left else "Nothing waits")
        if not has_ended:
            os._exit(ending.code)  # what still runs is as good as killed: nothing is lost, and nobody waits for it
        return ending.code


def _opened(path: Path) -> Inbox:
    """The inbox, which can be written."""
    inbox = Inbox.opened(path)
    if not inbox.is_writable():
        inbox.close()
        raise InboxError(f"{path} cannot be written. Give the user that this runs as permission and room.")
    return inbox


def _runs(file: ConnectionFile, settings: ListenSettings, states: Path, inbox: Inbox) -> Runs:
    if settings.airbyte is not None:
        return AirbyteJobs(settings.airbyte)
    folder = file.path.parent
    return OwnRuns(folder, states, inbox, Everybody(folder, states))


def _batch_size(destination: Mapping[str, Any]) -> int:
    entered = destination.get("batch_size")
    return entered if isinstance(entered, int) and 0 < entered < LARGEST_BATCH else LARGEST_BATCH


def _say_no_secret(settings: ListenSettings) -> None:
    """Has what is said from now on be plain lines, without what only Huma and Airbyte are to know."""
    say_in_plain_lines((*OWN, "huma_xledger"))
    for secret in (settings.secret, settings.bearer_token, settings.airbyte and settings.airbyte.login.client_secret):
        mask_too(secret or "")


def _say_where(settings: ListenSettings) -> None:
    logger.info(
        "Webhooks are taken at http://%s:%d%s. Huma reaches it through what stands before it with TLS: register "
        "https://<your host>%s there.",
        HOST,
        settings.port,
        PATH,
        PATH,
    )


@dataclass(slots=True)
class _Ending:
    """What ends this: the first signal in good order, the second at once.

    Attributes:
        server: What is to stop serving.
        number: The first signal.
    """

    server: Server | None = None
    number: int | None = None

    def will_end(self, server: Server) -> None:
        """Is given what is to stop serving, at once if a signal has come by now."""
        self.server = server
        if self.number is not None:
            server.should_exit = True

    def __call__(self, number: int, _: FrameType | None) -> None:
        if self.number is not None:
            os._exit(128 + number)
        self.number = number
        if self.server is not None:
            self.server.should_exit = True

    @property
    def code(self) -> int:
        """The exit code: a service that was told to end has done what it was told."""
        return 128 + signal.SIGINT if self.number == signal.SIGINT else 0


@contextmanager
def _ending() -> Iterator[_Ending]:
    ending = _Ending()
    before = {number: signal.signal(number, ending) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
