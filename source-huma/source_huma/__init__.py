"""Airbyte source connector that reads people from Huma."""

from source_huma.source import SourceHuma

__all__ = ["SourceHuma"]
