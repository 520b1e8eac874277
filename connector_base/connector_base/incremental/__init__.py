"""Incremental reading from an API that does not say what changed: keyed fingerprints of records."""
