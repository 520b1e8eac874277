"""Flattening Huma's details of a user: the three states, each field's form, and that nothing breaks it."""

import math
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema import Draft7Validator

from huma_api.people.user_record import GROUP_FIELDS, WRAPPED_FIELDS, user_record
from shared_mappings.record_schema import users_schema

CHANGED_AT = "2025-03-01T06:00:00.000000Z"
SCHEMA = Draft7Validator(users_schema())
STRICT_SCHEMA = Draft7Validator(users_schema(), format_checker=Draft7Validator.FORMAT_CHECKER)
EMPTY = {"id": "u1", "changedAt": CHANGED_AT}

Json = Any


def flat(**details: Json) -> Mapping[str, Json]:
    """The record for these details, without the keys every record has."""
    record = user_record("u1", details, CHANGED_AT).record
    return {name: value for name, value in record.items() if name not in EMPTY}


@pytest.mark.parametrize("field", [field.name for field in WRAPPED_FIELDS])
def test_a_wrapper_without_a_value_is_unset_and_no_wrapper_is_unknown(field: str) -> None:
    assert flat(**{field: {"editable": True}}) == {field: None}
    assert flat(**{field: {"value": None, "editable": True}}) == {field: None}
    assert flat() == {}
    assert flat(**{field: None}) == {}


def test_every_key_of_the_declared_schema_is_filled_by_a_rule_and_no_other_is() -> None:
    others = {"id", "type", "active", "deactivatedAt", "custom", "connectedIntegrations", "changedAt"}
    assert {field.name for field in WRAPPED_FIELDS} | others == set(users_schema()["properties"])


GROUPS = [
    {"id": "c1", "name": "Acme AS", "type": "company", "organizationNumber": "1"},
    {"id": "l1", "name": "Oslo", "type": "location"},
    {"id": "t1", "name": "Sales", "type": "team", "members": []},
    {"id": "o1", "name": "All", "type": "organization"},
]


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        pytest.param({"phone": {"value": "+47 900 00 000", "editable": True}}, {"phone": "+47 900 00 000"}, id="text"),
        pytest.param({"phone": {"value": "", "editable": True}}, {"phone": ""}, id="empty text is a value"),
        pytest.param(
            {"employmentPercentage": {"value": 0, "editable": True}}, {"employmentPercentage": 0}, id="zero is a value"
        ),
        pytest.param(
            {"homeAddress": {"value": {"line1": "Storgata 1", "city": "Oslo", "geo": 7}}},
            {
                "homeAddress": {
                    "line1": "Storgata 1",
                    "line2": None,
                    "line3": None,
                    "postalCode": None,
                    "city": "Oslo",
                    "country": None,
                }
            },
            id="what an address lacks is unset, what the schema does not know is left out",
        ),
        pytest.param(
            {"bankAccount": {"value": {"type": "national", "number": "1", "country": "NO", "code": "x"}}},
            {
                "bankAccount": {
                    "type": "national",
                    "number": "1",
                    "country": "NO",
                    "iban": None,
                    "bic": None,
                    "code": "x",
                }
            },
            id="national bank account",
        ),
        pytest.param(
            {"identifications": {"value": [{"id": "i1", "type": "national", "value": "1"}]}},
            {"identifications": [{"id": "i1", "type": "national", "country": None, "value": "1"}]},
            id="identifications",
        ),
        pytest.param({"identifications": {"value": []}}, {"identifications": []}, id="an empty list is a value"),
        pytest.param(
            {"jobTitle": {"value": {"id": "j1", "name": "Cook"}}}, {"jobTitle": "Cook"}, id="the name of a job title"
        ),
        pytest.param(
            {"supervisor": {"value": {"id": "s1", "email": "s@x", "givenName": "S", "jobTitles": [], "type": "user"}}},
            {"supervisor": {"id": "s1", "email": "s@x", "givenName": "S", "familyName": None}},
            id="supervisor",
        ),
        pytest.param(
            {"teams": {"value": [{"id": "t1", "name": "Sales", "type": "team"}]}},
            {"teams": [{"id": "t1", "name": "Sales"}]},
            id="groups of one kind",
        ),
        pytest.param(
            {"groups": {"value": GROUPS}},
            {
                "companies": [{"id": "c1", "name": "Acme AS"}],
                "locations": [{"id": "l1", "name": "Oslo"}],
                "teams": [{"id": "t1", "name": "Sales"}],
            },
            id="all groups are split by type",
        ),
        pytest.param(
            {"groups": {"value": GROUPS}, "companies": {"value": [{"id": "c2", "name": "Other AS"}]}},
            {
                "companies": [{"id": "c2", "name": "Other AS"}],
                "locations": [{"id": "l1", "name": "Oslo"}],
                "teams": [{"id": "t1", "name": "Sales"}],
            },
            id="groups of one kind have precedence over all groups",
        ),
        pytest.param(
            {"groups": {"editable": True}}, {"companies": None, "locations": None, "teams": None}, id="groups unset"
        ),
        pytest.param(
            {"custom": {"size": {"label": "Size", "value": "M"}, "car": {"label": "Car"}, "n": {"value": 1.5}}},
            {"custom": {"size": "M", "car": None, "n": 1.5}},
            id="custom fields",
        ),
        pytest.param({"custom": {}}, {"custom": {}}, id="no custom fields"),
        pytest.param(
            {"connectedIntegrations": {"slack": {"type": "slack", "externalId": "U1"}}},
            {"connectedIntegrations": {"slack": {"type": "slack", "externalId": "U1"}}},
            id="connected integrations",
        ),
        pytest.param({"status": {"active": True}}, {"active": True, "deactivatedAt": None}, id="active"),
        pytest.param({"status": {"active": False}}, {"active": False}, id="deactivated, not said when"),
        pytest.param(
            {"status": {"active": False, "deactivatedAt": "2025-01-31T12:00:00Z", "deactivatedBy": {"id": "u2"}}},
            {"active": False, "deactivatedAt": "2025-01-31T12:00:00Z"},
            id="deactivated",
        ),
        pytest.param(
            {"status": {"active": True, "deactivatedAt": "2025-01-31T12:00:00Z"}},
            {"active": True, "deactivatedAt": "2025-01-31T12:00:00Z"},
            id="active again",
        ),
        pytest.param({"status": {"active": None}}, {}, id="null says neither active nor deactivated"),
        pytest.param({"status": {}}, {}, id="nothing says neither active nor deactivated"),
        pytest.param(
            {"status": {"active": None, "deactivatedAt": "2025-01-31T12:00:00Z"}},
            {"deactivatedAt": "2025-01-31T12:00:00Z"},
            id="when, but not whether",
        ),
        pytest.param({"type": "user"}, {"type": "user"}, id="type"),
        pytest.param({"salary": {"value": {"amount": 1}}, "subordinatesCount": 3}, {}, id="nothing undeclared"),
    ],
)
def test_each_field_is_emitted_in_the_form_the_schema_declares(
    details: dict[str, Json], expected: dict[str, Json]
) -> None:
    assert flat(**details) == expected
    SCHEMA.validate({**EMPTY, **expected})


