"""What an administrator sets up for a connection to Xledger."""

from collections.abc import Mapping
from copy import deepcopy
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final

from airbyte_cdk.utils.spec_schema_transformations import resolve_refs
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    Secret,
    StrictBool,
    StrictInt,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from connector_base.failures import config_error
from connector_base.settings.addresses import allowed_address
from connector_base.settings.choices import choice_of, explained
from connector_base.settings.settings import Settings
from connector_base.settings.validating import settings_problems
from connector_base.storage.storage_config import NoStorage, StorageConfig
from destination_xledger.settings.field_policies import (
    CreateOnlyFields,
    FieldPolicies,
    FieldPolicy,
    FillEmptyFields,
    NoUnsetFields,
    ReadOnlyFields,
)
from destination_xledger.settings.gender_codes import GenderCode, GenderCodes
from shared_mappings import API_URL_PATTERN, DeactivatedUsers, NewUsers, Options, Policies, Policy, field_table
from shared_mappings.normal_forms import normalised_word
from xledger_api.employees.directory import MatchingKey
from xledger_api.language.accesses import WHERE_TOKENS_ARE
from xledger_api.sending.client import PRODUCTION
from xledger_api.sending.tokens import WholeToken

LARGEST_BATCH: Final = 500
"""A mass mutation takes 500 inputs."""

WRITE_THE_SAME: Final = frozenset(
    {"api_token", "api_url", "authority_confirmed", "batch_size", "object_storage_config", "allow_mass_unset"}
)
"""The settings under which the same is written of everybody who was written before. A change of any other one concerns
people who did not change, whom an incremental sync does not reach."""


class Mode(str, Enum):
    """Whether anything is written."""

    PREVIEW = "preview"
    SYNC = "sync"


def _confirmed(authority: bool) -> bool:
    if not authority:
        raise ValueError(
            "nothing is read or written until you confirm your authority: turn on the switch in the settings of this "
            "destination"
        )
    return authority


