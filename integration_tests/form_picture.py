"""A form as a host draws it from a connector's spec, as an SVG: no script, no font from anywhere, light and dark."""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

Schema = Mapping[str, Any]

WIDTH: Final = 760
_MARGIN: Final = 28
_INNER: Final = WIDTH - 2 * _MARGIN
_COLUMNS: Final = 108
"""Characters of a description to a line; they are 12 pixels high, and about half as wide."""

_STYLE: Final = """
    text { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; }
    .page { fill: #ffffff; stroke: #d0d7de; } .title { fill: #1f2328; font-size: 18px; font-weight: 600; }
    .label { fill: #1f2328; font-size: 14px; font-weight: 600; } .about { fill: #59636e; font-size: 12px; }
    .value { fill: #1f2328; font-size: 13px; } .box { fill: #f6f8fa; stroke: #d0d7de; }
    .off { fill: #d0d7de; } .on { fill: #1a7f5a; } .knob { fill: #ffffff; }
    .more { fill: #0a5cc2; font-size: 14px; font-weight: 600; } .line { stroke: #59636e; fill: none; stroke-width: 1.6; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; stroke: #3d444d; } .title, .label, .value { fill: #f0f6fc; } .about { fill: #9198a1; }
      .box { fill: #151b23; stroke: #3d444d; } .off { fill: #3d444d; } .on { fill: #2ea27a; } .more { fill: #6cb0ff; }
      .line { stroke: #9198a1; }
    }
"""


def picture_of_form(title: str, specification: Schema) -> str:
    """What a host shows first: the settings that are required or always shown, and the way to the others."""
    picture = _Picture(title)
    for key, setting in _settings(specification):
        if _shown_at_once(key, specification):
            picture.setting(setting, required=key in specification["required"])
    picture.way_to_more("Optional fields", opened=False)
    return picture.finished()


def picture_of_optional_fields(title: str, specification: Schema) -> str:
    """What a host shows once the optional fields are opened, with what is in force where nothing is changed."""
    picture = _Picture(title)
    picture.way_to_more("Optional fields", opened=True)
    for key, setting in _settings(specification):
        if not _shown_at_once(key, specification):
            picture.setting(setting, required=True)
    return picture.finished()


def _settings(specification: Schema) -> list[tuple[str, Schema]]:
    return sorted(specification["properties"].items(), key=lambda item: item[1]["order"])


def _shown_at_once(key: str, specification: Schema) -> bool:
    return key in specification["required"] or bool(specification["properties"][key].get("always_show"))


@dataclass(frozen=True, slots=True)
class _Entry:
    """What stands in one box: a text, and whether it is chosen from a list."""

    text: str
    chosen: bool = False


class _Picture:
    """Grows downwards, a setting at a time."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._parts: list[str] = []
        self._y = 64

    def setting(self, setting: Schema, *, required: bool) -> None:
        """Draws one setting: its title, what it does, and the box or the switch."""
        del required
        if setting["type"] == "boolean":
            self._switch(on=bool(setting.get("default")))
            self._text(_MARGIN + 46, self._y, "label", setting["title"])
            self._y += 8
        else:
            self._text(_MARGIN, self._y, "label", setting["title"])
            self._y += 6
        self._about(setting.get("description", ""))
        for entry in _entries(setting):
            self._box(entry)
        if setting["type"] == "array":
            self._text(_MARGIN, self._y + 12, "more", "+ Add")
            self._y += 22
        self._y += 26

    def way_to_more(self, words: str, *, opened: bool) -> None:
        """Draws the line that opens and closes the settings nobody has to look at."""
        self._text(_MARGIN + 20, self._y, "more", words)
        y = self._y - 5
        turned = f"M{_MARGIN} {y - 3}l5 5l5 -5" if opened else f"M{_MARGIN + 2} {y - 5}l5 5l-5 5"
        self._parts.append(f'<path class="line" d="{turned}"/>')
        self._y += 32

    def finished(self) -> str:
        """The whole picture."""
        height = self._y
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
                f'height="{height}" role="img" aria-label="{escape(self._title)}">',
                f"  <title>{escape(self._title)}</title>",
                f"  <style>{_STYLE}  </style>",
                f'  <rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="10"/>',
                f'  <text class="title" x="{_MARGIN}" y="34">{escape(self._title)}</text>',
                *(f"  {part}" for part in self._parts),
                "</svg>",
                "",
            )
        )

    def _text(self, x: int, y: int, kind: str, words: str) -> None:
        self._parts.append(f'<text class="{kind}" x="{x}" y="{y}">{escape(words, quote=False)}</text>')

    def _about(self, description: str) -> None:
        for line in textwrap.wrap(description, _COLUMNS):
            self._y += 15
            self._text(_MARGIN, self._y, "about", line)
        self._y += 8

    def _box(self, entry: _Entry) -> None:
        self._parts.append(
            f'<rect class="box" x="{_MARGIN}" y="{self._y}" width="{_INNER}" height="32" rx="6"/>'
        )
        if entry.text:
            self._text(_MARGIN + 12, self._y + 21, "value", entry.text)
        if entry.chosen:
            self._parts.append(f'<path class="line" d="M{WIDTH - _MARGIN - 24} {self._y + 14}l5 5l5 -5"/>')
        self._y += 38

    def _switch(self, *, on: bool) -> None:
        y = self._y - 14
        knob = _MARGIN + (27 if on else 9)
        self._parts.append(f'<rect class="{"on" if on else "off"}" x="{_MARGIN}" y="{y}" width="36" height="18" rx="9"/>')
        self._parts.append(f'<circle class="knob" cx="{knob}" cy="{y + 9}" r="7"/>')


def _entries(setting: Schema) -> Iterator[_Entry]:
    """What stands in the boxes of a setting that nobody has touched."""
    default = setting.get("default")
    if setting["type"] == "array":
        yield from (_Entry(_in_one_line(entry)) for entry in default or ())
    elif "oneOf" in setting:
        yield _Entry(_first_title(setting), chosen=True)
    elif setting["type"] != "boolean":
        yield _Entry("" if default is None else str(default), chosen="enum" in setting)


def _first_title(setting: Schema) -> str:
    """The choice that a host makes by itself: the one of the default, or the first."""
    default = setting.get("default")
    choices = setting["oneOf"]
    fitting = [choice for choice in choices if default and _constants(choice).items() <= dict(default).items()]
    return str((fitting or choices)[0]["title"])


def _constants(choice: Schema) -> dict[str, Any]:
    return {key: part["const"] for key, part in choice["properties"].items() if "const" in part}


def _in_one_line(entry: Any) -> str:
    return "  →  ".join(map(str, entry.values())) if isinstance(entry, Mapping) else str(entry)
