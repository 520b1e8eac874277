"""The index of `docs/troubleshooting.md`: every sentence that an administrator may see, by its first words.

`make golden` writes it, from the table of messages (`messages.py`). What stands before it is written by hand.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from distribution.pages import anchor
from integration_tests.messages import A_PART, SAID_BY, Message, complaints_by_example, messages
from shared_mappings import Side, explanations
from shared_mappings.codes import NotWritten

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "troubleshooting.md"
BEGINS: Final = "<!-- The rest of this page is written by make golden -->\n"

SHELL: Final = ROOT / "huma-xledger" / "huma_xledger" / "serving" / "shell" / "texts.json"
"""What the page around a review says, in each language."""

TROUBLE_IN_SHELL: Final = (
    *("about_failed_preview", "about_failed_sync", "told_failed", "title_failed", "progress_failed", "gone", "no_key"),
    *("behind", "old"),
)
"""Which of it is said when something is the matter; the rest are names of buttons and of steps."""

SEEN_BY_NOBODY: Final = frozenset(
    {
        # Raised at whoever works on the code, before anything runs.
        "shared_mappings/shared_mappings/explained.py",
        "shared_mappings/shared_mappings/field_table.py",
        "shared_mappings/shared_mappings/languages.py",
        "xledger_api/xledger_api/language/introspection.py",
        "xledger_api/xledger_api/language/schema.py",
        # What a connector declares of streams, what a metric is, and how a page is kept from asking anybody: not said.
        "shared_mappings/shared_mappings/employee_schema.py",
        "shared_mappings/shared_mappings/user_schema.py",
        "connector_base/connector_base/pages/page.py",
        "huma-xledger/huma_xledger/metering.py",
        # The whole of a message that is sent, which is read where it arrives.
        "connector_base/connector_base/telling/texts.py",
        # Codes have a section of their own.
        "shared_mappings/shared_mappings/explained.yaml",
        # Quoted in no message.
        "connector_base/connector_base/incremental/fingerprints.py",
    }
)
"""Files with texts that no administrator gets to see as a message."""

RAISED_AT_DEVELOPERS: Final = re.compile(
    r"^(module \[name\] has no attribute|source code not available|only failures are waited out"
    r"|only somebody who is in Xledger can be updated|Nobody is invited by this connector"
    r"|No access token has been asked for yet|An event that was never tried|A time without a zone"
    r"|The user of an event is a UUID|no day of the calendar|<!doctype|No meaning here; taken so"
    r"|database or disk is full|file is not a database|unable to open database file"
    r"|a secret is too short|The field, by its name|default-src|connect-src|keep values from)"
)
"""Texts of other files that none gets to see either."""

REASONS: Final = frozenset(
    {
        # Why a system cannot be reached, behind the name of the system and its address.
        "connector_base/connector_base/reaching.py",
        # Behind the path of `connection.yaml`, which is another one for everybody.
        "connector_base/connector_base/telling/addresses.py",
        "huma-xledger/huma_xledger/connection_file.py",
        "huma-xledger/huma_xledger/bringing/beforehand.py",
        "huma-xledger/huma_xledger/bringing/timetable.py",
        "huma-xledger/huma_xledger/setting_up/quartz.py",
        "huma-xledger/huma_xledger/setting_up/wanted.py",
        # Behind the path of the inbox.
        "huma-xledger/huma_xledger/inbox/file.py",
        # Behind the name of the setting.
        "source-huma/source_huma/known_groups.py",
    }
)
"""Files whose parts of sentences say by themselves what is wrong, and are what somebody searches for."""

FEWEST_WORDS: Final = 2
"""Words in one go, without anything that is put in: what has less of its own cannot be searched for."""

WHO: Final[Mapping[str, str]] = {
    SAID_BY["config_error"]: "**You**",
    SAID_BY["transient_error"]: "**It passes**",
    SAID_BY["system_error"]: "**The makers**",
    SAID_BY["Finding"]: "**Check**",
    SAID_BY["warning"]: "**Warning**",
    SAID_BY["info"]: "**Nothing to do**",
    SAID_BY["error"]: "**You**",
    SAID_BY["ValueError"]: "**You**",
    SAID_BY["print"]: "**You**",
    SAID_BY["ErrorResolution"]: "**You**",
    "the administrator is told by the command": "**You**",
}
"""Whose turn it is, by what a message is. Of a part it depends on the sentence around it."""


UNLESS_IT_SAYS: Final[Mapping[str, str]] = {
    "**You**": "Correct what it names",
    "**It passes**": "Run the sync again",
    "**The makers**": "Report it",
    "**Check**": "It says so itself",
    "**Warning**": "The sync goes on",
    "**Nothing to do**": "",
    "": "What stands beside it says more",
}
"""What to do where a message is one sentence."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the index.

    Attributes:
        title: What stands above it.
        about: Where it is seen.
        holds: Whether a message belongs into it. The first section that takes a message has it.
    """

    title: str
    about: str
    holds: Callable[[Message], bool]


def _stands_in(*folders: str) -> Callable[[Message], bool]:
    return lambda message: message.where.startswith(folders)


SETTINGS: Final = "connector_base/connector_base/settings/"

_HOST: Final = "huma-xledger/huma_xledger/"

SECTIONS: Final = (
    Section(
        "A setting that cannot work",
        "In a form of Airbyte's when it tests a source or a destination, at the beginning of a sync, and in what "
        "`huma-xledger` prints. Settings are named by their title and, in brackets, their key. The first rows are "
        "whole sentences, by example; the others begin in the middle of one, behind the name of the setting.",
        lambda message: message.kind == SAID_BY["ValueError"] or message.where.startswith(SETTINGS),
    ),
    Section(
        "About Huma",
        "In the test of a source or a destination of Huma's, in the log of a sync, and in what `huma-xledger` prints.",
        _stands_in("source-huma", "destination-huma", "huma_api"),
    ),
    Section(
        "About Xledger",
        "In the test of a source or a destination of Xledger's, in the log of a sync, and in what `huma-xledger` "
        "prints.",
        _stands_in("source-xledger", "destination-xledger", "xledger_api"),
    ),
    Section(
        "About records, reports and decisions",
        "In the test and in the log of every connector.",
        _stands_in("connector_base", "shared_mappings"),
    ),
    Section(
        "About Airbyte",
        "Where `huma-xledger` asks Airbyte for something: in what it prints, and in the log of `huma-xledger listen`.",
        _stands_in(
            *(f"{_HOST}{rooms}" for rooms in ("airbyte/", "airbyte_settings", "bringing/airbyte_", "setting_up/"))
        ),
    ),
    Section(
        "About webhooks",
        "In the log of `huma-xledger listen`, in `/healthz`, and in what `huma-xledger events` and `check` print.",
        _stands_in(
            *(f"{_HOST}{room}/" for room in ("bringing", "receiving", "inbox")),
            *(f"{_HOST}{module}.py" for module in ("event_list", "listen", "listen_settings", "plain_lines")),
        ),
    ),
    Section(
        "In a review",
        "In the browser and at the terminal, from `huma-xledger review`.",
        _stands_in(f"{_HOST}reviewing/", f"{_HOST}serving/"),
    ),
    Section("From the command", "In what `huma-xledger` prints.", _stands_in(_HOST)),
)


@dataclass(frozen=True, slots=True)
class Explained:
    """A row of a reference that says what to do about a message.

    Attributes:
        pattern: What the message looks like.
        place: Where the row stands, as a link from the page.
    """

    pattern: re.Pattern[str]
    place: str


REFERENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "source-huma/docs/huma-reference.md": ("source-huma", "huma_api", "connector_base"),
    "destination-xledger/docs/xledger-reference.md": ("destination-xledger", "xledger_api", "connector_base"),
    "source-xledger/docs/xledger-reference.md": ("source-xledger", "xledger_api"),
    "destination-huma/docs/huma-reference.md": ("destination-huma", "huma_api"),
    "huma-xledger/docs/listen.md": ("huma-xledger",),
    "huma-xledger/docs/airbyte-setup.md": ("huma-xledger",),
}
"""The pages with tables of messages, and what is said by whom they explain."""


def whole_page() -> str:
    """The page: what is written by hand as it is, and the index anew."""
    words, begins, _ = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    return f"{words}{begins}\n{index()}"


@cache
def seen() -> Sequence[Message]:
    """Every sentence, and what may stand behind the name of a setting, that an administrator may see as a message."""
    return (*(message for message in messages() if _is_seen(message)), *_in_the_shell())


def first_words(text: str, most: int = 6) -> str:
    """The first words of a message, up to what is put in or the end of the sentence, by which it is found."""
    parts = [part.strip(" ,;:.()") for part in re.split(r"\[[^\]]*\]|…|(?<=[.!?])\s+(?=[A-Z])", text)]
    longest = next((part for part in parts if len(part.split()) >= FEWEST_WORDS), "")
    return " ".join(longest.split()[:most])


def index() -> str:
    """The index: a section for each place where something is seen, and one for the codes."""
    lines: list[str] = []
    left = list(seen())
    for section in SECTIONS:
        mine = [message for message in left if section.holds(message)]
        left = [message for message in left if not section.holds(message)]
        lines += [f"### {section.title}", "", section.about, "", "| It says | What to do |", "| :--- | :--- |"]
        if section is SECTIONS[0]:
            lines += [_row(said, "**You**", "") for said in _shortened_complaints()]
        lines += [*dict.fromkeys(_row_of(message) for message in sorted(mine, key=_by_text)), ""]
    if left:
        raise ValueError(f"no section is for {sorted({message.where for message in left})}")
    return "\n".join([*lines, *_codes(), ""])


def _is_seen(message: Message) -> bool:
    if message.where in SEEN_BY_NOBODY or RAISED_AT_DEVELOPERS.search(message.text):
        return False
    is_sentence = re.match(r"[A-Z\[]", message.text) and re.search(r"[.:\]]$", message.text)
    is_whole = message.kind != A_PART or bool(is_sentence) or _is_reason(message)
    return is_whole and len(first_words(message.text).split()) >= FEWEST_WORDS


def _is_reason(message: Message) -> bool:
    """Whether it stands behind a colon and says what is wrong: it begins in the middle of a sentence."""
    return message.where in REASONS and bool(re.match(r"[a-z\[]|Airbyte", message.text))


def _in_the_shell() -> Iterator[Message]:
    texts = json.loads(SHELL.read_text(encoding="utf-8"))
    where = SHELL.relative_to(ROOT).as_posix()
    for key in TROUBLE_IN_SHELL:
        yield Message(where, A_PART, re.sub(r"\{\w+\}", "[…]", texts[key]["en"]))


def _by_text(message: Message) -> tuple[str, str]:
    return re.sub(r"\W", "", message.text).lower(), message.kind


def _shortened_complaints() -> Iterator[str]:
    """Whole sentences about settings, without the list of all settings that some of them end with."""
    for said in complaints_by_example():
        yield re.sub(r"The settings are .*", "The settings are …", said)


def _row_of(message: Message) -> str:
    of_settings = message.where.startswith(SETTINGS)
    return _row(message.text, WHO.get(message.kind, "**You**" if of_settings else ""), _more(message))


def _row(text: str, who: str, more: str) -> str:
    """A row: the first sentence of a message, and what it says to do, which is the rest."""
    said = re.sub(r"(…\s*)+(?=…)", "", re.sub(r"\[[^\]]*\]", "…", text))
    first, *rest = re.split(r"(?<=[.!?])\s+(?=[A-Z…“])", said, maxsplit=1)
    advice = " ".join(rest)
    if not re.search(r"\w", advice):
        advice = "What follows says what to do" if rest else UNLESS_IT_SAYS[who]
    to_do = ". ".join(part.rstrip(".") for part in (who, advice, more) if part)
    return f"| {_as_text(first)} | {_as_text(to_do)}. |"


def _as_text(text: str) -> str:
    """A text in a cell of a table. What looks like a tag is none."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def _more(message: Message) -> str:
    found = [row.place for row in _explained(message.where.partition("/")[0]) if row.pattern.match(message.text)]
    return f"[More]({found[0]})" if found else ""


