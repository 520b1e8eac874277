"""The licences of what an installation brings that is not ours, and whether somebody has looked at each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from distribution.command import call, tool
from distribution.environment import Environment
from distribution.repository import ROOT

PIP_LICENSES: Final = tool("pip-licenses")
VENDOR: Final = ROOT / "connector_base" / "connector_base" / "pages" / "vendor"

UNSAID: Final = "UNKNOWN"
"""What pip-licenses has of what a package does not say."""

_LINE: Final = "=" * 100


@dataclass(frozen=True)
class ThirdParty:
    """Something of others.

    Attributes:
        name: Its name.
        version: Its version.
        licence: Its licence, in the words it declares it in.
        url: Where its source or its page is.
        text: The text of the licence, and of the notice that goes with it.
    """

    name: str
    version: str
    licence: str
    url: str
    text: str

    @classmethod
    def of(cls, entry: Mapping[str, str]) -> "ThirdParty":
        """What pip-licenses says of a package."""
        texts = (entry["LicenseText"], entry["NoticeText"])
        # Where a package puts the whole text in the place of a name, the first line is the name.
        licence = entry["License"].splitlines()[0]
        said = "\n\n".join(text.strip() for text in texts if text != UNSAID)
        return cls(entry["Name"], entry["Version"], licence, entry["URL"], said or "No text is in the package.")


@cache
def looked_at() -> Mapping[str, Any]:
    """What somebody has looked at: `licences.yaml`."""
    table: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return table


def third_parties(environment: Environment) -> list[ThirdParty]:
    """What is installed in an environment and is not ours, by name.

    Raises:
        CommandFailedError: When pip-licenses cannot read it.
    """
    options = (
        "--from=mixed",
        "--format=json",
        "--with-system",
        "--with-urls",
        "--with-license-file",
        "--with-notice-file",
    )
    listed = json.loads(call(PIP_LICENSES, "--python", environment.python, *options))
    found = (ThirdParty.of(entry) for entry in listed if not entry["Name"].startswith("huma-xledger"))
    return sorted(found, key=lambda one: one.name.lower())


def in_pages() -> list[ThirdParty]:
    """The libraries that stand in the pages, and so in our wheels."""
    return [
        ThirdParty(**row | {"text": (VENDOR / row["text"]).read_text(encoding="utf-8").strip()})
        for row in looked_at()["in_pages"]
    ]


def not_looked_at(found: Iterable[ThirdParty]) -> list[str]:
    """Those whose licence nobody has looked at, each in a line."""
    permissive, of_note = looked_at()["permissive"], looked_at()["of_note"]
    return [
        f"{one.name} {one.version}: {one.licence}"
        for one in found
        if one.licence not in permissive and of_note.get(one.name, {}).get("licence") != one.licence
    ]


def as_text(found: Sequence[ThirdParty]) -> str:
    """One page of all of them: first a line each, then what is of note, then the texts."""
    of_note = looked_at()["of_note"]
    width = max(len(f"{one.name} {one.version}") for one in found)
    lines = [f"{f'{one.name} {one.version}':{width}}  {one.licence}" for one in found]
    notes = [f"{one.name}: {one.licence}. {of_note[one.name]['note']}" for one in found if one.name in of_note]
    texts = [
        f"{_LINE}\n{one.name} {one.version}\nLicence: {one.licence}\nFrom: {one.url}\n{_LINE}\n\n{one.text}\n"
        for one in found
    ]
    head = "What an installation of huma-xledger, and with it of every connector, brings that is of others."
    return "\n".join((head, "", *lines, "", "Of note:", "", *notes, "", *texts))
