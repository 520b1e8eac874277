"""A Huma of exact HTTP shapes, and the connector run against it."""

import copy
import json
import logging
import re
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests_mock
from airbyte_cdk.logger import LOGGING_CONFIG, init_logger
from airbyte_cdk.models import ConfiguredAirbyteCatalog, SyncMode
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.catalog_builder import CatalogBuilder
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from airbyte_cdk.test.models.scenario import ExpectedOutcome

from source_huma import SourceHuma
from source_huma.run import run

API = "https://huma.example"
CLIENT_ID = "client-id-of-the-key"
CLIENT_SECRET = "secret+of/the=key"
PAGE = 50
MOST_IDS = 25
GROUP_FILTERS = {"company": "companies", "location": "locations", "team": "teams"}

Callback = Callable[[Any, Any], Any]
Answer = Mapping[str, Any]
"""What requests-mock takes to answer a request: `json`, `text`, `status_code`, `headers` or `exc`."""


def user_details(user_id: str, **fields: Any) -> dict[str, Any]:
    """The details of a user as Huma answers them: the fields it always has, and these on top."""
    return {
        "id": user_id,
        "type": "user",
        "status": {"active": True},
        "givenName": {"value": f"Given {user_id}", "editable": True},
        "familyName": {"value": f"Family {user_id}", "editable": True},
        "email": {"value": f"{user_id}@people.example", "editable": True},
        "subordinatesCount": 0,
        **fields,
    }


def listed(details: Mapping[str, Any]) -> dict[str, Any]:
    """A user as Huma's list has them."""
    return {
        "id": details["id"],
        "type": details["type"],
        "status": {"active": details["status"]["active"]},
        "givenName": details["givenName"]["value"],
        "familyName": details["familyName"]["value"],
        "email": details["email"]["value"],
        "jobTitles": [],
    }


def group_ids(details: Mapping[str, Any], kind: str) -> set[str]:
    """The ids of a user's groups of a kind: companies, locations or teams."""
    return {group["id"] for group in details.get(kind, {}).get("value", ())}


