"""The Airbyte verbs on the command line, such that nothing but records carries people's data."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, ConnectorSpecification
from airbyte_cdk.sources import Source
from airbyte_cdk.sources.utils.schema_helpers import split_config

from connector_base.failures import config_error
from connector_base.protocol.concurrent_reading import without_logs
from source_huma.config_problems import config_problems
from source_huma.source import SourceHuma


class HumaEntrypoint(AirbyteEntrypoint):
    """The CDK's entrypoint, with configuration errors that quote no values."""

    def __init__(self, source: SourceHuma) -> None:
        hook = sys.excepthook
        super().__init__(source)
        # The CDK's constructor installs a hook that prints exceptions as they are.
        sys.excepthook = hook

    @staticmethod
    def validate_connection(source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:
        """Checks the configuration against the spec.

        Raises:
            ConnectorError: A configuration error that names every setting that cannot work, and no value.
        """
        settings, _ = split_config(config)
        problems = config_problems(settings, source_spec.connectionSpecification)
        if problems:
            raise config_error(" ".join(problems))

    def _emit_queued_messages(self, source: Source) -> Iterable[AirbyteMessage]:
        return without_logs(super()._emit_queued_messages(source))
