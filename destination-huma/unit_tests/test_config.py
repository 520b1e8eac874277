"""Every setting that cannot work is named, in a sentence and without its value."""

import json
import re
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from jsonschema import Draft7Validator

from connector_base.people.directory import MatchingKey
from connector_base.settings.field_policies import fields_that_allow, policies_of
from connector_base.settings.modes import Mode
from connector_base.storage.storage_config import storage_of
from destination_huma.config import connection_specification, parse_config, what_can_be_tried
from destination_huma.settings.field_policies import BACK, OWN
from shared_mappings import API_URL_PATTERN, NewUsers, Options, Policies, Policy, Side

from .conftest import COMPANY, SECRET

Config = dict[str, Any]

REQUIRED = ("client_id", "client_secret", "authority_confirmed")
OPTIONAL = [name for name in connection_specification()["properties"] if name not in REQUIRED]


def test_the_specification_tells_an_administrator_what_each_setting_is() -> None:
    properties = connection_specification()["properties"]
    assert sorted(setting["order"] for setting in properties.values()) == list(range(len(properties)))
    assert all(setting["title"] and setting["description"] for setting in properties.values())
    assert [name for name, setting in properties.items() if setting.get("airbyte_secret")] == [
        "client_secret",
        "notify",
    ]
    assert properties["api_url"]["pattern"] == API_URL_PATTERN


def test_the_form_asks_first_and_always_whether_anything_is_written() -> None:
    name, setting = min(connection_specification()["properties"].items(), key=lambda each: each[1]["order"])
    assert (name, setting["always_show"], setting["default"]) == ("mode", True, "preview")


def test_the_defaults_are_the_careful_ones(config: Config) -> None:
    del config["mode"]
    settings = parse_config(config)
    assert settings.mode is Mode.PREVIEW
    assert settings.match_on == (MatchingKey.EMPLOYMENT_ID, MatchingKey.EMAIL)
    assert settings.policies == Policies({}, NewUsers.SKIP)
    assert settings.options == Options(gender_codes={"Male": "M", "Female": "F"})
    assert settings.new_user_groups == ()


def test_by_default_every_field_only_fills_in_what_is_empty_or_is_not_written_at_all() -> None:
    assert {BACK.default(name) for name in BACK.fields} == {Policy.FILL_EMPTY, Policy.READ_ONLY}


@pytest.mark.parametrize("name", OPTIONAL)
def test_null_for_a_setting_that_may_be_left_out_is_its_default(name: str, config: Config) -> None:
    without = {key: value for key, value in config.items() if key != name}
    assert parse_config({**without, name: None}) == parse_config(without)


BROKEN: list[tuple[Config, str]] = [
    ({"client_id": ""}, "Client ID (client_id) is empty: enter it."),
    ({"client_id": "an-id\n"}, "Client ID (client_id): there is white space or an invisible character"),
    ({"client_secret": ""}, "Client secret (client_secret)"),
    ({"client_secret": f"{SECRET} "}, "Client secret (client_secret): there is white space or an invisible"),
    ({"mode": "try"}, "Mode (mode) must be preview or sync."),
    ({"authority_confirmed": False}, "turn on the switch in the settings of this destination"),
    ({"new_users": "create"}, "People who are not in Huma (new_users): Huma adds nobody who is in no group: enter"),
    ({"new_user_groups": ["Oslo"]}, "The first entry of Groups of new people (new_user_groups): it is no ID of a"),
    ({"match_on": []}, "The list How people are found in Huma (match_on) is empty: add an entry"),
    ({"match_on": ["phone"]}, "How people are found in Huma (match_on) must be employmentId or email."),
    ({"no_unset_fields": ["email"]}, "email cannot be no_unset: its own rule is fill_empty"),
    ({"no_unset_fields": ["employmentId"]}, "employmentId cannot be no_unset: its own rule is fill_empty"),
    ({"no_unset_fields": ["identifications"]}, "identifications cannot be no_unset: its own rule is read_only"),
    ({"field_policies": [{"field": "phone", "policy": "mirror"}]}, "phone cannot be mirror: its own rule is no_unset"),
    (
        {"field_policies": [{"field": "shoeSize", "policy": "no_unset"}]},
        "there is no such field; the fields are email,",
    ),
    ({"api_url": "http://openapi.humahr.com"}, "the address must begin with https://"),
    ({"gender_codes": {"recognisable": "M"}}, "Gender codes (gender_codes): this is a list"),
    ({"decisions": '{"version": 2}'}, "Decisions (decisions): it is not of version 1"),
    ({"decisions": "recognisable"}, "Decisions (decisions): it is no JSON"),
    ({"new_user": "recognisable"}, "There is no setting new_user: People who are not in Huma (new_users) was probably"),
    ({"batch_size": 7}, "There is no setting batch_size"),
]


