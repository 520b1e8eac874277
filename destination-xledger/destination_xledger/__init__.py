"""Airbyte destination connector that keeps Xledger's employees in step with an HR system."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from destination_xledger.destination import DestinationXledger

__all__ = ["DestinationXledger"]


def __getattr__(name: str) -> Any:
    """The connector, loaded when somebody asks for it: that takes seconds, and its command has to hear its host."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from destination_xledger.destination import DestinationXledger  # noqa: PLC0415

    return DestinationXledger
