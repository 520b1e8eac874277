"""Why a host could not be reached, and what to do about it: in plain words, and in none of a library's."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from requests import exceptions
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NameResolutionError, NewConnectionError


@dataclass(frozen=True, slots=True)
class Unreached:
    """Why there is no answer.

    Attributes:
        why: A clause that names the host.
        remedy: What to do, in whole sentences.
    """

    why: str
    remedy: str


_CHECK_THE_NETWORK: Final = (
    "Check {address}, and whether a firewall or a proxy stops what comes from here; then try again."
)

_CHECK_THE_CERTIFICATE: Final = (
    "Check {address} and, if your network inspects traffic, that its certificate authority is in the file that "
    "REQUESTS_CA_BUNDLE names where this connector runs; then try again."
)

_LATER: Final = "Try again later; if it goes on, check {address} and the network."

_TABLE: Final[tuple[tuple[tuple[type[BaseException], ...], str, str], ...]] = (
    (
        (exceptions.ProxyError,),
        "the proxy on the way to {host} cannot be used",
        "Check the address of the proxy, in HTTPS_PROXY where this connector runs; then try again.",
    ),
    (
        (FileNotFoundError,),
        "no secure connection to {host} can be made, because the certificates to trust are not there",
        "Correct the path in REQUESTS_CA_BUNDLE where this connector runs, or put the file there; then try again.",
    ),
    (
        (ssl.SSLCertVerificationError,),
        "no secure connection to {host} can be made, because its certificate is not accepted",
        _CHECK_THE_CERTIFICATE,
    ),
    (
        (exceptions.SSLError,),
        "no secure connection to {host} can be made: what answers there does not speak https",
        "Check {address} and its port, and whether a proxy on the way changes what passes; then try again.",
    ),
    (
        (NameResolutionError, socket.gaierror),
        "the name {host} is not known here",
        "Check {address} and, if it is right, the name server (DNS) of your network; then try again.",
    ),
    ((ConnectionRefusedError,), "{host} refuses the connection", _CHECK_THE_NETWORK),
    ((exceptions.ConnectTimeout,), "no connection to {host} came about in time", _CHECK_THE_NETWORK),
    ((exceptions.Timeout,), "{host} did not answer in time", _LATER),
    ((exceptions.ChunkedEncodingError, exceptions.ContentDecodingError), "the answer of {host} broke off", _LATER),
    ((NewConnectionError,), "no connection to {host} can be made", _CHECK_THE_NETWORK),
)
"""The first row that has an error, or one of those it was raised from, in it decides."""

_LOST: Final = "the connection to {host} was lost"


class TrustingAdapter(HTTPAdapter):
    """Sends requests by the certificates to trust, and tells it as a failed request where these are not there."""

    def cert_verify(self, *args: Any, **options: Any) -> None:
        """Takes the certificates to trust; the arguments are those of requests.

        Raises:
            exceptions.SSLError: If they are not where the environment says. For requests that is no failure of
                a request, and nobody who sends one expects what it raises.
        """
        try:
            super().cert_verify(*args, **options)  # type: ignore[no-untyped-call]
        except OSError:
            raise exceptions.SSLError from FileNotFoundError()


def unreached(error: Exception, url: str, address: str = "the address") -> Unreached:
    """Why there is no answer to a request.

    Args:
        error: What was raised in place of an answer. Its text quotes addresses, and is not told.
        url: What was asked; only its host is named.
        address: What sentences call the setting that the address comes from.
    """
    host = urlsplit(url).hostname or url
    causes = list(_causes(error))
    for kinds, why, remedy in _TABLE:
        if any(isinstance(cause, kinds) for cause in causes):
            return Unreached(why.format(host=host), remedy.format(address=address))
    return Unreached(_LOST.format(host=host), _LATER.format(address=address))


def never_left(error: Exception) -> bool:
    """Whether a request cannot have reached whom it was for, because no connection came about.

    Args:
        error: What was raised in place of an answer.
    """
    if isinstance(error, exceptions.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and those within it: urllib3 keeps what happened as a reason, and Python as a cause or a context."""
    waiting, seen = [error], set()
    while waiting:
        link = waiting.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        within = (link.__cause__, link.__context__, getattr(link, "reason", None), *link.args)
        waiting += [part for part in within if isinstance(part, BaseException)]
