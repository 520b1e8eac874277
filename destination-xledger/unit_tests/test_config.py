"""Every setting that cannot work is named, in a sentence and without its value."""

import json
import re
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from jsonschema import Draft7Validator
from pydantic import ValidationError

import destination_xledger.config
from connector_base.people.directory import MatchingKey
from connector_base.settings.field_policies import fields_that_allow
from connector_base.settings.modes import Mode
from connector_base.settings.validating import settings_problems
from connector_base.storage.storage_config import LocalStorage, NoStorage, S3Storage, storage_of
from destination_xledger.config import (
    connection_specification,
    parse_config,
    what_can_be_tried,
)
from destination_xledger.settings.field_policies import OWN
from shared_mappings import API_URL_PATTERN, DeactivatedUsers, NewUsers, Options, Policies, Policy, field_table

from .conftest import TOKEN

Config = dict[str, Any]


def test_the_specification_tells_an_administrator_what_each_setting_is() -> None:
    properties = connection_specification()["properties"]
    assert sorted(setting["order"] for setting in properties.values()) == list(range(len(properties)))
    assert all(setting["title"] and setting["description"] for setting in properties.values())
    assert [name for name, setting in properties.items() if setting.get("airbyte_secret")] == ["api_token", "notify"]
    assert properties["api_url"]["pattern"] == API_URL_PATTERN


def test_the_form_asks_first_and_always_whether_anything_is_written() -> None:
    name, setting = next(iter(connection_specification()["properties"].items()))
    assert (name, setting["order"], setting["always_show"], setting["default"]) == ("mode", 0, True, "preview")


def test_the_defaults_are_the_careful_ones(config: Config) -> None:
    del config["mode"]
    settings = parse_config(config)
    assert settings.mode is Mode.PREVIEW
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
        ({"api_token": None}, "API token (api_token) is missing"),
        ({"authority_confirmed": None}, "(authority_confirmed) is missing: turn it on."),
        (
            {"field_policies": [{"field": "phone", "policy": None}]},
            "Policy (policy) in the first entry of Stricter rules for single fields (field_policies) is missing",
        ),
        (
            {"object_storage_config": {"storage_type": "Local", "path": None}},
            "Folder (path) in Where reports and rejected records go (object_storage_config) is missing",
        ),
    ],
)
def test_null_for_a_setting_that_is_needed_is_no_value(change: Config, sentence: str, config: Config) -> None:
    with pytest.raises(AirbyteTracedException, match=re.escape(sentence)):
        parse_config({**config, **change})


MALE = {"gender": "Male", "code": "M"}

PASTED_TOKENS = [f"{TOKEN}{odd}" for odd in ("\n", "\r\n", " ", "\u200b", "\ufeff", "\u00ad", "\u2060")] + [
    TOKEN.replace("-", dash, 1) for dash in ("\u2010", "\u2013", "\u2014", "\u2212")
]


