"""Every setting that cannot work is named, in a sentence and without its value."""

import json
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.storage.storage_config import LocalStorage, NoStorage, S3Storage
from destination_xledger.config import (
    Mode,
    connection_specification,
    parse_config,
    storage_of,
    without_invalid_settings,
)
from shared_mappings import API_URL_PATTERN, DeactivatedUsers, NewUsers, Options, Policies, Policy
from xledger_api.employees.directory import MatchingKey

from .conftest import TOKEN

EXPECTED_SPEC = Path(__file__).parent / "expected_spec.json"

Config = dict[str, Any]


def test_the_specification_is_the_one_hosts_know() -> None:
    expected = json.loads(EXPECTED_SPEC.read_text(encoding="utf-8"))
    assert connection_specification() == expected, "If the change is meant, `make golden` writes it down."


def test_the_specification_tells_an_administrator_what_each_setting_is() -> None:
    properties = connection_specification()["properties"]
    assert sorted(setting["order"] for setting in properties.values()) == list(range(len(properties)))
    assert all(setting["title"] and setting["description"] for setting in properties.values())
    assert [name for name, setting in properties.items() if setting.get("airbyte_secret")] == ["api_token"]
    assert properties["api_url"]["pattern"] == API_URL_PATTERN


def test_the_defaults_are_the_careful_ones(config: Config) -> None:
    settings = parse_config(config)
    assert settings.mode is Mode.SYNC
    assert settings.match_on == (MatchingKey.EMPLOYMENT_ID, MatchingKey.EMAIL)
    assert settings.policies == Policies({}, NewUsers.CREATE, DeactivatedUsers.UPDATE_EXISTING)
    assert settings.options == Options(gender_codes={"Male": "M", "Female": "F"})
    assert settings.batch_size == 500


OPTIONAL = [
    name for name in connection_specification()["properties"] if name not in ("api_token", "authority_confirmed")
]


@pytest.mark.parametrize("name", OPTIONAL)
def test_null_for_a_setting_that_may_be_left_out_is_its_default(name: str, config: Config) -> None:
    without = {key: value for key, value in config.items() if key != name}
    assert parse_config({**without, name: None}) == parse_config(without)
    assert isinstance(storage_of({**without, name: None}), NoStorage)


def test_null_is_the_default_within_a_setting_too(config: Config) -> None:
    bucket = {"storage_type": "S3", "s3_bucket_name": "reports"}
    nulls = dict.fromkeys(set(S3Storage.model_fields) - set(bucket))
    parsed = parse_config({**config, "object_storage_config": {**bucket, **nulls}})
    assert parsed == parse_config({**config, "object_storage_config": bucket})
    assert storage_of({"object_storage_config": {**bucket, **nulls}}) == parsed.object_storage_config


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"api_token": None}, "api_token"),
        ({"authority_confirmed": None}, "authority_confirmed"),
        ({"field_policies": [{"field": "phone", "policy": None}]}, "field_policies.0.policy"),
        ({"object_storage_config": {"storage_type": "Local", "path": None}}, "object_storage_config.path"),
    ],
)
def test_null_for_a_setting_that_is_needed_is_no_value(change: Config, sentence: str, config: Config) -> None:
    with pytest.raises(AirbyteTracedException, match=sentence):
        parse_config({**config, **change})


MALE = {"gender": "Male", "code": "M"}

PASTED_TOKENS = [f"{TOKEN}{odd}" for odd in ("\n", "\r\n", " ", "\u200b", "\ufeff", "\u00ad", "\u2060")] + [
    TOKEN.replace("-", dash, 1) for dash in ("\u2010", "\u2013", "\u2014", "\u2212")
]


