"""The Airbyte verbs on the command line, for the source that a command line describes."""

from connector_base.reading.entrypoint import SourceEntrypoint
from source_huma.source import SourceHuma


class HumaEntrypoint(SourceEntrypoint):
    """The entrypoint, with the source that it runs."""

    @classmethod
    def of(cls, arguments: list[str]) -> "HumaEntrypoint":
        """The entrypoint of a command line, with its config and its catalog, which the source is made of.

        Raises:
            ConnectorError: A config error, when one of these files cannot be read.
        """
        config_path, catalog_path = cls.extract_config(arguments), cls.extract_catalog(arguments)
        return cls(
            SourceHuma(
                config=SourceHuma.read_config(config_path) if config_path else None,
                catalog=SourceHuma.read_catalog(catalog_path) if catalog_path else None,
            )
        )