BROKEN = [
    ({"api_token": ""}, "API token (api_token) is empty: enter it."),
    ({"mode": "try"}, "Mode (mode) must be preview or sync."),
    ({"batch_size": 501}, "Batch size (batch_size) must be 1 to 500."),
    ({"batch_size": 0}, "Batch size (batch_size) must be 1 to 500."),
    ({"batch_size": "many"}, "Batch size (batch_size) must be a whole number."),
    ({"match_on": []}, "The list How people are found in Xledger (match_on) is empty: add an entry"),
    (
        {"match_on": ["phone"]},
        "The first entry of How people are found in Xledger (match_on) must be employmentId or email.",
    ),
    ({"field_policies": [{"field": "email", "policy": "mirror"}]}, "email cannot be mirror: its own rule is no_unset"),
    ({"field_policies": [{"field": "bankAccount.country", "policy": "fill_empty"}]}, "its own rule is read_only"),
    ({"field_policies": [{"field": "shoeSize", "policy": "mirror"}]}, "there is no such field; the fields are email, "),
    ({"field_policies": [{"field": "phone", "policy": "sometimes"}]}, "Policy (policy) in the first entry of Stricter"),
    ({"field_policies": [{"field": "employmentId", "policy": "read_only"}]}, "every sync would create them anew"),
    (
        {"decisions": "Kari"},
        "Decisions (decisions): it is no JSON, or only a part of one (line 1); paste the whole file",
    ),
    (
        {"decisions": json.dumps({"version": 1, "decidedAt": "Kari"})},
        "Decisions (decisions): decidedAt must be a time with its zone, such as 2026-11-25T10:00:00Z;",
    ),
    (
        {"decisions": '{"version": 2}'},
        "Decisions (decisions): it is not of version 1, the one that is understood here;",
    ),
    (
        {"gender_codes": [{"gender": "Other", "code": ""}]},
        "Code (code) in the first entry of Gender codes (gender_codes): it is empty; leave a gender",
    ),
    (
        {"gender_codes": [MALE, {"gender": "Other", "code": "  "}]},
        "Code (code) in the second entry of Gender codes (gender_codes): it is empty; leave a gender",
    ),
    (
        {"gender_codes": [{"gender": " ", "code": "X"}]},
        "Gender (gender) in the first entry of Gender codes (gender_codes): it is empty; write the gender as",
    ),
    (
        {"gender_codes": [{"gender": "Other"}]},
        "Code (code) in the first entry of Gender codes (gender_codes) is missing",
    ),
    ({"read_only_fields": ["phone", "employmentId"]}, "set People who are not in Xledger (new_users) to skip"),
    ({"no_unset_fields": ["bankAccount.country"]}, "bankAccount.country cannot be no_unset: its own rule is read_only"),
    ({"read_only_fields": ["shoeSize"]}, "there is no such field; the fields are email,"),
    (
        {"gender_codes": [MALE, {"gender": "Other", "code": "X"}, {"gender": " mALE", "code": "F"}]},
        "Gender codes (gender_codes): the first and the third entry are for the same gender, because capital letters",
    ),
    (
        {"gender_codes": {"secret": "M"}},
        'Gender codes (gender_codes): this is a list; write [{"gender": "Male", "code": "M"}, {"gender": "Female"',
    ),
    ({"gender_codes": {}}, "Gender codes (gender_codes): this is a list"),
    ({"api_url": "http://www.xledger.net/graphql"}, "the address must begin with https://"),
    ({"api_url": "ftp://www.xledger.net"}, "the address must begin with https://"),
    ({"api_url": "https://user:secret@www.xledger.net"}, "the address must begin with https://"),
    ({"api_url": "http://127.0.0.1.evil.example"}, "the address must begin with https://"),
    ({"api_url": "https://www.xledger.net/graphql\n"}, "the address must begin with https://"),
    ({"api_url": "https://www..xledger.net/graphql"}, "go on with a host name, a port (1 to 65535) if need be"),
    ({"api_url": "https://www.xledger.net:65536/graphql"}, "go on with a host name, a port (1 to 65535) if need be"),
    ({"api_url": "https://www.xledger.net/graphql\u200b"}, "without a user name, a query, white space or an invisible"),
    *(({"api_token": pasted}, "API token (api_token): it is no token of Xledger's") for pasted in PASTED_TOKENS),
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


POLICY = {"field": "phone", "policy": "mirror"}

BUCKET = {"storage_type": "S3", "s3_bucket_name": "reports"}

UNKNOWN = [
    (
        {"new_user": TOKEN},
        "There is no setting new_user: People who are not in Xledger (new_users) was probably meant.",
    ),
    ({"batch": TOKEN}, "There is no setting batch: Batch size (batch_size) was probably meant."),
    ({"Batch size": TOKEN}, "There is no setting Batch size: Batch size (batch_size) was probably meant."),
    (
        {"zq": TOKEN},
        "There is no setting zq: leave it out, or correct it. The settings are Mode (mode), API token (api",
    ),
    ({"_batch_size": TOKEN}, "There is no setting _batch_size: Batch size (batch_size) was probably meant."),
    ({TOKEN * 2: 1}, "There is no setting of that name: leave it out"),
    (
        {"batch_sise": TOKEN, "batch_size": 7},
        "There is no setting batch_sise, and Batch size (batch_size) is set already: leave one of them out.",
    ),
    (
        {"field_policies": [{**POLICY, "polciy": TOKEN}]},
        "first entry of Stricter rules for single fields (field_policies), and Policy (policy) is set already",
    ),
    (
        {"object_storage_config": {"storage_type": "None", "path": TOKEN}},
        "(object_storage_config): leave it out, or correct it. The settings are Storage type (storage_type).",
    ),
    (
        {"object_storage_config": {**BUCKET, "secret_acess_key": TOKEN}},
        "records go (object_storage_config): Secret access key (secret_access_key) was probably meant.",
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


@pytest.mark.parametrize(
    "change",
    [
        {"api_token": None, "api_tokn": TOKEN},
        {"api_token": None, "apiToken": TOKEN},
        {"api_token": None, "token": TOKEN},
        {"api_token": None, "API token": TOKEN},
        {"authority_confirmed": None, "authority": True},
        {"gender_codes": [MALE, {"gender": "Other", "cod": "X"}]},
        {"gender_codes": [MALE, {"gender": "Other", "xledger": "X"}]},
        {"gender_codes": [MALE, {"sex": "Other", "code": "X"}]},
        {"field_policies": [{"feild": "phone", "policy": "mirror"}]},
        {"object_storage_config": {"storage_type": "Local", "pth": "/reports"}},
        {"object_storage_config": {"storage_typ": "Local", "path": "/reports"}},
        {"object_storage_config": {"storage_type": "S3", "bucket_name": "reports"}},
        {"object_storage_config": {**BUCKET, "access_key": TOKEN, "secret_access_key": TOKEN}},
        {"new_user": "skip", "field_policies": [{"field": "employmentId", "policy": "read_only"}]},
        {"batch_sise": 0},
    ],
)
def test_a_wrong_key_brings_no_second_complaint_about_what_it_left_out(change: Config, config: Config) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, **change})
    told = str(raised.value).removeprefix("The configuration cannot work. ")
    assert told.startswith("There is no setting ")
    assert told.count(".") == 1


SHORT = "secret7"


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"api_token": "QUJDQUI"}, "API token (api_token)"),
        (
            {"object_storage_config": {**BUCKET, "access_key_id": SHORT, "secret_access_key": TOKEN}},
            "Access key ID (access_key_id) in Where",
        ),
        (
            {"object_storage_config": {**BUCKET, "access_key_id": TOKEN, "secret_access_key": SHORT}},
            "Secret access key (secret_access_key) in Where",
        ),
    ],
)
def test_a_secret_that_would_be_masked_letter_by_letter_is_refused(change: Config, title: str, config: Config) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, **change})
    told = str(raised.value).removeprefix("The configuration cannot work. ")
    assert told.startswith(title)
    assert "is shorter than 8 characters, so it is no whole secret" in told
    assert SHORT not in told


