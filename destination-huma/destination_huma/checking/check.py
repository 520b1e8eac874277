"""Whether a connection to Huma can work: every problem in one answer, and nothing written."""

from collections.abc import Iterator
from typing import Any

from connector_base.findings import Finding
from connector_base.writing.checking import findings_about
from destination_huma.checking.probe import Connect, probe_huma
from destination_huma.config import Config, parse_config, what_can_be_tried
from destination_huma.settings.field_policies import BACK
from shared_mappings import Decisions, Policy


def check(config: Any, connect: Connect) -> list[Finding]:
    """Tries out all that a sync to Huma relies on.

    Args:
        config: The config as the host gave it.
        connect: Makes the connection.

    Returns:
        What was found, problems and warnings in the order in which they were.
    """

    def probe(settings: Config, decisions: Decisions) -> Iterator[Finding]:
        yield from _surprises_in(settings)
        yield from probe_huma(settings, connect, decisions)

    return list(findings_about(config, parse_config, what_can_be_tried, probe))


def _surprises_in(settings: Config) -> Iterator[Finding]:
    """What is valid, hardly ever meant, and seen by nobody who is only told that the check has passed."""
    if not settings.gender_codes and settings.policies.fields.get("gender") is not Policy.READ_ONLY:
        yield Finding(
            f"The list {Config.titled('gender_codes')} is empty, so Huma would get Xledger's codes in place of "
            "genders. Enter the genders as they are spelled in Huma, each with its code in Xledger; or, if it is "
            f"meant, choose gender under {Config.titled('read_only_fields')}."
        )
    in_turn = (name for rule in BACK.rules if rule.is_lost_in_turn for name in rule.fields)
    if kept := [name for name in in_turn if settings.policies.fields.get(name) is Policy.READ_ONLY]:
        named = ", ".join(kept)
        yield Finding(
            f"Never written to Huma, by these settings: {named}. Of whoever gets an employment ID in Huma and has none "
            f"of that there, the next sync to Xledger unsets it there as well. Choose {named} in the connection to "
            "Xledger under Fields that are never unset (no_unset_fields), if Xledger is to keep it.",
            blocks=False,
        )
