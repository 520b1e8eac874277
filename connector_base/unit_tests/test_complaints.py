"""Complaints of validation libraries become sentences in the words of a form; a wrong key is one mistake."""

from typing import Annotated, Any, Literal

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets, update_secrets
from airbyte_cdk.utils.spec_schema_transformations import resolve_refs
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ConfigDict, Field, Secret

from connector_base.settings.complaints import SENTENCES, Complaint, Kind, config_problems, ordinal
from connector_base.settings.masked_secrets import SHORTEST_SECRET, mask_secrets, mask_secrets_too, mask_too
from connector_base.settings.settings import Settings
from connector_base.settings.validating import JSON_SCHEMA, PYDANTIC, form_problems, settings_problems


class Cat(Settings):
    model_config = ConfigDict(title="Cat")

    kind: Literal["cat"] = Field(title="Kind")
    lives: int = Field(9, title="Lives", ge=1, le=9)


class Dog(Settings):
    model_config = ConfigDict(title="Dog")

    kind: Literal["dog"] = Field(title="Kind")
    bone: str = Field(title="Bone", min_length=3, max_length=5)


class Home(Settings):
    model_config = ConfigDict(title="Home")

    owner: str = Field(title="Owner")
    key: Secret[str] = Field(title="Key", json_schema_extra={"airbyte_secret": True})
    pets: tuple[Annotated[Cat | Dog, Field(discriminator="kind")], ...] = Field((), title="Pets", max_length=2)
    rooms: int = Field(1, title="Rooms", ge=1)


def home_form() -> dict[str, Any]:
    schema = Home.model_json_schema(ref_template="#/definitions/{model}")
    return resolve_refs({"definitions": schema.pop("$defs"), **schema})


FORM = home_form()

HOME = {"owner": "me", "key": "a-long-secret"}

BY_THE_SECOND_ENTRY = "in the second entry of Pets (pets)"

THE_SETTINGS = "The settings are Owner (owner), Key (key), Pets (pets), Rooms (rooms)."

CASES = [
    ({"owner": None}, ["Owner (owner) is missing: enter it."]),
    ({"owner": 1}, ["Owner (owner) must be a text."]),
    ({"rooms": 0}, ["Rooms (rooms) must be at least 1."]),
    ({"rooms": []}, ["Rooms (rooms) must be a whole number."]),
    ({"pets": "cat"}, ["Pets (pets) must be a list."]),
    ({"pets": [{"kind": "cat"}] * 3}, ["Pets (pets) must be at most 2 entries long."]),
    ({"pets": ["cat"]}, ["Kind (kind) in the first entry of Pets (pets) must be cat or dog."]),
    ({"pets": [{"kind": "fish"}]}, ["Kind (kind) in the first entry of Pets (pets) must be cat or dog."]),
    ({"pets": [{"lives": 3}]}, ["Kind (kind) in the first entry of Pets (pets) must be cat or dog."]),
    (
        {"pets": [{"kind": "cat"}, {"kind": "cat", "lives": 10}]},
        [f"Lives (lives) {BY_THE_SECOND_ENTRY} must be 1 to 9."],
    ),
    (
        {"pets": [{"kind": "cat"}, {"kind": "dog", "bone": "x"}]},
        [f"Bone (bone) {BY_THE_SECOND_ENTRY} must be 3 to 5 characters long."],
    ),
    (
        {"pets": [{"kind": "cat"}, {"kind": "dog", "bone": ""}]},
        [f"Bone (bone) {BY_THE_SECOND_ENTRY} is empty: enter it."],
    ),
    (
        {"pets": [{"kind": "cat"}, {"kind": "dog", "bne": "long"}]},
        [f"There is no setting bne {BY_THE_SECOND_ENTRY}: Bone (bone) was probably meant."],
    ),
    (
        {"pets": [{"kind": "cat"}, {"kid": "dog", "bone": "long"}]},
        [f"There is no setting kid {BY_THE_SECOND_ENTRY}: Kind (kind) was probably meant."],
    ),
    (
        {"pets": [{"kind": "cat"}, {"kind": "dog", "stick": "long"}]},
        [f"There is no setting stick {BY_THE_SECOND_ENTRY}, and Bone (bone) is missing: perhaps that was meant."],
    ),
    (
        {"owner": None, "key": None, "zq": 1},
        [
            "Owner (owner) is missing: enter it.",
            "Key (key) is missing: enter it.",
            (
                "There is no setting zq: leave it out, or correct it. The settings are Owner (owner), Key (key), "
                "Pets (pets), Rooms (rooms)."
            ),
        ],
    ),
    (
        {"zq": 1, "wolf": 2},
        [
            f"There are no settings zq and wolf: leave them out, or correct them. {THE_SETTINGS}",
        ],
    ),
    (
        {"zq": 1, "wolf": 2, "fjord": 3, "s3cr3tq81": 4},
        [
            (
                "There are no settings zq, wolf, fjord and 1 of other names: perhaps this is the configuration of "
                f"another connector. {THE_SETTINGS}"
            ),
        ],
    ),
    (
        {"s3cr3tq81": 1},
        [
            f"There is no setting of that name: leave it out, or correct it. {THE_SETTINGS}",
        ],
    ),
    ({"onwer": "you", "owner": None}, ["There is no setting onwer: Owner (owner) was probably meant."]),
    ({"romms": 0}, ["There is no setting romms: Rooms (rooms) was probably meant."]),
    (
        {"key": "secret7"},
        [
            (
                "Key (key) is shorter than 8 characters, so it is no whole secret: copy it again from where it was "
                "made, or make a new one."
            )
        ],
    ),
]