WRONG: list[Any] = [
    *(True, 0, -1, 10**40, 1.5, float("nan"), "", " ", "x", "recognisable\n", "\ud800", b"x", object()),
    *([], [1], [[]], ["recognisable"], [{}], [{"recognisable": 1}], {}, {"recognisable": 1}, {1: 2}),
]

LIBRARY_WORDS = re.compile(
    r"\b(input|valid|validation|value error|expected|extra|permitted|tuple|pydantic|required|dictionary|instance"
    r"|literal|enum|string|integer|boolean|greater than|less than|items?|tag|discriminator|match pattern|unable to)\b",
    re.IGNORECASE,
)

STORAGES = {
    "None": {"storage_type": "None"},
    "Local": {"storage_type": "Local", "path": "/reports"},
    "S3": {**BUCKET, "access_key_id": TOKEN, "secret_access_key": TOKEN},
}


FORM = connection_specification()


def settings_and_titles() -> list[tuple[str, str]]:
    """Where each setting stands, as `with_value` reads it, and its title."""
    found = [("", "")]
    for name, part in FORM["properties"].items():
        found.append((name, part["title"]))
        for entry in [part["items"]] if "items" in part else []:
            groups = entry.get("oneOf", [entry])
            found += [
                (f"{name}.{key}", inner["title"]) for g in groups for key, inner in g.get("properties", {}).items()
            ]
    for kind in FORM["properties"]["object_storage_config"]["oneOf"]:
        storage = kind["properties"]["storage_type"]["const"]
        found += [(f"{storage}:{key}", inner["title"]) for key, inner in kind["properties"].items()]
    return found


