"""What an administrator sets up for a connection to Xledger."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from typing import Annotated, Any, Final

from airbyte_cdk.utils.spec_schema_transformations import resolve_refs
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    Secret,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from connector_base.failures import config_error
from connector_base.settings.addresses import allowed_address
from connector_base.settings.settings import UNKNOWN, Settings
from connector_base.storage.storage_config import LocalStorage, NoStorage, S3Storage, StorageConfig
from shared_mappings import API_URL_PATTERN, DeactivatedUsers, NewUsers, Options, Policies, Policy, field_table
from shared_mappings.normal_forms import normalised_word
from xledger_api.employees.directory import MatchingKey
from xledger_api.language.accesses import WHERE_TOKENS_ARE
from xledger_api.sending.tokens import may_be_a_token

PRODUCTION: Final = "https://www.xledger.net/graphql"

LARGEST_BATCH: Final = 500
"""A mass mutation takes 500 inputs."""

WRITE_THE_SAME: Final = frozenset(
    {"api_token", "api_url", "authority_confirmed", "batch_size", "object_storage_config", "allow_mass_unset"}
)
"""The settings under which the same is written of everybody who was written before. A change of any other one concerns
people who did not change, whom an incremental sync does not reach."""


class Mode(str, Enum):
    """Whether anything is written."""

    SYNC = "sync"
    PREVIEW = "preview"


def _choice_of(kind: type[Enum]) -> WithJsonSchema:
    """A choice as the form draws it, without a reference: the CDK resolves only those that stand alone."""
    return WithJsonSchema({"type": "string", "enum": [choice.value for choice in kind]})


def _known_field(name: str) -> str:
    known = field_table().fields
    if name not in known:
        raise ValueError(f"there is no field {name}; the fields are {', '.join(known)}")
    return name


def _whole_token(token: str) -> str:
    if not may_be_a_token(token):
        raise ValueError(
            "it is no token of Xledger's, or only a part of one: a token is letters, digits, - and _, with nothing "
            "before, between or after them; copy it from Xledger again, or make a new one"
        )
    return token


def _confirmed(authority: bool) -> bool:
    if not authority:
        raise ValueError(
            'nothing is read or written until you confirm your authority: tick the box "I may let this connection '
            'read and write personnel data" in the settings of this destination'
        )
    return authority


def _filled(what_to_do: str) -> AfterValidator:
    def check(text: str) -> str:
        if not text.strip():
            raise ValueError(f"it is empty; {what_to_do}")
        return text

    return AfterValidator(check)


def _no_map_of_genders(codes: Any) -> Any:
    if isinstance(codes, Mapping):
        raise ValueError(  # noqa: TRY004  # the only kind that pydantic takes for a complaint
            'this is a list now; write [{"gender": "Male", "code": "M"}, {"gender": "Female", "code": "F"}] in place '
            'of {"Male": "M", "Female": "F"}, with your own genders and codes'
        )
    return codes


class FieldPolicy(Settings):
    """A stricter rule for one field."""

    model_config = ConfigDict(title="Field policy")

    field: Annotated[str, AfterValidator(_known_field)] = Field(
        title="Field",
        description="Name of the field in Huma's records, such as phone or homeAddress.",
        examples=["phone", "homeAddress", "jobTitle"],
        json_schema_extra={"order": 0},
    )
    policy: Annotated[Policy, _choice_of(Policy)] = Field(
        title="Policy",
        description="mirror: set and unset. no_unset: set, never unset. fill_empty: only where Xledger has nothing. "
        "create_only: only while creating an employee. read_only: never written, only compared and reported.",
        json_schema_extra={"order": 1},
    )

    @model_validator(mode="after")
    def _only_tightens(self) -> "FieldPolicy":
        own = field_table().own_rule(self.field)
        if self.policy.is_looser_than(own):
            raise ValueError(
                f"{self.field} cannot be {self.policy.value}: its own rule is {own.value}, which no setting may loosen"
            )
        return self


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
                f"entries {before} and {position} are for the same gender, because capital letters do not matter; "
                "leave one of them out"
            )
    return codes


class Config(Settings):
    """Keeps employees in Xledger in step with the people in Huma."""

    model_config = ConfigDict(title="Xledger Destination Spec")

    api_token: Secret[Annotated[str, Field(min_length=1), AfterValidator(_whole_token)]] = Field(
        title="API token",
        description=f"Token of an API user in Xledger ({WHERE_TOKENS_ARE}). Every change is logged in Xledger under "
        "the name of the person who made it.",
        json_schema_extra={"airbyte_secret": True, "order": 0},
    )
    authority_confirmed: Annotated[bool, AfterValidator(_confirmed)] = Field(
        title="I may let this connection read and write personnel data",
        description="Tick this box to confirm that you have the authority to let this connection read and write "
        "personnel data in Xledger. Without it nothing is read or written.",
        json_schema_extra={"order": 1},
    )
    mode: Annotated[Mode, _choice_of(Mode)] = Field(
        Mode.SYNC,
        title="Mode",
        description="sync writes to Xledger. preview plans and reports what a sync would do, and writes nothing.",
        json_schema_extra={"order": 2},
    )
    new_users: Annotated[NewUsers, _choice_of(NewUsers)] = Field(
        NewUsers.CREATE,
        title="People who are not in Xledger",
        description="create adds them as employees; skip leaves them out.",
        json_schema_extra={"order": 3},
    )
    deactivated_users: Annotated[DeactivatedUsers, _choice_of(DeactivatedUsers)] = Field(
        DeactivatedUsers.UPDATE_EXISTING,
        title="People who are deactivated in Huma",
        description="update_existing updates their employee, so that an end date comes through, but never creates "
        "one; skip leaves them out; sync treats them like everybody else.",
        json_schema_extra={"order": 4},
    )
    field_policies: tuple[FieldPolicy, ...] = Field(
        (),
        title="Stricter rules for single fields",
        description="Every field has a rule that this list can tighten, never loosen.",
        json_schema_extra={"order": 5},
    )
    match_on: tuple[MatchingKey, ...] = Field(
        (MatchingKey.EMPLOYMENT_ID, MatchingKey.EMAIL),
        title="How people are found in Xledger",
        description="The keys by which a person is found, tried in this order. An employment ID that is taken in "
        "Xledger is never given to a second employee, whatever is chosen here.",
        min_length=1,
        json_schema_extra={"order": 6, "uniqueItems": True},
    )
    renumber_employees: bool = Field(
        False,
        title="Give employees who are found by e-mail a new code",
        description="Somebody in Huma may have the e-mail address of an employee whose code is another one than their "
        "employment ID. Off, nobody is taken for that employee: the person is rejected, as code_conflict. On, the "
        "person is that employee, who gets the employment ID as code, unless the date of birth or the social security "
        "number says that it is somebody else.",
        json_schema_extra={"order": 7},
    )
    gender_codes: Annotated[
        tuple[GenderCode, ...], BeforeValidator(_no_map_of_genders), AfterValidator(_one_code_each)
    ] = Field(
        tuple(GenderCode(gender=gender, code=code) for gender, code in Options().gender_codes.items()),
        title="Gender codes",
        description="Xledger's code for each gender as it is spelled in Huma. A gender without a code is reported, "
        "not written.",
        json_schema_extra={"order": 8},
    )
    batch_size: int = Field(
        LARGEST_BATCH,
        title="Batch size",
        description="How many people are looked up, planned and written together. Larger batches cost fewer requests.",
        ge=1,
        le=LARGEST_BATCH,
        json_schema_extra={"order": 9},
    )
    api_url: Annotated[str, allowed_address(PRODUCTION)] = Field(
        PRODUCTION,
        title="API address",
        description="Address of Xledger's GraphQL API: https, or http to this machine.",
        json_schema_extra={"order": 10, "pattern": API_URL_PATTERN, "pattern_descriptor": PRODUCTION},
    )
    object_storage_config: StorageConfig = Field(
        NoStorage(storage_type="None"),
        title="Where reports and rejected records go",
        description="Each sync can leave a summary, the records that were rejected and, in preview, what would be "
        "written for each person. These files hold personal data, and go only here.",
        json_schema_extra={"order": 11, "type": "object"},
    )
    allow_mass_unset: bool = Field(
        False,
        title="Let a field be unset for many people at once",
        description="Off, a sync ends before it would unset one field for more than 20 active people, and for more "
        "than a third of those who have it: mostly that means that the source does not send the field any more. Turn "
        "it on for one sync if it is meant.",
        json_schema_extra={"order": 12},
    )

    @field_validator("field_policies")
    @classmethod
    def _creates_nobody_without_a_key(
        cls, policies: tuple[FieldPolicy, ...], others: ValidationInfo
    ) -> tuple[FieldPolicy, ...]:
        locked = [entry for entry in policies if (entry.field, entry.policy) == _UNWRITTEN_KEY]
        if locked and others.data.get("new_users") is NewUsers.CREATE:
            raise ValueError(
                "employmentId cannot be read_only while new people are created: nobody would find them again, and "
                "every sync would create them anew; set new_users to skip"
            )
        return policies

    @property
    def policies(self) -> Policies:
        """What the administrator decided, for the planner; of two policies for a field the stricter one."""
        fields: dict[str, Policy] = {}
        for entry in sorted(self.field_policies, key=lambda entry: entry.policy.strictness):
            fields[entry.field] = entry.policy
        return Policies(fields, self.new_users, self.deactivated_users)

    @property
    def what_is_written(self) -> dict[str, Any]:
        """The settings that decide what is written of a person, as JSON, in one form for the same choice."""
        table, policies = field_table(), self.policies.fields
        tightened = {name: policy.value for name, policy in policies.items() if policy is not table.own_rule(name)}
        return {
            **self.model_dump(mode="json", exclude=set(WRITE_THE_SAME)),
            "field_policies": tightened,
            "gender_codes": {normalised_word(entry.gender): entry.code for entry in self.gender_codes},
        }

    @property
    def options(self) -> Options:
        """Settings that change what a value becomes."""
        return Options(gender_codes={entry.gender: entry.code for entry in self.gender_codes})


_UNWRITTEN_KEY: Final = ("employmentId", Policy.READ_ONLY)

_TO_REACH_XLEDGER: Final = frozenset({"api_token", "api_url", "authority_confirmed"})


def parse_config(config: Any) -> Config:
    """The config as values.

    Raises:
        AirbyteTracedException: A config error that names every invalid setting, never its value.
    """
    try:
        return Config.model_validate(config)
    except ValidationError as error:
        problems = [
            _sentence(problem["type"], problem["loc"], problem["msg"]) for problem in error.errors(include_input=False)
        ]
    raise config_error("The configuration cannot work. " + " ".join(problems))


def without_invalid_settings(config: Any) -> Config | None:
    """The valid settings, with defaults in place of the invalid ones, so that a check can go on after naming those.

    Args:
        config: The config as the host gave it.

    Returns:
        None when an invalid setting is one that reaching Xledger takes: token, address or authority.
    """
    kept = config
    while True:  # at its default, a setting can make another one impossible
        try:
            return Config.model_validate(kept)
        except ValidationError as error:
            broken = {name for problem in error.errors() for name in problem["loc"][:1]}
        if not broken or broken & _TO_REACH_XLEDGER:
            return None
        kept = {name: value for name, value in kept.items() if name not in broken}


def storage_of(config: Any) -> StorageConfig:
    """Where reports go, even if other settings are invalid; nowhere when this one is."""
    try:
        return _STORAGES.validate_python(config[_STORAGE] if isinstance(config, Mapping) else None)
    except (KeyError, ValidationError):
        return NoStorage(storage_type="None")


def connection_specification() -> dict[str, Any]:
    """The JSON Schema of the config, without references, as hosts draw forms from it."""
    schema = Config.model_json_schema(ref_template="#/definitions/{model}")
    return resolve_refs({"definitions": schema.pop("$defs"), **schema})


def _sentence(kind: str, location: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    if kind == UNKNOWN:
        said = f"there is no such setting; {_instead(str(location[-1]), _known_names(location))}"
    if location[:1] == (_STORAGE,):  # what follows is the type of storage, which is no name in the config
        location = (_STORAGE, *location[2:])
    setting = ".".join(str(part) for part in location)
    return f"{setting}: {said}." if setting else f"{said}."


def _known_names(location: tuple[int | str, ...]) -> list[str]:
    group: type[Settings] = Config
    for part in location[:-1]:
        group = _GROUPS.get(part, group)
    return list(group.model_fields)


def _instead(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"the nearest is {near[0]}" if near else f"the settings are {', '.join(known)}"


_STORAGE: Final = "object_storage_config"

_STORAGES: Final[TypeAdapter[StorageConfig]] = TypeAdapter(StorageConfig)

_GROUPS: Final[Mapping[int | str, type[Settings]]] = {
    "field_policies": FieldPolicy,
    "gender_codes": GenderCode,
    "None": NoStorage,
    "Local": LocalStorage,
    "S3": S3Storage,
}
"""Groups within the config, by what stands in a complaint's location for them."""
