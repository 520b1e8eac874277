"""How a sync ends when it cannot go on: errors that an administrator can act on, and that hold no value of a record."""

import traceback

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException


def config_error(message: str) -> AirbyteTracedException:
    """Something the administrator has to change, here or in Xledger."""
    return _ends(message, FailureType.config_error)


def transient_error(message: str) -> AirbyteTracedException:
    """Something that passes: the next sync may well succeed."""
    return _ends(message, FailureType.transient_error)


def system_error(message: str) -> AirbyteTracedException:
    """Something only a developer can mend."""
    return _ends(message, FailureType.system_error)


def without_trace(error: AirbyteTracedException) -> AirbyteTracedException:
    """The same error without what it was raised from: a trace quotes the texts of all errors on the way."""
    return AirbyteTracedException(
        message=error.message, internal_message=error.internal_message, failure_type=error.failure_type
    )


def unforeseen(error: BaseException) -> AirbyteTracedException:
    """An error nobody planned for, told by its type and place.

    Its text is left out, because texts of errors quote values; so is everything it was raised from.
    """
    places = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    return AirbyteTracedException(
        message=f"The connector failed unexpectedly ({type(error).__name__}). Nothing of this sync is lost: run it "
        "again, and report the error with its internal message if it comes back.",
        internal_message="; ".join([type(error).__name__, *places]),
        failure_type=FailureType.system_error,
    )


def _ends(message: str, failure_type: FailureType) -> AirbyteTracedException:
    return AirbyteTracedException(message=message, internal_message=message, failure_type=failure_type)