def with_value(config: Config, where: str, value: Any) -> Any:
    storage, colon, key = where.partition(":")
    if colon:
        return {**config, "object_storage_config": {**STORAGES[storage], key: value}}
    name, _, key = where.partition(".")
    if key:
        entry = MALE if name == "gender_codes" else POLICY
        return {**config, name: [{**entry, key: value}]}
    return {**config, name: value} if name else value


@pytest.mark.parametrize(("where", "title"), settings_and_titles())
def test_whatever_is_entered_the_complaint_is_in_the_words_of_the_form(where: str, title: str, config: Config) -> None:
    for value in WRONG:
        for told in settings_problems(with_value(config, where, value), destination_xledger.config.Config, FORM):
            assert title in told or "There is no setting" in told
            assert not LIBRARY_WORDS.search(told)
            assert "recognisable" not in told.replace("no setting recognisable", "")


def test_a_setting_that_is_not_known_keeps_no_other_from_being_tried(config: Config) -> None:
    settings = what_can_be_tried({**config, "mode": "preview", "new_user": "skip"})
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
    lists = {"fill_empty_fields": ["phone", "gender"], "create_only_fields": ["phone"], "no_unset_fields": ["gender"]}
    assert parse_config({**config, **lists}).policies.fields == {
        "phone": Policy.CREATE_ONLY,
        "gender": Policy.FILL_EMPTY,
    }
    both = {"field_policies": policies[1:], "fill_empty_fields": ["phone"]}
    assert parse_config({**config, **both}).policies.fields == {"phone": Policy.FILL_EMPTY}


LISTS = {f"{policy.value}_fields": policy for policy in Policy if policy is not Policy.MIRROR}


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("field", field_table().fields)
def test_the_specification_and_the_connector_take_the_same_policies(field: str, policy: Policy, config: Config) -> None:
    config["new_users"] = "skip"
    alone = {"field_policies": [{"field": field, "policy": policy.value}]}
    in_lists = {name: [field] for name, listed in LISTS.items() if listed is policy}
    for change in filter(None, (alone, in_lists)):
        fits = Draft7Validator(connection_specification()).is_valid({**config, **change})
        assert fits is not policy.is_looser_than(OWN[field])
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
        policy.value: list(fields_that_allow(policy, OWN)) for policy in Policy
    }


@pytest.mark.parametrize("keys", [["employmentId", "email"], ["employmentId"], ["email"], ["email", "employmentId"]])
def test_each_way_to_find_people_is_taken_by_specification_and_connector(keys: list[str], config: Config) -> None:
    assert Draft7Validator(connection_specification()).is_valid({**config, "match_on": keys})
    assert [key.value for key in parse_config({**config, "match_on": keys}).match_on] == keys


SWITCHES_AND_NUMBERS = {
    name: part["type"]
    for name, part in connection_specification()["properties"].items()
    if part["type"] in ("boolean", "integer")
}


TAKEN_FOR_OTHERS = {
    "boolean": ("must be on or off (true or false).", ("yes", "no", "true", "on", "1", 1, 0, 1.0)),
    "integer": ("must be a whole number.", ("500", "1", True, 1.5)),
}
"""What is said of values that look like one of another type, and such values."""


