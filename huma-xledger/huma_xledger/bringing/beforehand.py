"""What is to be known before webhooks of a connection are taken: whether they can be, and what is not made good."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from huma_xledger.bringing.timetable import Timetable, timetable_of
from huma_xledger.connection_file import ConnectionFile, ConnectionFileError
from huma_xledger.direction import TO_XLEDGER
from huma_xledger.listen_settings import LISTEN, PATH, ListenSettings
from huma_xledger.loopback import HOST

ONLY_A_LOOK: Final = (
    "{path} does not say mode: sync below {destination}, so that nobody whom a webhook names would be written. Look at "
    "what a sync would do (huma-xledger review), and put mode: sync there before webhooks are taken."
)

WITHOUT_A_SCHEDULE: Final = (
    "{path} has no schedule, so that a webhook which does not arrive is not made good. Put one there (schedule: 6h): "
    "whoever has changed is then brought every so often, whether Huma told of it or not."
)

SHORTEST: Final = 16
"""Characters. A shorter secret can be found by trying, by whoever has seen one webhook."""

EASILY_FOUND: Final = (
    "The secret in {path} (listen.secret) is so short that whoever has seen a webhook can find it by trying, and send "
    "others. Put one of 32 random characters there and in Huma."
)

TAKEN: Final = "Webhooks are taken at http://{host}:{port}{path} where huma-xledger listen is running."

NEXT: Final = (
    "By the schedule, everybody who has changed is synced as well: if that were done now, it would be done again at "
    "{at}."
)

WITHOUT_WEBHOOKS: Final = (
    "The schedule in {path} counts only while webhooks are taken (huma-xledger listen), and the file has nothing under "
    "listen."
)


@dataclass(frozen=True, slots=True)
class Beforehand:
    """How webhooks of a connection are taken.

    Attributes:
        settings: As the file says; None where it does not.
        timetable: When everybody is synced beside that; None for never.
        writes: Whether anybody would be written.
    """

    settings: ListenSettings | None
    timetable: Timetable | None
    writes: bool

    @classmethod
    def of(cls, file: ConnectionFile) -> "Beforehand":
        """What a file says.

        Raises:
            ConnectionFileError: When something of it is of no use.
        """
        settings = file.listen
        is_airbytes = settings is not None and settings.trigger != "self"
        return cls(settings, timetable_of(file), is_airbytes or file.writes)

    def warnings(self, file: ConnectionFile) -> Iterator[str]:
        """What somebody wants to know who checks the connection, or takes its webhooks."""
        if self.settings is None:
            if self.timetable is not None:
                yield WITHOUT_WEBHOOKS.format(path=file.path)
            return
        if not self.writes:
            yield _only_a_look(file)
        if len(self.settings.secret) < SHORTEST:
            yield EASILY_FOUND.format(path=file.path)
        if self.timetable is None:
            yield WITHOUT_A_SCHEDULE.format(path=file.path)

    def told(self, now: datetime) -> Iterator[str]:
        """How webhooks are taken and made good, for whoever checks the connection.

        Args:
            now: The time, with its zone.
        """
        if self.settings is None:
            return
        yield TAKEN.format(host=HOST, port=self.settings.port, path=PATH)
        if self.timetable is not None:
            yield NEXT.format(at=f"{self.timetable.next_after(now):%Y-%m-%d %H:%M} UTC")

    def settings_to_listen(self, file: ConnectionFile) -> ListenSettings:
        """How they are taken.

        Raises:
            ConnectionFileError: When they cannot be: nothing says how, or nobody would be brought to Xledger.
        """
        if self.settings is None:
            raise file.mistaken(LISTEN, "it is missing, so nobody knows which webhooks are Huma's")
        if self.settings.trigger == "self":
            for name in TO_XLEDGER.connectors:
                file.config(name)  # which says so where there is none
        if not self.writes:
            raise ConnectionFileError(_only_a_look(file))
        return self.settings


def _only_a_look(file: ConnectionFile) -> str:
    return ONLY_A_LOOK.format(path=file.path, destination=TO_XLEDGER.destination)
