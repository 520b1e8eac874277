"""A folder of a checkout, installed by pip as it comes with the lowest Python that is there."""

from pathlib import Path

import pytest

from distribution.command import call
from distribution.environment import LOCK, Environment
from distribution.packages import packages
from distribution.python_tests.conftest import PYTHONS
from distribution.pythons import Python
from distribution.wheels import constraints


@pytest.mark.parametrize("python", PYTHONS[:1], ids=lambda python: python.name)
def test_pip_installs_every_package_from_its_folder(python: Python, tmp_path: Path) -> None:
    call(python.path, "-m", "venv", tmp_path / "venv")
    environment = Environment(tmp_path / "venv")
    versions = tmp_path / "constraints.txt"
    versions.write_text(constraints(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    one, *_ = (package for package in packages() if package.folder == "destination-huma")
    environment.run("python", *pip, "--constraint", versions, one.root)
    assert '"type":"SPEC"' in environment.run("destination-huma", "spec")
    environment.run("python", *pip, "--constraint", versions, "hatchling")
    for package in packages():
        environment.run("python", *pip, "--no-deps", "--no-build-isolation", package.root)
    ours = {name: version for name, version in environment.installed().items() if name.startswith("huma-xledger")}
    assert ours == {package.name: package.version for package in packages()}
