"""The page for the data protection officer: its table of fields, and for tests what the other tables say.

`make golden` writes the table of fields, from the field table and the schema of a record. The rest is written by hand.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from shared_mappings import Direction, FieldTable, Policy, field_table, to_huma, to_xledger, used_of_users
from shared_mappings.record_schema import users_schema

PAGE: Final = Path(__file__).parents[1] / "docs" / "personal-data.md"

OF_FIELDS: Final = "Field"
OF_FILES: Final = "File"
OF_REQUESTS: Final = "Asked"
"""What the first column of a table is called that has a row for each of something."""

BEGINS: Final = "<!-- The table is written by make golden -->\n"
ENDS: Final = "<!-- What follows is written by hand -->\n"

CATEGORIES: Final[Mapping[str, str]] = {
    "id": "technical: Huma's id of the person",
    "type": "technical: a person or an API key",
    "active": "employment",
    "deactivatedAt": "employment",
    "givenName": "name",
    "familyName": "name",
    "preferredName": "name",
    "email": "contact, at work",
    "privateEmail": "contact, private",
    "phone": "contact",
    "birthDate": "date of birth",
    "gender": "gender",
    "nationality": "nationality",
    "civilStatus": "civil status",
    "homeAddress": "contact, private",
    "bankAccount": "pay",
    "identifications": "identity number",
    "employmentId": "employment: the key that people are found by",
    "employmentType": "employment",
    "employmentPercentage": "employment",
    "jobTitle": "employment",
    "jobDescription": "employment",
    "employmentStartDate": "employment",
    "firstDayOfWork": "employment",
    "employmentEndDate": "employment",
    "lastDayOfWork": "employment",
    "probationEndDate": "employment",
    "terminationNoticeDate": "employment",
    "supervisor": "another person: id, e-mail address, name",
    "companies": "organisation",
    "locations": "organisation",
    "teams": "organisation",
    "custom": "whatever your organisation has made fields for",
    "connectedIntegrations": "technical: ids of the person in other systems",
    "changedAt": "technical: when the sync began",
}
"""What each key of a record of Huma's stream `users` is to a data protection officer. A new key is a row here."""


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


def whole_page() -> str:
    """The page: what is written by hand as it is, and the table of fields anew."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    return f"{before}{BEGINS}\n{table_of_fields(field_table())}\n{ENDS}{after}"


def table_of_fields(table: FieldTable) -> str:
    """The table of what a record may hold, with what becomes of it.

    Args:
        table: The field table.

    Returns:
        The rows as Markdown, in the order of the schema. What the field table tells apart in an object of Huma's comes
        behind the object, and has its category.

    Raises:
        KeyError: When a key of the schema has no category.
    """
    lines = [
        f"| {OF_FIELDS} | Category | To Xledger | To Huma, in the other direction |",
        "| :--- | :--- | :--- | :--- |",
    ]
    for key in users_schema()["properties"]:
        for field in (key, *(name for name in table.fields if name.startswith(f"{key}."))):
            there, back = (what_becomes_of(field, direction(table)) for direction in (to_xledger, to_huma))
            lines.append(f"| `{field}` | {CATEGORIES[key]} | {there} | {back} |")
    return "\n".join([*lines, ""])


def what_becomes_of(field: str, direction: Direction) -> str:
    """What the page says of a field.

    Args:
        field: A key of a record of `users`, or a field of the field table.
        direction: Which way the records go.
    """
    written, table = direction.written, direction.table
    if policies := [rule.ways[written].rule for rule in direction.rules if field in rule.fields]:
        return "compared" if all(policy is Policy.READ_ONLY for policy in policies) else "written"
    is_used = field not in table.fields and field in used_of_users(table)["properties"]
    return "used" if is_used else "not used"


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
