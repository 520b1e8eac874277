"""The files that Airbyte's tooling expects beside the connector: valid, and in agreement with it."""

import copy
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from huma_api.asking.answers import DEAD_KEY
from huma_api.asking.authenticator import KEY_REFUSED
from source_huma import SourceHuma

FOLDER = Path(__file__).parents[1]


def metadata() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDER / "metadata.yaml").read_text(encoding="utf-8"))
    return content


def texts(value: Any, key: str) -> Iterator[str]:
    """The texts under a key, anywhere in a manifest."""
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if name == key:
            yield inner
        elif isinstance(inner, dict | list):
            yield from texts(inner, key)


def test_the_reference_names_every_setting_by_its_title_and_its_key() -> None:
    page = (FOLDER / "docs/huma-reference.md").read_text(encoding="utf-8")
    settings = SourceHuma().spec(None).connectionSpecification["properties"]  # type: ignore[arg-type]
    assert [key for key, setting in settings.items() if f"| {setting['title']} (`{key}`) |" not in page] == []


def test_the_reference_has_a_section_for_every_stream() -> None:
    page = (FOLDER / "docs/huma-reference.md").read_text(encoding="utf-8")
    config = {"client_id": "a", "client_secret": "b"}
    streams = SourceHuma(config).discover(None, config).streams  # type: ignore[arg-type]
    assert [stream.name for stream in streams if f"\n### {stream.name}\n" not in page] == []


def test_the_reference_explains_every_message_of_the_manifest_and_of_the_key(explained: Callable[[str], bool]) -> None:
    manifest = (FOLDER / "source_huma/manifest.yaml").read_text(encoding="utf-8")
    told = [text for key in ("error_message", "skips", "hides") for text in texts(yaml.safe_load(manifest), key)]
    told += [KEY_REFUSED, DEAD_KEY]
    assert len(told) > 8
    assert [text for text in told if not explained(text)] == []


def test_the_documentation_url_is_the_one_the_spec_shows() -> None:
    spec = SourceHuma().spec(None)  # type: ignore[arg-type]
    assert metadata()["data"]["documentationUrl"] == spec.documentationUrl


def test_the_suggested_streams_exist() -> None:
    config = {"client_id": "a", "client_secret": "b"}
    catalog = SourceHuma(config).discover(None, config)  # type: ignore[arg-type]
    assert set(metadata()["data"]["suggestedStreams"]["streams"]) <= {stream.name for stream in catalog.streams}


def test_the_platform_lets_the_connector_talk_to_the_host_it_talks_to_with_or_without_a_setting() -> None:
    api_url = SourceHuma().spec(None).connectionSpecification["properties"]["api_url"]  # type: ignore[arg-type]
    named = [urlsplit(url).hostname for url in api_url["examples"]]
    assert urlsplit(api_url["default"]).hostname in named
    assert metadata()["data"]["allowedHosts"]["hosts"] == [*named, "${api_url}"]


def test_the_acceptance_tests_run_everything_with_files_that_are_there_and_skip_nothing() -> None:
    sections = yaml.safe_load((FOLDER / "acceptance-test-config.yml").read_text(encoding="utf-8"))["acceptance_tests"]
    assert sections.keys() == {"spec", "connection", "discovery", "basic_read", "full_refresh", "incremental"}
    assert all(section.keys() == {"tests"} and section["tests"] for section in sections.values())
    assert {test["status"] for test in sections["connection"]["tests"]} == {"succeed", "failed"}
    paths = [test[key] for section in sections.values() for test in section["tests"] for key in test if "path" in key]
    assert [path for path in paths if not path.startswith("secrets/") and not (FOLDER / path).is_file()] == []


def test_a_platform_waits_long_enough_for_a_sync_in_which_nobody_changed() -> None:
    """The most people for whom a state is promised, read with one request at a time of 50 ms each."""
    assert metadata()["data"]["maxSecondsBetweenMessages"] >= 50_000 * 0.05


def test_what_a_source_is_built_from_is_the_same_after_a_check_and_a_read(
    huma: Any, config: dict[str, Any], read: Callable[..., Any]
) -> None:
    huma.add("u1")
    before = copy.deepcopy(SourceHuma(config).resolved_manifest)
    SourceHuma().spec(logging.getLogger("airbyte"))
    SourceHuma(config).check(logging.getLogger("airbyte"), config)
    SourceHuma(config).discover(logging.getLogger("airbyte"), config)
    read()
    assert SourceHuma(config).resolved_manifest == before
