"""A connection is a folder with `connection.yaml` in it: the configs of its connectors, by their names."""

import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from huma_xledger.direction import BY_ORIGIN

NAME: Final = "connection.yaml"

CONNECTORS: Final = tuple(name for direction in BY_ORIGIN.values() for name in direction.connectors)
"""The connectors that it may have a config of."""

DESTINATIONS: Final = tuple(direction.destination for direction in BY_ORIGIN.values())

_CORRECT_IT: Final = "Correct it: README.md shows what belongs in it."
_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")


class ConnectionFileError(Exception):
    """A connection that cannot be used; the message is a sentence that names the file, and no value in it."""


@dataclass(frozen=True, slots=True)
class ConnectionFile:
    """What `connection.yaml` says.

    Attributes:
        path: The file.
    """

    path: Path
    _configs: Mapping[str, Any] = field(repr=False)

    @classmethod
    def read(cls, folder: Path) -> "ConnectionFile":
        """Reads the file of a folder.

        Raises:
            ConnectionFileError: When there is none, or it holds something else.
        """
        path = folder / NAME
        try:
            # Through JSON, as the connectors are going to read it: what JSON does not know is refused here.
            content = json.loads(json.dumps(yaml.load(path.read_bytes(), _Loader), allow_nan=False))  # noqa: S506
        except OSError as error:
            raise ConnectionFileError(
                f"{path} cannot be read: {error.strerror}. Check the path of the folder and its permissions."
            ) from None
        except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            where = f" (line {mark.line + 1} cannot be read)" if mark else ""
            raise ConnectionFileError(f"{path} is not understood as YAML{where}. {_CORRECT_IT}") from None
        if not content or not isinstance(content, dict) or not all(isinstance(of, dict) for of in content.values()):
            raise ConnectionFileError(f"{path} does not hold settings below the name of each connector. {_CORRECT_IT}")
        for name in content:
            if name not in CONNECTORS:
                raise ConnectionFileError(
                    f"{path} has settings of {name}, which is none of {', '.join(CONNECTORS)}. {_CORRECT_IT}"
                )
        return cls(path, content)

    @property
    def connectors(self) -> tuple[str, ...]:
        """The connectors that there are settings of."""
        return tuple(name for name in CONNECTORS if name in self._configs)

    def config(self, connector: str) -> dict[str, Any]:
        """The config of a connector, with what the environment has in place of each `${VARIABLE}`.

        Null stands for the default, as if nothing were there.

        Args:
            connector: Its name.

        Raises:
            ConnectionFileError: When there is none, or a variable is not set.
        """
        if connector not in self._configs:
            raise ConnectionFileError(
                f"{self.path} has no settings of {connector}, which a sync in this direction runs. {_CORRECT_IT}"
            )
        config = self._configs[connector]
        return {name: self._with_variables(value, connector) for name, value in config.items() if value is not None}

    def is_open_to_others(self) -> bool:
        """Whether others on this machine can read it."""
        return bool(self.path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))

    def keeps_reports_apart(self) -> bool:
        """Whether both destinations are there, and leave their reports in different places.

        The decisions of an administrator are beside the reports: those in one place do not count in the other.
        """
        places = [self._configs[name].get("object_storage_config") for name in DESTINATIONS if name in self._configs]
        return len(places) == len(DESTINATIONS) and any(place != places[0] for place in places)

    def _with_variables(self, value: Any, connector: str) -> Any:
        def of(variable: re.Match[str]) -> str:
            found = os.environ.get(variable[1])
            if not found:
                raise ConnectionFileError(
                    f"{self.path} takes a setting of {connector} from the environment variable {variable[1]}, which is "
                    "not set. Set it where this is started."
                )
            return found

        match value:
            case str():
                return _VARIABLE.sub(of, value)
            case list():
                return [self._with_variables(entry, connector) for entry in value]
            case dict():
                return {key: self._with_variables(entry, connector) for key, entry in value.items()}
        return value


class _Loader(yaml.SafeLoader):
    """What is written like a date stays text, which is what a config has."""

    yaml_implicit_resolvers = {  # noqa: RUF012  as in the class above
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
