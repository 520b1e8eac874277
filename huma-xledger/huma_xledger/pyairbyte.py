"""PyAirbyte, which takes seconds to load and reads its settings meanwhile: whoever imports it does so from here."""

import warnings

from huma_xledger.environment import prepare

# What PyAirbyte imports warns of its own old age at length, which is nothing anybody who runs a sync could act on.
prepare()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import airbyte
    from airbyte.shared.state_providers import StaticInputState
    from airbyte.shared.state_writers import StateWriterBase
    from airbyte_protocol.models import AirbyteStateMessage

__all__ = ["AirbyteStateMessage", "StateWriterBase", "StaticInputState", "airbyte"]