@pytest.mark.parametrize(
    ("number", "text"),
    [(417, "417"), (417.0, "417"), (0, "0"), (150, "150"), (2**53, str(2**53)), (10**18, "1" + 18 * "0"), (-0.0, "0")],
)
def test_a_code_that_comes_as_a_number_is_text(number: Json, text: str) -> None:
    address = {"line1": None, "line2": None, "line3": None, "city": None, "country": None}
    assert flat(employmentId={"value": number}) == {"employmentId": text}
    assert flat(homeAddress={"value": {"postalCode": number}}) == {"homeAddress": {**address, "postalCode": text}}
    assert flat(bankAccount={"value": {"code": number}})["bankAccount"]["code"] == text


@pytest.mark.parametrize("number", [417.5, 2.0**53, 1e300, math.nan, math.inf, True, ["417"]])
def test_a_code_of_which_the_digits_cannot_be_known_is_unknown(number: Json) -> None:
    assert user_record("u1", {"employmentId": {"value": number}}, CHANGED_AT).left_out == ("employmentId",)


def nested(depth: int) -> Json:
    value: Json = "x"
    for _ in range(depth):
        value = [value] if depth % 2 else {"value": value}
    return value


@pytest.mark.parametrize("depth", [300, 301, 900, 901])
@pytest.mark.parametrize(
    "name", [*(field.name for field in WRAPPED_FIELDS), "status", "groups", "custom", "type", "connectedIntegrations"]
)
def test_what_is_nested_deep_is_left_out_and_breaks_nothing(name: str, depth: int) -> None:
    for value in (nested(depth), {"value": nested(depth)}, {"value": [nested(depth)]}, {"x": {"value": nested(depth)}}):
        record = user_record("u1", {name: value}, CHANGED_AT).record
        orjson.dumps(record)
        SCHEMA.validate(record)


@pytest.mark.parametrize("name", ["identifications", "companies", "locations", "teams"])
def test_null_in_a_list_makes_the_list_unknown(name: str) -> None:
    result = user_record("u1", {name: {"value": [None]}}, CHANGED_AT)
    assert (result.record, result.left_out) == (EMPTY, (name,))


