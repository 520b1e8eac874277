"""The Airbyte verbs on the command line, for this source."""

from collections.abc import Mapping
from typing import Any

from airbyte_cdk.models import ConnectorSpecification

from connector_base.reading.entrypoint import SourceEntrypoint
from source_xledger.config import parse_config


class XledgerEntrypoint(SourceEntrypoint):
    """The entrypoint, with the faults of a configuration as the model of it knows them."""

    @staticmethod
    def validate_connection(source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:  # noqa: ARG004
        """Checks the configuration.

        Raises:
            ConnectorError: A configuration error that names every setting that cannot work, and no value.
        """
        parse_config(config)
