"""How Xledger says no: the errors of its API, in its words."""

from __future__ import annotations

import logging
import re
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphql import GraphQLError

Json = dict[str, Any]

_logger = logging.getLogger(__name__)

_UNKNOWN_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")
_SYNTAX = "Syntax Error: "


class XledgerError(Exception):
    """A request Xledger does not carry out.

    Attributes:
        code: Top-level `code` of the error, where it has one.
        extensions: `extensions` of the error, where it has them.
    """

    def __init__(self, message: str, *, code: str | None = None, extensions: Json | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.extensions = extensions

    def as_json(self) -> Json:
        """Return the error as an entry of `errors`."""
        answer: Json = {"message": self.message}
        if self.code is not None:
            answer["code"] = self.code
        if self.extensions is not None:
            answer["extensions"] = self.extensions
        return answer


def invalid_value(path: str, value: object, why: str) -> XledgerError:
    """Return the refusal of a value. It quotes the value, as Xledger does."""
    return XledgerError(f"{path}: Invalid value '{value}'. {why}", extensions={"code": "INVALID_VALUE"})


def refused(path: str) -> XledgerError:
    """Return the refusal of a value in words that do not quote it."""
    return XledgerError(f"{path}: It was refused.", extensions={"code": "INVALID_VALUE"})


def not_a_supplier(number: int, db_id: int) -> XledgerError:
    """Return the refusal of an employee's subledger where suppliers are wanted: a guess at words nobody has seen."""
    return XledgerError(f"inputs.{number}.node.dbId: Subledger {db_id} is not a supplier.")


def no_introspection() -> XledgerError:
    """Return the refusal to tell the schema. Xledger's wording is not documented."""
    return XledgerError("GraphQL introspection is not allowed.")


def no_match(path: str, owner: int, kind: str, value: object) -> XledgerError:
    """Return the refusal of a reference that leads nowhere."""
    return XledgerError(f"{path}: No value matching owner {owner}, {kind} '{value}'.")


def burst_limit() -> XledgerError:
    """Return the refusal of one request too many in five seconds."""
    return XledgerError("Burst rate limit reached.", code="BAD_REQUEST.BURST_RATE_LIMIT_REACHED")


def concurrency_limit() -> XledgerError:
    """Return the refusal of one request too many at once."""
    return XledgerError("Concurrency limit reached.", code="BAD_REQUEST.CONCURRENCY_LIMIT_REACHED")


def insufficient_credits(reset_at: str) -> XledgerError:
    """Return the refusal of a request nobody has paid for; `reset_at` is an ISO time."""
    return XledgerError(
        "Insufficient credits.", code="BAD_REQUEST.INSUFFICIENT_CREDITS", extensions={"resetAt": reset_at}
    )


def query_timed_out() -> XledgerError:
    """Return the answer to a query that took too long."""
    return XledgerError("Your query timed out.")


def no_access(root_field: str) -> XledgerError:
    """Return the refusal of what the token was not granted. Xledger's wording is not documented; this is a guess."""
    return XledgerError(f"{root_field}: Access denied.")


def malformed_token() -> XledgerError:
    """Return the refusal of a token that cannot be one."""
    return XledgerError("Bad format for API Token: it should be 'token', a space and the token.")


def unknown_token() -> XledgerError:
    """Return the refusal of a token that is not known, or of none. Xledger's wording is not documented."""
    return XledgerError("Not authenticated.")


def malformed_request(why: str) -> XledgerError:
    """Return the refusal of a body that is no GraphQL request."""
    return XledgerError(f"Bad request: {why}")


def of_graphql(error: GraphQLError) -> Json:
    """Return an error of the GraphQL library in Xledger's words.

    Raises:
        RuntimeError: A resolver of the sandbox itself failed; the log says where.
    """
    original = error.original_error
    if isinstance(original, XledgerError):
        return {**original.as_json(), "path": error.path}
    if original is not None and error.path is not None:
        place = traceback.extract_tb(original.__traceback__)[-1]
        _logger.error("The sandbox failed: %s in %s:%s", type(original).__name__, place.filename, place.lineno)
        raise RuntimeError("The sandbox failed") from original
    if error.message.startswith(_SYNTAX):
        return {"message": f"Error parsing query: {error.message.removeprefix(_SYNTAX)}"}
    if found := _UNKNOWN_FIELD.match(error.message):
        return {"message": f"Cannot query field `{found[1]}` on type `{found[2]}`"}
    return {"message": error.message, "extensions": {"code": "ARGUMENTS_OF_CORRECT_TYPE"}}
