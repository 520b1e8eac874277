"""Whoever looks around in the sandbox changes people on the page of Huma, and sees them change in Xledger."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
import requests

from integration_tests.sandbox import Sandbox
from integration_tests.sandbox.pages import EDITABLE
from integration_tests.without_a_host import InThisProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integration_tests.conftest import Write

NASTY = "Head 'of' \"<b>sales</b>\" & more"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running(people=40, burst_limit=None) as running:
        yield running


class Forms(HTMLParser):
    """The forms of a page: where each is sent, and what a browser sends when nothing was touched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.actions: dict[str, str] = {}
        self.fields: dict[str, dict[str, str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert found["method"] == "post"
            self.actions[found["id"]] = found["action"]
        elif tag == "input":
            self.fields.setdefault(found["form"], {})[found["name"]] = found["value"]


def forms(sandbox: Sandbox) -> Forms:
    return Forms(requests.get(sandbox.huma.url, timeout=10).text)


def send(sandbox: Sandbox, form: str, *, headers: dict[str, str] | None = None, **typed: str) -> requests.Response:
    """Sends a form of the page in which some fields were touched."""
    page = forms(sandbox)
    content = {**page.fields[form], **typed}
    return requests.post(f"{sandbox.huma.url}{page.actions[form]}", data=content, headers=headers, timeout=10)


def somebody(sandbox: Sandbox) -> Any:
    """Somebody ordinary who is in Xledger too."""
    codes = {employee["code"] for employee in sandbox.xledger.employees()}
    return next(
        user
        for user in sandbox.huma.users.values()
        if user.id not in sandbox.huma.awkward.values() and user["active"] and user["employmentId"] in codes
    )


def test_who_is_changed_on_the_page_is_changed_in_xledger_after_the_next_sync(sandbox: Sandbox, write: Write) -> None:
    connection = InThisProcess(sandbox, write)
    connection.sync()
    user = somebody(sandbox)
    page = send(sandbox, f"change-{user.id}", jobTitle=NASTY, phone="")
    assert page.status_code == 200
    assert page.url.endswith(f"/#{user.id}")
    assert (user["jobTitle"], user["phone"]) == (NASTY, None)
    assert connection.sync().summary["received"] == 1
    assert "Head &#x27;of&#x27; &quot;&lt;b&gt;sales" in requests.get(sandbox.xledger.page_url, timeout=10).text
    assert sandbox.xledger.employee(user["employmentId"])["contact"]["phone"] is None


def test_what_nobody_has_touched_stays_as_it_is(sandbox: Sandbox) -> None:
    """A line break that no field of a form shows, a value that is withheld, one that is unset: all of it."""
    first, second, third = list(sandbox.huma.users)[:3]
    sandbox.huma.change(first, jobTitle="Head\r\nof sales", phone=" +47 1 ")
    sandbox.huma.withhold(second, "phone")
    sandbox.huma.change(third, jobTitle=None)
    before = {user.id: dict(user.facts) for user in sandbox.huma.users.values()}
    page = forms(sandbox)
    assert set(page.fields[f"change-{second}"]) == set(EDITABLE) - {"phone"}
    with requests.Session() as browser:
        for form, action in page.actions.items():
            if form != "hire":
                url = f"{sandbox.huma.url}{action}"
                browser.post(url, data=page.fields[form], allow_redirects=False, timeout=10).raise_for_status()
    assert {user.id: dict(user.facts) for user in sandbox.huma.users.values()} == before


def test_somebody_leaves_and_comes_back(sandbox: Sandbox) -> None:
    user = somebody(sandbox)
    send(sandbox, f"change-{user.id}", do="deactivate", employmentEndDate="2026-01-31")
    assert (user["active"], user["employmentEndDate"]) == (False, "2026-01-31")
    assert user["deactivatedAt"]
    send(sandbox, f"change-{user.id}", do="activate")
    assert (user["active"], user["deactivatedAt"]) == (True, None)


def test_somebody_is_hired(sandbox: Sandbox) -> None:
    page = send(sandbox, "hire", givenName="Åse", familyName="<i>")
    assert "Åse &lt;i&gt;" in page.text
    hired = sandbox.huma.users[page.url.rpartition("#")[2]]
    assert (hired["givenName"], hired["familyName"], hired["active"]) == ("Åse", "<i>", True)
    assert hired["email"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
    ],
)
@pytest.mark.parametrize("form", ["hire", "change"])
def test_no_page_but_its_own_changes_anything(form: str, headers: dict[str, str], sandbox: Sandbox) -> None:
    user = somebody(sandbox)
    before = {user.id: dict(user.facts) for user in sandbox.huma.users.values()}
    answer = send(sandbox, form if form == "hire" else f"change-{user.id}", phone="+47 1", headers=headers)
    assert (answer.status_code, answer.text) == (403, "Only the page of this sandbox changes anything in it.")
    assert {user.id: dict(user.facts) for user in sandbox.huma.users.values()} == before


def test_the_page_itself_may(sandbox: Sandbox) -> None:
    user = somebody(sandbox)
    for host in (sandbox.huma.url, sandbox.huma.url.replace("127.0.0.1", "localhost")):
        send(sandbox, f"change-{user.id}", phone=host, headers={"Host": host.partition("//")[2], "Origin": host})
        assert user["phone"] == host


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/someone", "phone=1", 404),
        ("/{id}", "birthDate=2000-01-01", 400),
        ("/{id}", "do=delete", 400),
        ("/{id}", "employmentEndDate=tomorrow", 400),
        ("/{id}", "employmentEndDate=20260131", 400),
        ("/{id}", "employmentEndDate=2026-W05-6", 400),
        ("/{id}", "phone=1%00", 400),
        ("", "givenName=%1b%5b2J", 400),
        ("/{id}", "phone=1&phone=2", 400),
        ("/{id}", "phone", 400),
        ("/{id}", "phone=" + "1" * 10_000, 400),
        ("", "employmentId=1", 400),
    ],
)
def test_what_the_page_does_not_ask_for_is_refused(path: str, body: str, status: int, sandbox: Sandbox) -> None:
    user = somebody(sandbox)
    before = {user.id: dict(user.facts) for user in sandbox.huma.users.values()}
    url = f"{sandbox.huma.url}/_sandbox/people{path.format(id=user.id)}"
    answer = requests.post(url, data=body, headers={"Content-Type": "application/x-www-form-urlencoded"}, timeout=10)
    assert answer.status_code == status
    assert {user.id: dict(user.facts) for user in sandbox.huma.users.values()} == before


def test_the_page_and_the_terminal_say_what_to_do_next_and_about_whom_and_tell_no_value(sandbox: Sandbox) -> None:
    told: list[str] = []
    sandbox.huma.next_command, sandbox.huma.announce = "make sync SOURCE='a b/<source>.json'", told.append
    user = somebody(sandbox)
    page = send(sandbox, f"change-{user.id}", jobTitle=NASTY)
    assert re.search(r"<code>make sync SOURCE=&#x27;a b/&lt;source&gt;\.json&#x27;</code>", page.text)
    assert told == [f"Huma: jobTitle of {user['givenName']} {user['familyName']} ({user.id}) has changed."]
    send(sandbox, "hire", givenName="Zebedia", familyName="Zebra\u2028", phone="+47 12")
    assert re.fullmatch(r"Huma: Zebedia Zebra\? \([-0-9a-f]+\) was hired\.", told[-1])
