"""The page of questions and answers keeps its form: a question, a short answer, and where it is explained."""

import re

import pytest

from integration_tests.data_page import PAGE

FAQ = PAGE.with_name("faq.md").read_text("utf-8")
ANSWERS = dict(re.findall(r"^### (.+)\n\n((?:(?!^#).*\n)+)", FAQ, re.MULTILINE))

LONGEST = 5
"""Sentences."""


def test_every_heading_below_a_part_is_a_question() -> None:
    assert len(ANSWERS) > 25
    assert [question for question in ANSWERS if not question.endswith("?")] == []
    assert len(ANSWERS) == FAQ.count("\n### ")


@pytest.mark.parametrize("question", ANSWERS)
def test_an_answer_is_short_and_says_where_it_is_explained(question: str) -> None:
    answer = ANSWERS[question]
    assert re.search(r"\]\([^)]+\)", answer)
    assert len(re.findall(r"[.?!](?=\s+[A-Z]|\s*$)", answer.strip())) <= LONGEST
