"""How webhooks are taken, as `connection.yaml` says: every mistake is a sentence that names the key, and no value."""

import json
from pathlib import Path
from typing import Any

import pytest

from huma_xledger.airbyte_settings import AirbyteLogin
from huma_xledger.bringing.beforehand import Beforehand
from huma_xledger.connection_file import NAME, ConnectionFile, ConnectionFileError
from huma_xledger.listen_settings import PORT, AirbyteJob, ListenSettings

MARK = "Kari-Nordmann-Hansen"
ID = "6b3a1f2e-0000-4000-8000-000000000000"
JOB = {"api_url": "https://api.airbyte.com/v1/", "client_id": "one", "client_secret": MARK, "connection_id": ID}
CONNECTORS = {"source-huma": {"client_id": "one"}, "destination-xledger": {"mode": "sync"}}


def read(folder: Path, **keys: Any) -> ConnectionFile:
    (folder / NAME).write_text(json.dumps(keys), encoding="utf-8")
    return ConnectionFile.read(folder)


def test_a_secret_is_enough(tmp_path: Path) -> None:
    file = read(tmp_path, listen={"secret": MARK}, **CONNECTORS)
    assert file.listen == ListenSettings(secret=MARK, bearer_token=None, port=PORT, trigger="self", airbyte=None)
    assert MARK not in repr(file.listen)
    assert MARK not in repr(file)


def test_each_setting_may_be_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "the secret\n")
    monkeypatch.setenv("A_PORT", "8711")
    monkeypatch.setenv("SO_OFTEN", "6h")
    listen = {"secret": "${A_SECRET}", "bearer_token": "${A_SECRET}", "port": "${A_PORT}"}
    file = read(tmp_path, listen=listen, schedule="${SO_OFTEN}", **CONNECTORS)
    assert file.listen == ListenSettings(secret="the secret", bearer_token="the secret", port=8711)
    assert file.schedule == "6h"
    monkeypatch.delenv("A_SECRET")
    with pytest.raises(ConnectionFileError, match="of listen from the environment variable A_SECRET, which is not set"):
        _ = file.listen


def test_who_leaves_it_to_airbyte_needs_no_connectors_in_the_file(tmp_path: Path) -> None:
    file = read(tmp_path, listen={"secret": MARK, "trigger": "airbyte", "airbyte": JOB})
    assert file.connectors == ()
    job = AirbyteJob(AirbyteLogin("https://api.airbyte.com/v1", "one", MARK, "listen.airbyte"), ID)
    assert file.listen == ListenSettings(secret=MARK, trigger="airbyte", airbyte=job)
    assert MARK not in repr(file.listen)
    assert Beforehand.of(file).writes


def test_an_airbyte_that_the_file_names_once_need_not_be_named_for_its_jobs(tmp_path: Path) -> None:
    login = {"api_url": "https://airbyte.example.com/api/public/v1", "client_id": "two", "client_secret": MARK}
    listen = {"secret": MARK, "trigger": "airbyte", "airbyte": {"connection_id": ID}}
    file = read(tmp_path, listen=listen, airbyte=login)
    assert file.listen is not None
    assert file.listen.airbyte == AirbyteJob(AirbyteLogin(**login, where="airbyte"), ID)
    of_its_own = {**listen, "airbyte": JOB}
    file = read(tmp_path, listen=of_its_own, airbyte=[MARK])
    assert file.listen is not None
    assert file.listen.airbyte is not None
    assert file.listen.airbyte.login.where == "listen.airbyte"


def test_null_is_as_if_nothing_were_there(tmp_path: Path) -> None:
    file = read(tmp_path, listen={"secret": MARK, "port": None, "bearer_token": None}, schedule=None, **CONNECTORS)
    assert file.listen == ListenSettings(secret=MARK)
    assert file.schedule is None
    assert read(tmp_path, listen=None, **CONNECTORS).listen is None


