"""The settings that every destination of people has, whichever system it writes to."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Protocol

from pydantic import AfterValidator, Field, StrictBool

from connector_base.settings.choices import choice_of, explained
from connector_base.settings.decisions import as_settings
from connector_base.settings.field_policies import LISTS_OF_FIELDS
from connector_base.settings.gender_codes import GenderCode
from connector_base.settings.modes import Mode
from connector_base.systems import System
from shared_mappings import NO_DECISIONS, Direction, Policies, parse_decisions
from shared_mappings.normal_forms import normalised_word


class WritingPeople(Protocol):
    """The settings that decide, among others, what is written of a person."""

    @property
    def policies(self) -> Policies:
        """What the administrator decided, for the planner."""

    @property
    def gender_codes(self) -> Sequence[GenderCode]:
        """One system's code for each gender as the other one spells it."""

    @property
    def decisions(self) -> str:
        """What was decided, as it was entered."""

    def model_dump(self, *, mode: str, exclude: set[str]) -> dict[str, Any]:
        """The settings, but for some, as JSON."""


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


def settings_that_decide(
    settings: WritingPeople, direction: Direction, write_the_same: Iterable[str]
) -> dict[str, Any]:
    """The settings that decide what is written of a person, as JSON, in one form for the same choice.

    Args:
        settings: The settings.
        direction: Which way values go. A policy that counts anyway is none that was chosen.
        write_the_same: Those under which the same is written of everybody who was written before.
    """
    asked = settings.policies.fields.items()
    entered = settings.decisions.strip()
    return {
        **settings.model_dump(mode="json", exclude={*write_the_same, *LISTS_OF_FIELDS, "decisions"}),
        "field_policies": {name: policy.value for name, policy in asked if policy is not direction.default(name)},
        "gender_codes": {normalised_word(entry.gender): entry.code for entry in settings.gender_codes},
        **as_settings(parse_decisions(entered) if entered else NO_DECISIONS),
    }
