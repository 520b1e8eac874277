"""Every connector's form can be drawn, and says what there is to know."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

import destination_huma.config
from destination_xledger.config import connection_specification
from integration_tests.host_form import Choice, Form, Kind, drawn
from source_xledger import config as source_config

ROOT = Path(__file__).parents[1]


def of_source_huma() -> dict[str, Any]:
    manifest = yaml.safe_load((ROOT / "source-huma/source_huma/manifest.yaml").read_text(encoding="utf-8"))
    specification: dict[str, Any] = manifest["spec"]["connection_specification"]
    return specification


SPECIFICATIONS = {
    "source-huma": of_source_huma(),
    "source-xledger": source_config.connection_specification(),
    "destination-huma": destination_huma.config.connection_specification(),
    "destination-xledger": connection_specification(),
}
REQUIRED: dict[str, dict[str, Any]] = {
    "source-huma": {"client_id": "an-id", "client_secret": "a-secret"},
    "source-xledger": {"api_token": "QUJD"},
    "destination-huma": {"client_id": "an-id", "client_secret": "a-secret", "authority_confirmed": True},
    "destination-xledger": {"api_token": "QUJD", "authority_confirmed": True},
}

each_connector = pytest.mark.parametrize("connector", SPECIFICATIONS)


@pytest.fixture
def form() -> Form:
    return drawn(SPECIFICATIONS["destination-xledger"])


def test_each_connector_of_the_integration_has_its_form_drawn_here() -> None:
    metadata = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))
    assert {connector["name"] for connector in metadata["connectors"]} == set(SPECIFICATIONS)


@each_connector
def test_a_host_can_draw_the_whole_form_in_its_order_with_every_choice_titled(connector: str) -> None:
    assert drawn(SPECIFICATIONS[connector]).problems == ()


@each_connector
def test_what_is_required_is_enough(connector: str) -> None:
    validator = Draft7Validator(SPECIFICATIONS[connector])
    assert validator.is_valid(REQUIRED[connector])
    for left_out in REQUIRED[connector]:
        assert not validator.is_valid({key: value for key, value in REQUIRED[connector].items() if key != left_out})


@each_connector
def test_what_the_form_fills_in_is_valid(connector: str) -> None:
    filled = {each.key: each.default for each in drawn(SPECIFICATIONS[connector]).fields if each.default is not None}
    Draft7Validator(SPECIFICATIONS[connector]).validate({**REQUIRED[connector], **filled})


def test_the_form_asks_first_whether_anything_is_written(form: Form) -> None:
    mode = form.at_once[0]
    assert (mode.key, mode.kind, mode.default, mode.required) == ("mode", Kind.CHOICE, "preview", False)


def test_each_choice_says_what_it_comes_to_unless_it_is_a_name(form: Form) -> None:
    storage = next(choice for choice in form["object_storage_config"].choices if choice.value == "S3")
    choices = [each for each in (*form.fields, *storage.fields) if each.choices]
    unsaid = {each.key for each in choices if not all(choice.description for choice in each.choices)}
    names_of_fields = {f"{policy}_fields" for policy in ("no_unset", "fill_empty", "create_only", "read_only")}
    assert unsaid == {"s3_bucket_region", *names_of_fields}


def test_what_is_rarely_touched_stands_last(form: Form) -> None:
    assert [each.key for each in form.fields if each.optional][-4:] == [
        "renumber_employees",
        "allow_mass_unset",
        "batch_size",
        "api_url",
    ]


@each_connector
def test_the_address_that_hardly_anybody_changes_is_the_last_one_asked_for(connector: str) -> None:
    assert drawn(SPECIFICATIONS[connector]).fields[-1].key == "api_url"


# ------------------------------------------------------------------ the rules of the form


GROUP = {"type": "object", "title": "A", "description": "A.", "order": 0}
TEXT = {"type": "string", "title": "T", "description": "T.", "order": 0}
OPTION = {"type": "object", "title": "O", "description": "O.", "properties": {"kind": {"const": "o", "order": 0}}}


def of(setting: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    return {"type": "object", "title": "X", "properties": {"a": setting, **others}}


UNDRAWABLE = [
    (of(GROUP), "a: an object without properties"),
    (of({**GROUP, "additionalProperties": {"type": "string"}}), "a: an object without properties"),
    (of({**TEXT, "title": ""}), "a: without a title and a description"),
    (of({**TEXT, "description": ""}), "a: without a title and a description"),
    (of({**TEXT, "order": 1}), "the specification: the order is not 0 to 0"),
    (of(TEXT, b=TEXT), "the specification: the order is not 0 to 1"),
    (of(TEXT, b={**TEXT, "order": 1, "always_show": True}), "in another order than it says: [1, 0]"),
    (of({**TEXT, "enum": ["x"], "default": "y"}), "a: the default is not valid"),
    (of({**TEXT, "enum": ["x", "x"]}), "a: two choices look the same"),
    (of({**TEXT, "type": ["string", "array"]}), "a: a form knows one type"),
    (of({**TEXT, "oneOf": [{"const": "x", "title": "X"}]}), "a: only an object can be one of several"),
    (of({**GROUP, "oneOf": [OPTION, {**OPTION, "properties": {"of": {"const": "p"}}}]}), "a: no key with a const"),
    (of({**GROUP, "oneOf": [OPTION, OPTION]}), "a: two options have the same kind"),
    (of({**GROUP, "oneOf": [{**OPTION, "title": ""}]}), "a[]: without a title and a description"),
    (of({**GROUP, "oneOf": [OPTION], "default": {"kind": "p"}}), "a: the form begins with its first option"),
    (
        of({**GROUP, "type": "array", "items": {"type": "object", "oneOf": [OPTION]}}),
        "the dialog of its entries breaks",
    ),
    (of({**GROUP, "type": "array", "items": {"type": "object"}}), "a[]: an object without properties"),
    (of({**GROUP, "type": "array", "items": {}}), "a: a list of nobody knows what"),
    (of({**TEXT, "anyOf": [{"minLength": 1}]}), "a: anyOf is nothing that a form can draw"),
    ({**of(TEXT), "required": ["b"]}, "the specification: b is required, and not there"),
    ({**of({**TEXT, "always_show": True}), "required": ["a"]}, "a: what is required is always shown anyway"),
]


@pytest.mark.parametrize(("specification", "problem"), UNDRAWABLE)
def test_what_a_form_cannot_draw_is_named(specification: dict[str, Any], problem: str) -> None:
    assert problem in " | ".join(drawn(specification).problems)


def test_what_has_to_be_filled_in_stands_first_and_the_rest_is_folded_away() -> None:
    storage = {**GROUP, "order": 2, "oneOf": [OPTION]}
    specification = of(
        {**TEXT, "order": 3}, b={**TEXT, "order": 1}, c=storage, d={**TEXT, "airbyte_hidden": True, "order": 4},
        e={**TEXT, "always_show": True},
    )  # fmt: skip
    form = drawn({**specification, "required": ["b"]})
    assert form.problems == ()
    assert [(each.key, each.optional) for each in form.fields] == [
        ("e", False),
        ("b", False),
        ("c", False),
        ("a", True),
    ]


KINDS = [
    ({"type": "string"}, Kind.TEXT),
    ({"type": "string", "airbyte_secret": True}, Kind.SECRET),
    ({"type": "string", "enum": ["x"]}, Kind.CHOICE),
    ({"type": "integer"}, Kind.NUMBER),
    ({"type": "boolean"}, Kind.SWITCH),
    ({"type": "array", "items": {"type": "string"}}, Kind.TAGS),
    ({"type": "array", "items": {"type": "string", "enum": ["x"]}}, Kind.CHOICES),
    ({"type": "array", "items": {"type": "object", "properties": {"t": TEXT}}}, Kind.GROUPS),
    ({"type": "object", "properties": {"t": TEXT}}, Kind.GROUP),
    ({"type": "object", "oneOf": [OPTION]}, Kind.ONE_OF),
]


@pytest.mark.parametrize(("schema", "kind"), KINDS)
def test_each_setting_is_drawn_as_what_it_is(schema: dict[str, Any], kind: Kind) -> None:
    form = drawn(of({"title": "T", "description": "T.", "order": 0, **schema}))
    assert (form.problems, form["a"].kind) == ((), kind)


def test_a_value_says_what_stands_behind_it_in_the_description() -> None:
    schema = {
        **TEXT,
        "enum": ["skip", "skip_all", ""],
        "description": "Who? skip: one. Or two. skip_all: all; and so on.",
    }
    assert drawn(of(schema))["a"].choices == (
        Choice("skip", "skip", "one. Or two."),
        Choice("skip_all", "skip_all", "all; and so on."),
        Choice("", ""),
    )
