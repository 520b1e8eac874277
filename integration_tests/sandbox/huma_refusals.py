"""How Huma refuses a request: a status and a body."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class RefusedError(Exception):
    """A request that Huma refuses.

    Attributes:
        status: The HTTP status.
        body: The body.
    """

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


def refused(code: str, message: str, *fields: str, status: int = 400) -> RefusedError:
    """Return the refusal of a request that Huma has understood (schema `InvalidFieldFormatResponse`).

    Args:
        code: What is wrong, for programs.
        message: The same for people.
        *fields: The parameters or keys it is about; none for the request as a whole.
        status: The HTTP status.
    """
    named = {"fields": sorted(set(fields))} if fields else {}
    return RefusedError(status, {"errorCode": code, "errorMessage": message, **named})


def invalid(*fields: str) -> RefusedError:
    """Return the refusal of parameters, or of keys of a body, that are not as described."""
    return refused("field:invalid-format", "Invalid field Format", *fields)


def not_found(kind: str, identity: str) -> RefusedError:
    """Return a 404 (schema `NotFoundErrorResponse`)."""
    interpolations = {"type": kind, "id": identity}
    message = "Object not found"
    return RefusedError(
        404, {"errorCode": "object:not-found", "errorMessage": message, "interpolations": interpolations}
    )


def invalid_token(description: str) -> RefusedError:
    """Return a 401 (schema `InvalidTokenResponse`)."""
    return RefusedError(401, {"error": "invalid_token", "error_description": description})


def no_right() -> RefusedError:
    """Return a 403. Huma's description has none; this is a 401's body, with the code of RFC 6750."""
    return RefusedError(403, {"error": "insufficient_scope", "error_description": "The API key may not do this"})
