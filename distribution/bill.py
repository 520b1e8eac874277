"""A bill of materials (CycloneDX) of what an installation of a package brings."""

import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import cyclonedx.schema
import jsonschema_rs

from distribution.command import CommandFailedError, call, tool
from distribution.environment import Environment
from distribution.licences import in_pages
from distribution.packages import Package
from distribution.staged import stage

SPECIFICATION: Final = "1.6"
CYCLONEDX: Final = tool("cyclonedx-py")

_SCHEMAS: Final = Path(cyclonedx.schema.__file__).parent / "_res"

_WITH_THE_PAGES: Final = Package("connector_base")
"""The package that has the libraries of the pages in it: they are no packages of Python, and nobody else lists them."""


def bill_of_materials(environment: Environment, package: Package, time: Mapping[str, str]) -> str:
    """Lists what is in an environment that has a package and what it needs, and nothing else.

    Args:
        environment: The environment.
        package: The package that it was made for.
        time: The variable that says when the bill was made, such that it is the same whenever it is made.

    Returns:
        The bill, in JSON.

    Raises:
        CommandFailedError: When it cannot be made, or is none by CycloneDX's schema.
    """
    with tempfile.TemporaryDirectory() as folder:
        staged, written = Path(folder) / package.folder, Path(folder) / "bill.json"
        stage(package, staged)
        # The schema is looked at below, by a library that takes a hundredth of the time.
        options = ("--output-reproducible", "--no-validate", "--spec-version", SPECIFICATION)
        files = ("--pyproject", staged / "pyproject.toml", "--output-file", written, environment.python)
        call(CYCLONEDX, "environment", *options, *files, variables=time)
        bill = json.loads(written.read_text(encoding="utf-8"))
    _add_what_is_in_pages(bill)
    if wrong := [error.message for error in _schema().iter_errors(bill)]:
        raise CommandFailedError(f"The bill of materials of {package.name} is none: {wrong[0]}")
    return json.dumps(bill, indent=2) + "\n"


def _add_what_is_in_pages(bill: dict[str, Any]) -> None:
    (bearer,) = (entry for entry in bill["dependencies"] if entry["ref"].startswith(f"{_WITH_THE_PAGES.name}=="))
    for library in in_pages():
        address = f"pkg:npm/{library.name}@{library.version}"
        bill["components"].append(
            {
                "bom-ref": address,
                "type": "library",
                "name": library.name,
                "version": library.version,
                "purl": address,
                "licenses": [{"license": {"id": library.licence, "acknowledgement": "declared"}}],
                "externalReferences": [{"type": "website", "url": library.url}],
            }
        )
        bill["dependencies"].append({"ref": address})
        bearer.setdefault("dependsOn", []).append(address)


@cache
def _schema() -> jsonschema_rs.Validator:
    schema = json.loads((_SCHEMAS / f"bom-{SPECIFICATION}.SNAPSHOT.schema.json").read_text(encoding="utf-8"))
    return jsonschema_rs.Draft7Validator(schema, retriever=_schema_beside)


def _schema_beside(address: str) -> Any:
    return json.loads((_SCHEMAS / address.rpartition("/")[2]).read_text(encoding="utf-8"))
