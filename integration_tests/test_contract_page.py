"""`docs/contract.md` says what the data says, and every promise in it has its test."""

import ast

import pytest

from destination_xledger.verifying.facts import FACTS, MEANINGS, Fact, Sure
from integration_tests.contract_page import BEGINS, PAGE, ROOT, rest_of_the_page, whole_page


def test_the_page_lists_what_is_relied_on() -> None:
    _, begins, _ = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    assert begins
    assert whole_page().endswith(f"{begins}{rest_of_the_page()}")


def test_the_page_says_how_to_look() -> None:
    words, _, _ = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    assert "make verify DESTINATION=destination.json" in words


@pytest.mark.parametrize("page", ["README.md", "destination-xledger/docs/xledger-reference.md"])
def test_the_page_can_be_found(page: str) -> None:
    assert "docs/contract.md)" in (ROOT / page).read_text(encoding="utf-8")


def test_everything_has_a_name_of_its_own() -> None:
    assert len({fact.name for fact in FACTS}) == len({fact.relied_on for fact in FACTS}) == len(FACTS)


def test_every_way_of_knowing_is_explained() -> None:
    assert set(MEANINGS) == set(Sure) == {fact.sure for fact in FACTS}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_what_is_relied_on_has_the_test_it_names(fact: Fact) -> None:
    path, _, name = fact.test.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
