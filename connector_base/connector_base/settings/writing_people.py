"""The settings that every destination of people has, whichever system it writes to."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StrictBool

from connector_base.settings.choices import choice_of, explained
from connector_base.settings.modes import Mode
from connector_base.systems import System


def _confirmed(authority: bool) -> bool:
    if not authority:
        raise ValueError(
            "nothing is read or written until you confirm your authority: turn on the switch in the settings of this "
            "destination"
        )
    return authority


ModeSetting = Annotated[Mode, choice_of(Mode)]
"""Whether anything is written."""

AuthoritySetting = Annotated[StrictBool, AfterValidator(_confirmed)]
"""Whether an administrator has said that they may have personnel data written; nothing is valid without."""


def mode_setting(system: System, order: int) -> Any:
    """How a form asks whether anything is written; not unless somebody chooses it."""
    return Field(
        Mode.PREVIEW,
        title="Mode",
        description=explained(
            {
                Mode.PREVIEW: "plans and reports what a sync would do, and writes nothing",
                Mode.SYNC: f"writes to {system.name}. Choose it once you have read what a preview says",
            }
        ),
        json_schema_extra={"always_show": True, "order": order},
    )


def authority_setting(system: System, order: int) -> Any:
    """How a form asks whether somebody may have personnel data written."""
    return Field(
        title="I may let this connection read and write personnel data",
        description="Turn on this switch to confirm that you have the authority to let this connection read and write "
        f"personnel data in {system.name}. Without it nothing is read or written.",
        json_schema_extra={"order": order},
    )
