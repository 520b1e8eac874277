"""The setting for the decisions that an administrator took, for whoever has no storage to put their file in."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from shared_mappings import Decisions, DecisionsError, parse_decisions

_REMEDY: Final = (
    "paste the whole file again, as it was saved, or update this connector if the file is of a later version"
)


def _understood(text: str) -> str:
    if text.strip():
        try:
            parse_decisions(text)
        except DecisionsError as error:
            raise ValueError(f"{error}; {_REMEDY}") from None
    return text


DecisionsText = Annotated[str, AfterValidator(_understood)]
"""What is in the file, or nothing."""


def decisions_setting(order: int) -> Any:
    """The setting.

    Args:
        order: Its place in the form.
    """
    return Field(
        "",
        title="Decisions",
        description="What was decided for single people, whose value stands, and who is left out or added: the whole "
        "text of decisions.json. Leave it empty where that file is put beside the reports, into the folder or bucket "
        "that is set for them: it is found there.",
        json_schema_extra={"multiline": True, "order": order},
        repr=False,
    )


def as_settings(decisions: Decisions) -> dict[str, Any]:
    """What decisions add to the settings that decide what is written, wherever they were found; nothing for none."""
    return {"decisions": decisions.as_setting} if decisions else {}