@pytest.mark.parametrize(("change", "sentence"), BROKEN)
def test_a_setting_that_cannot_work_is_named(change: Config, sentence: str, config: Config) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, **change})
    assert raised.value.failure_type is FailureType.config_error
    assert sentence in str(raised.value)
    assert SECRET not in str(raised.value)
    assert "recognisable" not in str(raised.value)


def test_all_problems_are_told_at_once(config: Config) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, "mode": "try", "new_users": "create", "api_url": "ftp://x"})
    assert all(f"({name})" in str(raised.value) for name in ("mode", "new_users", "api_url"))


@pytest.mark.parametrize("missing", REQUIRED)
def test_what_is_required_is_asked_for(missing: str, config: Config) -> None:
    del config[missing]
    with pytest.raises(AirbyteTracedException, match=missing):
        parse_config(config)


def test_no_secret_shows_in_what_a_debugger_or_an_error_prints_of_the_settings(config: Config) -> None:
    assert SECRET not in repr(parse_config(config))


# ------------------------------------------------------------------ adding people


def test_people_may_be_added_to_groups_that_are_entered(config: Config) -> None:
    settings = parse_config({**config, "new_users": "create", "new_user_groups": [COMPANY.upper(), COMPANY]})
    assert settings.policies.new_users is NewUsers.CREATE
    assert settings.new_user_groups == (COMPANY,)


def test_of_a_wrong_group_it_is_told_once(config: Config) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, "new_users": "create", "new_user_groups": ["Oslo"]})
    assert "adds nobody who is in no group" not in str(raised.value)


@pytest.mark.parametrize("field", ["email", "givenName", "familyName"])
@pytest.mark.parametrize("hidden", [False, True])
def test_what_nobody_is_added_without_may_not_be_kept_from_them(field: str, hidden: bool, config: Config) -> None:
    locked: Config = (
        {"field_policies": [{"field": field, "policy": "read_only"}]} if hidden else {"read_only_fields": [field]}
    )
    adding = {**config, "new_users": "create", "new_user_groups": [COMPANY], **locked}
    with pytest.raises(AirbyteTracedException, match=f"{field} cannot be read_only while new people are added"):
        parse_config(adding)
    parse_config({**adding, "new_users": "skip"})
    parse_config({**adding, "read_only_fields": [], "field_policies": [{"field": field, "policy": "create_only"}]})


# ------------------------------------------------------------------ rules for single fields


LISTS = {"no_unset_fields": Policy.NO_UNSET, "read_only_fields": Policy.READ_ONLY}


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("field", BACK.fields)
def test_the_specification_and_the_connector_take_the_same_policies(field: str, policy: Policy, config: Config) -> None:
    alone = {"field_policies": [{"field": field, "policy": policy.value}]}
    in_lists = {name: [field] for name, listed in LISTS.items() if listed is policy}
    for change in filter(None, (alone, in_lists)):
        fits = Draft7Validator(connection_specification()).is_valid({**config, **change})
        assert fits is not policy.is_looser_than(BACK.own_rule(field))
        if fits:
            assert parse_config({**config, **change}).policies.fields == {field: policy}
        else:
            with pytest.raises(AirbyteTracedException, match=f"{field} cannot be {policy.value}: its own rule is"):
                parse_config({**config, **change})


def test_a_form_offers_each_field_with_the_policies_that_it_allows() -> None:
    settings = connection_specification()["properties"]
    for name, policy in LISTS.items():
        assert settings[name]["items"]["enum"] == list(fields_that_allow(policy, OWN))
    entries = settings["field_policies"]["items"]["oneOf"]
    assert {entry["properties"]["policy"]["const"]: entry["properties"]["field"]["enum"] for entry in entries} == {
        policy.value: list(fields_that_allow(policy, OWN)) for policy in policies_of(Side.HUMA)
    }


def test_no_policy_that_is_offered_unsets_anything() -> None:
    assert set(policies_of(Side.HUMA)) == set(Policy) - {Policy.MIRROR}


