"""The object `user` has the names of the stream `users`, as far as the table uses them."""

from jsonschema import Draft7Validator

from shared_mappings import field_table, to_huma, user_schema, users_schema

from .conftest import RECORD


def test_a_user_has_what_goes_back_and_nothing_else() -> None:
    properties = user_schema()["properties"]
    drawn_on = {path.partition(".")[0] for rule in to_huma(field_table()).rules for path in rule.record.values()}
    assert properties.keys() == {"active", *drawn_on}
    assert properties["homeAddress"]["properties"].keys() == RECORD["homeAddress"].keys()
    assert properties["bankAccount"]["properties"].keys() == {"number", "country", "iban", "bic"}
    assert list(properties) == [name for name in users_schema()["properties"] if name in properties]


def test_a_record_of_the_stream_of_users_fits_it_and_so_does_one_with_nothing() -> None:
    Draft7Validator.check_schema(user_schema())
    validator = Draft7Validator(user_schema(), format_checker=Draft7Validator.FORMAT_CHECKER)
    for record in (RECORD, {}, {**dict.fromkeys(RECORD), "active": None}):
        validator.validate({key: value for key, value in record.items() if key != "id"})


def test_every_copy_is_the_callers_own() -> None:
    user_schema()["properties"].clear()
    assert user_schema()["properties"]
