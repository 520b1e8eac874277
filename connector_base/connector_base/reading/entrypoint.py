"""The Airbyte verbs on the command line, such that nothing but records carries people's data."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, ConnectorSpecification
from airbyte_cdk.sources import Source
from airbyte_cdk.sources.utils.schema_helpers import split_config

from connector_base.failures import config_error
from connector_base.protocol.concurrent_reading import without_logs
from connector_base.settings.masked_secrets import mask_secrets
from connector_base.settings.validating import form_problems
from connector_base.storage.temporary import temporary_folder


class SourceEntrypoint(AirbyteEntrypoint):
    """The CDK's entrypoint, with configuration errors that quote no values."""

    def __init__(self, source: Source) -> None:
        hook = sys.excepthook
        super().__init__(source)
        # The CDK's constructor installs a hook that prints exceptions as they are.
        sys.excepthook = hook

    def run(self, parsed_args: Namespace) -> Iterable[str]:
        """Runs the verb that a command line names, and gives its messages as lines.

        Raises:
            ConnectorError: A config error, when there is no folder for temporary files, which the CDK wants.
        """
        temporary_folder()
        yield from super().run(parsed_args)

    @staticmethod
    def set_up_secret_filter(config: Mapping[str, Any], connection_specification: Mapping[str, Any]) -> None:
        """Has secrets masked in all output; but none that is too short, which is refused afterwards."""
        mask_secrets(connection_specification, config)

    @staticmethod
    def validate_connection(source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:
        """Checks the configuration against the spec.

        Raises:
            ConnectorError: A configuration error that names every setting that cannot work, and no value.
        """
        settings, _ = split_config(config)
        if problems := form_problems(settings, source_spec.connectionSpecification):
            raise config_error("The configuration cannot work. " + " ".join(problems))

    def _emit_queued_messages(self, source: Source) -> Iterable[AirbyteMessage]:
        return without_logs(super()._emit_queued_messages(source))
