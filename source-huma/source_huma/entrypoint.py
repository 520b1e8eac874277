"""The Airbyte verbs on the command line, such that nothing but records carries people's data."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import (
    AirbyteMessage,
    ConfiguredAirbyteCatalog,
    ConnectorSpecification,
    FailureType,
)
from airbyte_cdk.sources.utils.schema_helpers import split_config
from airbyte_cdk.utils import AirbyteTracedException

from source_huma.config_problems import config_problems
from source_huma.log_redaction import redacted, report_uncaught
from source_huma.source import SourceHuma


class HumaEntrypoint(AirbyteEntrypoint):
    """The CDK's entrypoint, with every message redacted and configuration errors that quote no values."""

    def __init__(self, source: SourceHuma) -> None:
        super().__init__(source)
        # The CDK's constructor installs a hook that prints exceptions as they are.
        sys.excepthook = report_uncaught

    @staticmethod
    def validate_connection(source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:
        """Checks the configuration against the spec.

        Raises:
            AirbyteTracedException: A configuration error that names every setting that cannot work, and no value.
        """
        settings, _ = split_config(config)
        problems = config_problems(settings, source_spec.connectionSpecification)
        if problems:
            message = " ".join(problems)
            raise AirbyteTracedException(message, message, FailureType.config_error)

    def check(self, source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> Iterator[AirbyteMessage]:
        """Checks the connection."""
        return map(redacted, super().check(source_spec, config))

    def discover(self, source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> Iterator[AirbyteMessage]:
        """Says which streams there are."""
        return map(redacted, super().discover(source_spec, config))

    def read(
        self,
        source_spec: ConnectorSpecification,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[Any],
    ) -> Iterable[AirbyteMessage]:
        """Reads the configured streams."""
        return map(redacted, super().read(source_spec, config, catalog, state))