def test_of_two_policies_for_a_field_the_stricter_one_counts(config: Config) -> None:
    both = {"no_unset_fields": ["phone"], "field_policies": [{"field": "phone", "policy": "create_only"}]}
    assert parse_config({**config, **both}).policies.fields == {"phone": Policy.CREATE_ONLY}


# ------------------------------------------------------------------ what a check can go on with


def test_what_can_work_is_kept_when_something_else_cannot(config: Config) -> None:
    settings = what_can_be_tried({**config, "mode": "preview", "new_users": "create", "match_on": []})
    assert settings is not None
    assert (settings.mode, settings.new_users, len(settings.match_on)) == (Mode.PREVIEW, NewUsers.SKIP, 2)


@pytest.mark.parametrize(
    "change", [{"client_id": ""}, {"client_secret": None}, {"api_url": "ftp://x"}, {"authority_confirmed": False}]
)
def test_without_what_it_takes_to_reach_huma_nothing_can_work(change: Config, config: Config) -> None:
    assert what_can_be_tried({**config, **change}) is None


def test_the_storage_is_known_whatever_else_cannot_work() -> None:
    storage = {"storage_type": "Local", "path": "/reports"}
    assert storage_of({"mode": "try", "object_storage_config": storage}).storage_type == "Local"


# ------------------------------------------------------------------ what a change of settings means for others


DECIDED = json.dumps(
    {
        "version": 1,
        "decidedAt": "2026-11-25T10:00:00Z",
        "key": "QUJDREVGR0hJSktMTU5PUA==",
        "fields": [],
        "people": [{"employee": "61000001", "action": "add"}],
    }
)

REACHES_EVERYBODY: list[Config] = [
    {"mode": "preview"},
    {"new_users": "create", "new_user_groups": [COMPANY]},
    {"field_policies": [{"field": "phone", "policy": "no_unset"}]},
    {"no_unset_fields": ["phone"]},
    {"read_only_fields": ["phone"]},
    {"match_on": ["email"]},
    {"gender_codes": [{"gender": "Kvinne", "code": "F"}]},
    {"decisions": DECIDED},
]
"""Settings, each of which changes what is written of people who did not change."""

REACHES_NOBODY: list[Config] = [
    {"client_id": "another-client-id"},
    {"client_secret": "".join(reversed(SECRET))},
    {"api_url": "https://demo.openapi.humahr.com"},
    {"object_storage_config": {"storage_type": "Local", "path": "/reports"}},
    {"notify": "mailtos://user:password@example.com"},
    {"notify_language": "nb"},
    {"new_user_groups": [COMPANY]},
]


@pytest.mark.parametrize("change", REACHES_EVERYBODY, ids=str)
def test_a_setting_that_changes_what_is_written_of_others_is_told(change: Config, config: Config) -> None:
    assert parse_config({**config, **change}).what_is_written != parse_config(config).what_is_written


@pytest.mark.parametrize("change", REACHES_NOBODY, ids=lambda change: next(iter(change)))
def test_a_setting_that_changes_nothing_about_others_is_not(change: Config, config: Config) -> None:
    assert parse_config({**config, **change}).what_is_written == parse_config(config).what_is_written


def test_it_is_known_of_every_setting_whether_it_changes_what_is_written_of_others() -> None:
    known = {name for change in (*REACHES_EVERYBODY, *REACHES_NOBODY) for name in change}
    assert set(connection_specification()["properties"]) - known == {"authority_confirmed"}


@pytest.mark.parametrize("name", [name for name in OPTIONAL if name != "object_storage_config"])
def test_a_default_that_is_written_out_changes_nothing(name: str, config: Config) -> None:
    without = {key: value for key, value in config.items() if key != name}
    default = connection_specification()["properties"][name]["default"]
    assert parse_config({**without, name: default}).what_is_written == parse_config(without).what_is_written


def test_the_same_choice_in_other_words_changes_nothing(config: Config) -> None:
    own = {"field": "phone", "policy": BACK.default("phone").value}
    address = {"field": "homeAddress", "policy": "no_unset"}
    once = parse_config({**config, "field_policies": [address]}).what_is_written
    assert parse_config({**config, "field_policies": [own, address]}).what_is_written == once
    assert parse_config({**config, "no_unset_fields": ["homeAddress"]}).what_is_written == once


def test_no_secret_is_among_what_decides_what_is_written(config: Config) -> None:
    assert not re.search(f"{SECRET}|client", json.dumps(parse_config(config).what_is_written))
