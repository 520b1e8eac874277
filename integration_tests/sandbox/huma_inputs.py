"""What Huma takes in the body of each write, by its description, as JSON schemas; and what of a body is otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker

from integration_tests.sandbox.countries import COUNTRY_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema import ValidationError

Schema = dict[str, Any]

_COUNTRY_CODE = "ISO 3166-1 alpha-2"
_LANGUAGE_CODE = "ISO 639-1"


def _text(most: int | None = None, **more: Any) -> Schema:
    return {"type": "string", **({} if most is None else {"maxLength": most}), **more}


def _object(properties: Mapping[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    """Return the schema of an object that has these properties and no other, and something in it."""
    return {
        "type": "object",
        "properties": {**properties},
        "required": [*required],
        "additionalProperties": False,
        "minProperties": 1,
    }


_FLAG: Schema = {"type": "boolean"}
_NUMBER: Schema = {"type": "integer"}
_DATE = _text(format="date")
_ID = _text(format="uuid")
_NAME = _text(255)
_COUNTRY = _text(2, format=_COUNTRY_CODE)

_ADDRESS_LINES = {**dict.fromkeys(("line1", "line2", "line3", "postalCode", "city"), _NAME), "country": _COUNTRY}

_BANK_ACCOUNTS = (
    _object({"type": _text(const="international"), "iban": _text(), "bic": _text()}, ("type", "iban", "bic")),
    _object({"type": _text(const="national"), "number": _NAME, "country": _COUNTRY}, ("type", "number", "country")),
)

_CONTRACT_TYPES = (
    *("Permanent", "Temporary", "Seasonal", "Casual", "Trainee", "JobTrainingProgram"),
    *("Consultant", "Freelance", "ThirdParty", "Other"),
)
_END_REASONS = (
    "change_in_organization_or_internal_job_transfer",
    "employee_resigned",
    "employee_terminated",
    "temporary_contract_or_position_ended",
    "change_in_payroll_system_or_accountant",
    "other",
)

_POSITION = {
    **dict.fromkeys(("contractStartDate", "contractEndDate", "firstDayOfWork", "lastDayOfWork"), _DATE),
    **dict.fromkeys(("probationEndDate", "terminationNoticeDate"), _DATE),
    "contractCountry": _text(2),
    "contractType": _text(enum=[*_CONTRACT_TYPES]),
    "percentage": {**_NUMBER, "minimum": 0, "maximum": 100},
    "titleId": _ID,
    "description": _text(10_200),
    "note": _NAME,
    "endNote": _NAME,
    "endReason": _text(enum=[*_END_REASONS]),
    "wantedEnd": _FLAG,
}

INPUTS: Mapping[str, Schema] = {
    "UserInput": _object(
        {
            **dict.fromkeys(("givenName", "familyName", "preferredName"), _NAME),
            **dict.fromkeys(("email", "phone", "inviteSubject", "inviteMessage"), _text()),
            "supervisor": _ID,
            "invite": _FLAG,
            "inviteLanguage": _text(format=_LANGUAGE_CODE),
            "groups": {"type": "array", "items": _ID, "uniqueItems": True},
        },
        ("email", "givenName", "familyName", "groups"),
    ),
    "UserDetailsInput": _object(
        {
            **dict.fromkeys(("givenName", "familyName", "preferredName", "email", "privateEmail", "phone"), _NAME),
            **dict.fromkeys(("gender", "employmentId"), _NAME),
            **dict.fromkeys(("dietaryRequirements", "funfacts"), _text(2_040)),
            **dict.fromkeys(("relevantExperienceInMonths", "relevantExperienceInYears"), _NUMBER),
            **dict.fromkeys(("excludeFromInsights", "excludeFromSurveys"), _FLAG),
            "nationality": _COUNTRY,
            "birthDate": _DATE,
            "civilStatus": _text(enum=["Married", "Relationship", "Single"]),
            "homeAddress": _object(_ADDRESS_LINES, tuple(_ADDRESS_LINES)),
            "bankAccount": {"oneOf": [*_BANK_ACCOUNTS]},
            "supervisor": _ID,
            "seniorityNote": _text(),
            "interests": {"type": "array", "items": {}, "maxItems": 50},
            "custom": {"type": "object", "additionalProperties": {}},
        }
    ),
    "PositionCreateInput": _object(_POSITION, ("contractStartDate", "contractType", "titleId")),
    "PositionUpdateInput": _object(_POSITION),
    "IdentificationInput": _object(
        {
            "type": _text(enum=["national", "passport"]),
            "country": _text(2),
            "value": _text(255, minLength=1),
        },
        ("type", "country", "value"),
    ),
}
"""The bodies, by the names of their schemas in the description. Nothing can be null, and there is no other key."""

_FORMATS = FormatChecker(formats=("date", "uuid"))
_FORMATS.checks(_COUNTRY_CODE)(lambda code: code in ("", *COUNTRY_CODES))
_FORMATS.checks(_LANGUAGE_CODE)(lambda code: isinstance(code, str) and len(code) == 2 and code.islower())

_VALIDATORS = {name: Draft202012Validator(schema, format_checker=_FORMATS) for name, schema in INPUTS.items()}


def wrong_in(body: object, name: str) -> set[str]:
    """Return the keys of a body that are not as its schema says: with dots, and empty text for the body itself.

    Args:
        body: What came as JSON.
        name: The name of the schema.
    """
    return {".".join(path) for error in _VALIDATORS[name].iter_errors(body) for path in _keys(error)}


def _keys(error: ValidationError) -> Iterator[tuple[str, ...]]:
    """Yield the keys that an error is about: those that are missing or unknown, or the one it was found at."""
    found_at = tuple(step for step in error.absolute_path if isinstance(step, str))
    schema: Any = error.schema
    given: Any = error.instance
    names: set[str] = set()
    if error.validator == "required":
        names = set(schema["required"]) - set(given)
    elif error.validator == "additionalProperties":
        names = set(given) - set(schema["properties"])
    yield from ((*found_at, name) for name in names) if names else (found_at,)
