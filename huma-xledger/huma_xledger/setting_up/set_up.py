"""`huma-xledger airbyte-setup`: what is to be done is shown, asked about, and done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from connector_base.settings.masked_secrets import mask_too
from huma_xledger.airbyte.api import AirbyteApi, AirbyteError
from huma_xledger.airbyte_settings import AirbyteSettings
from huma_xledger.connection_file import ConnectionFile
from huma_xledger.lock import held
from huma_xledger.setting_up import told
from huma_xledger.setting_up.kept import NAME, KeptError, KeptFile
from huma_xledger.setting_up.making import Maker, NotTakenError
from huma_xledger.setting_up.plan import Plan, UnclearError, plan, refuse_what_is_being_made
from huma_xledger.setting_up.wanted import wanted
from huma_xledger.setting_up.workspace import CLOUD, NOT_ON_CLOUD, Place, Unsuitable, Workspace, places

LOCK: Final = "airbyte.lock"

ANOTHER: Final = "Another airbyte-setup of this connection is still running, so this one does nothing."

NO_WORKSPACE: Final = "The application sees no workspace in Airbyte. Check that its user is a member of one."

SEVERAL_WORKSPACES: Final = (
    "The application sees several workspaces in Airbyte: {places}. Put the id of the one that is meant into "
    "airbyte.workspace in connection.yaml."
)

NO_SUCH_WORKSPACE: Final = (
    "The application sees no workspace, or more than one, with the id or the name that airbyte.workspace in "
    "connection.yaml has. It sees: {places}."
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Whom a setup talks to, beside Airbyte.

    Attributes:
        say: Takes each sentence.
        ask: Whether to go on, asked of whoever is there; None where nobody can be asked.
        now: The time.
        wait: Waits for so many seconds.
    """

    say: Callable[[str], object]
    ask: Callable[[], bool] | None
    now: Callable[[], datetime]
    wait: Callable[[float], object]


def set_up(file: ConnectionFile, states: Path, around: Surroundings, *, unasked: bool) -> bool:
    """Sets up in Airbyte what a connection says.

    Args:
        file: The connection.
        states: The folder for what is kept of it.
        around: Whom it talks to.
        unasked: Whether it goes on without asking.

    Returns:
        Whether everything is there.

    Raises:
        ConnectionFileError: When the file is of no use for it.
        AlreadyRunningError: When another one is at it.
        LockFileError: When nobody can tell.
        OSError: When nothing can be kept.
    """
    settings = file.airbyte
    with held(states / LOCK, refusal=ANOTHER):
        try:
            return _set_up(file, settings, KeptFile(states / NAME), around, unasked=unasked)
        except (AirbyteError, KeptError, NotTakenError, UnclearError, Unsuitable) as error:
            around.say(str(error))
            return False


def _set_up(
    file: ConnectionFile, settings: AirbyteSettings, kept: KeptFile, around: Surroundings, *, unasked: bool
) -> bool:
    what, api_url = wanted(file, settings), settings.login.api_url
    workspace = _workspace(settings)
    before = kept.read()
    planned = plan(what, workspace.there(), before)
    refuse_what_is_being_made(planned, before, around.now())
    around.say(told.told_of_place(workspace.place, urlsplit(api_url).netloc))
    for sentence in (*told.told_of(planned), *what.warnings, *planned.notes):
        around.say(sentence)
    if not _goes_on(planned, around, unasked=unasked):
        return False
    maker = Maker(workspace, what, kept, around.now, around.wait, lambda step: around.say(told.told_of_done(step)))
    try:
        after = maker.make(planned)
    except AirbyteError as error:
        around.say(str(error))
        around.say(told.STAYS)
        return False
    for sentence in told.told_of_result(after, what, workspace.place, api_url):
        around.say(sentence)
    return True


def _workspace(settings: AirbyteSettings) -> Workspace:
    """The workspace that is meant, of those that the application sees."""
    if urlsplit(settings.login.api_url).hostname == CLOUD:
        raise Unsuitable(NOT_ON_CLOUD)
    mask_too(settings.login.client_secret)
    api = AirbyteApi(settings.login)
    return Workspace(api, _place(places(api), settings.workspace))


def _place(seen: list[Place], named: str | None) -> Place:
    if not seen:
        raise Unsuitable(NO_WORKSPACE)
    names = ", ".join(f"{place.name} ({place.id})" for place in seen)
    chosen = [place for place in seen if named in (None, place.id, place.name)]
    if len(chosen) == 1:
        return chosen[0]
    raise Unsuitable((SEVERAL_WORKSPACES if named is None else NO_SUCH_WORKSPACE).format(places=names))


def _goes_on(planned: Plan, around: Surroundings, *, unasked: bool) -> bool:
    """Whether somebody wants what is to be done, or nothing is; says why not."""
    if not planned.to_do:
        around.say(told.NOTHING_TO_DO)
        return True
    if unasked or (around.ask is not None and around.ask()):
        return True
    around.say(told.NOT_ASKED if around.ask is None else told.NOT_WANTED)
    return False
