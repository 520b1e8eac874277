"""What an administrator sets up for a connection to Xledger."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, Secret, StrictBool, StrictInt, ValidationInfo, field_validator

from connector_base.people.directory import MatchingKey
from connector_base.settings.addresses import address_setting, allowed_address
from connector_base.settings.choices import choice_of, explained
from connector_base.settings.decisions import DecisionsText, decisions_setting
from connector_base.settings.field_policies import asked_for
from connector_base.settings.gender_codes import GenderCode, codes_by_default, codes_for_genders
from connector_base.settings.parsing import form_of, parsed, without_invalid_settings
from connector_base.settings.settings import Settings
from connector_base.settings.writing_people import (
    AuthoritySetting,
    ModeSetting,
    authority_setting,
    mode_setting,
    settings_that_decide,
)
from connector_base.storage.storage_config import StorageConfig, storage_setting
from connector_base.telling.setting import (
    TOLD,
    NotifyLanguageSetting,
    NotifySetting,
    notify_language_setting,
    notify_setting,
)
from destination_xledger.settings.field_policies import (
    FORTH,
    CreateOnlyFields,
    FieldPolicies,
    FieldPolicy,
    FillEmptyFields,
    NoUnsetFields,
    ReadOnlyFields,
)
from destination_xledger.xledger import XLEDGER
from shared_mappings import (
    DeactivatedUsers,
    NewUsers,
    Options,
    Policies,
    Policy,
)
from xledger_api.language.accesses import WHERE_TOKENS_ARE
from xledger_api.sending.client import PRODUCTION
from xledger_api.sending.tokens import WholeToken

LARGEST_BATCH: Final = 500
"""A mass mutation takes 500 inputs."""

WRITE_THE_SAME: Final = frozenset(
    {"api_token", "api_url", "authority_confirmed", "batch_size", "object_storage_config", "allow_mass_unset", *TOLD}
)
"""The settings under which the same is written of everybody who was written before. A change of any other one concerns
people who did not change, whom an incremental sync does not reach."""


class Config(Settings):
    """Keeps employees in Xledger in step with the people in Huma."""

    model_config = ConfigDict(title="Xledger Destination Spec")

    mode: ModeSetting = mode_setting(XLEDGER, order=0)
    api_token: Secret[WholeToken] = Field(
        title="API token",
        description=f"Token of an API user in Xledger ({WHERE_TOKENS_ARE}). Every change is logged in Xledger under "
        "the name of the person who made it.",
        json_schema_extra={"airbyte_secret": True, "order": 1},
    )
    authority_confirmed: AuthoritySetting = authority_setting(XLEDGER, order=2)
    object_storage_config: StorageConfig = storage_setting(order=3)
    notify: NotifySetting = notify_setting(order=4)
    notify_language: NotifyLanguageSetting = notify_language_setting(order=5)
    new_users: Annotated[NewUsers, choice_of(NewUsers)] = Field(
        NewUsers.CREATE,
        title="People who are not in Xledger",
        description=explained(
            {NewUsers.CREATE: "they are added as employees", NewUsers.SKIP: "they are left out, and counted"}
        ),
        json_schema_extra={"order": 6},
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
        json_schema_extra={"order": 7},
    )
    gender_codes: Annotated[tuple[GenderCode, ...], codes_for_genders("Huma", XLEDGER.name)] = Field(
        codes_by_default(Options().gender_codes),
        validate_default=True,
        title="Gender codes",
        description="Xledger's code for each gender as it is spelled in Huma. A gender without a code is reported, "
        "not written.",
        json_schema_extra={"order": 8},
    )
    no_unset_fields: NoUnsetFields = Field(
        (),
        title="Fields that are never unset",
        description="Where one of these has no value in Huma, Xledger keeps what it has. Some fields are never unset "
        "anyway.",
        json_schema_extra={"order": 9},
    )
    fill_empty_fields: FillEmptyFields = Field(
        (),
        title="Fields that only fill in what is empty",
        description="One of these is written only where Xledger has nothing: where both have a value, Xledger's stays.",
        json_schema_extra={"order": 10},
    )
    create_only_fields: CreateOnlyFields = Field(
        (),
        title="Fields that are written only for new employees",
        description="One of these is written while an employee is created, and left alone from then on.",
        json_schema_extra={"order": 11},
    )
    read_only_fields: ReadOnlyFields = Field(
        (),
        title="Fields that are never written",
        description="One of these is compared and reported, and never written, not even for a new employee.",
        json_schema_extra={"order": 12},
    )
    match_on: tuple[Annotated[MatchingKey, choice_of(MatchingKey)], ...] = Field(
        (MatchingKey.EMPLOYMENT_ID, MatchingKey.EMAIL),
        title="How people are found in Xledger",
        description="Choose one of three ways. employmentId and email: by employment ID, and by e-mail address where "
        "that finds nobody. employmentId: by employment ID alone. email: by e-mail address alone. Whatever is chosen, "
        "an employment ID that is taken in Xledger is never given to a second employee.",
        min_length=1,
        json_schema_extra={"order": 13, "uniqueItems": True},
    )
    decisions: DecisionsText = decisions_setting(order=14)
    renumber_employees: StrictBool = Field(
        False,
        title="Give employees who are found by e-mail a new code",
        description="Somebody in Huma may have the e-mail address of an employee whose code is another one than their "
        "employment ID. Off, nobody is taken for that employee: the person is rejected, as code_conflict. On, the "
        "person is that employee, who gets the employment ID as code, unless the date of birth or the social security "
        "number says that it is somebody else.",
        json_schema_extra={"order": 15},
    )
    allow_mass_unset: StrictBool = Field(
        False,
        title="Let a field be unset for many people at once",
        description="Off, a sync ends before it would unset one field for more than 20 active people, and for more "
        "than a third of those who have it: mostly that means that the source does not send the field any more. Turn "
        "it on for one sync if it is meant.",
        json_schema_extra={"order": 16},
    )
    batch_size: StrictInt = Field(
        LARGEST_BATCH,
        title="Batch size",
        description="How many people are looked up, planned and written together. Larger batches cost fewer requests.",
        ge=1,
        le=LARGEST_BATCH,
        json_schema_extra={"order": 17},
    )
    api_url: Annotated[str, allowed_address(PRODUCTION)] = address_setting(
        PRODUCTION, "Xledger's GraphQL API", order=18
    )
    field_policies: FieldPolicies = Field(
        (),
        title="Stricter rules for single fields",
        description="Every field has a rule that this list can tighten, never loosen. It counts together with the "
        "lists of fields above.",
        json_schema_extra={"airbyte_hidden": True, "order": 19},
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
        return Policies(asked_for(self, self.field_policies), self.new_users, self.deactivated_users)

    @property
    def what_is_written(self) -> dict[str, Any]:
        """The settings that decide what is written of a person, as JSON, in one form for the same choice."""
        return settings_that_decide(self, FORTH, WRITE_THE_SAME)

    @property
    def options(self) -> Options:
        """Settings that change what a value becomes."""
        return Options(gender_codes={entry.gender: entry.code for entry in self.gender_codes})


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
    return parsed(config, Config)


def what_can_be_tried(config: Any) -> Config | None:
    """The valid settings, with defaults in place of the invalid ones; None where reaching Xledger takes one of those.

    Args:
        config: The config as the host gave it.
    """
    return without_invalid_settings(config, Config, _TO_REACH_XLEDGER)


def connection_specification() -> dict[str, Any]:
    """The JSON Schema of the config, without references, as hosts draw forms from it."""
    return form_of(Config)