class FakeHuma:
    """Answers like Huma, from the users given to it, and remembers what it was asked.

    Attributes:
        users: The details of the users, by id, in the order of the list.
        listed_active: What the list holds for active users; None for those in `users`.
        tokens: How many access tokens were given; the latest one is valid.
        uses_of_the_first_token: How many requests the first token serves before it expires; None for any number.
        uses_of_each_token: How many requests any token serves, likewise.
        organisation: Whose the token endpoint says that the tokens are.
        token_answers: What the token endpoint answers before it gives tokens.
        list_answers: What the list answers before it lists users.
        groups: The companies, locations and teams, each with `id`, `type` and `name`.
        groups_answers: What the list of groups answers before it lists them.
        detail_answers: What each user's details answer before they are given, by the user's id.
    """

    def __init__(self, mocker: requests_mock.Mocker) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.listed_active: list[dict[str, Any]] | None = None
        self.tokens = 0
        self.uses_of_the_first_token: int | None = None
        self.uses_of_each_token: int | None = None
        self.organisation: Any = "0f0e"
        self.token_answers: list[Answer] = []
        self.list_answers: list[Answer] = []
        self.detail_answers: dict[str, list[Answer]] = {}
        self.groups: list[dict[str, Any]] = []
        self.groups_answers: list[Answer] = []
        self._used = 0
        self._lock = threading.Lock()
        self._mocker = mocker
        mocker.post(f"{API}/auth/oauth/token", json=self._once(lambda _: self.token_answers, self._token))
        mocker.get(f"{API}/users", json=self._once(lambda _: self.list_answers, self._authorized(self._list)))
        mocker.get(f"{API}/groups", json=self._once(lambda _: self.groups_answers, self._authorized(self._groups)))
        mocker.get(
            re.compile(f"^{API}/users/[^/?]+$"),
            json=self._once(lambda path: self.detail_answers.get(_user_id(path), []), self._authorized(self._details)),
        )

    def add(self, *user_ids: str, **fields: Any) -> None:
        """Hires users, all with these fields."""
        for user_id in user_ids:
            self.users[user_id] = user_details(user_id, **fields)

    def requests(self, path: str) -> list[Any]:
        """The requests made to a path, or to those that match it as a regular expression."""
        return [request for request in self._mocker.request_history if re.fullmatch(path, urlsplit(request.url).path)]

    @property
    def hosts(self) -> set[str]:
        """Whom requests were made to."""
        return {urlsplit(request.url).hostname or "" for request in self._mocker.request_history}

    def _once(
        self, queue: Callable[[str], list[Answer]], otherwise: Callable[[Any, Any], Any]
    ) -> Callable[[Any, Any], Any]:
        def answer(request: Any, context: Any) -> Any:
            waiting = queue(urlsplit(request.url).path)
            if not waiting:
                return otherwise(request, context)
            given = waiting.pop(0)
            if "exc" in given:
                raise given["exc"]
            context.status_code = given.get("status_code", 200)
            context.headers.update(given.get("headers", {}))
            return given.get("json", _NotJson(given.get("text", "")))

        return answer

    def _authorized(self, answer: Callable[[Any], Any]) -> Callback:
        def with_token(request: Any, context: Any) -> Any:
            with self._lock:
                current = request.headers["Authorization"] == f"Bearer token-{self.tokens}"
                self._used += current
                most = self.uses_of_each_token or (self.uses_of_the_first_token if self.tokens == 1 else None)
                if not current or (most is not None and self._used > most):
                    context.status_code = 401
                    return {"error": "invalid_token", "error_description": "expired"}
            return answer(request)

        return with_token

    def _token(self, request: Any, _context: Any) -> Answer:
        assert parse_qs(request.text) == {
            "grant_type": ["client_credentials"],
            "client_id": [CLIENT_ID],
            "client_secret": [CLIENT_SECRET],
        }
        with self._lock:
            self.tokens += 1
            self._used = 0
        return {
            "access_token": f"token-{self.tokens}",
            "token_type": "bearer",
            "expires_in": 3600,
            "organizationId": self.organisation,
        }

    def _list(self, request: Any) -> Answer:
        query = parse_qs(urlsplit(request.url).query)
        assert {"limit", "offset", "isActive"} <= query.keys() <= {"limit", "offset", "isActive", *GROUP_FILTERS}
        groups = {kind: set(query.get(name, ())) for name, kind in GROUP_FILTERS.items()}
        assert all(len(ids) <= MOST_IDS for ids in groups.values())
        assert query["limit"] == [str(PAGE)]
        active = {"true": True, "false": False}[query["isActive"][0]]
        if active and self.listed_active is not None:
            everybody = self.listed_active
        else:
            everybody = [
                listed(user)
                for user in self.users.values()
                if user["status"]["active"] is active
                and all(not ids or ids & group_ids(user, kind) for kind, ids in groups.items())
            ]
        offset = int(query["offset"][0])
        return {"total": len(everybody), "items": everybody[offset : offset + PAGE]}

    def _groups(self, request: Any) -> Answer:
        query = parse_qs(urlsplit(request.url).query)
        assert query.keys() == {"limit", "offset"}
        assert query["limit"] == [str(MOST_IDS)]
        offset = int(query["offset"][0])
        return {"total": len(self.groups), "items": self.groups[offset : offset + MOST_IDS]}

    def _details(self, request: Any) -> Answer:
        assert not urlsplit(request.url).query
        return self.users[_user_id(urlsplit(request.url).path)]


class _NotJson(str):
    """Text that requests-mock is to send as it is although a JSON body was announced."""


def _user_id(path: str) -> str:
    return path.rpartition("/")[2]


class _TextAsIs(json.JSONEncoder):
    def encode(self, o: Any) -> str:
        return str(o) if isinstance(o, _NotJson) else super().encode(o)


@pytest.fixture
def huma() -> Iterator[FakeHuma]:
    """A Huma without users; nothing else on the network can be reached."""
    with requests_mock.Mocker(json_encoder=_TextAsIs) as mocker:
        yield FakeHuma(mocker)


