"""A page is one file, out of which no text in it gets, and which asks nobody for anything."""

import json
import re
import tracemalloc
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connector_base.pages
from connector_base.pages.page import LIBRARIES, OF_KIND, TABLE, TEXTS, TOP, page
from connector_base.protocol.any_text import dumps
from integration_tests.review_samples import AWKWARD, a_frame, some_only, some_people
from shared_mappings import field_table

PAGES = files(connector_base.pages)

ROOT = Path(__file__).parents[1]
PAGE = ("connector_base/connector_base/pages", "connector_base/connector_base/pages/js")
SHELL = ("huma-xledger/huma_xledger/serving/shell",)
SUFFIXES = (".css", ".html", ".js")

SCRIPTS = (*TOP, *TABLE, *(name for names in OF_KIND.values() for name in names), "main")


class Elements(HTMLParser):
    """What is in a page: the text of each script by its id, and the attributes of whatever has some."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._inside = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)

    def data(self, name: str) -> object:
        """What stands in the page as JSON."""
        (text,) = (text for attributes, text in self.scripts if attributes.get("id") == name)
        return json.loads(text)

    @property
    def policy(self) -> str:
        """What the page says that it may do."""
        (content,) = (
            attributes["content"] for tag, attributes in self.tags if tag == "meta" and "http-equiv" in attributes
        )
        assert content
        return content


def made(people: int = 60, only: int = 5, **changed: Any) -> Elements:
    frame = a_frame(people=people, **changed)
    made = page(frame, map(dumps, some_people(people)), map(dumps, some_only(only)))
    return Elements(b"".join(made).decode())


def test_what_is_in_a_page_is_what_it_was_made_from() -> None:
    elements = made()
    assert elements.data("people") == json.loads(json.dumps(some_people(60)).replace('\\ud83d"', '\ufffd"'))
    assert elements.data("only") == some_only(5)
    assert elements.data("frame") == json.loads(json.dumps(a_frame(people=60)))


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from([*AWKWARD[:-1], "</SCRIPT >", "]]>"]))
)
def test_no_text_gets_out_of_its_place(texts: list[str]) -> None:
    frame = a_frame(place="".join(texts))
    elements = Elements(b"".join(page(frame, [dumps({"name": text}) for text in texts], [])).decode())
    assert elements.data("people") == [{"name": text} for text in texts]
    assert elements.data("frame")["place"] == "".join(texts)  # type: ignore[index]  # the frame is an object
    assert [attributes for attributes, _ in elements.scripts if "id" in attributes] == [
        {"type": "application/json", "id": name} for name in ("texts", "frame", "people", "only")
    ]
    assert len(elements.scripts) == 5 + (len(LIBRARIES) if texts else 0)


def test_a_text_that_looks_like_a_place_of_the_page_stays_a_text() -> None:
    elements = Elements(b"".join(page(a_frame(place="{{people}}"), [dumps({"name": "{{frame}}"})], [])).decode())
    assert elements.data("people") == [{"name": "{{frame}}"}]


def test_the_policy_allows_the_scripts_of_the_page_alone_and_no_request() -> None:
    elements = made()
    run = [text for attributes, text in elements.scripts if "type" not in attributes]
    hashes = " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in run)
    rules = dict(rule.strip().partition(" ")[::2] for rule in elements.policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == hashes
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules.keys() == {"default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"}
    assert rules["img-src"] == "data:"


def test_the_policy_stands_before_everything_that_it_is_about() -> None:
    tags = [tag for tag, _ in made().tags]
    assert tags.index("meta") < tags.index("style") < tags.index("script")


def test_nothing_in_a_page_is_loaded_from_anywhere() -> None:
    for tag, attributes in made().tags:
        assert tag not in {"img", "iframe", "object", "embed", "base", "form"}
        assert "src" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        if tag == "link":
            assert attributes["href"] == "data:,"


def test_a_page_with_nobody_in_it_is_small_since_it_has_no_table() -> None:
    empty = b"".join(page(a_frame(people=0), [], []))
    assert b"AG Grid Community" not in empty
    assert len(empty) < 200_000
    assert len(b"".join(page(a_frame(kind="result", people=0), [], []))) < 130_000
    assert b"AG Grid Community" in b"".join(page(a_frame(people=0), [], [dumps(some_only(1)[0])]))


@pytest.mark.parametrize(
    ("file", "named"), [("LICENSE.txt", "MIT License"), ("diff-license.txt", "BSD 3-Clause License")]
)
def test_the_licence_of_a_library_is_in_every_page_that_has_it(file: str, named: str) -> None:
    licence = PAGES.joinpath(f"vendor/{file}").read_text()
    assert named in licence
    assert licence.strip() in b"".join(page(a_frame(), [b"{}"], [])).decode()


def test_a_page_takes_no_more_memory_for_more_people() -> None:
    def people(count: int) -> Iterator[bytes]:
        line = dumps({"name": "x" * 1_000})
        for _ in range(count):
            yield line

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            for _ in page(a_frame(), people(count), people(count)):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)
    assert peak(5_000) < peak(10) + 100_000


def test_no_script_of_the_page_ends_its_element_or_has_another_line_end() -> None:
    """Then its hash would be another one than what a browser makes of it."""
    scripts = {name: PAGES.joinpath(f"js/{name}.js").read_bytes() for name in SCRIPTS}
    scripts |= {name: PAGES.joinpath(f"vendor/{name}.min.js").read_bytes() for name in LIBRARIES}
    for name, script in scripts.items():
        assert not re.search(rb"</script|<!--|\r", script, re.IGNORECASE), name


HTML_OF_TEXT = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc")
REQUESTS = re.compile(r"\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|\bimport\(")


def test_every_script_is_in_the_page_and_none_makes_html_of_text() -> None:
    names = {path.name.removesuffix(".js") for path in PAGES.joinpath("js").iterdir()}
    assert names == set(SCRIPTS)
    for name in SCRIPTS:
        text = PAGES.joinpath(f"js/{name}.js").read_text()
        assert not HTML_OF_TEXT.search(text), name
        assert not REQUESTS.search(text), name


def looks(*folders: str) -> tuple[str, str]:
    """The styles of a page or of the shell, and what names something in them: scripts and HTML."""
    paths = [path for folder in folders for path in (ROOT / folder).iterdir()]
    texts = {suffix: "".join(path.read_text() for path in paths if path.suffix == suffix) for suffix in SUFFIXES}
    return re.sub(r"/\*.*?\*/", "", texts[".css"], flags=re.DOTALL), texts[".html"] + texts[".js"]


@pytest.mark.parametrize("folders", [PAGE, SHELL], ids=["page", "shell"])
def test_every_colour_that_a_style_asks_for_is_in_the_palette(folders: tuple[str, ...]) -> None:
    styles, scripts = looks(*folders)
    palette = (ROOT / PAGE[0] / "palette.css").read_text()
    asked = set(re.findall(r"var\((--[a-z-]+)\)", styles + scripts))
    assert len(asked) > 10
    assert sorted(asked - {*re.findall(r"^\s+(--[a-z-]+):", palette, re.MULTILINE)}) == []


@pytest.mark.parametrize("folders", [PAGE, SHELL], ids=["page", "shell"])
def test_every_class_that_a_style_is_for_is_somewhere(folders: tuple[str, ...]) -> None:
    styles, scripts = looks(*folders)
    for_classes = {
        name
        for selector in re.findall(r"([^{}]+)\{", styles)
        for name in re.findall(r"\.([a-z][\w-]*)", selector)
        if not name.startswith("ag-")
    }
    given = " ".join(re.findall(r"\bclass(?:Name|List)?\b(.*)", scripts))
    quoted = " ".join(re.findall(r"\"[^\"]*\"|`[^`]*`", given))
    there, made_from = {*re.findall(r"[\w-]+", quoted)}, tuple(re.findall(r"([a-z]+-)\$\{", quoted))
    assert len(for_classes) > 15
    assert sorted(name for name in for_classes - there if not name.startswith(made_from)) == []


def texts() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for name in dict.fromkeys(name for names in TEXTS.values() for name in names):
        content: dict[str, dict[str, object]] = json.loads(PAGES.joinpath(f"{name}.json").read_text())
        assert found.keys() & content.keys() == set()
        found |= content
    return found


def placeholders(text: object) -> set[str]:
    forms = text.values() if isinstance(text, dict) else [text]
    return {name for form in forms for name in re.findall(r"\{(\w+)\}", str(form))}


def test_every_text_is_in_both_languages_with_the_same_things_put_in() -> None:
    for key, entry in texts().items():
        assert entry.keys() == {"en", "nb"}, key
        assert placeholders(entry["en"]) == placeholders(entry["nb"]), key
        for text in entry.values():
            assert text if isinstance(text, str) else text.keys() == {"one", "other"}, key  # type: ignore[attr-defined]


def said() -> set[str]:
    """Every key that a script or the page asks for whole."""
    scripts = "".join(PAGES.joinpath(f"js/{name}.js").read_text() for name in SCRIPTS)
    html = PAGES.joinpath("page.html").read_text()
    return {*re.findall(r'"([a-z_]+(?:\.[a-z_]+)*)"', scripts), *re.findall(r'data-(?:say|label)="([^"]+)"', html)}


def beginnings() -> set[str]:
    """What a key begins with that a script makes from something."""
    scripts = "".join(PAGES.joinpath(f"js/{name}.js").read_text() for name in SCRIPTS)
    return set(re.findall(r"`([a-z_]+\.(?:[a-z_]+\.)*)\$\{", scripts))


def test_every_text_is_said_somewhere() -> None:
    made_from = tuple(beginnings())
    assert sorted(key for key in texts() if key not in said() and not key.startswith(made_from)) == []


def test_everything_that_a_script_says_is_a_text() -> None:
    scripts = "".join(PAGES.joinpath(f"js/{name}.js").read_text() for name in SCRIPTS)
    asked = {*re.findall(r'Words\.say\(\s*"([^"]+)"', scripts)}
    asked |= {*re.findall(r'data-(?:say|label)="([^"]+)"', PAGES.joinpath("page.html").read_text())}
    assert len(asked) > 100
    assert sorted(asked - texts().keys()) == []


def test_every_rule_of_a_field_is_told_in_words() -> None:
    rules = {f"rule.xledger.{rule.rule.value}" for rule in field_table().rules}
    rules |= {f"rule.huma.{rule.huma.rule.value if rule.huma else 'none'}" for rule in field_table().rules}
    assert rules <= texts().keys()
