"""Xledger's code for each gender."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from connector_base.settings.complaints import ordinal
from connector_base.settings.settings import Settings
from shared_mappings.normal_forms import normalised_word


def _filled(what_to_do: str) -> AfterValidator:
    def check(text: str) -> str:
        if not text.strip():
            raise ValueError(f"it is empty; {what_to_do}")
        return text

    return AfterValidator(check)


def _no_map_of_genders(codes: Any) -> Any:
    if isinstance(codes, Mapping):
        raise ValueError(  # noqa: TRY004  # the only kind that pydantic takes for a complaint
            'this is a list; write [{"gender": "Male", "code": "M"}, {"gender": "Female", "code": "F"}] in place '
            'of {"Male": "M", "Female": "F"}, with your own genders and codes'
        )
    return codes


class GenderCode(Settings):
    """Xledger's code for one gender."""

    model_config = ConfigDict(title="Gender code")

    gender: Annotated[str, _filled("write the gender as it is spelled in Huma")] = Field(
        title="Gender",
        description="The gender as it is spelled in Huma. Capital letters do not matter.",
        examples=["Male", "Female", "Kvinne"],
        json_schema_extra={"order": 0},
    )
    code: Annotated[str, _filled("leave a gender without a code out of the list")] = Field(
        title="Code",
        description="Its code in Xledger.",
        examples=["M", "F"],
        json_schema_extra={"order": 1},
    )


def _one_code_each(codes: tuple[GenderCode, ...]) -> tuple[GenderCode, ...]:
    first: dict[str, int] = {}
    for position, entry in enumerate(codes):
        before = first.setdefault(normalised_word(entry.gender), position)
        if before != position:
            raise ValueError(
                f"the {ordinal(before)} and the {ordinal(position)} entry are for the same gender, because capital "
                "letters do not matter; leave one of them out"
            )
    return codes


GenderCodes = Annotated[tuple[GenderCode, ...], BeforeValidator(_no_map_of_genders), AfterValidator(_one_code_each)]
"""A code for each gender. A list of pairs: a form draws nothing for a map of any keys, and saves an empty one."""
