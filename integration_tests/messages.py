"""Every sentence an administrator may get, in a table.

They are collected from the code, so that none can be added, changed or forgotten without the table showing it: all
that is written in it as a text of several words and is neither a docstring nor a part of a form, all that the manifest
of source-huma has for an administrator, and all that explains a code. The table is for reading aloud.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from connector_base.settings.validating import settings_problems
from connector_base.validation import RecordValidator
from destination_xledger.config import Config, connection_specification
from shared_mappings.record_schema import users_schema

ROOT: Final = Path(__file__).parents[1]

PACKAGES: Final = (
    *("source-huma/source_huma", "source-xledger/source_xledger"),
    *("destination-huma/destination_huma", "destination-xledger/destination_xledger", "huma-xledger/huma_xledger"),
    *(
        "huma_api/huma_api",
        "xledger_api/xledger_api",
        "connector_base/connector_base",
        "shared_mappings/shared_mappings",
    ),
)

EXPLAINED: Final = ROOT / "shared_mappings" / "shared_mappings" / "explained.yaml"

MANIFEST: Final = ROOT / "source-huma" / "source_huma" / "manifest.yaml"

HAS_A_TABLE_OF_ITS_OWN: Final = frozenset({"facts.py"})
"""What is relied on of Xledger: `docs/contract.md` has it all, and a test holds the two together."""

SAID_BY: Final[Mapping[str, str]] = {
    "config_error": "the administrator changes something",
    "transient_error": "it passes, and the next sync may succeed",
    "system_error": "a developer mends it",
    "Finding": "found by check",
    "warning": "a warning",
    "info": "a line of the log",
    "error": "an error in the log",
    "ValueError": "a setting that cannot work",
    "PydanticCustomError": "a setting that cannot work",
    "print": "printed",
    "SystemExit": "printed",
    "_misconfigured": "the administrator changes something",
    "_try_again": "it passes, and the next sync may succeed",
    "ErrorResolution": "how a request to Huma ends",
}
"""What a sentence is, by what is called with it; every other one is a part of such a sentence, or a row of a table."""

A_PART: Final = "in a sentence, or from a table"

FEWEST_WORDS: Final = 4

FOR_MACHINES: Final = re.compile(r"[{}\\]|\(\?|\$\w|__typename|^\s*(BEGIN|CREATE|DELETE|INSERT|SELECT|UPDATE) ")
"""What is in no sentence: JSON, regular expressions, GraphQL, SQL."""

WRONG_SETTINGS: Final[tuple[Mapping[str, Any], ...]] = (
    {"api_token": None},
    {"api_token": ""},
    {"api_token": "QUJD"},
    {"api_token": "a token"},
    {"authority_confirmed": "perhaps"},
    {"authority_confirmed": None},
    {"authority_confirmed": False},
    {"batch_size": "many"},
    {"batch_size": 501},
    {"mode": "try"},
    {"match_on": []},
    {"gender_codes": [{"gender": "Male", "code": "M"}, {"gender": "Female"}]},
    {"gender_codes": [{"gender": "Male", "cod": "M"}]},
    {"gender_codes": [{"gender": "Male", "xledger": "M"}]},
    {"object_storage_config": {"storage_type": "Folder"}},
    {"object_storage_config": {"storage_type": "Local"}},
    {"batch_sise": 10},
    {"batch_sise": 10, "batch_size": 20},
    {"colour": "red"},
    {"client_id": "one", "client_secret": "two", "company_ids": []},
)
"""One for each kind of mistake."""

WRONG_RECORDS: Final[tuple[Mapping[str, Any], ...]] = (
    {"id": None},
    {"employmentPercentage": "half"},
    {"active": "yes"},
    {"homeAddress": "Storgata"},
    {"homeAddress": {"city": 1}},
    {"identifications": [1]},
)


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """A sentence as it stands in the code.

    Attributes:
        where: The file, from the root of the repository.
        kind: What it is.
        text: The words, with [names] where something is put in.
    """

    where: str
    kind: str
    text: str


@cache
def messages() -> Sequence[Message]:
    """All sentences, each once for each file and kind, in the order of the alphabet."""
    found = {message for folder in PACKAGES for path in sorted((ROOT / folder).rglob("*.py")) for message in _in(path)}
    return tuple(sorted(found | set(_in_the_manifest()) | set(_in_what_is_explained())))


def table() -> str:
    """The table: a heading for each file, and below it what can be said there."""
    by_file: dict[str, list[Message]] = defaultdict(list)
    for message in messages():
        by_file[message.where].append(message)
    lines = [
        "# What an administrator can be told",
        "",
        "Written by `make golden` from the code; [so] stands what is put in.",
    ]
    lines += ["", "## What is said of settings, by example", "", *(f"- {said}" for said in complaints_by_example())]
    lines += ["", "## What is said of records, by example", "", *(f"- {said}" for said in faults_by_example())]
    for where, said in by_file.items():
        lines += ["", f"## {where}", "", *(f"- {message.text} *({message.kind})*" for message in said)]
    return "\n".join([*lines, ""])


def complaints_by_example() -> list[str]:
    """What is said of settings that cannot work: whole sentences, each made of several parts."""
    good = {"api_token": "QUJDQUJDQUJD", "authority_confirmed": True}
    form = connection_specification()
    return [said for wrong in WRONG_SETTINGS for said in settings_problems({**good, **wrong}, Config, form)]


def faults_by_example() -> list[str]:
    """What is said of records that do not fit the schema this destination declares."""
    validator = RecordValidator(users_schema())
    return [fault for wrong in WRONG_RECORDS for fault in validator.faults({"id": "u1", **wrong})]


def _in(path: Path) -> Iterator[Message]:
    if path.name not in HAS_A_TABLE_OF_ITS_OWN:
        where = path.relative_to(ROOT).as_posix()
        for kind, text in _texts(ast.parse(path.read_text(encoding="utf-8")), A_PART):
            words = " ".join(text.split())
            if _is_said(words):
                yield Message(where, kind, words)


def _in_the_manifest() -> Iterator[Message]:
    where = MANIFEST.relative_to(ROOT).as_posix()
    for key, text in _values(yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))):
        if key in ("error_message", "skips", "hides"):
            kind = "how a request to Huma ends" if key == "error_message" else "a warning"
            yield Message(where, kind, re.sub(r"\{(\w+)\}", r"[\1]", text))


def _in_what_is_explained() -> Iterator[Message]:
    """In English: the words of other languages say the same."""
    where = EXPLAINED.relative_to(ROOT).as_posix()
    for key, text in _values(yaml.safe_load(EXPLAINED.read_text(encoding="utf-8"))):
        if key == "en":
            yield Message(where, A_PART, re.sub(r"\{(\w+)\}", r"[\1]", text))


def _values(content: Any) -> Iterator[tuple[str, str]]:
    for key, value in content.items() if isinstance(content, dict) else enumerate(content):
        if isinstance(value, str):
            yield str(key), value
        elif isinstance(value, dict | list):
            yield from _values(value)


def _texts(node: ast.AST, kind: str) -> Iterator[tuple[str, str]]:
    """The texts in a part of the code with what each is; docstrings and forms left out."""
    match node:
        case (
            ast.Expr(value=ast.Constant()) | ast.keyword(arg="description" | "title" | "help" | "examples" | "pattern")
        ):
            return
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="split")):
            return
        case ast.Call(func=ast.Attribute(attr="warning" | "info" | "error" as level), args=[said, *put_in]) if put_in:
            text = _text(said)
            for part in put_in:
                text = text and text.replace("[…]", f"[{_name(part)}]", 1)
            if text:
                yield SAID_BY[level], text
                for part in put_in:
                    yield from _texts(part, A_PART)
                return
        case ast.Call():
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            kind = SAID_BY.get(name, "the administrator is told by the command" if name.endswith("Error") else kind)
    text = _text(node)
    if text is not None:
        yield kind, text
        kind = A_PART
        inside: list[ast.AST] = [put_in.value for put_in in ast.walk(node) if isinstance(put_in, ast.FormattedValue)]
    else:
        inside = list(ast.iter_child_nodes(node))
    for child in inside:
        yield from _texts(child, kind)


def _text(node: ast.AST) -> str | None:
    """A text as it stands in the code, joined where it is written in parts; None for anything else."""
    match node:
        case ast.Constant(value=str(text)):
            return re.sub(r"\{(\w+)\}", r"[\1]", re.sub(r"%(\.\d)?[sdf]", "[…]", text))
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) or "" for part in parts)
        case ast.FormattedValue(value=value):
            return f"[{_name(value)}]"
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            first, second = _text(left), _text(right)
            if first is not None or second is not None:
                return (first or f"[{_name(left)}]") + (second or f"[{_name(right)}]")
    return None


def _name(node: ast.AST) -> str:
    """What is put in, by the last name that says it."""
    named = (part for part in ast.walk(node) if isinstance(part, ast.Attribute | ast.Name))
    names = [part.attr if isinstance(part, ast.Attribute) else part.id for part in named]
    return names[0].strip("_").replace("_", " ").lower() if names else "…"


def _is_said(text: str) -> bool:
    """Whether a text has enough words to be a sentence, or a part of one, and is none of a language for machines."""
    words = [word for word in text.split() if re.search(r"[a-zæøå]{2}|\[", word)]
    return len(words) >= FEWEST_WORDS and not FOR_MACHINES.search(text)
