"""What a page is about as a whole. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final

from connector_base.pages.contents import Decided, Frame, Names
from connector_base.pages.page import FILES
from connector_base.reporting.effects import about_fields
from connector_base.reporting.sides import Sides
from connector_base.settings.modes import Mode
from shared_mappings import Language, Policies, explanations

PAGES: Final = {Mode.PREVIEW: FILES["review"], Mode.SYNC: FILES["result"]}
"""The page that is left of each."""


@dataclass(frozen=True, slots=True)
class Maker:
    """The connector that makes a report.

    Attributes:
        connector: Its name and version.
        documentation: The address of the page that explains codes, each at an anchor of its own.
        sides: How it names the two systems.
    """

    connector: str
    documentation: str
    sides: Sides


def frame(  # noqa: PLR0913  each of them is of its own kind
    mode: Mode,
    maker: Maker,
    policies: Policies,
    summary: str,
    *,
    began: datetime,
    ended: datetime,
    whole: bool,
    listed: bool,
    decided: Decided | None,
    place: str | None,
) -> Frame:
    """What a page is about as a whole.

    Args:
        mode: Whether it is of a preview.
        maker: What makes it.
        policies: What the administrator asked for.
        summary: The summary, as JSON.
        began: When the run began.
        ended: When the page is made.
        whole: Whether everybody came.
        listed: Whether it is known who is only in the system that is written to.
        decided: What was decided before; None where nothing can be decided.
        place: Where decisions are to be put.
    """
    direction = maker.sides.direction
    told = explanations(direction.written)
    return {
        "kind": "review" if mode is Mode.PREVIEW else "result",
        "to": direction.written.value,
        "at": at(ended),
        "began": at(began),
        "connector": maker.connector,
        "whole": whole,
        "listed": listed,
        "summary": json.loads(summary),
        "fields": about_fields(direction.table, direction, policies),
        "codes": {code: _names(text.means) for code, text in told.items()},
        "called": {code: _names(text.called) for code, text in told.items()},
        "documentation": maker.documentation,
        "decisions": decided,
        "place": place,
    }


def at(moment: datetime) -> str:
    """A moment in UTC, as reports write it."""
    return f"{moment.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


def _names(texts: Mapping[Language, str]) -> Names:
    return {"en": texts["en"], "nb": texts["nb"]}
