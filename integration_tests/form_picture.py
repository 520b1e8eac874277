"""A connector's form as an SVG: without a script, without a font from anywhere, for light and dark pages."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from integration_tests.host_form import Field, Form, Kind

WIDTH: Final = 760
_MARGIN: Final = 28
_INNER: Final = WIDTH - 2 * _MARGIN

_COLUMNS: Final = 108
"""Characters of a description to a line: they are 12 pixels high, and about half as wide."""

_STYLE: Final = """
    text { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; }
    .page { fill: #ffffff; stroke: #d0d7de; } .title { fill: #1f2328; font-size: 18px; font-weight: 600; }
    .label { fill: #1f2328; font-size: 14px; font-weight: 600; } .about { fill: #59636e; font-size: 12px; }
    .value { fill: #1f2328; font-size: 13px; } .box { fill: #f6f8fa; stroke: #d0d7de; }
    .off { fill: #c3cad1; } .on { fill: #1a7f5a; } .knob { fill: #ffffff; }
    .more { fill: #0a5cc2; font-size: 14px; font-weight: 600; }
    .line { stroke: #59636e; fill: none; stroke-width: 1.6; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; stroke: #3d444d; } .title, .label, .value { fill: #f0f6fc; } .about { fill: #9198a1; }
      .box { fill: #151b23; stroke: #3d444d; } .off { fill: #3d444d; } .on { fill: #2ea27a; } .more { fill: #6cb0ff; }
      .line { stroke: #9198a1; }
    }
"""


def picture_of_form(title: str, form: Form) -> str:
    """What a host shows before anything is unfolded, and the line that unfolds the rest."""
    picture = _Picture(title)
    picture.settings(form.at_once)
    picture.way_to_more(opened=False)
    return picture.finished()


def picture_of_optional_fields(title: str, form: Form) -> str:
    """What a host shows once the rest is unfolded, and what is in force as long as nobody changes it."""
    picture = _Picture(title)
    picture.way_to_more(opened=True)
    picture.settings(setting for setting in form.fields if setting.optional)
    return picture.finished()


@dataclass(frozen=True, slots=True)
class _Box:
    """A box of a setting: the text in it, and whether it unfolds into a list."""

    text: str
    unfolds: bool = False


class _Picture:
    """Grows downwards, a setting at a time."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._parts: list[str] = []
        self._y = 66

    def settings(self, settings: Iterable[Field]) -> None:
        """Draws settings, each with its title, what it does, and its boxes or its switch."""
        for setting in settings:
            if setting.kind is Kind.SWITCH:
                self._switch(on=bool(setting.default))
            self._text(_MARGIN + (46 if setting.kind is Kind.SWITCH else 0), self._y, "label", setting.title)
            self._y += 8
            for line in textwrap.wrap(setting.description, _COLUMNS):
                self._y += 15
                self._text(_MARGIN, self._y - 2, "about", line)
            self._y += 8
            for box in _boxes(setting):
                self._box(box)
            if setting.kind is Kind.GROUPS:
                self._text(_MARGIN, self._y + 12, "more", "+ Add")
                self._y += 22
            self._y += 30

    def way_to_more(self, *, opened: bool) -> None:
        """Draws the line that unfolds the settings nobody has to look at."""
        y = self._y - 5
        arrow = f"M{_MARGIN} {y - 3}l5 5l5 -5" if opened else f"M{_MARGIN + 2} {y - 5}l5 5l-5 5"
        self._parts.append(f'<path class="line" d="{arrow}"/>')
        self._text(_MARGIN + 20, self._y, "more", "Optional fields")
        self._y += 36

    def finished(self) -> str:
        """The whole picture."""
        height = self._y - 8
        title = escape(self._title)
        size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}">',
                f"  <title>{title}</title>",
                f"  <style>{_STYLE}  </style>",
                f'  <rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="10"/>',
                f'  <text class="title" x="{_MARGIN}" y="36">{title}</text>',
                *(f"  {part}" for part in self._parts),
                "</svg>",
                "",
            )
        )

    def _text(self, x: int, y: int, kind: str, words: str) -> None:
        self._parts.append(f'<text class="{kind}" x="{x}" y="{y}">{escape(words, quote=False)}</text>')

    def _box(self, box: _Box) -> None:
        self._parts.append(f'<rect class="box" x="{_MARGIN}" y="{self._y}" width="{_INNER}" height="32" rx="6"/>')
        if box.text:
            self._text(_MARGIN + 12, self._y + 21, "value", box.text)
        if box.unfolds:
            self._parts.append(f'<path class="line" d="M{WIDTH - _MARGIN - 24} {self._y + 14}l5 5l5 -5"/>')
        self._y += 38

    def _switch(self, *, on: bool) -> None:
        y = self._y - 14
        colour, knob = ("on", 27) if on else ("off", 9)
        self._parts.append(f'<rect class="{colour}" x="{_MARGIN}" y="{y}" width="36" height="18" rx="9"/>')
        self._parts.append(f'<circle class="knob" cx="{_MARGIN + knob}" cy="{y + 9}" r="7"/>')


def _boxes(setting: Field) -> Iterator[_Box]:
    """The boxes of a setting that nobody has touched."""
    match setting.kind:
        case Kind.SWITCH:
            return
        case Kind.GROUPS:
            yield from (_Box("  →  ".join(map(str, _values(entry)))) for entry in setting.default or ())
        case Kind.TAGS | Kind.CHOICES:
            yield _Box(", ".join(map(str, setting.default or ())), unfolds=setting.kind is Kind.CHOICES)
        case Kind.ONE_OF:
            yield _Box(setting.choices[0].title, unfolds=True)
        case _:
            yield _Box("" if setting.default is None else str(setting.default), unfolds=setting.kind is Kind.CHOICE)


def _values(entry: Any) -> Iterable[Any]:
    return entry.values() if isinstance(entry, Mapping) else (entry,)
