"""What stands between a container and a system in many a network: TLS by a CA of one's own, and a proxy."""

import ipaddress
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

LOOPBACK: Final = "127.0.0.1"
_CHUNK: Final = 65_536


class Ca:
    """A CA that nobody has heard of, and that is gone with the test."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A CA of one's own")])
        basic = x509.BasicConstraints(ca=True, path_length=0)
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = self._builder(self._name, self._key.public_key())
        self._own = builder.add_extension(basic, critical=True).add_extension(usage, critical=True)
        self._certificate = self._own.sign(self._key, hashes.SHA256())

    def written_to(self, path: Path) -> Path:
        """Writes its certificate, as an administrator hands it out. Returns the path."""
        path.write_bytes(self._certificate.public_bytes(Encoding.PEM))
        path.chmod(0o644)
        return path

    def server(self, folder: Path) -> ssl.SSLContext:
        """How a server speaks that it vouches for, on loopback."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, LOOPBACK)])
        addresses = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(LOOPBACK))])
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = self._builder(name, key.public_key())
        builder = builder.add_extension(addresses, critical=False).add_extension(identifier, critical=False)
        path = folder / "server.pem"
        path.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.now(timezone.utc)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        )


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def _serving(handler: type[socketserver.BaseRequestHandler]) -> Iterator[str]:
    """Serves on loopback, and tells host and port."""
    with _Server((LOOPBACK, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"{LOOPBACK}:{server.server_address[1]}"
        server.shutdown()


@contextmanager
def behind_tls(url: str, context: ssl.SSLContext) -> Iterator[str]:
    """Serves over TLS what is served without, and tells its address, with the same path."""
    parts = urlsplit(url)
    to = (parts.hostname or "", parts.port or 0)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), context.wrap_socket(self.request, server_side=True) as client:
                _connect(client, to)

    with _serving(Handler) as there:
        yield f"https://{there}{parts.path}"


@contextmanager
def a_proxy() -> Iterator[tuple[str, list[str]]]:
    """A proxy that lets everything through. Tells its address, and whom it was asked for."""
    asked: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            verb, target, _ = self.rfile.readline().decode("ascii").split()
            while self.rfile.readline().strip():
                pass
            if verb != "CONNECT":
                self.wfile.write(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n")
                return
            asked.append(target)
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            host, _, port = target.rpartition(":")
            with suppress(OSError):
                _connect(self.connection, (host, int(port)))

    with _serving(Handler) as there:
        yield f"http://{there}", asked


def _connect(client: socket.socket, to: tuple[str, int]) -> None:
    """Takes bytes to a server and back until one of the two is done."""
    with socket.create_connection(to) as server:
        back = threading.Thread(target=_copy, args=(server, client), daemon=True)
        back.start()
        _copy(client, server)
        back.join()


def _copy(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(_CHUNK):
            to.sendall(chunk)
    with suppress(OSError):
        to.shutdown(socket.SHUT_WR)
