"""Addresses are taken as people write them, and only ever named by their place and their kind."""

from typing import Annotated, Any

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets, update_secrets
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from connector_base.failures import ConnectorError
from connector_base.settings.parsing import form_of, parsed
from connector_base.settings.settings import Settings
from connector_base.telling.addresses import addresses_in, entered_in, kind_of, without_a_kind
from connector_base.telling.setting import (
    NotifyLanguageSetting,
    NotifySetting,
    mask_addresses,
    notify_language_setting,
    notify_setting,
)

MAIL = "mailtos://post:Zq%40secret-1@example.com?to=hr@example.com,it@example.com"
SLACK = "https://hooks.slack.com/services/T0/B0/Zq-secret-2"


class Some(Settings):
    """Settings of a destination."""

    notify: NotifySetting = notify_setting(order=0)
    notify_language: NotifyLanguageSetting = notify_language_setting(order=1)
    other: Annotated[str, Field(title="Other")] = ""


@pytest.mark.parametrize(
    "text",
    [
        f"{MAIL}\n{SLACK}",
        f"\n  {MAIL} \r\n\r\n\t{SLACK}\n",
        f"{MAIL}, {SLACK}",
        f"{MAIL},{SLACK}",
        f"{MAIL};{SLACK}",
        f"{MAIL} {SLACK}",
        f"{MAIL},\n{SLACK},",
        f"\ufeff{MAIL}\u00a0\n{SLACK}\u200b",
    ],
    ids=range(8),
)
def test_several_addresses_are_told_apart_and_commas_within_one_are_its_own(text: str) -> None:
    assert addresses_in(text) == (MAIL, SLACK)


@given(st.lists(st.sampled_from([MAIL, SLACK, "slack://a/b/c", "JSON://x"]), max_size=5), st.sampled_from("\n,; \t"))
def test_addresses_come_back_as_they_were_whatever_stands_between_them(addresses: list[str], between: str) -> None:
    assert list(addresses_in(between.join(addresses))) == addresses


@pytest.mark.parametrize("text", ["", " ", "\n\n", ",\n;", "\u200b"])
def test_a_blank_text_has_no_address(text: str) -> None:
    assert addresses_in(text) == ()
    assert parsed({"notify": text or None}, Some).notify is not None


def test_the_kind_of_an_address_is_what_it_begins_with() -> None:
    assert [
        kind_of(each) for each in (MAIL, SLACK, "MailTo://x", "hr@example.com", "mailto://", "://x", "a b://c")
    ] == [
        *("mailtos", "https", "mailto"),
        *(None, None, None, None),
    ]


def test_an_address_without_a_kind_is_named_by_its_place_and_never_shown() -> None:
    with pytest.raises(ConnectorError) as raised:
        parsed({"notify": f"{MAIL}\nZq-secret-3@example.com\nZq-secret-4"}, Some)
    told = str(raised.value)
    assert "Who is told the result (notify): the second address does not say of which kind it is" in told
    assert "Zq" not in told


@given(st.lists(st.text(), max_size=4))
def test_no_complaint_quotes_anything_of_an_address(addresses: list[str]) -> None:
    told = without_a_kind([f"Zq{address}" for address in addresses]) or ""
    assert "Zq" not in told


def test_the_addresses_are_not_shown_where_settings_are() -> None:
    settings = parsed({"notify": MAIL}, Some)
    assert "Zq" not in repr(settings)
    assert settings.notify.get_secret_value() == MAIL


def test_a_form_hides_the_addresses_and_has_room_for_several() -> None:
    notify = form_of(Some)["properties"]["notify"]
    assert (notify["airbyte_secret"], notify["multiline"], notify["default"]) == (True, True, "")


def test_each_address_and_the_password_in_it_is_masked() -> None:
    update_secrets([])
    try:
        mask_addresses({"notify": f"{MAIL}\n{SLACK}"})
        assert filter_secrets(f"{MAIL} {SLACK} Zq@secret-1") == "**** **** ****"
    finally:
        update_secrets([])


@pytest.mark.parametrize("config", [None, [], {}, {"notify": None}, {"notify": 5}, {"notify": "http://[x"}])
def test_whatever_stands_in_a_config_is_no_reason_to_fail_before_it_is_validated(config: Any) -> None:
    mask_addresses(config)
    assert len(entered_in(config)) <= 1
