"""The result of a sync, told to those whom `connection.yaml` names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from huma_xledger.connection_file import NOTIFY, ConnectionFile
from huma_xledger.direction import TO_XLEDGER, Direction
from huma_xledger.report import place_of_report

if TYPE_CHECKING:
    from connector_base.telling.telling import Told


class Result(Protocol):
    """What a sync came to, whoever ran it."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """The destination's summary; empty when it did not get so far as to sum up."""

    @property
    def log(self) -> Sequence[str]:
        """Every line that the connectors logged."""


def tell(
    file: ConnectionFile, states: Path, direction: Direction, result: Result | None, problem: str | None = None
) -> "Told":
    """Tells of a sync that did something or failed, and was not told of already. It takes half a minute at most.

    Args:
        file: Who is told, and in which language.
        states: The folder of the connection's states, in which it is remembered what was told last.
        direction: From where to where the sync went.
        result: What it came to; None where it failed before there was anything.
        problem: Why it failed, in a sentence; None where it did not.

    Raises:
        ConnectionFileError: When the file cannot say who is told: to be found out before a sync, by reading `notify`.
    """
    # These take a second to load, which nobody waits for who tells nobody.
    from connector_base.storage.storage import LocalFolder  # noqa: PLC0415
    from connector_base.telling.remembered import Remembered  # noqa: PLC0415
    from connector_base.telling.run import Run  # noqa: PLC0415
    from connector_base.telling.telling import Audience  # noqa: PLC0415
    from shared_mappings import Side  # noqa: PLC0415

    written = Side.XLEDGER if direction is TO_XLEDGER else Side.HUMA
    log = result.log if result else ()
    run = Run(written, result.summary if result else {}, named_in(log), place_of_report(log), problem)
    audience = Audience(file.notify, file.notify_language, where_in(file), Remembered(LocalFolder(states), written))
    return audience.tell(run, datetime.now(timezone.utc))


def where_in(file: ConnectionFile) -> str:
    """The setting, as sentences name it."""
    return f"{NOTIFY} in {file.path}"


def named_in(log: Iterable[str]) -> dict[str, list[str]]:
    """Those who were rejected, by code, as a destination's log names them."""
    from connector_base.reporting.rejection_lines import rejection_in  # noqa: PLC0415  as above

    named: defaultdict[str, list[str]] = defaultdict(list)
    for line in log:
        if rejection := rejection_in(line):
            label, code = rejection
            named[code].append(label)
    return dict(named)
