"""The code that one system has for each gender as it is spelled in another one."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, GetPydanticSchema, create_model

from connector_base.settings.complaints import ordinal
from connector_base.settings.settings import Settings
from shared_mappings.normal_forms import normalised_word


class GenderCode(Settings):
    """The code for one gender."""

    model_config = ConfigDict(title="Gender code")

    gender: str
    code: str


def codes_for_genders(spelled_in: str, coded_in: str) -> GetPydanticSchema:
    """What may stand in a list of codes, one for each gender, and how a form draws it.

    A list of pairs: a form draws nothing for a map of any keys, and saves an empty one.

    Args:
        spelled_in: The system that spells genders.
        coded_in: The system that has codes for them.
    """
    gender: Any = Annotated[
        str,
        _filled(f"write the gender as it is spelled in {spelled_in}"),
        Field(
            title="Gender",
            description=f"The gender as it is spelled in {spelled_in}. Capital letters do not matter.",
            examples=["Male", "Female", "Kvinne"],
            json_schema_extra={"order": 0},
        ),
    ]
    code: Any = Annotated[
        str,
        _filled("leave a gender without a code out of the list"),
        Field(
            title="Code",
            description=f"Its code in {coded_in}.",
            examples=["M", "F"],
            json_schema_extra={"order": 1},
        ),
    ]
    entry: Any = create_model(
        GenderCode.__name__,
        __doc__=f"{coded_in}'s code for one gender.",
        __base__=GenderCode,
        gender=(gender, ...),
        code=(code, ...),
    )
    entries: Any = Annotated[tuple[entry, ...], BeforeValidator(_no_map_of_genders), AfterValidator(_one_code_each)]
    return GetPydanticSchema(lambda _, handler: handler(entries))


def codes_by_default(codes: Mapping[str, str]) -> list[dict[str, str]]:
    """A code for each gender, as an administrator would enter it."""
    return [{"gender": gender, "code": code} for gender, code in codes.items()]


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
