"""Files that are kept to be compared with are what `make golden` would write."""

import json
import re

import pytest

import destination_huma.config
import destination_xledger.config
from integration_tests import golden
from integration_tests.kept_specs import without_lists_of_fields
from shared_mappings import field_table, to_huma, to_xledger


@pytest.mark.parametrize("name", golden.GOLDEN)
def test_a_kept_file_is_what_the_command_would_write(name: str) -> None:
    kept = (golden.ROOT / name).read_text(encoding="utf-8")
    assert kept == golden.GOLDEN[name](), "Something has changed. If it was meant to, `make golden` writes it anew."


@pytest.mark.parametrize("name", ["expected_reports", "expected_specs"])
def test_every_expected_file_is_kept_so(name: str) -> None:
    folder = golden.ROOT / "integration_tests" / name
    kept = {str(path.relative_to(golden.ROOT)) for path in folder.iterdir()}
    assert kept <= golden.GOLDEN.keys()


DESTINATIONS = {
    "destination-huma": (destination_huma.config.connection_specification, to_huma(field_table())),
    "destination-xledger": (destination_xledger.config.connection_specification, to_xledger(field_table())),
}


@pytest.mark.parametrize("connector", DESTINATIONS)
def test_a_kept_specification_lists_no_field_where_the_field_table_says_which(connector: str) -> None:
    specification, direction = DESTINATIONS[connector]
    kept = without_lists_of_fields(specification(), direction)
    assert kept != specification()
    choices = re.findall(r'"enum": (\[[^]]*\])', json.dumps({**kept["properties"], "match_on": None}))
    assert [name for name in direction.fields if f'"{name}"' in "".join(choices)] == []


@pytest.mark.parametrize("setting", ["no_unset_fields", "field_policies"])
def test_a_list_of_fields_that_the_field_table_does_not_say_is_kept_as_it_is(setting: str) -> None:
    specification, direction = DESTINATIONS["destination-huma"]
    changed = specification()
    items = changed["properties"][setting]["items"]
    offered = items if "enum" in items else items["oneOf"][0]["properties"]["field"]
    offered["enum"].remove("phone")
    text = json.dumps(without_lists_of_fields(changed, direction))
    assert json.dumps(offered["enum"]) in text


def test_a_file_that_is_as_it_is_to_be_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("golden")
    monkeypatch.setattr(golden, "ROOT", root)
    monkeypatch.setattr(golden, "GOLDEN", {"a/new.txt": lambda: "new\n", "same.txt": lambda: "same\n"})
    (root / "same.txt").write_text("same\n", encoding="utf-8")
    assert golden.write_anew() == ["a/new.txt"]
    assert (root / "a/new.txt").read_text(encoding="utf-8") == "new\n"
    assert golden.write_anew() == []
