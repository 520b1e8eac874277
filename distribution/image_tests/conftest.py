"""The images, and a Huma and an Xledger on loopback."""

import os
from collections.abc import Iterator

import pytest

from distribution.engine import Engine, NoEngineError
from distribution.image_tests.containers import Image, images
from integration_tests.sandbox import Sandbox


@pytest.fixture(scope="session")
def engine() -> Engine:
    """What runs images here."""
    try:
        return Engine.found(os.environ)
    except NoEngineError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def built(engine: Engine) -> dict[str, Image]:
    """The images, by the folders of their packages."""
    return images(engine)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with a few people, nobody in its Xledger, and no burst limit."""
    with Sandbox.running(people=20, employees=False, burst_limit=None) as running:
        yield running
