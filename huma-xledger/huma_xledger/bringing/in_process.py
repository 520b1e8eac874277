"""Brings people to Xledger with both connectors in this process, so that nothing has to start first.

They are run as any host runs them: by configs, a catalog, messages that are lines between the two, and the state that
every sync of the connection goes by. What differs is what is kept from one run to the next: that they are loaded, the
access token of Huma, what was learned of Xledger's schema, its rate limiter and the connection to it.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from airbyte_cdk.models import AirbyteMessage, FailureType

from connector_base.failures import ConnectorError, told
from connector_base.process import EndedByHostError
from connector_base.protocol.messages import as_line, read_messages
from connector_base.protocol.stream_keys import StreamKey
from connector_base.reading.command import line_of
from connector_base.settings.masked_secrets import mask_secrets_too
from connector_base.telling.setting import TOLD
from connector_base.traffic import Traffic
from destination_xledger.config import Config
from destination_xledger.destination import DestinationXledger
from huma_api.asking.sync_run import SyncRun
from huma_xledger.bringing.heard import Heard
from huma_xledger.bringing.runs import WITHOUT_WRITING, Ending, Ran
from huma_xledger.clock import utc_now
from huma_xledger.connection_file import ConnectionFile, ConnectionFileError
from huma_xledger.direction import TO_XLEDGER
from huma_xledger.inbox.file import InboxError
from huma_xledger.inbox.store import Inbox
from huma_xledger.lock import AlreadyRunningError, LockFileError
from huma_xledger.report import summary_in
from huma_xledger.state_file import Kept, StateFile, StateFileError
from source_huma.in_process import CHANGED, SomeUnreadError, changed_users, settings_form, warm_up
from xledger_api.sending.client import XledgerClient

if TYPE_CHECKING:
    from collections.abc import Generator

logger = logging.getLogger(f"airbyte.{__name__}")

USER_IDS: Final = "user_ids"
"""The setting of source-huma that says who is read."""

RETRIES: Final = 1
LONGEST_WAIT: Final = 20.0
"""Seconds. Huma is not waited for longer: whoever could not be read is tried again anyway, after the others."""

SETTINGS: Final = "settings_of_last_full_sync"
"""Under which name the inbox remembers by which settings everybody was brought last, and whose state that left."""

COST: Final = ("requests", "bytes_sent", "bytes_received")
"""What a summary says of what was asked of Xledger."""

ENDINGS: Final[Mapping[FailureType, Ending]] = {
    FailureType.config_error: Ending.CONFIG,
    FailureType.transient_error: Ending.PASSING,
    FailureType.system_error: Ending.UNFORESEEN,
}
"""How a run ended, by the kind of failure; of several the one that stands first."""

FIRST: Final = (
    "A sync of everybody who has changed is needed first: none was run by this listener with the connectors' settings "
    "as they are. Whom Huma names meanwhile waits for its end."
)
STOPPED: Final = "The run was stopped. What was written stays written, and the next one goes on from there."


@dataclass(frozen=True, slots=True)
class _Settings:
    """Both connectors' settings, as `connection.yaml` has them.

    Attributes:
        source: The config of the source.
        destination: That of the destination, without those who are told the result: nobody is told of each event.
        digest: Tells these settings from all others.
    """

    source: Mapping[str, Any] = field(repr=False)
    destination: Mapping[str, Any] = field(repr=False)
    digest: str

    @classmethod
    def read(cls, folder: Path) -> "_Settings":
        """Those of a connection, right now.

        Raises:
            ConnectionFileError: When they cannot be read, or are such that nothing is written.
        """
        file = ConnectionFile.read(folder)
        if not file.writes:
            raise ConnectionFileError(WITHOUT_WRITING.format(path=file.path))
        source, destination = map(file.config, TO_XLEDGER.connectors)
        destination = {name: value for name, value in destination.items() if name not in TOLD}
        text = json.dumps([source, destination], sort_keys=True)
        return cls(source, destination, hashlib.sha256(text.encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class _Warm:
    """What is kept from one run to the next for as long as the settings are the same.

    Attributes:
        settings: The settings.
        destination: What writes: it knows Xledger's schema, and who came lately, so that many runs of a few people
            empty a field of no more than one of all of them would.
        huma: The run whose access tokens all others share.
    """

    settings: _Settings
    destination: DestinationXledger
    huma: SyncRun = field(default_factory=lambda: SyncRun(max_retries=RETRIES, longest_wait=LONGEST_WAIT))


@dataclass(slots=True)
class _Course:
    """How far a run has come.

    Attributes:
        users: Who is brought.
        heard: What the connectors log.
        failures: How what failed has ended, and why, in the connectors' words.
        unread: The same of those whom alone the source could not read.
    """

    users: Sequence[str]
    heard: Heard
    failures: list[tuple[Ending, str]] = field(default_factory=list)
    unread: dict[str, tuple[Ending, str]] = field(default_factory=dict)

    def failed(self, connector: str, error: Exception) -> None:
        """Notes that a connector failed, in its own words."""
        self.failures.append(self._failure(connector, error))

    def could_not_read(self, users: Mapping[str, ConnectorError]) -> None:
        """Notes that the source could not read some, and everybody else."""
        self.unread = {user: self._failure(TO_XLEDGER.source, error) for user, error in users.items()}

    def ran(self, huma_requests: int) -> Ran:
        """What it came to. Where more failed than reading some, that says how it ended: it is of all of them."""
        problems = dict.fromkeys((*self.unread.values(), *self.failures))
        ended = [ending for ending, _ in self.failures or problems]
        return Ran(
            next((ending for ending in ENDINGS.values() if ending in ended), Ending.DONE),
            "\n".join(problem for _, problem in problems) or None,
            summary_in(self.heard.lines),
            tuple(self.heard.lines),
            huma_requests=huma_requests,
            unread={} if self.failures else {user: problem for user, (_, problem) in self.unread.items()},
        )

    def _failure(self, connector: str, error: Exception) -> tuple[Ending, str]:
        failure = told(error)
        if failure.internal_message != failure.message:
            self.heard.lines.append(f"{connector}: {failure.internal_message}")
        return ENDINGS[failure.failure_type], f"{connector}: {failure.message}"


class InProcess:
    """Brings people to Xledger. One run at a time, by one thread; `stop` is for another one.

    Args:
        folder: The folder of the connection, with `connection.yaml` in it, which is read anew for each run.
        states: The folder of its states.
        inbox: Remembers what is to outlast this process.
        everybody: Brings everybody, as `huma-xledger sync` does.
        client: Makes a client for an address and a token of Xledger's. How it waits, and what it does before it sends
            what must not be carried out twice, is set here.
        stopped: Is set by `stop`. What waits for Xledger waits for it.
    """

    def __init__(
        self,
        folder: Path,
        states: Path,
        inbox: Inbox,
        everybody: Callable[[], Ran],
        client: Callable[[str, str], XledgerClient] = XledgerClient,
        stopped: threading.Event | None = None,
    ) -> None:
        self._folder: Final = folder
        self._state: Final = StateFile(states / f"{TO_XLEDGER.destination}.json")
        self._inbox: Final = inbox
        self._bring_everybody: Final = everybody
        self._new_client: Final = client
        self._streams: Final = {StreamKey.of(configured.stream) for configured in CHANGED.streams}
        self._stopped: Final = stopped or threading.Event()
        self._has_said_first = False
        self._warm: _Warm | None = None
        self._client: XledgerClient | None = None
        self._course = _Course((), Heard())

    def some(self, users: Sequence[str]) -> Ran:
        """Brings what has changed of these users; everybody, where it takes that: see `Runs`."""
        if self._stopped.is_set():
            return Ran(Ending.PASSING, STOPPED)
        try:
            settings = _Settings.read(self._folder)
            with self._state.held():
                if (kept := self._to_go_on_from(settings)) is not None:
                    self._has_said_first = False
                    return self._run(self._warmed(settings), users, kept)
        except AlreadyRunningError as error:
            return Ran(Ending.BUSY, str(error))
        except (ConnectionFileError, LockFileError, StateFileError) as error:
            return Ran(Ending.CONFIG, str(error))
        except InboxError as error:
            return Ran(Ending.PASSING, str(error))
        if not self._has_said_first:  # which is tried again and again where everybody has to wait
            logger.info("%s", FIRST)
            self._has_said_first = True
        return self.everybody()

    def everybody(self) -> Ran:
        """Brings what has changed of everybody, and remembers by which settings that was done."""
        if self._stopped.is_set():
            return Ran(Ending.PASSING, STOPPED)
        try:
            before = _Settings.read(self._folder).digest
        except ConnectionFileError as error:
            return Ran(Ending.CONFIG, str(error))
        ran = self._bring_everybody()
        if ran.ending is Ending.DONE:
            try:
                self._inbox.remember(SETTINGS, _told_apart(before, self._state.kept()))
                self._inbox.added(None)
            except (InboxError, StateFileError) as error:
                return replace(ran, ending=Ending.PASSING, problem=str(error))
        return ran

    def warm_up(self) -> Ran:
        """Does beforehand what the first run of some would take longer for, unless everybody is to be brought first."""
        if self._stopped.is_set():
            return Ran(Ending.DONE)
        try:
            settings = _Settings.read(self._folder)
            if self._to_go_on_from(settings) is None:
                return Ran(Ending.DONE)
            warm = self._warmed(settings)
        except (ConnectionFileError, InboxError, StateFileError) as error:
            logger.debug("Nothing is done beforehand: %s", error)
            return Ran(Ending.DONE)
        asked_before = warm.huma.traffic.requests
        _beforehand(lambda: warm_up(settings.source, warm.huma))
        if self._client is not None:
            self._client = self._client.for_another_run()  # which counts from nought
        _beforehand(lambda: warm.destination.warm_up(settings.destination))
        traffic = self._client.traffic if self._client is not None else Traffic()
        summary = {name: getattr(traffic, name) for name in COST}
        return Ran(Ending.DONE, summary=summary, huma_requests=warm.huma.traffic.requests - asked_before)

    def stop(self) -> None:
        """Ends a run that is under way, at the next message or where it waits for Xledger. None is begun any more."""
        self._stopped.set()

    def _to_go_on_from(self, settings: _Settings) -> Kept | None:
        """What the last sync left; None where it does not do for a sync of those alone who have changed.

        Raises:
            InboxError: When the inbox cannot be read.
            StateFileError: When what was left cannot be read.
        """
        kept = self._state.kept()
        goes_on = kept is not None and kept.belongs_to is not None and kept.belongs_to.settings is not None
        return kept if goes_on and self._inbox.recalled(SETTINGS) == _told_apart(settings.digest, kept) else None

    def _warmed(self, settings: _Settings) -> _Warm:
        """What is kept for these settings; where they are new, their secrets are masked first."""
        if self._warm is None or self._warm.settings.digest != settings.digest:
            mask_secrets_too(settings_form(), settings.source)
            destination = DestinationXledger(self._client_for)
            destination.always_a_page = False  # a thousand changes a day would leave one of almost a megabyte each
            mask_secrets_too(destination.settings_form(), settings.destination)
            self._warm = _Warm(settings, destination)
        return self._warm

    def _run(self, warm: _Warm, users: Sequence[str], kept: Kept) -> Ran:
        """Brings some users, from what the last sync left.

        Raises:
            StateFileError: When it cannot be written how far it came.
        """
        asked_before = warm.huma.traffic.requests
        with Heard.listening() as heard:
            self._course = course = _Course(_among(warm.settings.source, users), heard)
            try:
                messages = self._read(warm, course, kept)
                if any(message.record is not None for message in messages):
                    self._write(warm, course, kept, messages)
            except EndedByHostError:
                course.failures.append((Ending.PASSING, STOPPED))
        ran = course.ran(warm.huma.traffic.requests - asked_before)
        if not course.failures and self._inbox.may_be_adding() is not None:
            # Where a run failed, nobody may know yet whether they were.
            self._inbox.added([user for user in course.users if user not in course.unread])
        return ran

    def _read(self, warm: _Warm, course: _Course, kept: Kept) -> list[AirbyteMessage]:
        """What the source has to say: whoever could be read is in it, though others could not."""
        messages: list[AirbyteMessage] = []
        if not course.users:
            return messages
        config = {**warm.settings.source, USER_IDS: list(course.users)}
        reading = changed_users(config, kept.states, warm.huma)
        try:
            with closing(cast("Generator[AirbyteMessage]", reading)):
                messages.extend(self._unless_stopped(reading))
        except SomeUnreadError as error:
            course.could_not_read(error.users)
        except Exception as error:  # noqa: BLE001  nothing of a foreign error's text may get out
            course.failed(TO_XLEDGER.source, error)
        return messages

    def _write(self, warm: _Warm, course: _Course, kept: Kept, messages: Sequence[AirbyteMessage]) -> None:
        """Has the destination write, and keeps each state that it lets through.

        Raises:
            StateFileError: When a state cannot be written.
        """
        lines = (line_of(message).encode() for message in self._unless_stopped(messages))
        writing = warm.destination.write(warm.settings.destination, CHANGED, read_messages(lines, self._streams))
        try:
            with closing(cast("Generator[AirbyteMessage]", writing)):
                for message in writing:
                    kept = kept.with_state(json.loads(as_line(message))["state"])
                    self._state.keep(kept)
        except StateFileError:
            raise
        except InboxError as error:
            course.failures.append((Ending.PASSING, str(error)))
        except Exception as error:  # noqa: BLE001  as above
            course.failed(TO_XLEDGER.destination, error)

    def _client_for(self, settings: Config) -> XledgerClient:
        """What asks the Xledger of the settings in this run."""
        reached = settings.api_url, settings.api_token.get_secret_value()
        if self._client is not None and (self._client.url, self._client.token) == reached:
            self._client = self._client.for_another_run()
        else:
            self._client = self._new_client(*reached)
            self._client.sleep, self._client.before_once = self._wait, self._note_who_is_added
        return self._client

    def _note_who_is_added(self) -> None:
        self._inbox.adding(self._course.users, utc_now())

    def _unless_stopped(self, messages: Iterable[AirbyteMessage]) -> Iterator[AirbyteMessage]:
        for message in messages:
            self._wait(0)
            yield message

    def _wait(self, seconds: float) -> None:
        """Waits, unless it is to stop.

        Raises:
            EndedByHostError: When it is.
        """
        if self._stopped.wait(seconds):
            raise EndedByHostError


def _beforehand(what: Callable[[], object]) -> None:
    """Does something that will be done when it is needed, if it fails now."""
    try:
        what()
    except Exception as error:  # noqa: BLE001  nothing of a foreign error's text may get out
        logger.debug("It could not be done beforehand: %s", told(error).message)


def _among(source: Mapping[str, Any], users: Sequence[str]) -> Sequence[str]:
    """Those of some users whom the source is to read at all: where its own settings name users, nobody else."""
    named = source.get(USER_IDS)
    if not isinstance(named, list) or not named:
        return users
    known = {str(user).lower() for user in named}
    return [user for user in users if user.lower() in known]


def _told_apart(settings: str, kept: Kept | None) -> str:
    """What tells settings, and to whom what was left belongs, from all others.

    A sync by hand may have been of other accounts, or by other settings that have been put back since.
    """
    belongs_to = kept.belongs_to if kept else None
    return hashlib.sha256(json.dumps([settings, belongs_to and asdict(belongs_to)]).encode()).hexdigest()
