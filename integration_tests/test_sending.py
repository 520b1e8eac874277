"""A message reaches whom it can, within its time, and nothing that goes wrong on the way is heard or waited for."""

import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from connector_base.telling.message import Message
from connector_base.telling.sending import Became, send, tried
from integration_tests.mail_server import FROM, PASSWORD, TO, MailServer, a_certificate, serving_mail

pytestmark = pytest.mark.slow

MESSAGE = Message(
    "Huma til Xledger: 3 forhåndsvist, 2 avvist – 😀", "Første <b>avsnitt</b> & «mer».\n\nusers a_b-1, *c*"
)

NOBODY = f"mailto://127.0.0.1:1?from={FROM}&to={TO}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("certificate") / "self-signed.pem"
    a_certificate(file)
    return file


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with serving_mail() as server:
        yield server


@pytest.fixture
def safe_mail(certificate: Path) -> Iterator[MailServer]:
    """One that takes nothing without TLS, and whose certificate nobody has signed."""
    with serving_mail(certificate) as server:
        yield server


def test_an_address_is_told_whatever_becomes_of_the_others(
    mail: MailServer, safe_mail: MailServer, capfd: pytest.CaptureFixture[str]
) -> None:
    became = {
        mail.address(): Became.TOLD,
        mail.address(password="Zq-wrong-password"): Became.NOT_REACHED,
        NOBODY: Became.NOT_REACHED,
        "slack://Zq-nonsense": Became.NOT_UNDERSTOOD,
        safe_mail.address("mailto"): Became.NOT_REACHED,
        safe_mail.address("mailtos"): Became.NOT_REACHED,
        safe_mail.address("mailtos", verify="no"): Became.TOLD,
    }
    assert send(MESSAGE, list(became)) == list(became.values())
    assert len(mail.received) == len(safe_mail.received) == 1
    assert capfd.readouterr() == ("", "")


def test_an_e_mail_is_plain_text_as_it_was_composed(mail: MailServer) -> None:
    assert send(MESSAGE, [mail.address()]) == [Became.TOLD]
    (received,) = mail.received
    assert (received["subject"], received["to"], received["from"]) == (MESSAGE.subject, TO, FROM)
    assert received.get_content_type() == "text/plain"
    assert mail.text == MESSAGE.body
    assert PASSWORD not in received.as_string()


def test_nothing_is_sent_where_addresses_are_only_tried(mail: MailServer, capfd: pytest.CaptureFixture[str]) -> None:
    slack = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    teams = (
        "https://prod-1.westeurope.logic.azure.com:443/workflows/3b1c9c1f/triggers/manual/paths/invoke?sv=1.0&sig=abc"
    )
    understood = tried([mail.address(), slack, teams, "https://example.com/", "Zq://nothing", "mailto://"])
    assert understood == [*([Became.UNDERSTOOD] * 3), *([Became.NOT_UNDERSTOOD] * 3)]
    assert mail.received == []
    assert capfd.readouterr() == ("", "")


def test_who_never_answers_keeps_nobody_from_being_told(mail: MailServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def hang_up_once_the_other_one_is_told() -> None:
            connection, _ = silent.accept()
            assert mail.arrived.wait(60)
            connection.close()

        thread = Thread(target=hang_up_once_the_other_one_is_told)
        thread.start()
        hanging = NOBODY.replace(":1?", f":{silent.getsockname()[1]}?")
        assert send(MESSAGE, [hanging, mail.address()]) == [Became.NOT_REACHED, Became.TOLD]
        thread.join()


def test_who_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hanging = NOBODY.replace(":1?", f":{silent.getsockname()[1]}?")
        assert send(MESSAGE, [hanging, hanging], within=1.5) == [Became.NO_ANSWER] * 2


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false"])
def test_where_apprise_cannot_be_run_nobody_is_told_and_nothing_fails(
    python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", python)
    assert send(MESSAGE, [NOBODY]) == tried([NOBODY]) == [Became.NOT_RUN]


# ------------------------------------------------------------------ services on the web


@dataclass
class Web:
    """A server that somebody is told at.

    Attributes:
        port: Where it listens.
        status: With which it answers.
        requests: What it was asked: the path, the headers and the body.
    """

    port: int = 0
    status: int = 200
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)


@pytest.fixture
def web() -> Iterator[Web]:
    asked = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.requests.append((self.path, dict(self.headers), body))
            self.send_response(asked.status)
            self.send_header("Location", f"http://127.0.0.1:{asked.port}/elsewhere")
            self.end_headers()

        def do_GET(self) -> None:
            asked.requests.append((self.path, dict(self.headers), None))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    asked.port = server.server_address[1]
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_service_on_the_web_gets_the_text_and_no_password_from_elsewhere(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login huma password Zq-secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert send(MESSAGE, [f"json://127.0.0.1:{web.port}/hook"]) == [Became.TOLD]
    ((path, headers, body),) = web.requests
    assert path.rstrip("/") == "/hook"
    assert (body["title"], body["message"], body["attachments"]) == (MESSAGE.subject, MESSAGE.body, [])
    assert "Authorization" not in headers


def test_a_redirect_is_not_followed(web: Web) -> None:
    web.status = 302
    assert send(MESSAGE, [f"json://127.0.0.1:{web.port}/hook"]) == [Became.NOT_REACHED]
    assert len(web.requests) == 1


def test_the_proxy_of_the_environment_is_the_way_to_the_web(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{web.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert send(MESSAGE, ["json://hooks.example/hook"]) == [Became.TOLD]
    ((path, _, _),) = web.requests
    assert path.startswith("http://hooks.example")
