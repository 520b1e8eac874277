"""The documentation site has every page of the repository, under whoever reads it; `make docs` builds and tries it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from distribution.page_text import for_the_site
from distribution.pages import ELSEWHERE, leads_to, pages, pictures
from distribution.repository import ROOT, metadata

SITE: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
SOURCE = "https://example.com/source"


def entered(entry: Any) -> Iterator[tuple[str, str]]:
    """The pages below an entry of the navigation, each with the name it has there."""
    for below in entry if isinstance(entry, list) else [entry]:
        for name, page in below.items():
            if isinstance(page, str):
                yield name, page
            else:
                yield from entered(page)


def test_every_page_is_in_the_navigation_once() -> None:
    assert sorted(page for _, page in entered(SITE["nav"])) == pages()


def test_no_two_pages_have_the_same_name_by_which_a_search_finds_them() -> None:
    names = [name for name, _ in entered(SITE["nav"])]
    assert len(names) == len(set(names))


def test_the_start_leads_to_every_page_that_is_not_for_developers() -> None:
    start, *parts, development = SITE["nav"]
    assert development.keys() == {"Develop"}
    ((_, first),) = entered(start)
    text = (ROOT / first).read_text("utf-8")
    led_to = {(ROOT / first).parent.joinpath(link).resolve() for link in re.findall(r"\]\(([^)#:]+)", text)}
    assert [page for _, page in entered(parts) if (ROOT / page).resolve() not in led_to] == []


def test_the_site_says_of_itself_what_the_metadata_says() -> None:
    told = metadata()
    assert (SITE["site_name"], SITE["site_url"]) == (told["name"], f"{told['home']}/")
    assert SITE["site_description"] == told["description"]
    assert SITE["copyright"].startswith(f"{told['license']} ")


def test_the_site_takes_nothing_from_anywhere_and_ends_at_what_leads_nowhere() -> None:
    assert SITE["theme"]["font"] is False
    assert not {"analytics", "consent"} & SITE["extra"].keys()
    assert SITE["strict"]
    told = {**SITE["validation"], **SITE["validation"]["nav"]}
    assert {what for what, how in told.items() if how == "warn"} == told.keys() - {"nav"}
    folder = ROOT / SITE["docs_dir"]
    own = [SITE["theme"]["logo"], SITE["theme"]["favicon"], *SITE["extra_css"], *SITE["extra_javascript"]]
    assert {folder / name for name in own} == {*folder.iterdir()}


def test_the_site_is_built_so_that_what_leads_nowhere_is_counted() -> None:
    (built,) = [line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "mkdocs build" in line]
    assert built.endswith("mkdocs build --strict")


def test_pages_that_the_site_has_elsewhere_are_pages() -> None:
    assert set(ELSEWHERE) <= set(pages())
    assert len(pictures()) > 10


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://example.org/x", "https://example.org/x"),
        ("#undo", "#undo"),
        ("xledger-review.md#undo", "xledger-review.md#undo"),
        ("../../README.md", "../../README.md"),
        ("review.png", "review.png"),
        ("../../source-huma", "../../source-huma/README.md"),
        ("../../source-huma/#working-on-it", "../../source-huma/README.md#working-on-it"),
        ("../metadata.yaml", f"{SOURCE}/destination-xledger/metadata.yaml"),
        ("../../LICENSE#L1", f"{SOURCE}/LICENSE#L1"),
        ("../../benchmarks", f"{SOURCE}/benchmarks"),
        ("nowhere.yaml", "nowhere.yaml"),
        ("../../../elsewhere", "../../../elsewhere"),
    ],
)
def test_a_link_leads_on_the_site_where_it_leads_in_the_repository(link: str, expected: str) -> None:
    assert leads_to("destination-xledger/docs/xledger.md", link, SOURCE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. one\n\n   more\n2. two\n", "1. one\n\n    more\n\n2. two\n"),
        ("- one\n  more\n- two\n", "- one\n    more\n- two\n"),
        ("1. one\n   - two\n     more\n", "1. one\n    - two\n        more\n"),
        ("1. one\n\n       code\n", "1. one\n\n        code\n"),
        ("- one\n\n  ```json\n  {\n    1}\n  ```\n", "- one\n\n    ```json\n    {\n      1}\n    ```\n"),
        ("words\n- one\n", "words\n\n- one\n"),
        ("words\n| a | b |\n| - | - |\n", "words\n\n| a | b |\n| - | - |\n"),
        ("words\n\n    - code\n", "words\n\n    - code\n"),
    ],
)
def test_what_belongs_to_an_item_of_a_list_stays_with_it(text: str, expected: str) -> None:
    assert for_the_site(text) == expected
