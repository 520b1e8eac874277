"""What a host asks to become of what earlier syncs wrote: with "Clear data" and with a refresh that removes records.

A host counts the generations of a stream, and asks to remove those before `minimum_generation_id`. Nothing that was
written is ever removed. Facts: for "Clear data" Airbyte runs a sync that brings nobody, in full refresh. Where it knows
that the destination supports refreshes, the sync mode is `append` and both ids are alike. Where it does not, as of each
connector that somebody adds by its image, the sync mode is `overwrite`, and there are no ids, in this sync as in every
other one. The state in it is null, and the next sync therefore brings everybody.
"""

from collections.abc import Iterator
from typing import Final

from airbyte_cdk.models import (
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)

from connector_base.protocol.stream_keys import StreamKey
from connector_base.systems import System

FIRST_SYNC: Final = 1
"""The id that PyAirbyte gives to every sync, with both generations 1. A host that counts its syncs has nothing to
remove in its first one."""


def everybody_again(system: System) -> str:
    """How people are sent again who did not change, to be put into a sentence.

    Args:
        system: What is written to.
    """
    return (
        'in Airbyte, choose "Refresh stream" in the menu of the stream, or "Clear data", which deletes nothing in '
        f"{system.name}; in PyAirbyte, write with force_full_refresh=True; in other hosts, reset the state of the "
        "stream"
    )


def may_be_a_clear(configured: ConfiguredAirbyteStream) -> bool:
    """Whether a stream with the sync mode `overwrite` may be there to be cleared, so that nobody comes in it."""
    in_full = configured.sync_mode is SyncMode.full_refresh
    alike = configured.generation_id == configured.minimum_generation_id
    return in_full and alike and configured.destination_sync_mode is DestinationSyncMode.overwrite


def overwritten(catalog: ConfiguredAirbyteCatalog) -> StreamKey | None:
    """A stream that is to be overwritten; None when there is none."""
    streams = (stream for stream in catalog.streams if stream.destination_sync_mode is DestinationSyncMode.overwrite)
    return next((StreamKey.of(configured.stream) for configured in streams), None)


def told_at_the_start(catalog: ConfiguredAirbyteCatalog, system: System) -> Iterator[str]:
    """What an administrator should know of a sync that the host wants to be another one than the last: a sentence.

    Args:
        catalog: The configured catalog.
        system: What is written to.
    """
    to_go = sorted(str(StreamKey.of(configured.stream)) for configured in catalog.streams if _are_to_go(configured))
    if to_go:
        yield (
            f"The host asks to remove what earlier syncs wrote of the stream {', '.join(to_go)}. Nothing in "
            f"{system.name} is deleted or emptied, for it is {system.kind}. Who comes is compared with {system.name} "
            'as always; if this is a "Clear data", nobody does, and the next sync brings everybody.'
        )
    elif any(configured.sync_mode is SyncMode.incremental for configured in catalog.streams):
        yield (
            "This sync brings those who are new or changed. If settings have changed, have everybody sent again: "
            f"{everybody_again(system)}."
        )


def _are_to_go(configured: ConfiguredAirbyteStream) -> bool:
    if may_be_a_clear(configured):
        return True
    generation = configured.generation_id
    asked = bool(generation) and generation == configured.minimum_generation_id
    return asked and (configured.sync_mode is SyncMode.full_refresh or configured.sync_id != FIRST_SYNC)
