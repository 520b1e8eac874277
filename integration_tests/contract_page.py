"""The table of `docs/contract.md`, from the data: `make golden` writes it anew."""

from collections.abc import Iterator
from pathlib import Path

from destination_xledger.verifying.facts import FACTS, MEANINGS, Fact
from destination_xledger.verifying.judging import cannot_be_seen

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "contract.md"
BEGINS = "<!-- The rest of this page is written by make golden -->\n"


def whole_page() -> str:
    """The page: the words for an administrator as they are, and the rest anew."""
    words, begins, _ = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    return f"{words}{begins}{rest_of_the_page()}"


def rest_of_the_page() -> str:
    """What stands below the words for an administrator: how things are known, and everything that is relied on."""
    return "\n".join([*_meanings(), "", *_facts(), ""])


def _meanings() -> Iterator[str]:
    yield "| How sure | What that means |"
    yield "| :--- | :--- |"
    for sure, meaning in MEANINGS.items():
        yield f"| {sure.value} | {meaning} |"


def _facts() -> Iterator[str]:
    yield "| What is relied on | How sure | What the connector does if it is not so | `make verify` | Test |"
    yield "| :--- | :--- | :--- | :--- | :--- |"
    for fact in FACTS:
        looks = "cannot see it" if fact.judge is cannot_be_seen else "looks"
        stops = "**Needed.** " if fact.blocks else ""
        yield f"| {fact.relied_on} | {fact.sure.value} | {stops}{fact.if_not} | {looks} | {_test_of(fact)} |"


def _test_of(fact: Fact) -> str:
    path, _, name = fact.test.partition("::")
    return f"[{name.removeprefix('test_').replace('_', ' ')}](../{path})"
