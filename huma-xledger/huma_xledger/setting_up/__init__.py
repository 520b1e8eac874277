"""What an administrator would click together in an Airbyte of one's own, set up by its public API."""
