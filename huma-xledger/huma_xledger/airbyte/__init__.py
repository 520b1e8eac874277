"""Airbyte, asked by its public API."""
