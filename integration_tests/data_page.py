"""The page for the data protection officer: what its tables say, for the tests that hold it to what is there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[1] / "docs" / "personal-data.md"

OF_FIELDS: Final = "Field"
OF_FILES: Final = "File"
OF_REQUESTS: Final = "Asked"
"""What the first column of a table is called that has a row for each of something."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that the page names.

    Attributes:
        pattern: Its name, or its path from some folder on; a `*` stands for what may be anything.
        holds_values: Whether it says that values of people are in it.
    """

    pattern: str
    holds_values: bool

    def is_of(self, path: str) -> bool:
        """Whether it stands for a file.

        Args:
            path: The file, from the folder that the page speaks of.
        """
        whole = re.sub(r"\.\d+(?=\.jsonl$)|\.draft$", "", path)
        return fnmatch(whole, self.pattern) or fnmatch(whole, f"*/{self.pattern}")


def rows(first_column: str) -> list[list[str]]:
    """The cells of the rows of all tables whose first column is called so, without the row that calls it so."""
    found: list[list[str]] = []
    inside = False
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells or cells[0] == first_column:
            inside = bool(cells)
        elif inside and not set(cells[0]) <= {":", "-", ""}:
            found.append(cells)
    return found


def in_code(text: str) -> list[str]:
    """What stands in a cell as code."""
    return re.findall(r"`([^`]+)`", text)


def named_files() -> Iterator[NamedFile]:
    """Every file that the page says is left somewhere."""
    for names, values, *_ in rows(OF_FILES):
        if values not in ("yes", "no"):
            raise ValueError(f"{names}: whether it holds values is said in a word, yes or no")
        for name in in_code(names):
            yield NamedFile(name.replace("…", "*"), values == "yes")


def unnamed(folder: Path) -> list[str]:
    """The files in a folder, at any depth, that the page does not name."""
    named = list(named_files())
    left = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return [path for path in left if not any(each.is_of(path) for each in named)]
