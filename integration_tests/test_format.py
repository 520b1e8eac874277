"""`make format` leaves nothing out of shape, whatever else is wrong."""

import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def test_what_cannot_be_mended_keeps_nothing_from_being_put_into_shape(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name)
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import  sys\nimport os\nif not (os.sep   in sys.path)  : print( undefined )\n", encoding="utf-8")
    command = ["make", "--silent", "--assume-old=.venv/ready", "format"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
    assert "F821" in done.stdout, done.stderr
    assert done.returncode != 0
    in_shape = "import os\nimport sys\n\nif os.sep not in sys.path:\n    print(undefined)\n"
    assert wrong.read_text(encoding="utf-8") == in_shape


def test_a_commit_is_put_into_shape_in_the_same_order() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook["entry"].split()[1:] for repo in config["repos"] for hook in repo["hooks"] if "ruff" in hook["entry"]]
    recipe = re.search(r"^format:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert recipe
    told = re.findall(r"/ruff (format|check --fix)", recipe[1])
    assert [" ".join(word for word in hook if word != "--quiet") for hook in hooks] == told
