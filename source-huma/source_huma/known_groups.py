"""Whether Huma has the companies, locations and teams that the settings name: of a wrong one nobody would be read."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from connector_base.settings.complaints import Form, place, sentence

KINDS: Final[Mapping[str, str]] = {"company_ids": "company", "location_ids": "location", "team_ids": "team"}
"""The settings that name groups, and the type of group each names, as Huma's list of groups says it."""

WHERE_IDS_ARE: Final = (
    "With a wrong ID nobody is read: correct it, or leave it out. To see which IDs there are, read the stream "
    "groups of this source: it has the ID, the type and the name of every company, location and team."
)


def named_groups(config: Mapping[str, Any]) -> dict[tuple[str, int], str]:
    """The ids of groups in a configuration, each by its setting and its place in it; empty when there are none."""
    return {
        (name, number): str(group_id).lower()
        for name in KINDS
        for number, group_id in enumerate(config.get(name) or ())
    }


def unknown_groups(config: Mapping[str, Any], form: Form, listed: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is wrong with the groups that the settings name.

    Args:
        config: The configuration, which fits its form.
        form: The connection specification.
        listed: Groups of Huma, each with `id` and `type`. No more of them are taken than it needs.

    Returns:
        A sentence for each that Huma does not have, or has as another kind of group, and where to find the right ones;
        empty when there is none.
    """
    named = named_groups(config)
    missing, types = set(named.values()), dict[str, str]()
    for group in listed if missing else ():
        if (found := str(group["id"]).lower()) in missing:
            missing.remove(found)
            types[found] = str(group.get("type") or "")
        if not missing:
            break
    problems = [
        _problem(str(place(form, where)), KINDS[where[0]], types.get(group_id))
        for where, group_id in named.items()
        if types.get(group_id) not in (KINDS[where[0]], "")
    ]
    return [*problems, WHERE_IDS_ARE] if problems else []


def _problem(where: str, wanted: str, found: str | None) -> str:
    if found is None:
        return sentence(f"{where} is the ID of no {wanted} in Huma")
    return sentence(f"{where} is the ID of a {found} in Huma, not of a {wanted}")
