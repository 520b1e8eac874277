"""`make demo` is short, says at once what it does, and ends with what to try next."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from huma_xledger.direction import TO_XLEDGER, Direction
from integration_tests.conftest import Write
from integration_tests.demo.__main__ import GREETING
from integration_tests.demo.story import COLUMNS, NEXT, groups, tell
from integration_tests.sandbox import Sandbox
from integration_tests.without_a_host import InThisProcess

ROOT = Path(__file__).parents[1]


@pytest.fixture(name="sandbox")
def populated() -> Iterator[Sandbox]:
    with Sandbox.running(people=60, burst_limit=None) as running:
        yield running


@pytest.fixture
def told(sandbox: Sandbox, write: Write, write_to_huma: Write, tmp_path: Path) -> tuple[bool, list[str]]:
    """Whether all was well, and the lines of the demo."""
    out = io.StringIO()

    def connect(direction: Direction, mode: str = "sync") -> InThisProcess:
        settings: dict[str, Any] = {"object_storage_config": {"storage_type": "Local", "path": str(tmp_path)}}
        if direction == TO_XLEDGER:
            return InThisProcess(sandbox, write, mode, settings=settings)
        settings |= groups(sandbox)
        return InThisProcess(sandbox, write_to_huma, mode, settings=settings, direction=direction)

    def listen(user: str, phone: str) -> float:
        sandbox.huma.change(user, phone=phone)
        return 1.23

    all_well = tell(Console(file=out, width=COLUMNS), sandbox, connect, listen, tmp_path)
    return all_well, [*GREETING.splitlines(), *out.getvalue().splitlines()]


def test_the_demo_fits_a_screen_keeps_its_promises_and_ends_with_what_to_try_next(
    told: tuple[bool, list[str]],
) -> None:
    all_well, lines = told
    text = "\n".join(lines)
    assert all_well, text
    assert len(lines) <= 60, text
    assert [line for line in lines if len(line) > 80] == []
    end = lines[-len(NEXT) :]
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    told_of = [re.match(r"  make (\w+) +\S", line) for line in end]
    assert [target[1] for target in told_of if target and target[1] in targets] == [name[5:] for name in NEXT], text
    assert lines.index("1. A preview: what would a sync do? It writes nothing.") < 10
    assert "   1.2 seconds later Xledger had it." in lines


def test_the_demo_says_what_it_does_before_it_loads_anything() -> None:
    """A second is enough for that: it is the standard library that is loaded, and next to nothing of it."""
    code = (
        "import sys\n"
        "from integration_tests.demo import __main__ as demo\n"
        "sys.modules['integration_tests.demo.story'] = None\n"
        "heavy = {'airbyte', 'airbyte_cdk', 'rich', 'requests', 'starlette', 'pydantic'} & set(sys.modules)\n"
        "print(sorted(heavy), flush=True)\n"
        "demo.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 1  # there was nothing to go on with
    assert done.stdout == f"[]\n{GREETING}\n"
