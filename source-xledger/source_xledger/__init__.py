"""Airbyte source connector that reads employees from Xledger."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from source_xledger.source import SourceXledger

__all__ = ["SourceXledger"]


def __getattr__(name: str) -> Any:
    """The connector, loaded when somebody asks for it: that takes seconds, and its command has to hear its host."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from source_xledger.source import SourceXledger  # noqa: PLC0415

    return SourceXledger
