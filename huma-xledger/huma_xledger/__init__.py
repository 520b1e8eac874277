"""PyAirbyte as the host of both connectors: it reads from one local executable and writes to the other."""

import warnings

from huma_xledger.environment import prepare

# PyAirbyte reads its settings while it is imported, so they are set before any module here imports it. What it imports
# warns of its own old age at length, which is nothing anybody who runs a sync could act on.
prepare()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import airbyte  # noqa: F401
