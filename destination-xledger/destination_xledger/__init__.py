"""Airbyte destination connector that keeps Xledger's employees in step with an HR system."""

from destination_xledger.destination import DestinationXledger

__all__ = ["DestinationXledger"]
