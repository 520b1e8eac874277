"""Addresses that can be reached, and nothing else, in Python's dialect of patterns and as JSON Schema searches."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_mappings.api_url import API_URL_PATTERN


def is_accepted(url: str) -> bool:
    return re.search(API_URL_PATTERN, url) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://www.xledger.net/graphql",
        "https://xledger",
        "https://xn--bcher-kva.example",
        "https://10.0.0.1:8443/a/b~c/",
        f"https://{'a' * 63}.example",
        "http://localhost:1",
        "http://127.0.0.1:65535/graphql",
        "http://[::1]/",
    ],
)
def test_an_address_that_can_be_reached_is_accepted(url: str) -> None:
    assert is_accepted(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a..b/",
        "https://.a.b/",
        "https://a.b./",
        "https://-a.b/",
        "https://a-.b/",
        "https://a_b.example/",
        f"https://{'a' * 64}.example",
        f"https://{'a.' * 127}example",
        "https://a.b:0/",
        "https://a.b:65536/",
        "https://a.b:99999/",
        "https://a.b:443443/",
        "https://a.b:/",
        "https://a.b:https/",
        "https://user@a.b/",
        "https://user:secret@a.b/",
        "https://a.b/x?y=1",
        "https://a.b/x#y",
        "https://a.b/x\n",
        "https://a.b\n",
        "https://a.b/x\r\n",
        "https://a.b/x ",
        "https://a.b/x\u00a0",
        "https://a.b/x\u200b",
        "\ufeffhttps://a.b/x",
        "https://a\u2013b.example/x",
        "https://a.b/å",
        "https:/a.b",
        "https//a.b",
        "http://localhost:65536",
        "http://a.b",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    assert not is_accepted(url)


@given(st.integers(min_value=0, max_value=200_000))
def test_a_port_is_one_that_there_is(port: int) -> None:
    assert is_accepted(f"https://a.b:{port}/x") == (0 < port < 2**16)
