"""Who is rejected is told apart from what Xledger refuses whoever it is about."""

from collections.abc import Callable

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from requests_mock import Mocker

from destination_xledger.syncing.refusals import MOST_IN_DOUBT, SUSPICIOUS, Refusals
from shared_mappings import field_table
from xledger_api.employees.gateway import Gateway
from xledger_api.employees.requests import nothing
from xledger_api.language.schema import written_down
from xledger_api.sending.answers import Failure, Problem
from xledger_api.sending.client import RefusedError, XledgerClient

from .conftest import URL

SCHEMA = written_down()


def refused(mutation: str, words: str = "The database is ill.") -> RefusedError:
    return RefusedError(nothing(mutation, SCHEMA), Failure(Problem.UNRECOGNISED, words, original=words))


@pytest.fixture
def refusals(client: XledgerClient, requests_mock: Mocker) -> Refusals:
    """Xledger carries every mutation out when nothing is in it."""
    data = {name: {"edges": None} for name in ("updateContacts", "addEmployees")}
    requests_mock.post(URL, json={"data": data})
    return Refusals(Gateway(client, field_table(), schemas={(client.url, client.token): SCHEMA}))


@pytest.fixture
def settled() -> list[str]:
    """One for each who was to blame."""
    return []


@pytest.fixture
def wait(refusals: Refusals, settled: list[str]) -> Callable[[str, int], None]:
    """Makes people wait for a verdict on a mutation that refused them."""

    def people_wait(mutation: str, people: int) -> None:
        for _ in range(people):
            refusals.wait_for_verdict([refused(mutation)], lambda: settled.append("to blame"))

    return people_wait


@pytest.mark.parametrize("people", [1, 20, 70])
def test_however_many_are_refused_in_a_row_they_are_to_blame_once_somebody_passes(
    people: int, refusals: Refusals, wait: Callable[[str, int], None], settled: list[str]
) -> None:
    wait("updateContacts", people)
    assert refusals.in_doubt
    assert settled == []
    refusals.accepted("updateContacts")
    assert not refusals.in_doubt
    assert len(settled) == people
    refusals.end()


@pytest.mark.parametrize("mutation", ["updateContacts", "addEmployees"])
@pytest.mark.parametrize("people", [1, SUSPICIOUS, 70])
def test_when_nobody_passes_it_is_nobodys_fault(
    people: int, mutation: str, refusals: Refusals, wait: Callable[[str, int], None], settled: list[str]
) -> None:
    wait(mutation, people)
    with pytest.raises(AirbyteTracedException, match=f"refuses every {mutation}") as raised:
        refusals.end()
    assert raised.value.failure_type is FailureType.transient_error
    assert "The database is ill." in str(raised.value)
    assert settled == []


def test_nobody_waits_for_a_verdict_for_ever(wait: Callable[[str, int], None]) -> None:
    wait("updateContacts", MOST_IN_DOUBT)
    with pytest.raises(AirbyteTracedException, match="refuses every updateContacts"):
        wait("updateContacts", 1)


@pytest.mark.parametrize("people", [1, SUSPICIOUS])
@pytest.mark.parametrize("mutation", ["updateContacts", "addEmployees"])
def test_a_mutation_that_nobody_passes_any_more_is_nobodys_fault_whatever_else_is_carried_out(
    mutation: str, people: int, refusals: Refusals, wait: Callable[[str, int], None]
) -> None:
    refusals.accepted(mutation)
    wait(mutation, people)
    refusals.accepted("updateEmployees")
    with pytest.raises(AirbyteTracedException, match=f"refuses every {mutation}"):
        refusals.end()


@pytest.mark.parametrize(
    ("words", "kind", "sentence"),
    [
        ("Access to updateContacts is denied.", FailureType.config_error, "Contact: read/write"),
        ("Transaction was deadlocked.", FailureType.transient_error, "refuses every updateContacts"),
    ],
)
def test_what_is_refused_with_nothing_in_it_is_a_missing_access_only_if_it_says_so(
    words: str, kind: FailureType, sentence: str, refusals: Refusals, requests_mock: Mocker
) -> None:
    requests_mock.post(URL, json={"errors": [{"message": words}], "data": None})
    from_xledger = refusals.gateway.refusal_of_nothing("updateContacts")
    assert from_xledger is not None
    with pytest.raises(AirbyteTracedException, match=sentence) as raised:
        refusals.wait_for_verdict([RefusedError(nothing("updateContacts", SCHEMA), from_xledger)], lambda: None)
    assert raised.value.failure_type is kind


def test_a_mutation_with_nothing_in_it_is_sent_once_for_all_who_wait(
    wait: Callable[[str, int], None], requests_mock: Mocker
) -> None:
    wait("updateContacts", 70)
    assert requests_mock.call_count == 1


def test_whoever_is_in_doubt_for_two_mutations_waits_for_both(refusals: Refusals, settled: list[str]) -> None:
    errors = [refused("updateContacts"), refused("addEmployees")]
    refusals.wait_for_verdict(errors, lambda: settled.append("to blame"))
    refusals.accepted("addEmployees")
    assert settled == []
    refusals.accepted("updateContacts")
    assert len(settled) == 1


@pytest.mark.parametrize("mutation", ["updateContacts", "addEmployees"])
def test_a_few_who_are_refused_alone_are_to_blame_in_the_end(
    mutation: str, refusals: Refusals, settled: list[str]
) -> None:
    for _ in range(SUSPICIOUS - 1):
        refusals.wait_for_verdict([refused(mutation, "This is not possible.")], lambda: settled.append("to blame"))
    refusals.end()
    assert len(settled) == SUSPICIOUS - 1
    assert not refusals.in_doubt