@pytest.mark.parametrize(
    ("details", "left_out"),
    [
        ({"phone": {"value": 4790000000}}, ("phone",)),
        ({"phone": "+47 900 00 000"}, ("phone",)),
        ({"employmentPercentage": {"value": math.inf}}, ("employmentPercentage",)),
        ({"employmentPercentage": {"value": 2**64}}, ("employmentPercentage",)),
        ({"employmentPercentage": {"value": True}}, ("employmentPercentage",)),
        ({"homeAddress": {"value": "Storgata 1"}}, ("homeAddress",)),
        ({"identifications": {"value": {"id": "i1"}}}, ("identifications",)),
        ({"teams": {"value": [{"name": "no id"}]}}, ("teams",)),
        ({"groups": {"value": ["x"]}}, tuple(GROUP_FIELDS)),
        ({"status": "active"}, ("status",)),
        ({"status": {"active": "yes"}}, ("active",)),
        ({"custom": {"sizes": {"value": ["M", "L"]}, "size": {"value": "M"}}}, ("custom.sizes",)),
        ({"custom": []}, ("custom",)),
        ({"connectedIntegrations": {"slack": "U1"}}, ("connectedIntegrations",)),
    ],
)
def test_what_comes_in_an_unknown_form_is_unknown_and_named(
    details: dict[str, Json], left_out: tuple[str, ...]
) -> None:
    result = user_record("u1", details, CHANGED_AT)
    assert result.left_out == left_out
    assert not set(left_out) & result.record.keys()
    SCHEMA.validate(result.record)


def wrapper(value: SearchStrategy[Json]) -> SearchStrategy[Json]:
    """A wrapper as Huma sends it: with a value or without."""
    return st.fixed_dictionaries({"editable": st.booleans()}, optional={"value": value})


TEXT = st.text(st.characters(codec=None), max_size=20)
DATE = st.dates().map(str)
GROUP = st.fixed_dictionaries(
    {"id": st.uuids().map(str), "name": TEXT, "type": st.sampled_from(["company", "location", "team", "organization"])}
)
VALUES: dict[str, SearchStrategy[Json]] = {
    "employmentPercentage": st.integers(-(2**31), 2**31 - 1),
    "homeAddress": st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("line1", "line2", "line3", "postalCode", "city", "country", "region"), TEXT)
    ),
    "bankAccount": st.fixed_dictionaries(
        {"type": TEXT, "code": TEXT}, optional=dict.fromkeys(("number", "country", "iban", "bic"), TEXT)
    ),
    "identifications": st.lists(
        st.fixed_dictionaries({"id": TEXT, "type": TEXT, "value": TEXT}, optional={"country": TEXT}), max_size=3
    ),
    "jobTitle": st.fixed_dictionaries({"id": TEXT, "name": TEXT}),
    "supervisor": st.fixed_dictionaries({"id": TEXT, "email": TEXT, "givenName": TEXT}, optional={"familyName": TEXT}),
    **dict.fromkeys(GROUP_FIELDS, st.lists(GROUP, max_size=3)),
    **{
        field.name: DATE for field in WRAPPED_FIELDS if users_schema()["properties"][field.name].get("format") == "date"
    },
}
USER_DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "type": TEXT,
        "status": st.fixed_dictionaries(
            {"active": st.booleans()}, optional={"deactivatedAt": st.just("2025-01-31T12:00:00Z")}
        ),
        **{field.name: wrapper(VALUES.get(field.name, TEXT)) for field in WRAPPED_FIELDS},
        "groups": wrapper(st.lists(GROUP, max_size=4)),
        "custom": st.dictionaries(
            TEXT, wrapper(st.one_of(TEXT, st.booleans(), st.integers(), st.floats(allow_nan=False))), max_size=4
        ),
        "connectedIntegrations": st.dictionaries(
            TEXT, st.fixed_dictionaries({"type": TEXT, "externalId": TEXT}), max_size=3
        ),
    },
)


@given(USER_DETAILS)
def test_any_details_of_humas_form_become_a_valid_record_with_the_states_kept(details: dict[str, Json]) -> None:
    record = user_record("u1", details, CHANGED_AT).record
    STRICT_SCHEMA.validate(record)
    for field in WRAPPED_FIELDS:
        if field.name in details:
            assert (record[field.name] is None) == (details[field.name].get("value") is None)
        elif field.name not in GROUP_FIELDS:
            assert field.name not in record


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
ANY_NAME = st.sampled_from([*(field.name for field in WRAPPED_FIELDS), "status", "groups", "custom", "type"])


@given(st.dictionaries(ANY_NAME, JSON | st.fixed_dictionaries({"value": JSON})))
def test_nothing_huma_may_send_breaks_a_record(details: dict[str, Json]) -> None:
    SCHEMA.validate(user_record("u1", details, CHANGED_AT).record)


@given(TEXT)
def test_text_changes_only_where_it_holds_half_a_character(text: str) -> None:
    arrived = flat(gender={"value": text})["gender"]
    arrived.encode("utf-8")
    assert len(arrived) == len(text)
    assert all(
        after == before or (after == "\ufffd" and "\ud800" <= before <= "\udfff")
        for before, after in zip(text, arrived, strict=True)
    )
