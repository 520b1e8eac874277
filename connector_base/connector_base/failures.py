"""How a sync ends when it cannot go on: errors that an administrator can act on, and that hold no value of a record."""

import traceback
from collections.abc import Iterator

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets
from airbyte_cdk.utils.traced_exception import AirbyteTracedException


class ConnectorError(AirbyteTracedException):
    """An error in this connector's own words, which hold no value of a record and no secret."""


def config_error(message: str) -> ConnectorError:
    """Something the administrator has to change, here or in the system that is read or written."""
    return _ends(message, FailureType.config_error)


def transient_error(message: str) -> ConnectorError:
    """Something that passes: the next sync may well succeed."""
    return _ends(message, FailureType.transient_error)


def system_error(message: str) -> ConnectorError:
    """Something only a developer can mend."""
    return _ends(message, FailureType.system_error)


def told(error: BaseException) -> ConnectorError:
    """An error as a host may be told of it: in this connector's own words, secrets masked, or else by type and place.

    A trace quotes the texts of all errors on the way, so what the error was raised from stays behind. Texts of errors
    that are not this connector's own quote values, so those are left out as well.
    """
    if isinstance(error, ConnectorError):
        internal_message = filter_secrets(error.internal_message or "")
        return ConnectorError(internal_message, filter_secrets(str(error)), error.failure_type)
    return ConnectorError(
        message=f"The connector failed unexpectedly ({type(error).__name__}). Nothing of this sync is lost: run it "
        "again, and report the error with its internal message if it comes back.",
        internal_message="; ".join(types_and_places(error)),
        failure_type=FailureType.system_error,
    )


def types_and_places(error: BaseException) -> Iterator[str]:
    """An error and what led to it, outermost first: the type of each, and the code it came through."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield type(link).__qualname__
        for frame in traceback.extract_tb(link.__traceback__):
            yield f"{frame.filename}:{frame.lineno} in {frame.name}"
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _ends(message: str, failure_type: FailureType) -> ConnectorError:
    return ConnectorError(message=message, internal_message=message, failure_type=failure_type)