def _explained(package: str) -> Iterator[Explained]:
    for page, packages in REFERENCES.items():
        if package in packages:
            for heading, cells in _rows_below_headings(page):
                for told in cells.split("<br>"):
                    yield Explained(_pattern(told), f"../{page}#{heading}")


def _rows_below_headings(page: str) -> Iterator[tuple[str, str]]:
    """The first cell of each row of the tables of messages, with the anchor of the heading above."""
    inside, heading = False, ""
    for line in (ROOT / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = anchor(line.lstrip("# "))
        if line.startswith(("| Message |", "| it says |")):
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and not line.startswith(("| :", "| -")):
            yield heading, line.split("|")[1].strip()


def _pattern(told: str) -> re.Pattern[str]:
    """What a message looks like that a page tells of with `...` for what is put in, and without its end."""
    parts = [re.escape(part.strip()) for part in told.split("...")]
    return re.compile(r"\W*.{0,200}?".join(parts) if parts[0] else r".{1,200}?" + r".{0,200}?".join(parts[1:]))


def _codes() -> Iterator[str]:
    yield "### Codes"
    yield ""
    yield (
        "In brackets behind somebody who was rejected, in `rejected.jsonl` and `conflicts.jsonl`, in the "
        "`SYNC SUMMARY`, on the pages of a report, and in messages. Which way the sync went decides which page "
        "explains it."
    )
    yield ""
    yield "| Code | To Xledger | To Huma |"
    yield "| :--- | :--- | :--- |"
    pages = {
        Side.XLEDGER: "../destination-xledger/docs/xledger-reference.md",
        Side.HUMA: "../destination-huma/docs/huma-reference.md",
    }
    told = {side: explanations(side) for side in pages}
    codes = sorted({code for found in told.values() for code in found} - {why.value for why in NotWritten})
    for code in codes:
        cells = (
            f"[{told[side][code].called['en']}]({page}#{code})" if code in told[side] else ""
            for side, page in pages.items()
        )
        yield f"| `{code}` | {' | '.join(cells)} |"