@pytest.mark.parametrize(
    ("listen", "wrong"),
    [
        (MARK, "listen must have settings below it: secret, bearer_token, port, trigger, airbyte"),
        ([MARK], "listen must have settings below it"),
        ({}, r"listen\.secret is missing"),
        ({"secret": "  "}, r"listen\.secret is empty"),
        ({"secret": 123456}, r"listen\.secret must be text: put it between quotation marks"),
        ({"secret": MARK, "bearer_token": [MARK]}, r"listen\.bearer_token must be text"),
        ({"secret": MARK, "bearer_token": ""}, r"listen\.bearer_token is empty"),
        ({"secret": MARK, "port": 0}, r"listen\.port must be a port, a number from 1 to 65535"),
        ({"secret": MARK, "port": 65536}, r"listen\.port must be a port"),
        ({"secret": MARK, "port": True}, r"listen\.port must be a port"),
        ({"secret": MARK, "port": MARK}, r"listen\.port must be a port"),
        ({"secret": MARK, "port": 87.1}, r"listen\.port must be a port"),
        ({"secret": MARK, "trigger": MARK}, r"listen\.trigger must be self or airbyte"),
        ({"secret": MARK, "tokens": MARK}, "listen has a setting tokens, which is none of secret, bearer_token, port"),
        ({"secret": MARK, "airbyte": JOB}, r"listen\.airbyte is there, but listen\.trigger does not say airbyte"),
        ({"secret": MARK, "trigger": "airbyte"}, r"listen\.airbyte must have settings below it: api_url, client_id"),
        *(
            (
                {"secret": MARK, "trigger": "airbyte", "airbyte": {**JOB, name: None}},
                rf"listen\.airbyte\.{name} is miss",
            )
            for name in JOB
        ),
        *(
            (
                {"secret": MARK, "trigger": "airbyte", "airbyte": {**JOB, "api_url": url}},
                r"listen\.airbyte\.api_url must be an address that begins with https://",
            )
            for url in (MARK, "http://airbyte.example.com", f"https://{MARK}@example.com", f"https://a.b/?{MARK}")
        ),
        (
            {"secret": MARK, "trigger": "airbyte", "airbyte": {**JOB, "connection_id": MARK}},
            r"listen\.airbyte\.connection_id must be the id of a connection in Airbyte",
        ),
        (
            {"secret": MARK, "trigger": "airbyte", "airbyte": {**JOB, "workspace": MARK}},
            r"listen\.airbyte has a setting workspace, which is none of api_url",
        ),
    ],
)
def test_every_mistake_is_told_by_its_key_and_no_value_is(listen: Any, wrong: str, tmp_path: Path) -> None:
    file = read(tmp_path, listen=listen, **CONNECTORS)
    with pytest.raises(ConnectionFileError, match=wrong) as raised:
        _ = file.listen
    assert str(raised.value).startswith(f"{tmp_path / NAME}: listen")
    assert str(raised.value).endswith("Correct it: huma-xledger/docs/listen.md shows what belongs in it.")
    assert MARK not in str(raised.value)
    assert raised.value.__suppress_context__


def test_a_tunnel_to_this_machine_needs_no_tls(tmp_path: Path) -> None:
    job = {**JOB, "api_url": "http://localhost:8000/api/public/v1"}
    file = read(tmp_path, listen={"secret": MARK, "trigger": "airbyte", "airbyte": job})
    assert file.listen is not None
    assert file.listen.airbyte is not None
    assert file.listen.airbyte.login.api_url == "http://localhost:8000/api/public/v1"


@pytest.mark.parametrize(
    ("schedule", "wrong"), [(6, "must be text, as 6h"), (["6h"], "must be text"), ("x", "as 15m, 6h")]
)
def test_a_schedule_that_is_none_is_told(schedule: Any, wrong: str, tmp_path: Path) -> None:
    file = read(tmp_path, schedule=schedule, **CONNECTORS)
    with pytest.raises(ConnectionFileError, match=rf"connection\.yaml, schedule: .*{wrong}"):
        Beforehand.of(file)


def test_whatever_stands_there_syncs_and_reviews_do_not_mind(tmp_path: Path) -> None:
    file = read(tmp_path, listen=[MARK], schedule=6, **CONNECTORS)
    assert file.connectors == tuple(CONNECTORS)
    assert file.config("source-huma") == {"client_id": "one"}


def test_without_webhooks_or_connectors_there_is_nothing(tmp_path: Path) -> None:
    for keys in ({"schedule": "6h"}, {"listen": {"secret": MARK}}, {"listen": {"secret": MARK, "trigger": "self"}}):
        with pytest.raises(ConnectionFileError, match="does not hold settings below the name of each connector"):
            read(tmp_path, **keys)


# ------------------------------------------------------------------ what is said beforehand


LOOKS = {**CONNECTORS, "destination-xledger": {"mode": "preview"}}
LISTENS = {"listen": {"secret": MARK}}


@pytest.mark.parametrize(
    ("keys", "warned"),
    [
        ({**CONNECTORS}, []),
        ({**CONNECTORS, "schedule": "6h"}, ["counts only while webhooks are taken"]),
        ({**CONNECTORS, **LISTENS, "schedule": "6h"}, []),
        ({**CONNECTORS, **LISTENS}, ["has no schedule, so that a webhook which does not arrive is not made good"]),
        ({**CONNECTORS, "listen": {"secret": "short"}, "schedule": "6h"}, ["is so short that whoever has seen"]),
        ({**LOOKS, **LISTENS, "schedule": "6h"}, ["does not say mode: sync below destination-xledger"]),
        ({"listen": {**LISTENS["listen"], "trigger": "airbyte", "airbyte": JOB}, "schedule": "6h"}, []),
    ],
)
def test_check_says_what_is_to_be_known_before_webhooks_are_taken(
    keys: dict[str, Any], warned: list[str], tmp_path: Path
) -> None:
    file = read(tmp_path, **keys)
    warnings = list(Beforehand.of(file).warnings(file))
    assert len(warnings) == len(warned)
    for warning, part in zip(warnings, warned, strict=True):
        assert part in warning
        assert str(tmp_path / NAME) in warning


def test_webhooks_are_not_taken_where_nobody_would_be_written_or_nothing_says_how(tmp_path: Path) -> None:
    for keys, why in (
        ({**LOOKS, **LISTENS}, "does not say mode: sync below destination-xledger"),
        ({**CONNECTORS}, "listen: it is missing"),
    ):
        file = read(tmp_path, **keys)
        with pytest.raises(ConnectionFileError, match=why):
            Beforehand.of(file).settings_to_listen(file)
