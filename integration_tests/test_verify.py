"""`make verify` says of an account what holds of all that is relied on: by reading alone, and without a value."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from destination_xledger.config import parse_config
from destination_xledger.verify import main
from destination_xledger.verifying import looking
from destination_xledger.verifying.facts import FACTS
from destination_xledger.verifying.looking import look_at
from destination_xledger.verifying.observed import Look, Observed, Page, Verdict
from destination_xledger.verifying.table import blocking, table_of
from integration_tests.conftest import connect_at_once
from integration_tests.recognisable import RECOGNISABLE, traces_in
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.dialects import DIALECTS
from xledger_api.sending.tokens import may_be_a_token

ROOT = Path(__file__).parents[1]

Told = Mapping[str, Verdict]

NO, UNSEEN = Verdict.DOES_NOT_HOLD, Verdict.CANNOT_BE_SEEN

ONLY_IN_WRITING = dict.fromkeys(
    (
        *(
            "creation fills",
            "creation makes",
            "company of new employees",
            "client ids",
            "absent and null",
            "all or nothing",
        ),
        *("subledgers are suppliers", "500 inputs", "nothing to write", "lost answers"),
        *("own contact and subledger",),
        *("rate limit", "errors", "maintenance", "whose email", "own entity"),
        *("addresses", "ignored nulls", "closed by a day"),
    ),
    UNSEEN,
)
"""What reading cannot tell of any Xledger."""

OF_THE_CONTRACT = {**ONLY_IN_WRITING, "codes in any case": NO, "addresses in any case": NO}
"""What does not hold, or cannot be seen, where Xledger follows the contract to the letter."""

OTHERWISE: Mapping[str, Told] = {
    "no_email_filter": {"email_in": NO, "addresses in any case": UNSEEN},
    "lean_creation": {"creation takes": NO},
    "flat_supplier_address": {"nested addresses": NO},
    "genders_by_name": {"gender codes": NO, "genders in the settings": NO},
    "genders_by_number": {"genders in the settings": NO},
    "no_introspection": {
        "introspection": NO,
        **dict.fromkeys(
            (
                *("roots", "other mutations", "a way for each field", "second ways"),
                *("nested addresses", "flat addresses", "countries", "creation takes"),
            ),
            UNSEEN,
        ),
    },
    "ignores_cursors": dict.fromkeys(("cursors", "cursors within a page"), Verdict.DOES_NOT_HOLD),
    "ignores_case": {"codes in any case": Verdict.HOLDS, "addresses in any case": Verdict.HOLDS},
}
"""What a dialect does otherwise, as far as reading tells."""


def fill(sandbox: Sandbox) -> None:
    """Puts a few people there."""
    for number, gender in enumerate("FMF", start=1):
        sandbox.xledger.add_employee(
            code=f"E{number}", email=f"kari{number}@example.com", gender=gender, socialSec="15108695088"
        )


def seen_in(sandbox: Sandbox, **config: Any) -> Observed:
    return look_at(parse_config(sandbox.destination_config(**config)), connect_at_once)


def test_the_table_says_where_more_is_told_of_each_thing() -> None:
    assert "docs/contract.md" in str(table_of({}).caption)


def judged(seen: Observed) -> Told:
    """What does not hold, or cannot be seen."""
    verdicts = {fact.name: fact.judge(seen).verdict for fact in FACTS}
    return {name: verdict for name, verdict in verdicts.items() if verdict is not Verdict.HOLDS}


@pytest.fixture(scope="module")
def of_the_contract() -> Observed:
    """What is seen of an Xledger that follows the contract."""
    with Sandbox.running(people=0, burst_limit=None) as sandbox:
        fill(sandbox)
        return seen_in(sandbox)


@pytest.fixture
def filled(sandbox: Sandbox) -> Sandbox:
    fill(sandbox)
    return sandbox


# ------------------------------------------------------------------ what is seen


@pytest.mark.parametrize("dialect", DIALECTS)
def test_in_each_dialect_what_it_does_otherwise_is_seen(dialect: str) -> None:
    with Sandbox.running(people=0, burst_limit=None, dialect=dialect) as sandbox:
        fill(sandbox)
        before = sandbox.xledger.employees()
        expected = {**OF_THE_CONTRACT, **OTHERWISE.get(dialect, {})}
        assert judged(seen_in(sandbox)) == {name: said for name, said in expected.items() if said is not Verdict.HOLDS}
        assert {operation.kind for operation in sandbox.xledger.operations} == {"query"}
        assert len(sandbox.xledger.operations) <= 10
        assert sandbox.xledger.employees() == before


@pytest.mark.parametrize(
    ("absent", "names"),
    [
        ("Query.viewer", {"viewer"}),
        ("Query.employees", {"roots"}),
        ("Mutation.addEmployees", {"roots", "creation takes"}),
        ("Mutation.updateEmployees", {"roots", "second ways", "a way for each field"}),
        ("Mutation.updateContacts", {"other mutations", "nested addresses", "a way for each field"}),
        ("Mutation.updateSuppliers", {"other mutations", "nested addresses", "flat addresses", "a way for each field"}),
        ("Employee.code", {"keys of an employee", "fields"}),
        ("Subledger.dbId", {"keys of an employee", "contact and subledger"}),
        ("Employee.trialTo", {"fields"}),
        ("Employee_Filter.code_in", {"code_in"}),
        ("Employee_Filter.dbId_in", {"dbId_in"}),
        ("ObjectStatus.ALL", {"closed employees"}),
        ("OwnerSet.LOWER", {"entities below"}),
        ("UpdateContactsInputNode.jobTitle", {"a way for each field"}),
        ("UpdateEmployeesInputNode.bankAccount", {"second ways"}),
        ("UpdateSuppliersInputNode.place", {"flat addresses"}),
        ("AddEmployeesInputNode.phoneSubledger", {"creation takes"}),
    ],
)
def test_what_the_schema_lacks_does_not_hold(absent: str, names: set[str], filled: Sandbox) -> None:
    filled.xledger.lacks = frozenset({absent})
    told = judged(seen_in(filled))
    assert {name for name, said in told.items() if said is NO} - {"codes in any case", "addresses in any case"} == names


def test_of_an_account_without_anybody_nothing_is_said_that_takes_somebody(sandbox: Sandbox) -> None:
    told = judged(seen_in(sandbox))
    assert NO not in told.values()
    assert told.keys() - ONLY_IN_WRITING.keys() == {
        *("contact and subledger", "dbIds come in", "dbIds go out", "codes are unique", "masked numbers"),
        *("gender codes", "genders in the settings", "code_in", "email_in", "dbId_in"),
        *("codes in any case", "addresses in any case", "cursors", "cursors within a page"),
    }


def test_a_single_employee_is_not_followed_by_anybody(sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="E1", email="kari@example.com")
    assert "cursors" not in judged(seen_in(sandbox))


def test_codes_that_are_shared_are_seen(filled: Sandbox) -> None:
    filled.xledger.add_employee(code="E1", email="other@example.com")
    assert judged(seen_in(filled))["codes are unique"] is NO


def test_capitals_in_an_address_are_seen_to_count_too(sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="1", email="KARI@EXAMPLE.COM")
    told = judged(seen_in(sandbox))
    assert (told["addresses in any case"], told["codes in any case"]) == (NO, UNSEEN)


def test_case_is_tried_with_a_code_that_has_letters(sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(code="100")
    assert judged(seen_in(sandbox))["codes in any case"] is UNSEEN
    sandbox.xledger.add_employee(code="E1")
    assert judged(seen_in(sandbox))["codes in any case"] is NO


def test_genders_are_those_of_the_settings_by_code_or_by_name(filled: Sandbox) -> None:
    codes = [{"gender": "a", "code": "male"}, {"gender": "b", "code": "f"}]
    assert "genders in the settings" not in judged(seen_in(filled, gender_codes=codes))
    assert judged(seen_in(filled, gender_codes=codes[:1]))["genders in the settings"] is NO


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("nothing that anybody knows", "employees are listed"),
        ("Cannot query field `trialTo` on type `Employee`", "fields"),
    ],
)
def test_where_nothing_is_told_of_the_schema_a_refusal_counts(body: str, name: str) -> None:
    with Sandbox.running(people=0, burst_limit=None, dialect="no_introspection") as sandbox:
        fill(sandbox)
        answer = json.dumps({"errors": [{"message": body}], "data": None})
        sandbox.xledger.faults.add(Fault.answer(answer, root_field="employees", times=None))
        told = judged(seen_in(sandbox))
        assert (told[name], told["code_in"], told["names of types"]) == (NO, UNSEEN, UNSEEN)


def test_a_query_that_is_too_slow_says_nothing_of_what_it_asked_for(filled: Sandbox) -> None:
    filled.xledger.faults.add(Fault.query_timed_out(over=400, root_field="employees", times=None))
    assert judged(seen_in(filled))["lists of 500"] is UNSEEN


@pytest.mark.parametrize(
    "connection",
    [
        None,
        {},
        "a",
        {"edges": [{}]},
        {"edges": [{"cursor": "a", "node": None}]},
        {"edges": [{"cursor": "a", "node": {"dbId": None}}]},
        {"edges": [{"cursor": "a", "node": {"dbId": 1}}], "pageInfo": None},
        {"edges": [{"cursor": "a", "node": {"dbId": 1, "contact": "a"}}], "pageInfo": {"hasNextPage": False}},
    ],
)
def test_an_answer_of_another_shape_is_none(connection: Any, filled: Sandbox) -> None:
    body = json.dumps({"data": {f"look{number}": connection for number in range(3)}})
    filled.xledger.faults.add(Fault.answer(body, root_field="employees", times=None))
    told = judged(seen_in(filled))
    assert (told["employees are listed"], told["code_in"]) == (NO, UNSEEN)


def but(seen: Observed, look: Look, change: Callable[[Page], Page]) -> Observed:
    """What would be seen if one answer were another one."""
    return replace(seen, pages={**seen.pages, look: change(seen.pages[look])})


def with_values(**values: Any) -> Callable[[Page], Page]:
    return lambda page: replace(page, nodes=tuple({**node, **values} for node in page.nodes))


@pytest.mark.parametrize(
    ("look", "change", "names"),
    [
        (Look.EMPLOYEES, with_values(subledger=None), {"contact and subledger"}),
        (Look.EMPLOYEES, with_values(dbId="E-1"), {"dbIds come in"}),
        (Look.EMPLOYEES, with_values(socialSecurityMasked="15108695088"), {"masked numbers"}),
        (Look.CODE, lambda page: replace(page, nodes=()), {"code_in"}),
        (Look.CODE, with_values(code="another"), {"code_in"}),
        (Look.EMAIL, with_values(contact={"email": "another"}), {"email_in"}),
        (Look.DB_ID, with_values(dbId=1), {"dbId_in"}),
        (Look.NOBODY, lambda page: replace(page, is_null=False), {"empty lists"}),
        (Look.FOLLOWING, lambda page: replace(page, nodes=()), {"cursors", "cursors within a page"}),
        (Look.FOLLOWING, with_values(dbId=1), {"cursors", "cursors within a page"}),
    ],
)
def test_an_xledger_that_answers_otherwise_is_seen_to(
    look: Look, change: Callable[[Page], Page], names: set[str], of_the_contract: Observed
) -> None:
    told = judged(but(of_the_contract, look, change))
    unlike = {name for name, said in told.items() if said is NO and OF_THE_CONTRACT.get(name) is not NO}
    assert unlike == names


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("ab" * 32, True),
        ("a-_b", True),
        ("aGk=", True),
        ("aGk", True),
        ("aGl", False),
        ("abcde", False),
        ("a b", False),
    ],
)
def test_a_token_is_base64url_when_it_encodes_to_itself(token: str, expected: bool, of_the_contract: Observed) -> None:
    assert may_be_a_token(token) is expected
    told = judged(replace(of_the_contract, token_is_base64url=expected))
    assert ("token" not in told) is expected


def test_what_was_seen_does_not_show_values_when_it_is_printed(of_the_contract: Observed) -> None:
    printed = repr(of_the_contract.pages) + repr(replace(of_the_contract, schema=None))  # type: ignore[arg-type]
    assert "kari" not in printed
    assert "15108" not in printed


# ------------------------------------------------------------------ the command


@pytest.fixture(scope="module")
def recognisable() -> Iterator[Sandbox]:
    """An Xledger with the recognisable person in it, twice: with letters that differ in case alone."""
    with Sandbox.running(people=0) as sandbox:
        for spelled in (str.lower, str.upper):
            sandbox.xledger.add_employee(
                code=spelled(RECOGNISABLE["employmentId"]),
                email=spelled(RECOGNISABLE["email"]),
                phone=RECOGNISABLE["phone"],
                firstName=RECOGNISABLE["givenName"],
                lastName=RECOGNISABLE["familyName"],
                description="Zq-description",
                birthday=RECOGNISABLE["birthDate"],
                jobTitle=RECOGNISABLE["jobTitle"],
                bankAccount="86011117947",
                socialSec="15108695088",
                gender="F",
                address={"streetAddress": "Zq-street 1", "zipCode": "Zq-99", "place": "Zq-city", "country": "NO"},
            )
        yield sandbox


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def config_file(recognisable: Sandbox, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Writes a config, and returns where it is."""

    def written(**settings: Any) -> str:
        path = tmp_path / "destination.json"
        path.write_text(json.dumps(recognisable.destination_config(**settings)), encoding="utf-8")
        return str(path)

    yield written
    recognisable.xledger.faults.clear()
    recognisable.xledger.lacks = frozenset()