BROKEN = [
    ({"api_token": ""}, "api_token"),
    ({"mode": "try"}, "mode"),
    ({"batch_size": 501}, "batch_size"),
    ({"batch_size": 0}, "batch_size"),
    ({"match_on": []}, "match_on"),
    ({"match_on": ["phone"]}, "match_on.0"),
    ({"field_policies": [{"field": "email", "policy": "mirror"}]}, "email cannot be mirror: its own rule is no_unset"),
    ({"field_policies": [{"field": "bankAccount.country", "policy": "fill_empty"}]}, "its own rule is read_only"),
    ({"field_policies": [{"field": "shoeSize", "policy": "mirror"}]}, "there is no field shoeSize"),
    ({"field_policies": [{"field": "phone", "policy": "sometimes"}]}, "field_policies.0.policy"),
    ({"field_policies": [{"field": "employmentId", "policy": "read_only"}]}, "every sync would create them anew"),
    ({"gender_codes": [{"gender": "Other", "code": ""}]}, "gender_codes.0.code: it is empty; leave a gender"),
    ({"gender_codes": [MALE, {"gender": "Other", "code": "  "}]}, "gender_codes.1.code: it is empty; leave a gender"),
    ({"gender_codes": [{"gender": " ", "code": "X"}]}, "gender_codes.0.gender: it is empty; write the gender as"),
    ({"gender_codes": [{"gender": "Other"}]}, "gender_codes.0.code"),
    (
        {"gender_codes": [MALE, {"gender": "Other", "code": "X"}, {"gender": " mALE", "code": "F"}]},
        "gender_codes: entries 0 and 2 are for the same gender, because capital letters do not matter; leave one of",
    ),
    (
        {"gender_codes": {"secret": "M"}},
        'gender_codes: this is a list now; write [{"gender": "Male", "code": "M"}, {"gender": "Female", "code": "F"}]',
    ),
    ({"gender_codes": {}}, "gender_codes: this is a list now"),
    ({"api_url": "http://www.xledger.net/graphql"}, "the address must begin with https://"),
    ({"api_url": "ftp://www.xledger.net"}, "the address must begin with https://"),
    ({"api_url": "https://user:secret@www.xledger.net"}, "the address must begin with https://"),
    ({"api_url": "http://127.0.0.1.evil.example"}, "the address must begin with https://"),
    ({"api_url": "https://www.xledger.net/graphql\n"}, "the address must begin with https://"),
    ({"api_url": "https://www..xledger.net/graphql"}, "go on with a host name, a port (1 to 65535) if need be"),
    ({"api_url": "https://www.xledger.net:65536/graphql"}, "go on with a host name, a port (1 to 65535) if need be"),
    ({"api_url": "https://www.xledger.net/graphql\u200b"}, "without a user name, a query, white space or an invisible"),
    *(({"api_token": pasted}, "api_token: it is no token of Xledger's") for pasted in PASTED_TOKENS),
]


@pytest.mark.parametrize(("change", "sentence"), BROKEN)
def test_a_setting_that_cannot_work_is_named(change: Config, sentence: str, config: Config) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, **change})
    assert raised.value.failure_type is FailureType.config_error
    assert sentence in str(raised.value)
    assert "secret" not in str(raised.value)


def test_all_problems_are_told_at_once(config: Config) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, "mode": "try", "batch_size": 0, "api_url": "ftp://x"})
    assert all(name in str(raised.value) for name in ("mode", "batch_size", "api_url"))


UNKNOWN = [
    ({"new_user": TOKEN}, "new_user: there is no such setting; the nearest is new_users."),
    ({"apiToken": TOKEN}, "apiToken: there is no such setting; the nearest is api_token."),
    ({"zq": TOKEN}, "zq: there is no such setting; the settings are api_token, authority_confirmed, mode, new_users"),
    ({"_mode": TOKEN}, "_mode: there is no such setting; the nearest is mode."),
    (
        {"field_policies": [{"field": "phone", "policy": "mirror", "polciy": TOKEN}]},
        "field_policies.0.polciy: there is no such setting; the nearest is policy.",
    ),
    (
        {"gender_codes": [{**MALE, "cod": TOKEN}]},
        "gender_codes.0.cod: there is no such setting; the nearest is code.",
    ),
    (
        {"object_storage_config": {"storage_type": "None", "path": TOKEN}},
        "object_storage_config.path: there is no such setting; the settings are storage_type.",
    ),
    (
        {"object_storage_config": {"storage_type": "Local", "path": "/reports", "folder": TOKEN}},
        "object_storage_config.folder: there is no such setting; the settings are storage_type, path.",
    ),
    (
        {"object_storage_config": {"storage_type": "S3", "s3_bucket_name": "reports", "secret_acess_key": TOKEN}},
        "object_storage_config.secret_acess_key: there is no such setting; the nearest is secret_access_key.",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), UNKNOWN)
def test_a_setting_that_is_not_known_is_refused_by_its_name_and_never_by_its_value(
    change: Config, sentence: str, config: Config
) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, **change})
    assert raised.value.failure_type is FailureType.config_error
    assert sentence in str(raised.value)
    assert TOKEN not in str(raised.value)


def test_a_setting_that_is_not_known_keeps_no_other_from_being_tried(config: Config) -> None:
    settings = without_invalid_settings({**config, "mode": "preview", "new_user": "skip"})
    assert settings is not None
    assert (settings.mode, settings.new_users) == (Mode.PREVIEW, NewUsers.CREATE)


def test_each_gender_has_the_code_that_the_administrator_gave_it(config: Config) -> None:
    codes = [MALE, {"gender": "Kvinne", "code": "2"}]
    assert parse_config({**config, "gender_codes": codes}).options == Options({"Male": "M", "Kvinne": "2"})
    assert parse_config({**config, "gender_codes": []}).options == Options({})


def test_a_form_can_draw_every_setting() -> None:
    """A map of any keys is nothing that a host's form knows how to draw."""
    settings = connection_specification()["properties"]
    assert [name for name, setting in settings.items() if "additionalProperties" in setting] == []
    entry = settings["gender_codes"]["items"]
    assert {name: part["order"] for name, part in entry["properties"].items()} == {"gender": 0, "code": 1}
    assert all(part["title"] and part["description"] for part in entry["properties"].values())


