"""Which Pythons the wheels are tried on."""

from pathlib import Path

import pytest

from distribution import pythons
from distribution.command import CommandFailedError
from distribution.pythons import Python, found, lowest_and_highest

BOUNDS = ">=3.10,<3.14"


def of(*versions: str) -> list[Python]:
    return [Python.told(version, f"/pythons/{version}") for version in versions]


@pytest.mark.parametrize(
    ("there", "tried"),
    [
        (("3.11.7", "3.10.13", "3.13.0", "3.12.1"), ["3.10.13", "3.13.0"]),
        (("3.9.1", "3.10.9", "3.14.0"), ["3.10.9"]),
        (("3.11.2", "3.11.10", "3.11.7"), ["3.11.10"]),
        (("3.9.1",), []),
        ((), []),
    ],
)
def test_the_ends_of_what_is_there_within_bounds_are_tried_in_their_latest_versions(
    there: tuple[str, ...], tried: list[str]
) -> None:
    assert [python.name for python in lowest_and_highest(of(*there), BOUNDS)] == tried


def test_a_python_of_pyenv_is_found_and_one_that_does_not_run_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    answers = {"3.13.0": "3.13.0\n", "3.12.1": None}
    for version in answers:
        (tmp_path / "versions" / version / "bin").mkdir(parents=True)
        (tmp_path / "versions" / version / "bin" / "python3").touch()

    def call(command: Path, *_: object) -> str:
        answer = answers.get(Path(command).parts[-3]) if command.is_relative_to(tmp_path) else "[]"
        if answer is None:
            raise CommandFailedError
        return answer

    monkeypatch.setattr(pythons, "call", call)
    assert found() == [Python.told("3.13.0", tmp_path / "versions" / "3.13.0" / "bin" / "python3")]