@pytest.fixture
def run(
    config_file: Callable[..., str],
    recognisable: Sandbox,
    the_process: None,  # noqa: ARG001  nothing runs without it
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """Runs the command in this process, where debug lines are wanted and lines are long."""
    monkeypatch.setenv("COLUMNS", "400")

    def printed(*more: str, **settings: Any) -> tuple[int, str]:
        try:
            ended_with = main([config_file(**settings), *more])
        except SystemExit as ended:
            ended_with = int(ended.code or 0)
        text = "".join(capfd.readouterr())
        assert traces_in(text, *traces(recognisable)) == []
        return ended_with, text

    return printed


def traces(sandbox: Sandbox) -> list[str]:
    """What must not be printed beside the recognisable values: the token, and values in other letters."""
    ids = [str(row["dbId"]) for row in sandbox.xledger.employees()]
    return [sandbox.xledger.token, "zq-", "ZQ-", "QUIXOTHERIUM", *ids]


def test_the_command_prints_everything_that_is_relied_on_and_no_value(
    config_file: Callable[..., str], recognisable: Sandbox
) -> None:
    environment = {**os.environ, "LOG_LEVEL": "debug", "COLUMNS": "400"}
    command = [sys.executable, "-m", "destination_xledger.verify", config_file()]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    printed = done.stdout + done.stderr
    assert traces_in(printed, *traces(recognisable)) == []
    assert done.returncode == 0
    assert [fact.name for fact in FACTS if fact.relied_on not in printed] == []
    assert f"Of {len(FACTS)} things, " in printed
    assert "Nothing keeps a sync from working." in printed
    assert {operation.kind for operation in recognisable.xledger.operations} == {"query"}


def test_the_command_fails_when_something_is_lacking_that_nothing_works_without(
    run: Run, recognisable: Sandbox
) -> None:
    recognisable.xledger.lacks = frozenset({"Mutation.addEmployees"})
    ended_with, printed = run()
    assert ended_with == 1
    assert "does not hold: there is no addEmployees" in printed
    assert "Nothing works without what does not hold here: roots." in printed


def test_whatever_xledger_quotes_the_command_prints_no_value(run: Run, recognisable: Sandbox) -> None:
    quotation = json.dumps(RECOGNISABLE, ensure_ascii=False)
    body = json.dumps({"errors": [{"message": f"Token is not allowed: {quotation}"}], "data": None})
    recognisable.xledger.faults.add(Fault.answer(body, root_field="employees", times=None))
    ended_with, printed = run()
    assert ended_with == 1
    assert "does not hold: Token is not allowed: " in printed
    assert "[left out]" in printed


def test_an_error_that_nobody_foresaw_is_told_by_type_and_place(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(connection: object) -> NoReturn:
        raise AttributeError(str(connection))

    monkeypatch.setattr(looking, "page_of", broken)
    ended_with, printed = run()
    assert ended_with == 1
    assert "failed unexpectedly (AttributeError)" in printed
    assert "looking.py" in printed


@pytest.mark.parametrize(
    ("config", "tells"),
    [
        ({"api_token": "zq-token"}, "Xledger does not accept the API token."),
        ({"authority_confirmed": False}, "The configuration cannot work. I may let this connection"),
        ({"zq_mode": "Zq-mode"}, "The configuration cannot work. There is no setting zq_mode"),
    ],
)
def test_what_keeps_the_command_from_looking_is_said_as_everywhere(
    config: Mapping[str, Any], tells: str, run: Run
) -> None:
    ended_with, printed = run(**config)
    assert ended_with == 1
    assert f"\n{tells}" in f"\n{printed}"


def test_a_wrong_command_line_is_told_apart(run: Run) -> None:
    ended_with, printed = run("one-too-many")
    assert ended_with == 2
    assert "usage: make verify" in printed


def test_make_says_what_it_needs() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nverify:")[2].partition("\n\n")[0]
    assert 'echo "Usage: make verify DESTINATION=destination.json"; exit 2' in recipe
    assert 'python -m destination_xledger.verify "$(DESTINATION)"' in recipe


def test_only_what_is_needed_and_does_not_hold_blocks(of_the_contract: Observed) -> None:
    assert blocking({fact: fact.judge(of_the_contract) for fact in FACTS}) == []
    without = replace(of_the_contract, pages={})
    assert [fact.name for fact in blocking({fact: fact.judge(without) for fact in FACTS})] == []
