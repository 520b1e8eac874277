"""The declared JSON Schema of a person's record, as the source emits it."""

import json
from importlib.resources import files
from typing import Any


def users_schema() -> dict[str, Any]:
    """The JSON Schema of a record of Huma's `users` stream.

    Every key but `id` may be missing (unknown) and most may be null (unset in Huma).

    Returns:
        A fresh copy, which the caller may change.
    """
    text = (files("shared_mappings") / "schemas" / "users.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
