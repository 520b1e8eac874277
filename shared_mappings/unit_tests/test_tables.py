"""What the tables hold is what is written in them, whoever reads it."""

from importlib.resources import files

import pytest
import yaml

from shared_mappings.tables import read


@pytest.mark.parametrize("name", ["field_table.yaml", "explained.yaml"])
def test_a_table_is_read_fast_and_holds_what_is_written(name: str) -> None:
    assert "CSafeLoader" in vars(yaml)
    assert read(name) == yaml.safe_load((files("shared_mappings") / name).read_text("utf-8"))
