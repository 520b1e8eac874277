"""Settings that every test shares."""

import gc
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from hypothesis import settings

# These folders are named like the package inside them. pytest names test modules by their folders, and would take the
# folder for the package if the package were not known by then.
import connector_base  # noqa: F401
import huma_api  # noqa: F401
import shared_mappings  # noqa: F401
import xledger_api  # noqa: F401

# A slow machine is not a broken promise. CI tries the same examples every time, so more of them would find nothing the
# second time; everybody else looks for new ones.
# `make test-fast` tries a few, and leaves the others to `make test`.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("fast", deadline=None, max_examples=25)
settings.load_profile(os.environ.get("EXAMPLES") or ("ci" if os.environ.get("CI") else "here"))

# All that is loaded stays to the end, so nobody need look through it for something to throw away while it is loaded.
gc.disable()

# Containers often forbid bytecode; the connectors that tests start as processes start twice as fast with it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


_STARTING_A_PROCESS: Final = frozenset({"subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.system"})

_processes_are_refused = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with what is slow, and ends with what is quick, so that no worker is left with much in the end.

    A worker takes a file at a time.
    """
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None, _is_unit_test(item)))


def pytest_collection_finish() -> None:
    """Has nobody look again and again, for something to throw away, through all that is loaded and stays to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def _is_unit_test(item: pytest.Item) -> bool:
    return "unit_tests" in item.path.parts


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Lets a unit test start no process, which would take seconds, unless it is marked slow."""
    global _processes_are_refused  # noqa: PLW0603  what Python asks before a process starts is asked for all of them
    _processes_are_refused = _is_unit_test(item) and item.get_closest_marker("slow") is None
    try:
        return (yield)
    finally:
        _processes_are_refused = False


def _refuse(event: str, _: Any) -> None:
    if _processes_are_refused and event in _STARTING_A_PROCESS:
        raise RuntimeError("A unit test starts no process: mark it slow, or put it into integration_tests.")


sys.addaudithook(_refuse)


@contextmanager
def _left_as_it_was() -> Iterator[None]:
    """PyAirbyte, as a host, takes the logger of all connectors for itself; a test after that would see no line."""
    logger = logging.getLogger("airbyte")
    level, propagate, handlers = logger.level, logger.propagate, logger.handlers[:]
    yield
    for handler in set(logger.handlers) - set(handlers):
        handler.close()
    logger.setLevel(level)
    logger.propagate, logger.handlers[:] = propagate, handlers


@pytest.fixture(scope="module", autouse=True)
def _the_log_is_left_as_it_was_after_a_module() -> Iterator[None]:
    with _left_as_it_was():
        yield


@pytest.fixture
def log_left_as_it_was() -> Iterator[None]:
    """For a test that runs a host in this process, among others that do not."""
    with _left_as_it_was():
        yield
