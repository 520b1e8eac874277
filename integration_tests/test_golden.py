"""Files that are kept to be compared with are what `make golden` would write."""

import pytest

from integration_tests import golden


@pytest.mark.parametrize("name", golden.GOLDEN)
def test_a_kept_file_is_what_the_command_would_write(name: str) -> None:
    kept = (golden.ROOT / name).read_text(encoding="utf-8")
    assert kept == golden.GOLDEN[name](), "Something has changed. If it was meant to, `make golden` writes it anew."


def test_every_expected_report_is_kept_so() -> None:
    folder = golden.ROOT / "integration_tests" / "expected_reports"
    kept = {str(path.relative_to(golden.ROOT)) for path in folder.iterdir()}
    assert kept <= golden.GOLDEN.keys()


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
