"""The codes of countries, by which both systems name them."""

from __future__ import annotations

from importlib.resources import files

_ISO_3166 = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")

COUNTRY_CODES: tuple[str, ...] = tuple(
    sorted({"XK", *(line.partition("\t")[0] for line in _ISO_3166.splitlines() if not line.startswith("#"))})
)
"""ISO 3166-1 alpha-2, by the list that comes with the time zones, and Kosovo's code, which is in use beside it."""
