"""What an administrator sets up for a connection to Huma."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, Secret, ValidationInfo, field_validator

from connector_base.people.directory import MatchingKey
from connector_base.settings.addresses import address_setting, allowed_address
from connector_base.settings.choices import choice_of, explained
from connector_base.settings.decisions import DecisionsText, decisions_setting
from connector_base.settings.field_policies import asked_for
from connector_base.settings.gender_codes import GenderCode, codes_by_default, codes_for_genders
from connector_base.settings.parsing import form_of, parsed, without_invalid_settings
from connector_base.settings.pasted import WHOLE_SECRET_PATTERN, whole_secret
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
from destination_huma.huma import HUMA
from destination_huma.keys import WHERE_KEYS_ARE
from destination_huma.settings.field_policies import BACK, FieldPolicies, FieldPolicy, NoUnsetFields, ReadOnlyFields
from destination_huma.settings.groups import GroupIds
from shared_mappings import NewUsers, Options, Policies, Policy

PRODUCTION: Final = "https://openapi.humahr.com"

AS_SHOWN: Final = "the one that Huma shows, with nothing before or after it and no character that Huma does not show"

WRITE_THE_SAME: Final = frozenset(
    {"client_id", "client_secret", "api_url", "authority_confirmed", "new_user_groups", "object_storage_config", *TOLD}
)
"""The settings under which the same is written of everybody who was written before. A change of any other one concerns
people who did not change, whom an incremental sync does not reach."""


class Config(Settings):
    """Brings what Xledger knows of its employees to the people in Huma."""

    model_config = ConfigDict(title="Huma Destination Spec")

    mode: ModeSetting = mode_setting(HUMA, order=0)
    client_id: Annotated[str, whole_secret("Huma")] = Field(
        title="Client ID",
        description=f"The client ID of an API key that may write. An administrator of Huma makes one under "
        f"{WHERE_KEYS_ARE} > Add API key.",
        min_length=1,
        json_schema_extra={"order": 1, "pattern": WHOLE_SECRET_PATTERN, "pattern_descriptor": AS_SHOWN},
    )
    client_secret: Secret[Annotated[str, Field(min_length=1), whole_secret("Huma")]] = Field(
        title="Client secret",
        description="The client secret that Huma shows once, when the API key is made.",
        json_schema_extra={"airbyte_secret": True, "order": 2},
    )
    authority_confirmed: AuthoritySetting = authority_setting(HUMA, order=3)
    object_storage_config: StorageConfig = storage_setting(order=4)
    notify: NotifySetting = notify_setting(order=5)
    notify_language: NotifyLanguageSetting = notify_language_setting(order=6)
    # Before the setting that cannot do without them, for each setting is judged by those before it.
    new_user_groups: GroupIds = Field(
        (),
        title="Groups of new people",
        description="IDs of groups in Huma (UUIDs). Whoever is added becomes a member of all of them; at least one has "
        "to be a company. Without a group nobody can be added.",
        json_schema_extra={"order": 8},
    )
    new_users: Annotated[NewUsers, choice_of(NewUsers)] = Field(
        NewUsers.SKIP,
        title="People who are not in Huma",
        description=explained(
            {
                NewUsers.SKIP: "they are left out, and counted",
                NewUsers.CREATE: "they are added, as members of the groups below. Nobody is invited",
            }
        ),
        json_schema_extra={"order": 7},
    )
    no_unset_fields: NoUnsetFields = Field(
        (),
        title="Fields in which Xledger wins",
        description="One of these is written to Huma where Xledger has another value. All others only fill in what is "
        "empty in Huma. Nothing is ever unset.",
        json_schema_extra={"order": 9},
    )
    read_only_fields: ReadOnlyFields = Field(
        (),
        title="Fields that are never written",
        description="One of these is compared and reported, and never written, not even for somebody who is added.",
        json_schema_extra={"order": 10},
    )
    gender_codes: Annotated[tuple[GenderCode, ...], codes_for_genders("Huma", "Xledger")] = Field(
        codes_by_default(Options().gender_codes),
        validate_default=True,
        title="Gender codes",
        description="Xledger's code for each gender as it is spelled in Huma. Where several genders have one code, "
        "Huma gets the first.",
        json_schema_extra={"order": 11},
    )
    match_on: tuple[Annotated[MatchingKey, choice_of(MatchingKey)], ...] = Field(
        (MatchingKey.EMPLOYMENT_ID, MatchingKey.EMAIL),
        title="How people are found in Huma",
        description="Choose one of three ways. employmentId and email: by employment ID, and by e-mail address where "
        "that finds nobody. employmentId: by employment ID alone. email: by e-mail address alone.",
        min_length=1,
        json_schema_extra={"order": 12, "uniqueItems": True},
    )
    decisions: DecisionsText = decisions_setting(order=13)
    api_url: Annotated[str, allowed_address(PRODUCTION)] = address_setting(PRODUCTION, "Huma's Open API", order=14)
    field_policies: FieldPolicies = Field(
        (),
        title="Rules for single fields",
        description="Every field only fills in what is empty in Huma. This list can loosen that as far as the field's "
        "own rule, or tighten it. It counts together with the lists of fields above.",
        json_schema_extra={"airbyte_hidden": True, "order": 15},
    )

    @field_validator("new_users")
    @classmethod
    def _adds_nobody_without_a_group(cls, new_users: NewUsers, others: ValidationInfo) -> NewUsers:
        if new_users is NewUsers.CREATE and others.data.get("new_user_groups") == ():
            raise ValueError(
                "Huma adds nobody who is in no group: enter the ID of a company under Groups of new people "
                "(new_user_groups), or choose skip"
            )
        return new_users

    @field_validator("field_policies", "read_only_fields")
    @classmethod
    def _adds_nobody_without_a_name(
        cls, locked: tuple[FieldPolicy | str, ...], others: ValidationInfo
    ) -> tuple[FieldPolicy | str, ...]:
        names = {
            each if isinstance(each, str) else each.field
            for each in locked
            if isinstance(each, str) or each.policy is Policy.READ_ONLY
        }
        if others.data.get("new_users") is NewUsers.CREATE and (kept := sorted(names & BACK.needed_fields)):
            raise ValueError(
                f"{' and '.join(kept)} cannot be read_only while new people are added: Huma adds nobody without; set "
                "People who are not in Huma (new_users) to skip, or choose create_only"
            )
        return locked

    @property
    def policies(self) -> Policies:
        """What the administrator decided, for the planner; of two policies for a field the stricter one."""
        return Policies(asked_for(self, self.field_policies), self.new_users)

    @property
    def what_is_written(self) -> dict[str, Any]:
        """The settings that decide what is written of a person, as JSON, in one form for the same choice."""
        return settings_that_decide(self, BACK, WRITE_THE_SAME)

    @property
    def options(self) -> Options:
        """Settings that change what a value becomes."""
        return Options(gender_codes={entry.gender: entry.code for entry in self.gender_codes})


_TO_REACH_HUMA: Final = frozenset({"client_id", "client_secret", "api_url", "authority_confirmed"})


def parse_config(config: Any) -> Config:
    """The config as values.

    Raises:
        AirbyteTracedException: A config error that names every invalid setting, never its value.
    """
    return parsed(config, Config)


def what_can_be_tried(config: Any) -> Config | None:
    """The valid settings, with defaults in place of the invalid ones; None where reaching Huma takes one of those.

    Args:
        config: The config as the host gave it.
    """
    return without_invalid_settings(config, Config, _TO_REACH_HUMA)


def connection_specification() -> dict[str, Any]:
    """The JSON Schema of the config, without references, as hosts draw forms from it."""
    return form_of(Config)
