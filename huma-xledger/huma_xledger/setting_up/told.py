"""What an administrator is told of a plan, and of what was set up. Without I/O, and without a value of a secret."""

from collections.abc import Iterator
from typing import Final

from huma_xledger.direction import TO_XLEDGER
from huma_xledger.setting_up.plan import Action, ActorStep, ConnectionStep, DefinitionStep, Plan, Step, action_of
from huma_xledger.setting_up.wanted import Wanted, WantedConnection, WantedConnector
from huma_xledger.setting_up.workspace import Place

NOTHING_TO_DO: Final = "Everything is there as connection.yaml says. Nothing is to be done."

NOT_ASKED: Final = (
    "Nothing was done: nobody can be asked here. Start it at a terminal, or add --yes, which does all of this without "
    "asking."
)

NOT_WANTED: Final = "Nothing was done."

QUESTION: Final = "Do all of this in Airbyte? Type yes, or anything else for no: "

INTERRUPTED_IN_THE_MIDDLE: Final = (
    "Interrupted. What was made in Airbyte stays: start this again, and it goes on from there."
)

STAYS: Final = "What was made before stays: start this again, and it goes on from there."

PUBLIC_API: Final = "/api/public/v1"
"""What the address of the API of an Airbyte of one's own ends in, after that of its pages."""

_SIGNS: Final = {Action.CREATE: "make", Action.UPDATE: "change", Action.LEAVE: "leave"}
_DONE: Final = {Action.CREATE: "Made", Action.UPDATE: "Changed"}

_MODES: Final = {"sync": "it writes (mode: sync)", "preview": "it writes nothing (mode: preview)"}


def told_of_place(place: Place, host: str) -> str:
    """Where something is set up.

    Args:
        place: The workspace.
        host: Where Airbyte is.
    """
    return f"In Airbyte at {host}, workspace {place.name} ({place.id}):"


def told_of(plan: Plan) -> Iterator[str]:
    """A plan, line by line."""
    for step in plan.steps:
        yield f"  {_SIGNS[action_of(step)]:6} {step.name}{_about(step)}"


def told_of_done(step: Step) -> str:
    """A step that was done."""
    return f"{_DONE[action_of(step)]}: {step.name}"


def told_of_result(plan: Plan, wanted: Wanted, place: Place, api_url: str) -> Iterator[str]:
    """What there is, where to look at it, and what is to be done next.

    Args:
        plan: What there is, as a plan in which nothing is to be done.
        wanted: What was to be there.
        place: The workspace.
        api_url: Where Airbyte's API answers.
    """
    for actor in plan.actors:
        if actor.there is not None:
            side = actor.connector.side
            yield f"{actor.name}: {_page(api_url, place, side, actor.there.id)}"
    for step in plan.connections:
        if step.there is not None:
            yield f"{step.name}: {_page(api_url, place, 'connections', step.there.id)}"
            yield from _next(step, step.there.id, wanted)


def _next(step: ConnectionStep, id_: str, wanted: Wanted) -> Iterator[str]:
    direction = step.connection.direction
    destination = wanted.connector(direction.destination)
    if destination.config.get("mode") == "sync":
        yield f"  It writes to {direction.written.name} when it runs: Sync now on its page, or its schedule, starts it."
    else:
        yield (
            f"  Click Sync now on its page: that is a preview, which writes nothing to {direction.written.name}. Read "
            f"its report, decide, put mode: sync below {direction.destination} in connection.yaml, and start this "
            "again."
        )
    if direction is TO_XLEDGER:
        yield f"  For listen.airbyte.connection_id in connection.yaml: {id_}"


def _about(step: Step) -> str:
    """What a step does, after the name of what it is about."""
    if action_of(step) is Action.LEAVE:
        return ""
    why = "; ".join(step.why)
    match step:
        case DefinitionStep():
            return f": {why}" if why else f", of the image {step.connector.image}"
        case ActorStep():
            what = f": {why}" if why else f", with the settings {', '.join(step.connector.config)}"
            return what + _mode(step.connector)
        case ConnectionStep():
            return f": {why}" if why else _about_connection(step.connection)


def _about_connection(connection: WantedConnection) -> str:
    schedule = "run by hand" if connection.cron is None else f"scheduled as {connection.cron} (UTC)"
    return f", stream {connection.direction.stream}, {connection.sync_mode_in_form}, {schedule}"


def _mode(connector: WantedConnector) -> str:
    if connector.side == "source":
        return ""
    mode = connector.config.get("mode", "preview")
    return f"; {_MODES[mode]}" if mode in _MODES else ""


def _page(api_url: str, place: Place, kind: str, id_: str) -> str:
    """The address of something's page in Airbyte; its id where nobody knows where the pages are."""
    if not api_url.endswith(PUBLIC_API):
        return id_
    return f"{api_url.removesuffix(PUBLIC_API)}/workspaces/{place.id}/{kind}/{id_}"
