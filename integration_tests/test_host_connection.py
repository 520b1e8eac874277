"""What a connection is made of: a folder with the configs of its connectors, and secrets that are elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from huma_xledger import __main__ as command
from huma_xledger.connection_file import (
    CONNECTORS,
    DESTINATIONS,
    NAME,
    ConnectionFile,
    ConnectionFileError,
    DecisionsFile,
)
from integration_tests.decided import add, decisions

MARK = "Kari-Nordmann"


def written(folder: Path, content: str | bytes) -> Path:
    (folder / NAME).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def test_each_connector_gets_the_settings_below_its_name(tmp_path: Path) -> None:
    file = ConnectionFile.read(
        written(
            tmp_path,
            """
            destination-xledger:
              api_token: QUJD
              authority_confirmed: true
              object_storage_config: {storage_type: Local, path: /reports}
            source-huma: {client_id: one, client_secret: two, company_ids: [three]}
            """,
        )
    )
    assert file.connectors == ("source-huma", "destination-xledger")
    assert file.config("source-huma") == {"client_id": "one", "client_secret": "two", "company_ids": ["three"]}
    assert file.config("destination-xledger") == {
        "api_token": "QUJD",
        "authority_confirmed": True,
        "object_storage_config": {"storage_type": "Local", "path": "/reports"},
    }


def test_a_secret_may_be_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_TOKEN", "QUJD")
    monkeypatch.setenv("THE_FOLDER", "/srv")
    content = "destination-xledger: {api_token: '${THE_TOKEN}', storage: {paths: ['${THE_FOLDER}/a', $b, '${'], n: 1}}"
    assert ConnectionFile.read(written(tmp_path, content)).config("destination-xledger") == {
        "api_token": "QUJD",
        "storage": {"paths": ["/srv/a", "$b", "${"], "n": 1},
    }


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_is_named_where_it_is_needed_and_only_there(
    value: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THE_TOKEN", value) if value is not None else monkeypatch.delenv("THE_TOKEN", raising=False)
    content = f"{{source-huma: {{client_id: {MARK}}}, source-xledger: {{api_token: '${{THE_TOKEN}}'}}}}"
    file = ConnectionFile.read(written(tmp_path, content))
    assert file.config("source-huma") == {"client_id": MARK}
    with pytest.raises(ConnectionFileError, match="source-xledger from the environment variable THE_TOKEN") as raised:
        file.config("source-xledger")
    assert MARK not in str(raised.value)


def test_what_looks_like_a_date_stays_text_and_null_stands_for_the_default(tmp_path: Path) -> None:
    content = "source-huma: {client_id: 2026-01-15, num_workers: null}"
    assert ConnectionFile.read(written(tmp_path, content)).config("source-huma") == {"client_id": "2026-01-15"}


def test_json_will_do_and_so_will_a_byte_order_mark(tmp_path: Path) -> None:
    content = json.dumps({"source-huma": {"client_id": "å"}})
    assert ConnectionFile.read(written(tmp_path, content.encode("utf-8-sig"))).config("source-huma") == {
        "client_id": "å"
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (f"source-huma: {{client_id: {MARK}", r"not understood as YAML \(line 1 cannot be read\)"),
        (f"source-huma:\n  client_id: {MARK}\n client_secret: x", r"not understood as YAML \(line 3 cannot be read\)"),
        (f"source-huma: {{client_id: {MARK}}}".encode("utf-16-le") + b"\x00", "not understood as YAML"),
        (b"source-huma: \xff\xfe\xff", "not understood as YAML"),
        (f"source-huma: {{client_id: !!binary {MARK}}}", "not understood as YAML"),
        (f"source-huma: &a {{client_id: {MARK}, again: *a}}", "not understood as YAML"),
        (f"source-huma: {{client_id: {MARK}, num_workers: .nan}}", "not understood as YAML"),
        ("[" * 100_000, "not understood as YAML"),
        ("", "does not hold settings below the name of each connector"),
        (f"[{MARK}]", "does not hold settings below the name of each connector"),
        (f"source-huma: {MARK}", "does not hold settings below the name of each connector"),
        (
            f"source-huna: {{client_id: {MARK}}}",
            "settings of source-huna, which is none of source-huma, destination-xl",
        ),
        (
            f"shedule: {MARK}",
            "settings of shedule, which is none of .*, destination-huma, notify, .*, schedule, listen",
        ),
    ],
    ids=range(13),
)
def test_a_file_that_is_none_is_named_in_a_sentence_and_no_value_of_it_is_told(
    content: str | bytes, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ConnectionFileError, match=sentence) as raised:
        ConnectionFile.read(written(tmp_path, content))
    assert str(tmp_path / NAME) in str(raised.value)
    assert str(raised.value).endswith("Correct it: huma-xledger/README.md shows what belongs in it.")
    assert MARK not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_a_folder_without_the_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        ConnectionFileError, match=r"connection\.yaml cannot be read: No such file or directory\. Check"
    ):
        ConnectionFile.read(tmp_path)


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_direction_whose_connectors_have_no_settings_says_which_is_missing(connector: str, tmp_path: Path) -> None:
    others: dict[str, Any] = {name: {} for name in CONNECTORS if name != connector}
    file = ConnectionFile.read(written(tmp_path, json.dumps(others)))
    with pytest.raises(ConnectionFileError, match=f"has no settings of {connector}, which a sync in this direction"):
        file.config(connector)


def test_no_secret_is_in_what_a_connection_looks_like(tmp_path: Path) -> None:
    assert MARK not in repr(ConnectionFile.read(written(tmp_path, f"source-huma: {{client_secret: {MARK}}}")))


def test_a_connection_is_known_by_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "PRIVATE", tmp_path)
    (tmp_path / "again").symlink_to(tmp_path)
    one, again = (command._states(folder / NAME) for folder in (tmp_path, tmp_path / "again"))  # noqa: SLF001
    assert one == again != command._states(tmp_path / "another" / NAME)  # noqa: SLF001
    assert one.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("to_xledger", "to_huma", "apart"),
    [
        ("{}", "{}", False),
        (
            "{object_storage_config: {storage_type: Local, path: /r}}",
            "{object_storage_config: {path: /r, storage_type: Local}}",
            False,
        ),
        (
            "{object_storage_config: {storage_type: Local, path: /r}}",
            "{object_storage_config: {storage_type: Local, path: /other}}",
            True,
        ),
        ("{object_storage_config: {storage_type: Local, path: /r}}", "{authority_confirmed: true}", True),
        ("{object_storage_config: {storage_type: Local, path: /r}}", None, False),
    ],
)
def test_reports_of_the_two_directions_in_different_places_are_noticed_for_decisions_are_beside_them(
    to_xledger: str, to_huma: str | None, apart: bool, tmp_path: Path
) -> None:
    content = f"destination-xledger: {to_xledger}" + (f"\ndestination-huma: {to_huma}" if to_huma else "")
    file = ConnectionFile.read(written(tmp_path, content))
    assert file.keeps_reports_apart() is apart
    file.decisions.write(decisions())
    assert not file.keeps_reports_apart(), "What stands beside connection.yaml counts for both."


# ------------------------------------------------------------------ what was decided


def test_what_was_decided_for_a_connection_is_handed_to_both_destinations_and_to_nobody_else(tmp_path: Path) -> None:
    file = ConnectionFile.read(written(tmp_path, json.dumps({name: {"some": "setting"} for name in CONNECTORS})))
    assert {name: file.config(name) for name in CONNECTORS} == {name: {"some": "setting"} for name in CONNECTORS}
    text = decisions(add(7))
    file.decisions.write(text)
    for name in CONNECTORS:
        decided = {"decisions": text} if name in DESTINATIONS else {}
        assert file.config(name) == {"some": "setting", **decided}


@pytest.mark.parametrize(("entered", "counts"), [(decisions(add(8)), True), ("", False), ("  ", False), (None, False)])
def test_a_destination_with_decisions_of_its_own_goes_by_those(
    entered: str | None, counts: bool, tmp_path: Path
) -> None:
    content = {"destination-xledger": {"decisions": entered}, "destination-huma": {}}
    file = ConnectionFile.read(written(tmp_path, json.dumps(content)))
    file.decisions.write(decisions(add(7)))
    assert file.config("destination-xledger")["decisions"] == (entered if counts else decisions(add(7)))
    assert file.config("destination-huma")["decisions"] == decisions(add(7))
    assert file.decide_by_themselves == (("destination-xledger",) if counts else ())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (f'{{"version": 1, "{MARK}": 1}}'.encode(), "cannot be understood: .+"),
        (decisions(version=2).encode(), "cannot be understood: it is not of version 1"),
        (b"\xff" + MARK.encode(), "cannot be understood: it is no text in UTF-8"),
        (b"", "cannot be understood: it is no JSON"),
        (None, "cannot be read: Is a directory"),
    ],
    ids=range(5),
)
def test_decisions_of_no_use_are_named_in_a_sentence_before_anything_is_written(
    content: bytes | None, why: str, tmp_path: Path
) -> None:
    file = ConnectionFile.read(written(tmp_path, json.dumps({name: {} for name in CONNECTORS})))
    if content is None:
        file.decisions.path.mkdir()
    else:
        file.decisions.path.write_bytes(content)
    for name in DESTINATIONS:
        with pytest.raises(ConnectionFileError, match=rf"decisions\.json {why}.* Nothing is written before") as raised:
            file.config(name)
        assert MARK not in str(raised.value)
    assert file.config("source-huma") == {}


def test_decisions_are_replaced_at_once_or_not_at_all_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    file = DecisionsFile(tmp_path / "decisions.json")
    file.path.write_text("something else")
    file.path.chmod(0o644)
    file.write(decisions(add(7)))
    assert file.read() == decisions(add(7))
    assert file.path.stat().st_mode & 0o077 == 0
    (tmp_path / "decisions.draft").mkdir()
    with pytest.raises(ConnectionFileError, match=r"decisions\.json cannot be written: Is a directory\. Give"):
        file.write(decisions())
    assert file.read() == decisions(add(7))
