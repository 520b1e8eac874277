"""`make format` leaves nothing out of shape, whatever else is wrong."""

import subprocess
from pathlib import Path

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
