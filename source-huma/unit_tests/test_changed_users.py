"""Which settings decide whether what was emitted before still counts."""

from typing import Any

import pytest

from source_huma import SourceHuma
from source_huma.changed_users import FILTERS, filters

A, B = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "ab")

NO_MATTER: dict[str, Any] = {
    "client_id": "another",
    "client_secret": "another secret",
    "user_ids": [A],
    "full_resync_interval_days": 1,
    "num_workers": 1,
    "api_url": "https://demo.openapi.humahr.com",
}
"""Settings that say nothing of who is meant, each with a value that is not its default. Of those whom `user_ids` names
it is emitted what has changed of them, and the next sync of everybody goes on from there."""


@pytest.mark.parametrize("setting", NO_MATTER)
def test_a_setting_that_does_not_say_who_is_meant_makes_nobody_count_as_changed(setting: str) -> None:
    assert filters({setting: NO_MATTER[setting]}) == filters({})


@pytest.mark.parametrize("setting", FILTERS)
def test_a_setting_that_says_who_is_meant_makes_everybody_count_as_changed(setting: str) -> None:
    assert filters({setting: [A] if setting.endswith("_ids") else False}) != filters({})


def test_every_setting_is_one_or_the_other() -> None:
    specification = SourceHuma().spec(None).connectionSpecification  # type: ignore[arg-type]
    assert sorted([*FILTERS, *NO_MATTER]) == sorted(specification["properties"])


def test_the_same_choice_said_in_another_way_is_the_same() -> None:
    assert filters({"team_ids": [B.upper(), A]}) == filters({"team_ids": [A, B], "company_ids": []})
