"""What the ending of a request is called, in sentences that an administrator can act on."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta, timezone
from typing import Final

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.failures import config_error, system_error, transient_error
from xledger_api.language.accesses import (
    ACCESSES,
    WHERE_TO_GRANT,
    Access,
    accesses_for,
    quoted,
    speaks_of_access,
)
from xledger_api.language.operations import Operation
from xledger_api.sending.answers import Failure, Problem


def ending(operation: Operation, failure: Failure, asked_for: Collection[Access] = ACCESSES) -> AirbyteTracedException:
    """Why nothing can go on after a failure that is neither waited out any longer nor settled by a smaller request.

    Args:
        operation: What failed.
        failure: How.
        asked_for: The accesses that the administrator is asked to grant.
    """
    if gone := unreachable(failure):
        return gone
    if failure.problem is Problem.SCHEMA_MISMATCH:
        return schema_mismatch(operation, failure)
    told = no_access if speaks_of_access(failure.original) else refused_whatever_is_in_it
    return told(operation, failure, asked_for)


def unreachable(failure: Failure) -> AirbyteTracedException | None:
    """Why Xledger cannot be asked for anything at present; None when a failure is about one operation."""
    told = _UNREACHABLE.get(failure.problem)
    return told(failure) if told else None


def schema_mismatch(operation: Operation, failure: Failure) -> AirbyteTracedException:
    """A request that asks for something Xledger's schema does not have."""
    return system_error(
        f"Xledger's API does not have what this connector uses in {operation.root_field}: {failure.words} "
        "Its schema may have changed; look for a newer version of this connector."
    )


def no_access(
    operation: Operation, failure: Failure, asked_for: Collection[Access] = ACCESSES
) -> AirbyteTracedException:
    """A request that Xledger refuses whatever is in it: most likely the token lacks an access."""
    accesses = accesses_for(operation, asked_for)
    lacks = "the access" if len(accesses) == 1 else "one of these accesses:"
    return config_error(
        f"Xledger refuses {operation.root_field}: {failure.words} The API token probably lacks {lacks} "
        f"{quoted(accesses)}. Grant it {WHERE_TO_GRANT}; testing the connection tells which accesses are missing."
    )


def refused_whatever_is_in_it(
    operation: Operation, failure: Failure, asked_for: Collection[Access] = ACCESSES
) -> AirbyteTracedException:
    """A request that is refused whatever is in it, in words that speak of no access, or although it passed before."""
    accesses = quoted(accesses_for(operation, asked_for))
    return transient_error(
        f"Xledger refuses {operation.root_field}, whatever is asked for: {failure.words} Try again in an "
        f"hour. If it comes back, look whether the API token has the accesses {accesses} "
        f"({WHERE_TO_GRANT}; testing the connection tells), and ask Xledger."
    )


def _out_of_credits(failure: Failure) -> AirbyteTracedException:
    when = _for_people(failure.resets_at) if failure.resets_at else "at a time Xledger does not tell"
    return transient_error(
        f"The credits of the Xledger subscription are used up; they come back {when}. Try again then, "
        "or ask Xledger for more."
    )


def _for_people(moment: datetime) -> str:
    """A moment by day and minute, never earlier than it is."""
    whole = (moment + timedelta(minutes=1, microseconds=-1)).astimezone(timezone.utc)
    return f"on {whole.day} {whole:%B %Y at %H:%M} UTC"


def _limited_by_others(failure: Failure) -> AirbyteTracedException:
    return transient_error(
        f"Xledger keeps refusing requests ({failure.problem.value}), although this connector stays below its "
        "limits. Something else uses the same subscription: let that pause, or try again in an hour."
    )


def _unavailable(failure: Failure) -> AirbyteTracedException:
    if failure.remedy:
        return transient_error(
            f"Xledger does not answer at its API address (api_url): {failure.words}. {failure.remedy}"
        )
    return transient_error(
        f"Xledger does not answer at its API address (api_url): {failure.problem.value} "
        f"({failure.words or 'no readable answer'}). Check the address; if it is right, Xledger may be in a "
        "maintenance window: try again in an hour."
    )


def _unauthorized(failure: Failure) -> AirbyteTracedException:
    return config_error(
        f"Xledger does not accept the API token. Make a new one {WHERE_TO_GRANT}, or paste the present one again, "
        f"whole and without spaces. Xledger says: {failure.words or 'not authorized'}"
    )


def _forbidden(failure: Failure) -> AirbyteTracedException:
    return config_error(
        f"The API address (api_url) does not let requests through ({failure.words or 'forbidden'}). Check the address, "
        f"and whether the API token is still there {WHERE_TO_GRANT}; if both are right, ask those who look after your "
        "network, and Xledger, whether a firewall stops what comes from here."
    )


def _too_large(failure: Failure) -> AirbyteTracedException:
    return config_error(
        f"Something on the way to Xledger does not let a request through because it is too large ({failure.words}), "
        "although there is hardly anything in it. Ask those who look after your network which proxy or firewall that "
        "is, and for a higher limit."
    )


def _proxy(failure: Failure) -> AirbyteTracedException:
    return config_error(
        f"A proxy on the way to Xledger wants to know who asks ({failure.words}). Set the proxy's address with a user "
        "and a password in HTTPS_PROXY where this connector runs, or ask those who look after your network to let "
        "requests to the API address (api_url) pass."
    )


def _not_the_api(failure: Failure) -> AirbyteTracedException:
    return config_error(
        f"The API address (api_url) does not answer like Xledger's GraphQL API ({failure.words or 'other content'}). "
        "Check it; the usual one is https://www.xledger.net/graphql."
    )


_UNREACHABLE: Final[Mapping[Problem, Callable[[Failure], AirbyteTracedException]]] = {
    Problem.BURST_LIMIT: _limited_by_others,
    Problem.CONCURRENCY_LIMIT: _limited_by_others,
    Problem.OUT_OF_CREDITS: _out_of_credits,
    Problem.UNAVAILABLE: _unavailable,
    Problem.UNAUTHORIZED: _unauthorized,
    Problem.FORBIDDEN: _forbidden,
    Problem.TOO_LARGE: _too_large,
    Problem.PROXY: _proxy,
    Problem.NOT_THE_API: _not_the_api,
}
"""The problems that have nothing to do with what was asked for."""