def test_what_a_host_notes_for_itself_is_passed_over(config: Config) -> None:
    notes = {"__injected": {"a": 1}}
    storage = {"storage_type": "Local", "path": "/reports"}
    policy = {"field": "phone", "policy": "mirror"}
    bare = parse_config({**config, "object_storage_config": storage, "field_policies": [policy]})
    noted = {"object_storage_config": {**storage, **notes}, "field_policies": [{**policy, **notes}], **notes}
    assert parse_config({**config, **noted}) == bare


def test_no_secret_shows_in_what_a_debugger_or_an_error_prints_of_the_settings(config: Config) -> None:
    storage = {"storage_type": "S3", "s3_bucket_name": "reports", "access_key_id": TOKEN, "secret_access_key": TOKEN}
    assert TOKEN not in repr(parse_config({**config, "object_storage_config": storage}))


@pytest.mark.parametrize("missing", ["api_token", "authority_confirmed"])
def test_what_is_required_is_asked_for(missing: str, config: Config) -> None:
    del config[missing]
    with pytest.raises(AirbyteTracedException, match=missing):
        parse_config(config)


@pytest.mark.parametrize(
    "url",
    ["https://www.xledger.net/graphql", "http://127.0.0.1:8080/graphql", "http://localhost:1", "http://[::1]:9/x"],
)
def test_https_and_this_machine_are_allowed(url: str, config: Config) -> None:
    assert parse_config({**config, "api_url": url}).api_url == url


@pytest.mark.parametrize("policy", ["mirror", "no_unset", "fill_empty", "create_only", "read_only"])
def test_a_policy_may_be_as_loose_as_the_fields_own_rule_or_stricter(policy: str, config: Config) -> None:
    settings = parse_config({**config, "field_policies": [{"field": "phone", "policy": policy}]})
    assert settings.policies.fields == {"phone": Policy(policy)}


def test_of_two_policies_for_a_field_the_stricter_one_counts(config: Config) -> None:
    policies = [{"field": "phone", "policy": "read_only"}, {"field": "phone", "policy": "no_unset"}]
    assert parse_config({**config, "field_policies": policies}).policies.fields == {"phone": Policy.READ_ONLY}


def test_nothing_is_done_without_authority(config: Config) -> None:
    with pytest.raises(AirbyteTracedException, match="tick the box") as raised:
        parse_config({**config, "authority_confirmed": False})
    assert raised.value.failure_type is FailureType.config_error


def test_what_can_work_is_kept_when_something_else_cannot(config: Config) -> None:
    settings = without_invalid_settings({**config, "mode": "preview", "batch_size": 0})
    assert settings is not None
    assert (settings.mode, settings.batch_size) == (Mode.PREVIEW, 500)


@pytest.mark.parametrize(
    "change", [{"api_token": ""}, {"api_url": "ftp://x"}, {"authority_confirmed": False}, {"authority_confirmed": None}]
)
def test_without_what_it_takes_to_reach_xledger_nothing_can_work(change: Config, config: Config) -> None:
    assert without_invalid_settings({**config, **change, "batch_size": 0}) is None


def test_a_setting_that_cannot_work_once_another_is_at_its_default_is_left_out_too(config: Config) -> None:
    policies = [{"field": "employmentId", "policy": "read_only"}]
    settings = without_invalid_settings({**config, "new_users": "nope", "field_policies": policies})
    assert settings is not None
    assert (settings.new_users, settings.field_policies) == (NewUsers.CREATE, ())


def test_the_storage_is_known_whatever_else_cannot_work() -> None:
    storage = {"storage_type": "Local", "path": "/reports"}
    assert storage_of({"mode": "try", "object_storage_config": storage}) == LocalStorage.model_validate(storage)
    for config in (None, [], "x", {}, {"object_storage_config": {**storage, "path": "reports"}}):
        assert storage_of(config) == NoStorage(storage_type="None")


@pytest.mark.parametrize("config", [None, [], "x", {}])
def test_what_is_no_config_is_refused_like_any_other(config: Any) -> None:
    assert without_invalid_settings(config) is None
    with pytest.raises(AirbyteTracedException, match="The configuration cannot work"):
        parse_config(config)


def test_the_token_never_shows_in_a_complaint(config: Config) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, "mode": TOKEN})
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("token", ["a-token-that-must-never-be-shown", "0" * 64, "QUJD", "QUJDRA", "QUJDRA==", "_-_-"])
def test_a_token_that_decodes_and_encodes_to_itself_may_be_one(token: str, config: dict[str, Any]) -> None:
    assert parse_config({**config, "api_token": token}).api_token.get_secret_value() == token


@pytest.mark.parametrize(
    "token",
    ["QUJDR", "QUJDRF", "QUJD ", " QUJD", "QUJD\n", "QU JD", "token QUJD", "QU+J", "QU/J", "QUJ–", "QUJD\u200b", "ø"],
)
def test_a_token_that_cannot_be_one_is_told_without_being_shown(token: str, config: dict[str, Any]) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, "api_token": token})
    assert str(raised.value).startswith("The configuration cannot work. api_token: it is no token of Xledger's")
    assert token not in str(raised.value).partition(": it is")[2]
