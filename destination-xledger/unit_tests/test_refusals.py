"""Who is rejected is told apart from what Xledger refuses whoever it is about."""

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from requests_mock import Mocker

from destination_xledger.syncing.refusals import IN_A_ROW, Refusals
from shared_mappings import field_table
from xledger_api.employees.gateway import Gateway
from xledger_api.employees.requests import nothing
from xledger_api.language.schema import written_down
from xledger_api.sending.answers import Failure, Problem
from xledger_api.sending.client import RefusedError, XledgerClient

from .conftest import URL

UPDATE = nothing("updateContacts", written_down())
UNKNOWN = RefusedError(UPDATE, Failure(Problem.UNRECOGNISED, "The database is ill."))
REFUSED = RefusedError(UPDATE, Failure(Problem.VALUE_REFUSED, "phone: Invalid value."))


@pytest.fixture
def refusals(client: XledgerClient, requests_mock: Mocker) -> Refusals:
    """Xledger carries the mutation out when nothing is in it."""
    requests_mock.post(URL, json={"data": {"updateContacts": {"edges": None}}})
    return Refusals(Gateway(client, field_table(), schemas={(client.url, client.token): written_down()}))


def test_for_an_unknown_reason_only_so_many_are_rejected_one_after_the_other(refusals: Refusals) -> None:
    for _ in range(IN_A_ROW - 1):
        refusals.refused_alone(UNKNOWN)
    with pytest.raises(AirbyteTracedException, match="refuses every updateContacts") as raised:
        refusals.refused_alone(UNKNOWN)
    assert raised.value.failure_type is FailureType.transient_error
    assert "The database is ill." in str(raised.value)


def test_whoever_is_accepted_in_between_starts_the_count_anew(refusals: Refusals) -> None:
    for _ in range(3):
        for _ in range(IN_A_ROW - 1):
            refusals.refused_alone(UNKNOWN)
        refusals.accepted("updateContacts")


def test_any_number_of_values_may_be_refused(refusals: Refusals, requests_mock: Mocker) -> None:
    for _ in range(3 * IN_A_ROW):
        refusals.refused_alone(REFUSED)
    assert not requests_mock.called
