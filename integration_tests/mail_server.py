"""A mail server on loopback: it takes e-mails, from whoever knows the password, over TLS or without."""

import asyncio
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event
from typing import Any, Final
from urllib.parse import urlencode

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

USER: Final = "post"
PASSWORD: Final = "zq-mail-password"

FROM: Final = "huma@example.com"
TO: Final = "hr@example.com"


@dataclass(frozen=True)
class MailServer:
    """What it got.

    Attributes:
        port: Where it listens.
        received: The e-mails, in their order.
        arrived: Set once there is one.
    """

    port: int
    received: list[EmailMessage] = field(default_factory=list)
    arrived: Event = field(default_factory=Event)

    def address(self, kind: str = "mailto", password: str = PASSWORD, **more: str) -> str:
        """The address of somebody who gets e-mails here, as Apprise knows it."""
        return f"{kind}://{USER}:{password}@127.0.0.1:{self.port}?{urlencode({'from': FROM, 'to': TO, **more})}"

    @property
    def text(self) -> str:
        """The text of the only e-mail that it got."""
        (mail,) = self.received
        return str(mail.get_content()).replace("\r\n", "\n").removesuffix("\n")


class _Handler:
    """Takes e-mails."""

    def __init__(self, received: list[EmailMessage], arrived: Event) -> None:
        self._received: Final = received
        self._arrived: Final = arrived

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802  the name that aiosmtpd asks for
        """Keeps an e-mail."""
        self._received.append(message_from_bytes(envelope.content, policy=policy.default))
        self._arrived.set()
        return "250 OK"


class _AnyPort(Controller):
    """Listens on a port that is free."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def _knows_the_password(_: Any, __: Any, ___: Any, ____: str, given: Any) -> AuthResult:
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=given == known, handled=False)


@contextmanager
def serving_mail(certificate: Path | None = None) -> Iterator[MailServer]:
    """A mail server.

    Args:
        certificate: A file with a certificate and its key: then it wants TLS before anything else is said. None for
            none.
    """
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    received: list[EmailMessage] = []
    arrived = Event()
    controller = _AnyPort(
        _Handler(received, arrived),
        hostname="127.0.0.1",
        port=0,
        tls_context=context,
        require_starttls=context is not None,
        auth_require_tls=context is not None,
        authenticator=_knows_the_password,
    )
    log = logging.getLogger("mail.log")
    was_disabled, log.disabled = log.disabled, True  # what it says is not said by whom a test is about
    controller.start()
    try:
        yield MailServer(controller.port, received, arrived)
    finally:
        controller.stop()
        log.disabled = was_disabled


def a_certificate(file: Path) -> None:
    """Writes a certificate of this machine's own, which nobody else has signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
