"""What takes seconds to load is loaded as a connector is, which takes half of the time, whichever command loads it."""

import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from huma_xledger import __main__ as command
from huma_xledger.reviewing import worker
from huma_xledger.reviewing.messages import TASK, Task, as_line
from huma_xledger.reviewing.status import Doing


class StandIn(MetaPathFinder, Loader):
    """Stands in for a module, and notes whether, while it is loaded, somebody looks for something to throw away."""

    def __init__(self, name: str, monkeypatch: pytest.MonkeyPatch, **holds: Any) -> None:
        self.name, self.holds = name, holds
        self.looked: list[bool] = []
        package, _, module = name.rpartition(".")
        monkeypatch.setattr(import_module(package), module, import_module(name))
        monkeypatch.delitem(sys.modules, name)
        monkeypatch.setattr(sys, "meta_path", [self, *sys.meta_path])

    def find_spec(self, name: str, _: Sequence[str] | None, __: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        self.looked.append(gc.isenabled())
        vars(module).update(self.holds)


def test_the_process_of_a_review_loads_pyairbyte_like_that(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    work = StandIn("huma_xledger.reviewing.work", monkeypatch, work=lambda *_: None)
    where = str(tmp_path)
    task = as_line(TASK, Task(Doing.PREVIEW, where, where, where, ("xledger",)))
    monkeypatch.setattr(worker, "be_a_child", lambda do: do(task, lambda _: None))
    worker.main()
    assert work.looked == [False]


def test_what_sets_a_connection_up_in_airbyte_is_loaded_like_that(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    set_up = StandIn(
        "huma_xledger.setting_up.set_up", monkeypatch, set_up=lambda *_, **__: True, Surroundings=lambda *_: None
    )
    (tmp_path / "connection.yaml").write_text("{source-huma: {}, destination-xledger: {}}", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["huma-xledger", "airbyte-setup", str(tmp_path)])
    assert command.main() == 0
    assert set_up.looked == [False]
