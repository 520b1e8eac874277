"""Tries the images that `make images` built, or those of the tag that `IMAGES` names.

python -m distribution.image_tests [OPTIONS OF PYTEST]
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from distribution.engine import Engine, NoEngineError
from distribution.image_tests.containers import images


def main(arguments: Sequence[str]) -> int:
    """Tries them, or says what is missing.

    Args:
        arguments: Options of pytest.

    Returns:
        The exit code: 0 where there is nothing that could run an image, for nobody there makes any.
    """
    try:
        engine = Engine.found(os.environ)
    except NoEngineError as error:
        sys.stdout.write(f"The images are not tried here. {error}\n")
        return 0
    if not engine.runs:
        sys.stdout.write(f"The images are not tried here: {engine.name} builds images, and starts none.\n")
        return 0
    missing = [image.name for image in images(engine).values() if not _is_there(engine, image.name)]
    if missing:
        sys.stderr.write(f"Not on this machine: {', '.join(missing)}. Build what is missing first: make images.\n")
        return 1
    at_once = f"--numprocesses={(os.cpu_count() or 1) + 1}"  # some wait for a container that they have started
    return int(pytest.main([str(Path(__file__).parent), at_once, "--dist=loadfile", *arguments]))


def _is_there(engine: Engine, image: str) -> bool:
    return subprocess.run(engine.has(image), capture_output=True, check=False).returncode == 0  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
