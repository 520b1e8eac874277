"""Errors of the CDK, said so that an administrator can act on them."""

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.exceptions import BaseBackoffException
from airbyte_cdk.utils import AirbyteTracedException


def explained(error: AirbyteTracedException) -> AirbyteTracedException:
    """The same failure with the sentence the error handler had for it.

    When the retries are used up the CDK wraps that sentence into its own words, and for a rate limit drops it.

    Args:
        error: What the CDK's HTTP client raised.

    Returns:
        `error` itself when it carries its sentence already, and otherwise an exception that does.
    """
    cause = error.__context__
    if isinstance(cause, BaseBackoffException):
        return AirbyteTracedException(str(cause), str(cause), cause.failure_type or FailureType.transient_error)
    return error
