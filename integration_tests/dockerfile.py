"""The Dockerfile at the root, by its instructions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Instruction:
    """A line of the Dockerfile, with those that go on from it.

    Attributes:
        name: `RUN`, say.
        text: What stands behind that.
    """

    name: str
    text: str


def instructions() -> Sequence[Instruction]:
    """What the Dockerfile says, in its order, without the comments."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines(keepends=True)
    said = "".join(line for line in lines if not line.lstrip().startswith("#")).replace("\\\n", "").splitlines()
    return [Instruction(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in said if line.strip()]


def stages() -> tuple[Sequence[Instruction], Sequence[Instruction]]:
    """What is said of the image that everything is installed in, and of the one that is kept."""
    said = instructions()
    _, second = (at for at, instruction in enumerate(said) if instruction.name == "FROM")
    return said[:second], said[second:]
