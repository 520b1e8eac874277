"""What an Xledger tells of itself: its schema, and what it answers to whoever tries it out."""

from collections.abc import Collection, Mapping
from typing import Any

from xledger_api.language.introspection import learned
from xledger_api.language.operations import Operation
from xledger_api.language.schema import Schema, written_down
from xledger_api.sending.answers import Answer, Failure, Problem
from xledger_api.sending.client import WITHIN_SECONDS, XledgerClient
from xledger_api.sending.endings import ending, unreachable


def schema_of(client: XledgerClient, passing: Collection[Problem] = WITHIN_SECONDS) -> Schema:
    """Asks an Xledger for its schema, in two requests.

    Args:
        client: Sends them.
        passing: The problems that are waited out.

    Returns:
        What Xledger tells; where it does not, what is known of it from elsewhere. What guards an address may let
        everything through but this.

    Raises:
        AirbyteTracedException: When Xledger cannot be asked for anything.
    """

    def told(operation: Operation) -> Mapping[str, Any] | None:
        answer = client.ask(operation, passing)
        if isinstance(answer, Answer):
            return answer.data
        if answer.problem is not Problem.FORBIDDEN and unreachable(answer):
            raise ending(operation, answer)
        return None

    return learned(told) or written_down()


def answer_to(operation: Operation, client: XledgerClient) -> Answer | Failure:
    """What an Xledger answers to an operation that only tries it out, a refusal included.

    Raises:
        AirbyteTracedException: When Xledger cannot be asked for anything.
    """
    answer = client.ask(operation)
    if isinstance(answer, Failure) and (gone := unreachable(answer)):
        raise gone
    return answer