@pytest.mark.parametrize(("change", "sentences"), CASES)
def test_each_complaint_is_one_sentence_in_the_words_of_the_form(change: Any, sentences: list[str]) -> None:
    assert settings_problems({**HOME, **change}, Home, FORM) == sentences


@pytest.mark.parametrize("config", [None, [], "x", 1])
def test_what_is_no_configuration_is_told_as_that(config: Any) -> None:
    assert settings_problems(config, Home, FORM) == ["The configuration must be a group of settings."]


def test_both_libraries_say_the_same_of_the_same_mistake() -> None:
    """What has to fit a form alone is complained of in the same words as what has to fit a model."""
    for change in ({"owner": None}, {"owner": 1}, {"rooms": 0}, {"rooms": []}, {"key": "secret7"}, {"romms": 0}):
        config = {name: value for name, value in {**HOME, **change}.items() if value is not None}
        assert form_problems(config, FORM) == settings_problems(config, Home, FORM)


@given(st.sampled_from(["owner", "key"]), st.data())
def test_a_slip_of_the_finger_in_a_key_is_one_complaint_that_names_what_was_meant(
    name: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(1, len(name) - 1))
    slip = data.draw(
        st.sampled_from([name[:at] + name[at - 1 :], name.title(), f"{name}_", name[:at] + "x" + name[at:]])
    )
    config = {key: value for key, value in HOME.items() if key != name} | {slip: "recognisable"}
    if slip != name:
        title = FORM["properties"][name]["title"]
        expected = [f"There is no setting {slip}: {title} ({name}) was probably meant."]
        assert settings_problems(config, Home, FORM) == form_problems(config, FORM) == expected


KEYS = st.sampled_from(["owner", "onwer", "key", "pets", "Rooms", "zq", "__own"]) | st.text(max_size=12)

VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=12)


@settings(max_examples=50)
@given(
    st.dictionaries(KEYS, VALUES | st.lists(VALUES | st.dictionaries(KEYS, VALUES, max_size=3), max_size=3), max_size=4)
)
def test_any_configuration_is_complained_of_in_whole_sentences(config: dict[str, Any]) -> None:
    for sentence in settings_problems(config, Home, FORM):
        assert sentence[0].isupper()
        assert sentence.endswith(".")


def test_of_a_setting_that_differs_from_alternative_to_alternative_all_choices_are_named() -> None:
    """Where a library takes the group for none of them."""
    complaints = [Complaint(("pets", 0, "kind"), Kind.NO_CHOICE)]
    assert config_problems(HOME, FORM, lambda _: complaints) == [
        "Kind (kind) in the first entry of Pets (pets) must be cat or dog."
    ]


def test_what_no_table_knows_is_told_in_general_words() -> None:
    complaints = [Complaint(("rooms",), Kind.ANYTHING_ELSE)]
    assert config_problems(HOME, FORM, lambda _: complaints) == [
        "Rooms (rooms) cannot be used as it was entered: correct it."
    ]


def test_a_switch_that_is_missing_is_to_be_turned_on() -> None:
    form = {"properties": {"shut": {"type": "boolean", "title": "Shut"}}}
    assert config_problems({}, form, lambda _: [Complaint(("shut",), Kind.MISSING)]) == [
        "Shut (shut) is missing: turn it on."
    ]


def test_every_kind_of_complaint_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Kind) - {Kind.OWN_WORDS, Kind.UNKNOWN}
    assert {*PYDANTIC.values(), *JSON_SCHEMA.values()} <= set(Kind)


def test_entries_are_counted_as_people_count() -> None:
    assert [ordinal(number) for number in (0, 1, 9, 10)] == ["first", "second", "tenth", "11th"]


def test_a_secret_too_short_to_be_masked_is_not_masked_letter_by_letter() -> None:
    try:
        mask_secrets(FORM, {"key": "e"})
        mask_too("e")
        assert filter_secrets("The key is too short.") == "The key is too short."
        mask_secrets(FORM, {"key": "x" * SHORTEST_SECRET})
        mask_too("y" * SHORTEST_SECRET)
        assert filter_secrets(f"{'x' * SHORTEST_SECRET} {'y' * SHORTEST_SECRET}") == "**** ****"
    finally:
        update_secrets([])


def test_the_secrets_of_a_second_configuration_are_masked_beside_those_of_the_first() -> None:
    try:
        mask_secrets(FORM, {"key": "x" * SHORTEST_SECRET})
        mask_secrets_too(FORM, {"key": "y" * SHORTEST_SECRET})
        mask_secrets_too(FORM, {"key": "e"})
        assert filter_secrets(f"The key {'x' * SHORTEST_SECRET} {'y' * SHORTEST_SECRET}") == "The key **** ****"
    finally:
        update_secrets([])