@pytest.fixture
def config() -> dict[str, Any]:
    return {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "api_url": API}


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits of the connector, in seconds, none of which is really waited."""
    seconds: list[float] = []
    monkeypatch.setattr(time, "sleep", lambda wait: seconds.append(wait) if wait else None)
    return seconds


def catalog() -> ConfiguredAirbyteCatalog:
    return CatalogBuilder().with_stream("users", SyncMode.full_refresh).build()


@pytest.fixture
def read(config: dict[str, Any]) -> Callable[..., EntrypointOutput]:
    """Reads `users` through the connector's entry point, with a state and settings on top."""

    def read_users(state: list[Any] | None = None, *, fails: bool = False, **settings: Any) -> EntrypointOutput:
        outcome = ExpectedOutcome.EXPECT_EXCEPTION if fails else ExpectedOutcome.EXPECT_SUCCESS
        full_config = {**config, **settings}
        source = SourceHuma(full_config, catalog(), state)
        return entrypoint_wrapper.read(source, full_config, catalog(), state, expected_outcome=outcome)

    return read_users


@pytest.fixture
def records(read: Callable[..., EntrypointOutput]) -> Callable[..., list[dict[str, Any]]]:
    """Reads `users` and gives the data of the records, in the order of their ids."""

    def read_records(**settings: Any) -> list[dict[str, Any]]:
        data = [message.record.data for message in read(**settings).records if message.record]
        return sorted(data, key=lambda record: str(record["id"]))

    return read_records


@pytest.fixture
def printed(
    config: dict[str, Any], tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., list[str]]]:
    """Runs the console script with a verb and gives the lines it prints, last words about an exception included."""
    for module, hook in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(module, hook, getattr(module, hook))
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    monkeypatch.setitem(LOGGING_CONFIG, "handlers", copy.copy(LOGGING_CONFIG["handlers"]))
    levels = {name: logging.getLogger(name).level for name in (None, "airbyte")}
    on_sigterm = signal.getsignal(signal.SIGTERM)

    def print_verb(verb: str, *options: str, state: Any = None, **settings: Any) -> list[str]:
        arguments = [verb, *options]
        files = {what: settings.pop(what) for what in ("config", "catalog") if isinstance(settings.get(what), Path)}
        if isinstance(state, Path):
            files["state"], state = state, None
        for what, path in files.items():
            arguments += [f"--{what}", str(path)]
        if verb != "spec" and "config" not in files:
            arguments += ["--config", _file(tmp_path / "config.json", {**config, **settings})]
        if verb == "read" and "catalog" not in files:
            streams = [
                {
                    "stream": {"name": "users", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
                    "sync_mode": "full_refresh",
                    "destination_sync_mode": "append",
                }
            ]
            arguments += ["--catalog", _file(tmp_path / "catalog.json", {"streams": streams})]
        if state is not None:
            arguments += ["--state", _file(tmp_path / "state.json", state)]
        try:
            run(arguments)
        except Exception:  # noqa: BLE001  # as the interpreter does with whatever reaches it
            sys.excepthook(*sys.exc_info())
        captured = capfd.readouterr()
        return [line for line in (captured.out + captured.err).splitlines() if line]

    yield print_verb
    monkeypatch.undo()
    signal.signal(signal.SIGTERM, on_sigterm)
    init_logger("airbyte")
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture(scope="session")
def explained() -> Callable[[str], bool]:
    """Whether the tables of messages in the reference have a row for what an administrator is told."""
    page = (Path(__file__).parents[1] / "docs/huma-reference.md").read_text(encoding="utf-8")
    cells = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("|")]
    rows = [re.compile(re.escape(cell).replace(r"\.\.\.", ".+")) for cell in cells]
    rights = [re.compile("Huma's API key has no right to"), *rows]  # one row for all of them
    return lambda message: any(row.match(message) for row in rights)


def _file(path: Path, content: Any) -> str:
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)
