"""The examples on the pages, taken from the run that they show and from the connector's own words."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from destination_xledger.config import parse_config
from integration_tests.example_run import ExampleRun, Line

_BLOCK: Final = re.compile(r"(<!-- example: (.+?) -->\n).*?(<!-- /example -->\n)", re.DOTALL)

SHOWN: Final = frozenset({"phone", "jobTitle"})
"""Fields that examples are about: what they hold is short, and nobody's bank account."""

AT: Final = "2026-01-15T05:00:12Z"
"""When the example was, whenever it is made."""


def examples(run: ExampleRun) -> dict[str, str]:
    """Every example, by the name that pages call it by, as Markdown."""
    preview, sync = run.preview.lines, run.sync.lines
    return {
        "summary": _json(preview_summary(run)),
        "plan.jsonl": _json(_plan_of_somebody(preview["plan.jsonl"])),
        "conflicts.jsonl": _json(_first(preview["conflicts.jsonl"], "policy")),
        "rejected.jsonl": _json(_shortened(_first(preview["rejected.jsonl"], "code", "missing_key"))),
        "changes.jsonl": _json({**_change_of_something(sync["changes.jsonl"]), "at": AT}),
        "refusal": f"> {refusal_of_a_looser_rule()}\n",
    }


def preview_summary(run: ExampleRun) -> Mapping[str, Any]:
    """The summary that pages show."""
    return run.preview.summary


def names_of_examples(page: str) -> list[str]:
    """The examples that a page has room for."""
    return [name for _, name, _ in _BLOCK.findall(page)]


def with_examples(page: str, found: Mapping[str, str]) -> str:
    """A page with its examples in place.

    Raises:
        KeyError: When the page asks for an example that there is not.
    """
    return _BLOCK.sub(lambda block: f"{block[1]}\n{found[block[2]]}\n{block[3]}", page)


def refusal_of_a_looser_rule() -> str:
    """What an administrator is told who wants e-mail addresses to be unset."""
    try:
        parse_config(
            {
                "api_token": "e" * 32,
                "authority_confirmed": True,
                "field_policies": [{"field": "email", "policy": "mirror"}],
            }
        )
    except AirbyteTracedException as error:
        return str(error.message)
    raise AssertionError("A rule was loosened.")


def _first(lines: Iterable[Line], key: str, value: Any = None) -> Line:
    """The first line that has a key, with this value if one is given."""
    return next(line for line in lines if key in line and value in (None, line[key]))


def _plan_of_somebody(plan: Iterable[Line]) -> Line:
    """The first who would only be updated in what examples are about, without the fields that would stay."""
    for line in plan:
        written = [field for field in line["fields"] if "write" in field]
        if line["action"] == "update" and {field["field"] for field in written} <= SHOWN:
            return {**line, "fields": written}
    raise AssertionError("Nobody would be updated in what examples are about alone.")


def _change_of_something(changes: Iterable[Line]) -> Line:
    """The first value of what examples are about that another one was replaced by."""
    return next(line for line in changes if line["field"] in SHOWN and line["before"] and line["after"])


def _shortened(rejected: Line) -> Line:
    """A rejected record of which the beginning is enough."""
    beginning = {key: rejected["record"][key] for key in ("email", "employmentId", "givenName", "familyName")}
    return {**rejected, "record": {**beginning, "…": "…"}}


def _json(entry: Line) -> str:
    """An entry as a block of Markdown, a key to a line, and what is in a list as well."""
    lines = ",\n".join(f"  {json.dumps(key)}: {_value(value)}" for key, value in entry.items())
    return f"```json\n{{\n{lines}\n}}\n```\n"


def _value(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        inner = ",\n".join(f"    {json.dumps(part, ensure_ascii=False)}" for part in value)
        return f"[\n{inner}\n  ]"
    return json.dumps(value, ensure_ascii=False)