@pytest.mark.parametrize("name", SWITCHES_AND_NUMBERS)
def test_a_switch_and_a_number_are_taken_as_such_alone(name: str, config: Config) -> None:
    """Nobody's authority is guessed from a word."""
    words, values = TAKEN_FOR_OTHERS[SWITCHES_AND_NUMBERS[name]]
    for value in values:
        with pytest.raises(AirbyteTracedException, match=re.escape(words)):
            parse_config({**config, name: value})


def test_the_switch_that_is_off_is_named_once(config: Config) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, "authority_confirmed": False})
    assert str(raised.value).count("I may let this connection") == 1


def test_an_employment_id_that_nobody_may_get_is_told_once(config: Config) -> None:
    locked = {
        "read_only_fields": ["employmentId"],
        "field_policies": [{"field": "employmentId", "policy": "read_only"}],
    }
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, **locked})
    assert str(raised.value).count("create them anew") == 1
    assert what_can_be_tried({**config, **locked}) is not None


def test_an_emptied_box_for_an_address_that_may_be_left_out_is_no_address(config: Config) -> None:
    assert parse_config({**config, "object_storage_config": {**BUCKET, "s3_endpoint": ""}}) == parse_config(
        {**config, "object_storage_config": BUCKET}
    )


def test_nothing_is_done_without_authority(config: Config) -> None:
    with pytest.raises(AirbyteTracedException, match="turn on the switch") as raised:
        parse_config({**config, "authority_confirmed": False})
    assert raised.value.failure_type is FailureType.config_error


def test_what_can_work_is_kept_when_something_else_cannot(config: Config) -> None:
    settings = what_can_be_tried({**config, "mode": "preview", "batch_size": 0})
    assert settings is not None
    assert (settings.mode, settings.batch_size) == (Mode.PREVIEW, 500)


@pytest.mark.parametrize(
    "change", [{"api_token": ""}, {"api_url": "ftp://x"}, {"authority_confirmed": False}, {"authority_confirmed": None}]
)
def test_without_what_it_takes_to_reach_xledger_nothing_can_work(change: Config, config: Config) -> None:
    assert what_can_be_tried({**config, **change, "batch_size": 0}) is None


def test_a_setting_that_cannot_work_once_another_is_at_its_default_is_left_out_too(config: Config) -> None:
    policies = [{"field": "employmentId", "policy": "read_only"}]
    settings = what_can_be_tried({**config, "new_users": "nope", "field_policies": policies})
    assert settings is not None
    assert (settings.new_users, settings.field_policies) == (NewUsers.CREATE, ())


def test_what_nobody_entered_cannot_be_left_out(monkeypatch: pytest.MonkeyPatch, config: Config) -> None:
    def refused(_: Any) -> None:
        raise ValidationError.from_exception_data("", [{"type": "missing", "loc": ("batch_size",), "input": None}])

    monkeypatch.setattr(destination_xledger.config.Config, "model_validate", refused)
    assert what_can_be_tried({name: value for name, value in config.items() if name != "batch_size"}) is None


def test_the_storage_is_known_whatever_else_cannot_work() -> None:
    storage = {"storage_type": "Local", "path": "/reports"}
    assert storage_of({"mode": "try", "object_storage_config": storage}) == LocalStorage.model_validate(storage)
    for config in (None, [], "x", {}, {"object_storage_config": {**storage, "path": "reports"}}):
        assert storage_of(config) == NoStorage(storage_type="None")


@pytest.mark.parametrize("config", [None, [], "x", {}])
def test_what_is_no_config_is_refused_like_any_other(config: Any) -> None:
    assert what_can_be_tried(config) is None
    with pytest.raises(AirbyteTracedException, match="The configuration cannot work"):
        parse_config(config)


def test_the_token_never_shows_in_a_complaint(config: Config) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, "mode": TOKEN})
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize(
    "token", ["a-token-that-must-never-be-shown", "0" * 64, "QUJDQUJD", "QUJDQUJDRA", "QUJDQUJDRA==", "_-_-_-_-"]
)
def test_a_token_that_decodes_and_encodes_to_itself_may_be_one(token: str, config: dict[str, Any]) -> None:
    assert parse_config({**config, "api_token": token}).api_token.get_secret_value() == token


