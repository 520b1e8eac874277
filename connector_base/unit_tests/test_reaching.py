"""A host that cannot be reached is told by its name and in plain words, whatever a library calls it."""

import socket
import ssl

import pytest
import requests
from requests import exceptions
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NameResolutionError, NewConnectionError
from urllib3.exceptions import SSLError as HTTPSError

from connector_base.reaching import unreached

URL = "https://name.example:8443/a/secret/path?token=recognisable"

POOL = None


def within(reason: Exception) -> requests.ConnectionError:
    """What requests makes of an error of urllib3."""
    kind = exceptions.SSLError if isinstance(reason, HTTPSError) else exceptions.ConnectionError
    return kind(MaxRetryError(POOL, "/a/secret/path", reason))  # type: ignore[arg-type]


def refused() -> requests.ConnectionError:
    error = NewConnectionError(POOL, "[Errno 111] Connection refused")  # type: ignore[arg-type]
    error.__cause__ = ConnectionRefusedError(111, "Connection refused")
    return within(error)


CASES = [
    (within(NameResolutionError("name.example", POOL, socket.gaierror())), "the name name.example is not known here"),  # type: ignore[arg-type]
    (refused(), "name.example refuses the connection"),
    (exceptions.ConnectTimeout(MaxRetryError(POOL, "/", ConnectTimeoutError())), "no connection to name.example came"),  # type: ignore[arg-type]
    (within(NewConnectionError(POOL, "[Errno 101] unreachable")), "no connection to name.example can be made"),  # type: ignore[arg-type]
    (within(HTTPSError(ssl.SSLCertVerificationError(1, "self-signed"))), "because its certificate is not accepted"),
    (within(HTTPSError(ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"))), "no secure connection to name.example can"),
    (exceptions.SSLError("record layer failure"), "what answers there does not speak https"),
    (exceptions.ProxyError("Cannot connect to proxy"), "the proxy on the way to name.example cannot be used"),
    (exceptions.ReadTimeout("Read timed out."), "name.example did not answer in time"),
    (exceptions.ChunkedEncodingError("IncompleteRead"), "the answer of name.example broke off"),
    (exceptions.ConnectionError("Connection aborted."), "the connection to name.example was lost"),
    (exceptions.RequestException("anything"), "the connection to name.example was lost"),
]


@pytest.mark.parametrize(("error", "why"), CASES)
def test_what_keeps_a_host_from_being_reached_is_told_with_what_to_do(
    error: requests.RequestException, why: str
) -> None:
    found = unreached(error, URL)
    assert why in found.why
    assert found.remedy.endswith(".")
    assert "ry again" in found.remedy
    for words in ("Error", "Errno", "Timeout", "recognisable", "secret", "pool", "Max retries"):
        assert words not in f"{found.why} {found.remedy}"


def test_an_error_that_was_raised_from_itself_is_looked_at_once() -> None:
    error = exceptions.ConnectionError()
    error.args = (error,)
    assert unreached(error, URL).why == "the connection to name.example was lost"


def test_a_name_that_nobody_has_and_a_port_that_nobody_listens_at_are_told_apart() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        for url, why in (
            (f"http://127.0.0.1:{port}", "127.0.0.1 refuses the connection"),
            ("http://nobody.invalid", "the name nobody.invalid is not known here"),
        ):
            with pytest.raises(requests.RequestException) as raised:
                requests.get(url, timeout=5)
            assert unreached(raised.value, url).why == why
