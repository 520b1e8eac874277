"""Airbyte destination connector that keeps Xledger's employees in step with an HR system."""
