"""The page about hosts as whoever follows it reads it: files to write, and commands to run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from distribution.repository import ROOT

PAGE: Final = ROOT / "docs" / "install-elsewhere.md"

_FENCE: Final = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL
)
_ENVIRONMENT: Final = "python3 -m venv "


@dataclass(frozen=True)
class Section:
    """What a section of the page says to do.

    Attributes:
        files: The text of files, by their names.
        installs: Commands that make an environment, and install into it.
        commands: The other commands.
    """

    files: Mapping[str, str]
    installs: Sequence[str]
    commands: Sequence[str]


@cache
def section(title: str) -> Section:
    """A section of the page.

    Args:
        title: Its heading.

    Raises:
        KeyError: When the page has no such section.
    """
    sections = dict(_sections(PAGE))
    blocks = list(_FENCE.finditer(sections[title]))
    told = [block["text"] for block in blocks if block["language"] == "sh" and not block["title"]]
    return Section(
        {block["title"]: block["text"] for block in blocks if block["title"]},
        [line for text in told if text.startswith(_ENVIRONMENT) for line in text.splitlines()],
        [line for text in told if not text.startswith(_ENVIRONMENT) for line in text.splitlines()],
    )


def _sections(page: Path) -> list[tuple[str, str]]:
    parts = re.split(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))
