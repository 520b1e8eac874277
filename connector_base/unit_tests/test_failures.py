"""How an error is told: in this connector's own words whole, secrets masked; else by types and places."""

from collections.abc import Iterator

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.failures import ConnectorError, config_error, told

MARK = "Kari-Nordmann-15108695088"


@pytest.fixture(autouse=True)
def a_secret() -> Iterator[None]:
    update_secrets(["top-secret"])
    yield
    update_secrets([])


def test_own_words_pass_whole_but_for_secrets_and_without_what_led_to_them() -> None:
    try:
        try:
            int(MARK)
        except ValueError as error:
            raise config_error("Request (body): is wrong: not top-secret.") from error
    except ConnectorError as error:
        message = told(error).as_airbyte_message()
    assert message.trace
    assert message.trace.error
    assert message.trace.error.message == "Request (body): is wrong: not ****."
    assert message.trace.error.failure_type is FailureType.config_error
    assert MARK not in str(message)
    assert "top-secret" not in str(message)


@pytest.mark.parametrize("error", [ValueError(MARK), AirbyteTracedException(MARK, MARK, FailureType.config_error)])
def test_foreign_words_stay_behind(error: Exception) -> None:
    try:
        try:
            raise KeyError(MARK)
        except KeyError as cause:
            raise error from cause
    except Exception as raised:  # noqa: BLE001  # whatever it is
        message = told(raised).as_airbyte_message()
    assert message.trace
    assert message.trace.error
    assert f"({type(error).__name__})" in message.trace.error.message
    assert message.trace.error.failure_type is FailureType.system_error
    assert "KeyError" in str(message.trace.error.internal_message)
    assert "test_failures.py" in str(message.trace.error.internal_message)
    assert MARK not in str(message)
