"""Errors of the CDK, said so that an administrator can act on them."""

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.exceptions import BaseBackoffException
from airbyte_cdk.utils import AirbyteTracedException

from connector_base.failures import ConnectorError, told


def explained(error: AirbyteTracedException) -> ConnectorError:
    """The same failure with the sentence the error handler had for it.

    When the retries are used up the CDK wraps that sentence into its own words, and for a rate limit drops it. Where
    there was no sentence, the CDK's message is its internal one, which quotes the answer.

    Args:
        error: What the CDK's HTTP client raised.
    """
    if isinstance(error, ConnectorError):
        return error
    cause = error.__context__
    if isinstance(cause, BaseBackoffException):
        return ConnectorError(str(cause), str(cause), cause.failure_type or FailureType.transient_error)
    if error.message != error.internal_message:
        return ConnectorError(error.message, error.message, error.failure_type)
    return told(error)