@pytest.mark.parametrize(
    "token",
    ["QUJDR", "QUJDRF", "QUJD ", " QUJD", "QUJD\n", "QU JD", "token QUJD", "QU+J", "QU/J", "QUJ–", "QUJD\u200b", "ø"],
)
def test_a_token_that_cannot_be_one_is_told_without_being_shown(token: str, config: dict[str, Any]) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        parse_config({**config, "api_token": token})
    assert str(raised.value).startswith(
        "The configuration cannot work. API token (api_token): it is no token of Xledger's"
    )
    assert token not in str(raised.value).partition(": it is")[2]


# ------------------------------------------------------------------ what a change of settings means for others


DECISIONS: Config = {
    "version": 1,
    "decidedAt": "2026-11-25T10:00:00Z",
    "key": "3q2+7wAAAAAAAAAAAAAAAA==",
    "fields": [
        {"user": "u1", "field": "phone", "stands": "xledger", "seen": "Kq3xPp0aS9dLrT2v"},
        {"user": "u2", "field": "phone", "stands": "later", "seen": "Kq3xPp0aS9dLrT2v"},
    ],
    "people": [],
}

REACHES_EVERYBODY: list[Config] = [
    {"mode": "preview"},
    {"new_users": "skip"},
    {"deactivated_users": "sync"},
    {"field_policies": [{"field": "phone", "policy": "read_only"}]},
    {"no_unset_fields": ["phone"]},
    {"fill_empty_fields": ["phone"]},
    {"create_only_fields": ["phone"]},
    {"read_only_fields": ["phone"]},
    {"match_on": ["email"]},
    {"match_on": ["email", "employmentId"]},
    {"renumber_employees": True},
    {"gender_codes": [{"gender": "Kvinne", "code": "F"}]},
    {"decisions": json.dumps({**DECISIONS, "people": [{"user": "u1", "action": "leave"}]})},
]
"""Settings, each of which changes what is written of people who did not change."""

REACHES_NOBODY: list[Config] = [
    {"api_token": "".join(reversed(TOKEN))},
    {"api_url": "https://demo.xledger.net/graphql"},
    {"batch_size": 7},
    {"object_storage_config": {"storage_type": "Local", "path": "/reports"}},
    {"notify": "mailtos://user:password@example.com"},
    {"notify_language": "nb"},
    {"allow_mass_unset": True},
]


@pytest.mark.parametrize("change", REACHES_EVERYBODY, ids=str)
def test_a_setting_that_changes_what_is_written_of_others_is_told(change: Config, config: Config) -> None:
    writing = {**config, "mode": "sync"}
    assert parse_config({**writing, **change}).what_is_written != parse_config(writing).what_is_written


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
    own = {"field": "phone", "policy": OWN["phone"].value}
    address = {"field": "homeAddress", "policy": "read_only"}
    said = {
        "field_policies": [own, address, {"field": "homeAddress", "policy": "create_only"}],
        "gender_codes": [{"gender": "FEMALE", "code": "F"}, {"gender": "male", "code": "M"}],
    }
    other_order = {**DECISIONS, "decidedAt": "2026-11-26T10:00:00Z", "fields": DECISIONS["fields"][::-1]}
    assert (
        parse_config({**config, "decisions": json.dumps(other_order)}).what_is_written
        == parse_config({**config, "decisions": json.dumps(DECISIONS, indent=2)}).what_is_written
    )
    once = parse_config({**config, "field_policies": [address]}).what_is_written
    assert parse_config({**config, **said}).what_is_written == once
    assert parse_config({**config, "read_only_fields": ["homeAddress"]}).what_is_written == once


def test_no_secret_is_among_what_decides_what_is_written(config: Config) -> None:
    assert TOKEN not in json.dumps(parse_config(config).what_is_written)
