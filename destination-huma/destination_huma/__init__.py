"""Airbyte destination connector that brings what an ERP knows of its employees to the people in Huma."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from destination_huma.destination import DestinationHuma

__all__ = ["DestinationHuma"]


def __getattr__(name: str) -> Any:
    """The connector, loaded when somebody asks for it: that takes seconds, and its command has to hear its host."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from destination_huma.destination import DestinationHuma  # noqa: PLC0415

    return DestinationHuma
