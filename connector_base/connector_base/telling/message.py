"""What is told of a run: a subject and a plain text, in which nobody is named but by id, and no value stands.

Each paragraph is a line of its own with an empty one after it, so that nothing is lost where a service joins lines, as
the cards of Teams do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from connector_base.pages.page import FILES
from connector_base.telling import texts
from connector_base.telling.run import Run
from connector_base.telling.texts import Text
from shared_mappings import NAMES, Language, explanations, field_table

MOST_NAMED: Final = 25
"""More people under one code are not read in a message, and cards of Teams hold 28 KB."""

_IN_THE_SUBJECT: Final = ("created", "updated", "rejected")


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent."""

    subject: str
    body: str


def message_of(run: Run, language: Language) -> Message:
    """What is told of a run.

    Args:
        run: What it came to.
        language: In which language. The sentence of a failure is English in any.
    """
    writer = _Writer(run, language)
    return Message(writer.subject(), "\n\n".join(writer.paragraphs()))


@dataclass(frozen=True, slots=True)
class _Writer:
    run: Run
    language: Language

    def subject(self) -> str:
        preview, failed = self.run.is_preview, self.run.problem is not None
        if failed:
            return self._said(texts.SUBJECT_OF_FAILED_PREVIEW if preview else texts.SUBJECT_OF_FAILED_SYNC)
        counts = self._counts(_IN_THE_SUBJECT) or texts.NOTHING_BUT_WARNINGS[self.language]
        return self._said(texts.SUBJECT_OF_PREVIEW if preview else texts.SUBJECT_OF_SYNC, counts=counts)

    def paragraphs(self) -> Iterator[str]:
        yield from self._how_it_ended()
        yield from self._numbers()
        yield from self._rejections()
        yield from self._warnings()
        yield from self._decisions()
        yield from self._report()
        yield self._said(texts.ON_PURPOSE)

    def _how_it_ended(self) -> Iterator[str]:
        preview = self.run.is_preview
        if self.run.problem is None:
            yield self._said(texts.PREVIEW if preview else texts.SYNC)
            return
        yield self._said(texts.FAILED_PREVIEW if preview else texts.FAILED_SYNC)
        yield self.run.problem
        yield self._said(texts.PREVIEW_BEGINS_ANEW if preview else texts.SYNC_GOES_ON)

    def _numbers(self) -> Iterator[str]:
        received, preview = self.run.count("received"), self.run.is_preview
        if counts := self._counts(tuple(texts.DID)):
            came = texts.CAME_ALONE if received == 1 else texts.CAME
            yield self._said(came, number=self._number(received), counts=counts)
        for part, did, would in (
            ("fields_changed", texts.CHANGED, texts.WOULD_CHANGE),
            ("fields_unset", texts.EMPTIED, texts.WOULD_EMPTY),
            ("conflicts", texts.KEPT, texts.WOULD_KEEP),
        ):
            if numbers := self.run.by_code(part):
                yield self._said(would if preview else did, fields=self._fields(numbers))

    def _rejections(self) -> Iterator[str]:
        for code, number in self.run.by_code("rejected").items():
            told = {"number": self._number(number), "people": self._people(code, number)}
            yield self._said(texts.REJECTED, **self._explained(code), **told)

    def _people(self, code: str, number: int) -> str:
        """Who was rejected, after a colon; nothing where nobody is known by name."""
        named = list(self.run.rejected.get(code, ()))[:MOST_NAMED]
        if named and number > len(named):
            named.append(self._said(texts.AND_MORE, number=self._number(number - len(named))))
        return f": {', '.join(named)}" if named else ""

    def _warnings(self) -> Iterator[str]:
        for code, number in self.run.by_code("warnings").items():
            text = texts.WARNING if number == 1 else texts.WARNINGS
            yield self._said(text, number=self._number(number), **self._explained(code))

    def _decisions(self) -> Iterator[str]:
        became = self.run.by_code("decisions")
        for what, text in (("lapsed", texts.LAPSED), ("unknown", texts.ABOUT_NOBODY)):
            if number := became.get(what):
                yield self._said(text, number=self._number(number))

    def _report(self) -> Iterator[str]:
        preview = self.run.is_preview
        if self.run.place is not None:
            text, page = (texts.REVIEW, FILES["review"]) if preview else (texts.REPORT, FILES["result"])
            yield self._said(text, place=self.run.place, page=page)
        elif self.run.problem is None:
            yield self._said(texts.WITHOUT_A_REPORT)
        if preview and self.run.problem is None:
            yield self._said(texts.TO_WRITE)

    def _explained(self, code: str) -> dict[str, str]:
        """A code in words; a connector of a later version may have one that is not known here."""
        known = explanations(self.run.written).get(code)
        if known is None:
            return {"code": code, "called": code, "means": ""}
        return {"code": code, "called": known.called[self.language], "means": known.means[self.language]}

    def _counts(self, of: tuple[str, ...]) -> str:
        """The numbers that are not nought, with what they are numbers of."""
        named = texts.WOULD_DO if self.run.is_preview else texts.DID
        numbers = ((named[what], self.run.count(what)) for what in of)
        return ", ".join(self._said(text, number=self._number(number)) for text, number in numbers if number)

    def _fields(self, numbers: Mapping[str, int]) -> str:
        names = field_table().names
        return ", ".join(
            f"{names[field][self.language] if field in names else field} ({self._number(number)})"
            for field, number in numbers.items()
        )

    def _number(self, number: int) -> str:
        return f"{number:,}".replace(",", "," if self.language == "en" else "\u00a0")

    def _said(self, text: Text, **filled_in: str) -> str:
        written = self.run.written
        return text[self.language].format(read=NAMES[written.other], written=NAMES[written], **filled_in)