class Config(Settings):
    """Keeps employees in Xledger in step with the people in Huma."""

    model_config = ConfigDict(title="Xledger Destination Spec")

    mode: Annotated[Mode, choice_of(Mode)] = Field(
        Mode.PREVIEW,
        title="Mode",
        description=explained(
            {
                Mode.PREVIEW: "plans and reports what a sync would do, and writes nothing",
                Mode.SYNC: "writes to Xledger. Choose it once you have read what a preview says",
            }
        ),
        json_schema_extra={"always_show": True, "order": 0},
    )
    api_token: Secret[WholeToken] = Field(
        title="API token",
        description=f"Token of an API user in Xledger ({WHERE_TOKENS_ARE}). Every change is logged in Xledger under "
        "the name of the person who made it.",
        json_schema_extra={"airbyte_secret": True, "order": 1},
    )
    authority_confirmed: Annotated[StrictBool, AfterValidator(_confirmed)] = Field(
        title="I may let this connection read and write personnel data",
        description="Turn on this switch to confirm that you have the authority to let this connection read and write "
        "personnel data in Xledger. Without it nothing is read or written.",
        json_schema_extra={"order": 2},
    )
    object_storage_config: StorageConfig = Field(
        NoStorage(storage_type="None"),
        title="Where reports and rejected records go",
        description="Each sync can leave a summary, the records that were rejected and, in preview, what would be "
        "written for each person. These files hold personal data, and go only here.",
        json_schema_extra={"order": 3, "type": "object"},
    )
    new_users: Annotated[NewUsers, choice_of(NewUsers)] = Field(
        NewUsers.CREATE,
        title="People who are not in Xledger",
        description=explained(
            {NewUsers.CREATE: "they are added as employees", NewUsers.SKIP: "they are left out, and counted"}
        ),
        json_schema_extra={"order": 4},
    )
    deactivated_users: Annotated[DeactivatedUsers, choice_of(DeactivatedUsers)] = Field(
        DeactivatedUsers.UPDATE_EXISTING,
        title="People who are deactivated in Huma",
        description=explained(
            {
                DeactivatedUsers.UPDATE_EXISTING: "their employee is updated, so that an end date comes through, but "
                "never created",
                DeactivatedUsers.SKIP: "they are left out, and counted",
                DeactivatedUsers.SYNC: "they are treated like everybody else, and created where they are not in "
                "Xledger",
            }
        ),
        json_schema_extra={"order": 5},
    )
    gender_codes: GenderCodes = Field(
        tuple(GenderCode(gender=gender, code=code) for gender, code in Options().gender_codes.items()),
        title="Gender codes",
        description="Xledger's code for each gender as it is spelled in Huma. A gender without a code is reported, "
        "not written.",
        json_schema_extra={"order": 6},
    )
    no_unset_fields: NoUnsetFields = Field(
        (),
        title="Fields that are never unset",
        description="Where one of these has no value in Huma, Xledger keeps what it has. Some fields are never unset "
        "anyway.",
        json_schema_extra={"order": 7},
    )
    fill_empty_fields: FillEmptyFields = Field(
        (),
        title="Fields that only fill in what is empty",
        description="One of these is written only where Xledger has nothing: where both have a value, Xledger's stays.",
        json_schema_extra={"order": 8},
    )
    create_only_fields: CreateOnlyFields = Field(
        (),
        title="Fields that are written only for new employees",
        description="One of these is written while an employee is created, and left alone from then on.",
        json_schema_extra={"order": 9},
    )
    read_only_fields: ReadOnlyFields = Field(
        (),
        title="Fields that are never written",
        description="One of these is compared and reported, and never written, not even for a new employee.",
        json_schema_extra={"order": 10},
    )
    match_on: tuple[MatchingKey, ...] = Field(
        (MatchingKey.EMPLOYMENT_ID, MatchingKey.EMAIL),
        title="How people are found in Xledger",
        description="Choose one of three ways. employmentId and email: by employment ID, and by e-mail address where "
        "that finds nobody. employmentId: by employment ID alone. email: by e-mail address alone. Whatever is chosen, "
        "an employment ID that is taken in Xledger is never given to a second employee.",
        min_length=1,
        json_schema_extra={"order": 11, "uniqueItems": True},
    )
    renumber_employees: StrictBool = Field(
        False,
        title="Give employees who are found by e-mail a new code",
        description="Somebody in Huma may have the e-mail address of an employee whose code is another one than their "
        "employment ID. Off, nobody is taken for that employee: the person is rejected, as code_conflict. On, the "
        "person is that employee, who gets the employment ID as code, unless the date of birth or the social security "
        "number says that it is somebody else.",
        json_schema_extra={"order": 12},
    )
    allow_mass_unset: StrictBool = Field(
        False,
        title="Let a field be unset for many people at once",
        description="Off, a sync ends before it would unset one field for more than 20 active people, and for more "
        "than a third of those who have it: mostly that means that the source does not send the field any more. Turn "
        "it on for one sync if it is meant.",
        json_schema_extra={"order": 13},
    )
    batch_size: StrictInt = Field(
        LARGEST_BATCH,
        title="Batch size",
        description="How many people are looked up, planned and written together. Larger batches cost fewer requests.",
        ge=1,
        le=LARGEST_BATCH,
        json_schema_extra={"order": 14},
    )
    api_url: Annotated[str, allowed_address(PRODUCTION)] = Field(
        PRODUCTION,
        title="API address",
        description="Address of Xledger's GraphQL API: https, or http to this machine.",
        json_schema_extra={"order": 15, "pattern": API_URL_PATTERN, "pattern_descriptor": PRODUCTION},
    )
    field_policies: FieldPolicies = Field(
        (),
        title="Stricter rules for single fields",
        description="Every field has a rule that this list can tighten, never loosen. It counts together with the "
        "lists of fields above.",
        json_schema_extra={"airbyte_hidden": True, "order": 16},
    )

    @field_validator("field_policies", "read_only_fields")
    @classmethod
    def _creates_nobody_without_a_key(
        cls, locked: tuple[FieldPolicy | str, ...], others: ValidationInfo
    ) -> tuple[FieldPolicy | str, ...]:
        told_already = others.field_name == "field_policies" and "read_only_fields" not in others.data
        creating = others.data.get("new_users") is NewUsers.CREATE
        if creating and not told_already and not _UNWRITTEN_KEY.isdisjoint(locked):
            raise ValueError(
                "employmentId cannot be read_only while new people are created: nobody would find them again, and "
                "every sync would create them anew; set People who are not in Xledger (new_users) to skip"
            )
        return locked

    @property
    def policies(self) -> Policies:
        """What the administrator decided, for the planner; of two policies for a field the stricter one."""
        asked = [(entry.field, entry.policy) for entry in self.field_policies]
        asked += [(name, policy) for setting, policy in _LISTS_OF_FIELDS.items() for name in getattr(self, setting)]
        fields = dict(sorted(asked, key=lambda each: each[1].strictness))
        return Policies(fields, self.new_users, self.deactivated_users)

    @property
    def what_is_written(self) -> dict[str, Any]:
        """The settings that decide what is written of a person, as JSON, in one form for the same choice."""
        table, policies = field_table(), self.policies.fields
        tightened = {name: policy.value for name, policy in policies.items() if policy is not table.own_rule(name)}
        return {
            **self.model_dump(mode="json", exclude={*WRITE_THE_SAME, *_LISTS_OF_FIELDS}),
            "field_policies": tightened,
            "gender_codes": {normalised_word(entry.gender): entry.code for entry in self.gender_codes},
        }

    @property
    def options(self) -> Options:
        """Settings that change what a value becomes."""
        return Options(gender_codes={entry.gender: entry.code for entry in self.gender_codes})


_LISTS_OF_FIELDS: Final[Mapping[str, Policy]] = {
    "no_unset_fields": Policy.NO_UNSET,
    "fill_empty_fields": Policy.FILL_EMPTY,
    "create_only_fields": Policy.CREATE_ONLY,
    "read_only_fields": Policy.READ_ONLY,
}
"""The settings that name fields for a policy."""

_UNWRITTEN_KEY: Final = frozenset(
    {"employmentId", FieldPolicy(field="employmentId", policy=Policy.READ_ONLY)},
)
"""How either kind of list says that nobody is given an employment ID."""

_TO_REACH_XLEDGER: Final = frozenset({"api_token", "api_url", "authority_confirmed"})


def parse_config(config: Any) -> Config:
    """The config as values.

    Raises:
        AirbyteTracedException: A config error that names every invalid setting, never its value.
    """
    try:
        return Config.model_validate(config)
    except ValidationError:
        problems = settings_problems(config, Config, connection_specification())
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
        if not broken or broken.isdisjoint(kept) or broken & _TO_REACH_XLEDGER:
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
    return deepcopy(_specification())


@cache
def _specification() -> dict[str, Any]:
    schema = Config.model_json_schema(ref_template="#/definitions/{model}")
    return resolve_refs({"definitions": schema.pop("$defs"), **schema})


_STORAGE: Final = "object_storage_config"

_STORAGES: Final[TypeAdapter[StorageConfig]] = TypeAdapter(StorageConfig)
