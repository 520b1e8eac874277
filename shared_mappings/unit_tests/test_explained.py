"""Every code is explained in each language, as it is where a system is written; and Norwegian is Norwegian."""

import re
from importlib.resources import files
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from shared_mappings import (
    LANGUAGES,
    OF_HUMA,
    OF_XLEDGER,
    NotWritten,
    Policy,
    RejectionCode,
    Side,
    SkipReason,
    WarningCode,
    called,
    explained,
    explanations,
    refusal,
)
from shared_mappings.explained import Code, Texts

ELSEWHERE: dict[Side, frozenset[Any]] = {Side.XLEDGER: OF_HUMA, Side.HUMA: OF_XLEDGER | {Policy.MIRROR}}

KINDS: tuple[type[Code], ...] = (RejectionCode, SkipReason, WarningCode, NotWritten, Policy)

THERE: list[tuple[Side, Code]] = [
    (side, code) for side in Side for kind in KINDS for code in kind if code not in ELSEWHERE[side]
]

ENGLISH = re.compile(r"\b(the|and|is|are|not|with|of|has|have|or|it|correct|again|person's)\b", re.IGNORECASE)

NORWEGIAN = re.compile(r"[æøå]|\b(og|i|er|ikke|en|et|den|det|av|som|der|på|har)\b", re.IGNORECASE)

every_code = pytest.mark.parametrize(("side", "code"), THERE)


def in_our_words(text: str) -> str:
    """A text without what it quotes of forms, which are English, and without the keys in brackets."""
    return re.sub(r"«[^»]+»|\([a-z_]+\)", "", text)


@every_code
def test_a_code_has_a_name_and_whole_sentences_in_each_language(side: Side, code: Code) -> None:
    for language in LANGUAGES:
        name, sentences = called(code, side, language), explained(code, side, language)
        assert 0 < len(name) < 45
        assert not name.endswith(".")
        assert re.fullmatch(r"[A-ZÆØÅ].*\.", sentences)
        assert "  " not in sentences
        assert not re.search(r"[{}\n]", sentences)


@every_code
def test_norwegian_is_norwegian_and_english_english(side: Side, code: Code) -> None:
    english, norwegian = (in_our_words(explained(code, side, language)) for language in LANGUAGES)
    assert NORWEGIAN.search(norwegian)
    assert not ENGLISH.search(norwegian.replace("er ", ""))
    assert ENGLISH.search(english) or code in Policy
    assert not re.search(r"[æøå]", english)
    assert called(code, side, "en") != called(code, side, "nb")


@every_code
def test_both_languages_name_the_same_systems_and_settings(side: Side, code: Code) -> None:
    english, norwegian = (explained(code, side, language) for language in LANGUAGES)
    assert keys(english) == keys(norwegian)
    for title in re.findall(r"«([^»]+)»", norwegian):
        assert title in english
    assert {"Huma", "Xledger"} & {*words(english)} == {"Huma", "Xledger"} & {*words(norwegian)}


def keys(text: str) -> list[str]:
    return re.findall(r"\(([a-z]+_[a-z_]+)\)", text)


def words(text: str) -> list[str]:
    return re.findall(r"\b(?:Huma|Xledger)\b", text)


@pytest.mark.parametrize("side", Side)
def test_no_two_codes_are_called_the_same_in_a_report(side: Side) -> None:
    assert len(explanations(side)) == len([code for where, code in THERE if where is side])


@pytest.mark.parametrize(("side", "code"), [(Side.HUMA, Policy.MIRROR), (Side.XLEDGER, WarningCode.NO_POSITION)])
def test_what_there_is_not_where_a_system_is_written_is_not_explained(side: Side, code: Code) -> None:
    with pytest.raises(KeyError):
        explained(code, side, "en")


def test_what_is_the_same_for_both_names_the_one_that_it_comes_from() -> None:
    assert explained(WarningCode.INVALID_DATE, Side.XLEDGER, "nb") == "Det er ikke en dato. Rett den i Huma."
    assert explained(WarningCode.INVALID_DATE, Side.HUMA, "nb") == "Det er ikke en dato. Rett den i Xledger."


@pytest.mark.parametrize("side", Side)
def test_what_to_do_about_a_refusal_is_said_once(side: Side) -> None:
    code = RejectionCode(f"refused_by_{side.value}")
    assert all(explained(code, side, language).endswith(refusal(side, language)) for language in LANGUAGES)


def text(**changed: Any) -> dict[str, Any]:
    return {"called": {"en": "No date", "nb": "Ikke en dato"}, "means": {"en": "No.", "nb": "Nei."}, **changed}


def test_a_file_that_leaves_a_code_or_a_language_out_is_an_error() -> None:
    content = Texts.model_validate(written()).model_dump(mode="json")
    assert Texts.model_validate(content)
    with pytest.raises(ValidationError, match="not explained, or explained although there is no such thing"):
        Texts.model_validate({**content, "skips": {}})
    without = {**content["warnings"], "invalid_date": {"both": text(means={"en": "No."})}}
    with pytest.raises(ValidationError, match="has to be said in each of en, nb"):
        Texts.model_validate({**content, "warnings": without})
    nowhere = {**content["warnings"], "no_position": {"both": text()}}
    with pytest.raises(ValidationError, match="NO_POSITION"):
        Texts.model_validate({**content, "warnings": nowhere})


def written() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((files("shared_mappings") / "explained.yaml").read_text("utf-8"))
    return content
