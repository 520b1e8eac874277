"""The server of a review: who gets in, what is answered to everybody else, and what it takes to change something."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from huma_xledger.loopback import PortTakenError, listener
from huma_xledger.reviewing.status import Phase
from huma_xledger.serving import application as served_application
from huma_xledger.serving.application import FAILED, PATIENCE
from huma_xledger.serving.guard import STRANGERS
from huma_xledger.serving.keys import Keys, Known, keep, known
from integration_tests.scripted_review import SECRET, ScriptedReview, Served, serving

VALUE = "Kari-Nordmann"
TIMEOUT = 10
EVERY_ADDRESS = (
    *(
        "/",
        "/shell/shell.js",
        "/shell/none",
        "/page/dom.js",
        "/page/page.py",
        "/review",
        "/result/huma",
        "/result/xledger",
    ),
    *("/api/status", "/api/draft", "/nowhere"),
)
BUTTONS = ("synchronise", "save", "again", "retry")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    pages = {name: folder / f"{name}.html" for name in ("review", "huma", "xledger")}
    for name, path in pages.items():
        path.write_text(f"<!doctype html><title>{name}</title>{VALUE}", encoding="utf-8")
    return pages


@pytest.fixture(scope="module")
def one_server(pages: dict[str, Path]) -> Iterator[Served]:
    with serving(ScriptedReview(pages)) as served:
        yield served


@pytest.fixture
def served(one_server: Served, pages: dict[str, Path]) -> Served:
    one_server.review.begins_again(pages)
    return one_server


@pytest.fixture
def inside(served: Served) -> Iterator[requests.Session]:
    """Somebody who has opened the address."""
    with requests.Session() as session:
        session.get(served.address, timeout=TIMEOUT)
        session.headers.update({"Origin": served.base, "Content-Type": "application/json"})
        yield session


def test_the_address_opens_the_page_once_and_is_not_in_it_any_more(served: Served) -> None:
    with requests.Session() as session:
        opened = session.get(served.address, timeout=TIMEOUT, allow_redirects=False)
        assert (opened.status_code, opened.headers["Location"]) == (303, "/")
        (cookie,) = session.cookies.keys()
        flags = opened.headers["Set-Cookie"]
        assert "HttpOnly" in flags
        assert "SameSite=strict" in flags
        assert served.base.rpartition(":")[2] in cookie
        assert served.keys.token not in opened.text + flags
        assert session.get(f"{served.base}/", timeout=TIMEOUT).status_code == 200
        assert session.get(served.address, timeout=TIMEOUT, allow_redirects=False).headers["Location"] == "/"


def test_whoever_comes_by_a_link_from_another_page_gets_in_as_well(served: Served) -> None:
    """A strict cookie is not sent to where a link of another page leads on to, and is where ours leads on."""
    with requests.Session() as session:
        session.headers["Sec-Fetch-Site"] = "cross-site"
        opened = session.get(served.address, timeout=TIMEOUT, allow_redirects=False)
        assert opened.status_code == 200
        assert 'content="0;url=/"' in opened.text
        assert len(session.cookies) == 1


def test_the_address_that_a_browser_is_started_with_is_good_once(served: Served) -> None:
    address = f"{served.base}/?token={served.keys.ticket}"
    codes = [requests.get(address, timeout=TIMEOUT, allow_redirects=False).status_code for _ in range(2)]
    assert codes == [303, 403]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", [*EVERY_ADDRESS, "/api/decisions", "/api/synchronise", "/?token=none", "/?token=é"])
def test_strangers_are_told_the_same_whatever_they_ask_for(served: Served, path: str, method: str) -> None:
    answer = requests.request(
        method,
        f"{served.base}{path}",
        timeout=TIMEOUT,
        headers={"Origin": served.base, "Content-Type": "application/json"},
        cookies={served.keys.cookie_name: "0" * 64},
        data="{}",
    )
    assert answer.status_code == 403
    assert answer.content.decode() == ("" if method == "HEAD" else STRANGERS)
    assert "Set-Cookie" not in answer.headers
    assert (served.review.pressed, served.review.kept) == ([], [])


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost:1", "127.0.0.2:{port}", ""]
)
@pytest.mark.parametrize("path", ["/", "/review", "/api/status", "/?token={token}"])
def test_a_name_of_somebody_elses_that_leads_here_is_refused(
    served: Served, inside: requests.Session, host: str, path: str
) -> None:
    port = served.base.rpartition(":")[2]
    headers = {"Host": host.format(port=port)}
    answer = inside.get(served.base + path.format(token=served.keys.token), headers=headers, timeout=TIMEOUT)
    assert (answer.status_code, answer.content.decode()) == (403, STRANGERS)
    assert "Set-Cookie" not in answer.headers


def test_this_machine_may_be_called_localhost(served: Served) -> None:
    base = served.base.replace("127.0.0.1", "localhost")
    with requests.Session() as session:
        session.get(f"{base}/?token={served.keys.token}", timeout=TIMEOUT)
        headers = {"Origin": base, "Content-Type": "application/json"}
        again = session.post(f"{base}/api/again", headers=headers, data="{}", timeout=TIMEOUT)
        of_the_other_name = session.post(
            f"{base}/api/again", headers={**headers, "Origin": served.base}, data="{}", timeout=TIMEOUT
        )
    assert (again.status_code, of_the_other_name.status_code) == (200, 403)


def test_a_host_that_is_there_twice_is_refused(served: Served) -> None:
    host, port = served.base.removeprefix("http://").split(":")
    request = f"GET /api/status HTTP/1.1\r\nHost: {host}:{port}\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=TIMEOUT) as raw:
        raw.sendall(request.encode())
        answer = raw.makefile("rb").read()
    assert b" 200 " not in answer.partition(b"\r\n")[0]


@pytest.mark.parametrize("button", BUTTONS)
def test_the_page_presses_its_buttons(served: Served, inside: requests.Session, button: str) -> None:
    answer = inside.post(f"{served.base}/api/{button}", json={"onto": "0"}, timeout=TIMEOUT)
    assert (answer.status_code, served.review.pressed) == (200, [button])


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize(
    "changed",
    [
        {"Origin": None},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://{host}"},
        {"Origin": "http://{host}.evil.example"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": None},
    ],
    ids=str,
)
def test_no_other_page_can_press_a_button(
    served: Served, inside: requests.Session, button: str, changed: dict[str, str | None]
) -> None:
    host = served.base.removeprefix("http://")
    for name, value in changed.items():
        inside.headers.pop(name, None)
        if value is not None:
            inside.headers[name] = value.format(host=host)
    answer = inside.post(f"{served.base}/api/{button}", data='{"onto": "0"}', timeout=TIMEOUT)
    assert answer.status_code in {403, 415}
    assert served.review.pressed == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_no_link_and_no_picture_presses_a_button(served: Served, inside: requests.Session, method: str) -> None:
    for button in BUTTONS:
        assert inside.request(method, f"{served.base}/api/{button}", timeout=TIMEOUT).status_code == 405
    assert served.review.pressed == []


def test_another_page_is_not_told_that_it_may_ask(served: Served, inside: requests.Session) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = inside.options(f"{served.base}/api/synchronise", headers=asked, timeout=TIMEOUT)
    assert answer.status_code == 403
    read = inside.get(f"{served.base}/api/status", headers={"Origin": "http://evil.example"}, timeout=TIMEOUT)
    for headers in (answer.headers, read.headers):
        assert not [name for name in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("path", EVERY_ADDRESS)
def test_every_answer_says_that_nobody_keeps_or_frames_it(served: Served, inside: requests.Session, path: str) -> None:
    for answer in (inside.get(served.base + path, timeout=TIMEOUT), requests.get(served.base + path, timeout=TIMEOUT)):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "server" not in answer.headers
        framed = path.startswith(("/review", "/result")) and answer.ok
        policy = answer.headers["Content-Security-Policy"]
        assert ("frame-ancestors 'self'" if framed else "frame-ancestors 'none'") in policy
        assert ("connect-src 'none'" if framed else "default-src 'none'") in policy


def test_the_pages_of_reports_are_served_as_they_are(
    served: Served, inside: requests.Session, pages: dict[str, Path]
) -> None:
    for path, name in (("review", "review"), ("result/huma", "huma"), ("result/xledger", "xledger")):
        answer = inside.get(f"{served.base}/{path}", timeout=TIMEOUT)
        assert (answer.content, answer.headers["Content-Type"]) == (
            pages[name].read_bytes(),
            "text/html; charset=utf-8",
        )


def test_a_page_that_is_not_there_yet_is_told_in_a_sentence(served: Served, inside: requests.Session) -> None:
    served.review.pages = {}
    for path in ("review", "result/huma", "result/xledger"):
        answer = inside.get(f"{served.base}/{path}", timeout=TIMEOUT)
        assert (answer.status_code, answer.json()) == (404, {"problem": "There is no such page yet."})


def test_no_other_file_of_this_machine_is_served(served: Served) -> None:
    host, port = served.base.removeprefix("http://").split(":")
    cookie = f"{served.keys.cookie_name}={served.keys.cookie}"
    for path in (
        "/shell/../application.py",
        "/shell/%2e%2e/application.py",
        "/shell//etc/passwd",
        "/result/..%2freview",
    ):
        request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
        with socket.create_connection((host, int(port)), timeout=TIMEOUT) as raw:
            raw.sendall(request.encode())
            assert b" 404 " in raw.makefile("rb").readline()


def test_decisions_are_kept_onto_those_that_the_window_shows(served: Served, inside: requests.Session) -> None:
    address = f"{served.base}/api/decisions"
    assert inside.get(f"{served.base}/api/draft", timeout=TIMEOUT).json() == {"onto": "0", "draft": None}
    first = inside.put(address, json={"text": "{}", "draft": "one", "onto": "0"}, timeout=TIMEOUT)
    assert (first.status_code, first.json()) == (200, {"onto": "1"})
    late = inside.put(address, json={"text": "{}", "draft": "two", "onto": "0"}, timeout=TIMEOUT)
    assert (late.status_code, late.json()) == (409, {"problem": "Something else was decided."})
    assert served.review.kept == [("{}", "one")]
    assert inside.get(f"{served.base}/api/draft", timeout=TIMEOUT).json() == {"onto": "1", "draft": "one"}


@pytest.mark.parametrize("button", ["synchronise", "save"])
@pytest.mark.parametrize("content", [{"onto": "another"}, {"onto": None}, {}, [], {"onto": 0}], ids=str)
def test_what_another_window_decided_is_not_synchronised_unseen(
    served: Served, inside: requests.Session, button: str, content: object
) -> None:
    answer = inside.post(f"{served.base}/api/{button}", json=content, timeout=TIMEOUT)
    assert answer.status_code in {400, 409}
    assert served.review.pressed == []


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[" * 100_000, b"\xff", b"[]", b"{}", b'{"text": 1, "draft": "", "onto": "0"}'],
    ids=range(7),
)
def test_what_are_no_decisions_are_not_kept(served: Served, inside: requests.Session, content: bytes) -> None:
    answer = inside.put(f"{served.base}/api/decisions", data=content, timeout=TIMEOUT)
    assert answer.status_code == 400
    assert served.review.kept == []


@pytest.mark.parametrize("at_once", [True, False], ids=["its length is told", "in chunks"])
@pytest.mark.parametrize("path", ["decisions", *BUTTONS])
def test_what_is_too_much_is_not_taken(
    served: Served, inside: requests.Session, path: str, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 5000
    monkeypatch.setattr(served_application, "MOST_BYTES", most)
    content = json.dumps({"text": "x" * most, "draft": "", "onto": "0"}).encode()
    answer = inside.request(
        "PUT" if path == "decisions" else "POST",
        f"{served.base}/api/{path}",
        data=content if at_once else iter([content]),
        timeout=TIMEOUT,
    )
    assert answer.status_code == 413
    assert (served.review.kept, served.review.pressed) == ([], [])


def test_a_refusal_is_told_as_it_is(served: Served, inside: requests.Session) -> None:
    served.review.refusal = "The review is still reading."
    answer = inside.post(f"{served.base}/api/again", data="{}", timeout=TIMEOUT)
    assert (answer.status_code, answer.json()) == (409, {"problem": "The review is still reading."})


def test_an_error_that_nobody_thought_of_is_told_without_what_it_says(
    served: Served, inside: requests.Session, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise ValueError(VALUE)

    monkeypatch.setattr(served.review, "draft", fails)
    answer = inside.get(f"{served.base}/api/draft", timeout=TIMEOUT)
    assert (answer.status_code, answer.json()) == (500, {"problem": FAILED})
    printed = "".join(capfd.readouterr())
    assert "ValueError" in printed
    assert VALUE not in printed
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_window_hears_of_news_at_once_and_asks_no_more_than_twice_a_minute(
    served: Served, inside: requests.Session
) -> None:
    first = inside.get(f"{served.base}/api/status?seen=0", timeout=TIMEOUT).json()
    assert (first["phase"], first["name"]) == ("deciding", "fjord")
    heard = []
    waits = threading.Thread(
        target=lambda: heard.append(
            inside.get(f"{served.base}/api/status?seen={first['version']}", timeout=PATIENCE).json()
        )
    )
    waits.start()
    served.review.becomes(phase=Phase.SYNCHRONISING)
    waits.join()
    assert [status["phase"] for status in heard] == ["synchronising"]
    assert PATIENCE >= 20


def test_nobody_who_waits_for_news_keeps_the_server_from_ending(pages: dict[str, Path]) -> None:
    heard = []
    with serving(ScriptedReview(pages)) as served, requests.Session() as session:
        session.get(served.address, timeout=TIMEOUT)
        address = f"{served.base}/api/status?seen=1"
        waits = threading.Thread(target=lambda: heard.append(session.get(address, timeout=PATIENCE * 2).status_code))
        waits.start()
    waits.join(timeout=PATIENCE / 2)
    assert heard == [200]


def test_a_window_that_was_open_goes_on_after_a_restart_and_no_other_connections_does(pages: dict[str, Path]) -> None:
    with requests.Session() as session:
        with serving(ScriptedReview(pages)) as before:
            session.get(before.address, timeout=TIMEOUT)
            port = int(before.base.rpartition(":")[2])
        codes = []
        for secret in (SECRET, bytes(32)):
            with serving(ScriptedReview(pages), port, secret) as after:
                codes.append(session.get(f"{after.base}/api/status", timeout=TIMEOUT).status_code)
                old = requests.get(f"{after.base}/?token={before.keys.token}", timeout=TIMEOUT)
                assert old.status_code == 403, "The address is good for one run."
    assert codes == [200, 403]


def test_nothing_is_printed_and_nothing_logged(
    served: Served, inside: requests.Session, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        for path in EVERY_ADDRESS:
            inside.get(served.base + path, timeout=TIMEOUT)
            requests.get(f"{served.base}{path}?token={served.keys.token}", timeout=TIMEOUT)
        with socket.create_connection(("127.0.0.1", int(served.base.rpartition(":")[2])), timeout=TIMEOUT) as raw:
            raw.sendall(b"\x16\x03\x01 no HTTP \r\n\r\n")
            raw.makefile("rb").read()
    assert ("".join(capfd.readouterr()), caplog.records) == ("", [])


def test_it_listens_on_this_machine_alone() -> None:
    with listener(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_told_in_a_sentence() -> None:
    with listener(0) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(PortTakenError, match=rf"Port {port} of this machine .*Name another one with --port"):
            listener(port)


def test_what_a_review_knows_of_the_one_before_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "review.json"
    kept = Known(SECRET, 8123)
    keep(path, kept)
    assert known(path) == kept
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "content", [None, b"", b"{", b"[]", b'{"secret": "zz", "port": 1}', b'{"secret": "", "port": 1}']
)
def test_what_says_nothing_of_a_review_before_is_as_good_as_none(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "review.json"
    if content is not None:
        path.write_bytes(content)
    one, other = known(path), known(path)
    assert one.port == 0
    assert len(one.secret) == 32
    assert one.secret != other.secret


def test_no_key_is_in_what_another_one_is_made_of() -> None:
    keys = Keys(Known(os.urandom(32), 8123))
    assert len({keys.token, keys.ticket, keys.cookie}) == 3
    assert keys.cookie != Keys(Known(SECRET, 8124)).cookie != Keys(Known(SECRET, 8123)).cookie
