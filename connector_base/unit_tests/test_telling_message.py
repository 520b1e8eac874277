"""A message tells what happened in either language, and names nobody but by id."""

import re
from typing import Any

import pytest

from connector_base.telling import texts
from connector_base.telling.message import MOST_NAMED, message_of
from connector_base.telling.run import Run
from shared_mappings import LANGUAGES, Language, RejectionCode, Side, WarningCode, explanations, field_table

TEXTS = {
    name: each
    for name, value in vars(texts).items()
    if name.isupper()
    for each in (value.values() if name in ("DID", "WOULD_DO") else [value])
}

LARGEST_CARD = 28 * 1024
"""Bytes that a message to Teams may have. Facts: Microsoft's page on limits of incoming webhooks."""


def a_run(
    written: Side = Side.XLEDGER, problem: str | None = None, place: str | None = "/reports/1", **counts: Any
) -> Run:
    named = {
        code: [f"users {code}-{n}" for n in range(min(number, 100))]
        for code, number in counts.get("rejected", {}).items()
    }
    return Run(written, {"mode": "sync", **counts}, named, place, problem)


def body(run: Run, language: Language = "en") -> str:
    return message_of(run, language).body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("written", Side)
def test_every_code_is_told_with_what_it_means_and_what_to_do(written: Side, language: Language) -> None:
    known = explanations(written)
    rejected = {code.value: 1 for code in RejectionCode if code.value in known}
    warnings = {code.value: 1 for code in WarningCode if code.value in known}
    told = body(a_run(written, rejected=rejected, warnings=warnings), language)
    assert len(rejected) >= 5
    for code in (*rejected, *warnings):
        assert f"{known[code].called[language]} ({code})" in told
        assert known[code].means[language] in told
    assert all(f"users {code}-0" in told for code in rejected)


def test_a_code_that_is_not_known_here_is_told_as_it_is() -> None:
    assert "from_tomorrow (from_tomorrow), 1 rejected: users from_tomorrow-0." in body(
        a_run(rejected={"from_tomorrow": 1})
    )


def test_what_happened_is_told_in_numbers_and_nought_is_not_told() -> None:
    message = message_of(
        a_run(received=10_312, created=3, updated=12, unchanged=10_295, skipped={"deactivated": 2}), "en"
    )
    assert message.subject == "Huma to Xledger: 3 created, 12 updated"
    assert (
        "10,312 people came from Huma: 3 created, 12 updated, 10,295 unchanged, 2 left out on purpose." in message.body
    )
    assert "rejected" not in message.body
    norwegian = message_of(a_run(Side.HUMA, received=10_312, created=3, unchanged=10_309), "nb")
    assert norwegian.subject == "Xledger til Huma: 3 opprettet"
    assert "10\u00a0312 personer kom fra Xledger: 3 opprettet, 10\u00a0309 uendret." in norwegian.body


def test_one_person_is_one_person() -> None:
    assert "1 person came from Huma: 1 created." in body(a_run(received=1, created=1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_fields_are_named_as_people_call_them(language: Language) -> None:
    told = body(
        a_run(updated=1, fields_changed={"phone": 5}, fields_unset={"jobTitle": 2}, conflicts={"email": 1}), language
    )
    names = field_table().names
    assert all(
        f"{names[field][language]} ({n})" in told for field, n in {"phone": 5, "jobTitle": 2, "email": 1}.items()
    )


def test_many_people_are_cut_short_and_counted() -> None:
    told = body(a_run(rejected={"missing_key": 1_250}))
    assert f"users missing_key-{MOST_NAMED - 1}, and 1,225 more. " in told
    assert f"users missing_key-{MOST_NAMED}" not in told


def test_whoever_is_rejected_and_not_known_by_id_is_counted() -> None:
    run = Run(Side.XLEDGER, {"mode": "sync", "rejected": {"missing_key": 2}})
    assert "(missing_key), 2 rejected." in body(run)


@pytest.mark.parametrize(("language", "nothing"), [("en", "nothing was written"), ("nb", "ingenting ble skrevet")])
def test_a_preview_says_that_nothing_was_written_and_where_to_decide(language: Language, nothing: str) -> None:
    run = Run(Side.XLEDGER, {"mode": "preview", "received": 2, "created": 2}, place="s3://bucket/1")
    told = body(run, language)
    assert nothing in told
    assert "review.html" in told
    assert "s3://bucket/1\n\n" in told
    assert "result.html" not in told


def test_without_a_report_it_is_told_how_to_get_one() -> None:
    told = body(a_run(created=1, place=None))
    assert "object_storage_config" in told
    assert "result.html" not in told
    assert "result.html in the report" in body(a_run(created=1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failure_is_told_in_its_own_sentence_with_what_happens_next(language: Language) -> None:
    sentence = "Xledger asks to wait {until} tomorrow."
    run = a_run(problem=sentence, place=None, received=3, created=3)
    message = message_of(run, language)
    assert sentence in message.body.split("\n\n")
    assert texts.SYNC_GOES_ON[language] in message.body
    assert "3" in message.body
    assert "object_storage_config" not in message.body
    assert sentence not in message.subject


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mode", ["sync", "preview"])
@pytest.mark.parametrize("problem", [None, "It failed."])
def test_no_sense_is_lost_where_lines_are_joined_and_no_brace_is_left(
    mode: str, problem: str | None, language: Language
) -> None:
    counts = {"received": 5, "created": 1, "rejected": {"missing_key": 2}, "warnings": {"invalid_date": 1}}
    decisions = {"applied": 1, "lapsed": 2, "unknown": 3}
    fields = {"fields_changed": {"phone": 1}, "fields_unset": {"phone": 1}, "conflicts": {"phone": 1}}
    run = a_run(problem=problem, **{**counts, **fields, "decisions": decisions, "mode": mode})
    message = message_of(run, language)
    assert all("\n" not in paragraph for paragraph in message.body.split("\n\n"))
    assert not re.search(r"[{}]", message.subject + message.body)


def test_the_longest_message_fits_a_card_of_teams() -> None:
    known = explanations(Side.HUMA)
    rejected = {code.value: 5_000 for code in RejectionCode if code.value in known}
    named = {code: ["users 1b671a64-40d5-491e-99b0-da01ff1f3341"] * 100 for code in rejected}
    warnings = {code.value: 5_000 for code in WarningCode if code.value in known}
    fields = dict.fromkeys(field_table().names, 5_000)
    counts = {
        "fields_changed": fields,
        "fields_unset": fields,
        "conflicts": fields,
        "rejected": rejected,
        "warnings": warnings,
    }
    for language in LANGUAGES:
        told = body(
            Run(Side.HUMA, {"mode": "sync", "received": 25_000, **counts}, named, "s3://x/1", "It failed."), language
        )
        assert len(re.sub(r"([^\w\s])", r"\\\1", told).encode()) < LARGEST_CARD * 0.9


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_is_there_in_each_language_and_takes_the_same_in_each(text: texts.Text) -> None:
    assert tuple(text) == LANGUAGES
    taken = [sorted(set(re.findall(r"\{(\w+)\}", words))) for words in text.values()]
    assert taken[0] == taken[1]
