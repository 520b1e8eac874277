"""What each connector says of the settings that it takes: its form."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import destination_huma.config
import destination_xledger.config
import source_xledger.config
from source_huma.source import SourceHuma

_FORMS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "source-huma": lambda: SourceHuma().spec(None).connectionSpecification,  # type: ignore[arg-type]  # it asks for no logger
    "source-xledger": source_xledger.config.connection_specification,
    "destination-huma": destination_huma.config.connection_specification,
    "destination-xledger": destination_xledger.config.connection_specification,
}

CONNECTORS: Final = tuple(_FORMS)


@cache
def form_of(connector: str) -> dict[str, Any]:
    """The form of a connector, by its name, as a host gets it. Nobody changes what is given."""
    return _FORMS[connector]()
