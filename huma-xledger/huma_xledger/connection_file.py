"""A connection is a folder with `connection.yaml` in it: the configs of its connectors, by their names.

What an administrator decided stands beside it, in `decisions.json`, for both directions.
"""

import json
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from huma_xledger.airbyte_settings import AIRBYTE, AirbyteSettings, airbyte_settings
from huma_xledger.direction import BY_ORIGIN, TO_XLEDGER
from huma_xledger.given import SettingsError
from huma_xledger.listen_settings import LISTEN, ListenSettings, is_airbytes, listen_settings
from huma_xledger.private_file import replace_at_once
from shared_mappings import LANGUAGES, DecisionsError, Language, parse_decisions

NAME: Final = "connection.yaml"

DECISIONS: Final = "decisions.json"
"""The file with what an administrator decided, for both destinations."""

SETTING: Final = "decisions"
"""The setting by which a destination is handed what is in it."""

NOTIFY: Final = "notify"
"""The key under which it has the addresses that are told the result of a sync."""

NOTIFY_LANGUAGE: Final = "notify_language"

SCHEDULE: Final = "schedule"
"""The key under which it says how often everybody is synced while webhooks are taken."""

CONNECTORS: Final = tuple(name for direction in BY_ORIGIN.values() for name in direction.connectors)
"""The connectors that it may have a config of."""

DESTINATIONS: Final = tuple(direction.destination for direction in BY_ORIGIN.values())

_BESIDE: Final = (NOTIFY, NOTIFY_LANGUAGE, SCHEDULE, LISTEN, AIRBYTE)

_CORRECT_IT: Final = "Correct it: huma-xledger/README.md shows what belongs in it."
_CORRECT_LISTENING: Final = "Correct it: huma-xledger/docs/listen.md shows what belongs in it."
_CORRECT_SETTING_UP: Final = "Correct it: huma-xledger/docs/airbyte-setup.md shows what belongs in it."
_QUOTED: Final = "Text that begins with a sign, as * or @, has to be between quotation marks."
_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")


class ConnectionFileError(Exception):
    """A connection that cannot be used; the message is a sentence that names the file, and no value in it."""


@dataclass(frozen=True, slots=True)
class DecisionsFile:
    """What an administrator decided for a connection.

    Attributes:
        path: The file; it need not be there.
    """

    path: Path

    def read(self) -> str | None:
        """What is in the file; None when it is not there.

        Raises:
            ConnectionFileError: When it cannot be read or understood.
        """
        try:
            text = self.path.read_bytes().decode()
            parse_decisions(text)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConnectionFileError(
                f"{self.path} cannot be read: {error.strerror}. Nothing is written before it is. Check its permissions."
            ) from None
        except (UnicodeDecodeError, DecisionsError) as error:
            why = str(error) if isinstance(error, DecisionsError) else "it is no text in UTF-8"
            raise ConnectionFileError(
                f"The decisions in {self.path} cannot be understood: {why}. Nothing is written before they are. Put "
                "the file there again as it was saved, or update huma-xledger if the file is of a later version. "
                "Without the file, nothing is decided."
            ) from None
        return text

    def write(self, text: str) -> None:
        """Replaces the file, at once or not at all; only its owner can read it.

        Args:
            text: Decisions that are understood.

        Raises:
            ConnectionFileError: When it cannot be written.
        """
        try:
            replace_at_once(self.path, text.encode())
        except OSError as error:
            raise ConnectionFileError(
                f"{self.path} cannot be written: {error.strerror}. Give the user that this runs as permission and "
                "room there."
            ) from None


@dataclass(frozen=True, slots=True)
class ConnectionFile:
    """What `connection.yaml` says.

    Attributes:
        path: The file.
        notify_language: In which language the result of a sync is told.
    """

    path: Path
    _configs: Mapping[str, Any] = field(repr=False)
    _notify: tuple[str, ...] = field(default=(), repr=False)
    notify_language: Language = LANGUAGES[0]
    _schedule: Any = field(default=None, repr=False)
    _listen: Any = field(default=None, repr=False)
    _airbyte: Any = field(default=None, repr=False)

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
            raise ConnectionFileError(f"{path} is not understood as YAML{where}. {_QUOTED} {_CORRECT_IT}") from None
        told = _popped(content, _BESIDE)
        for name in content if isinstance(content, dict) else ():
            if name not in CONNECTORS:
                known = ", ".join((*CONNECTORS, *_BESIDE))
                raise ConnectionFileError(f"{path} has settings of {name}, which is none of {known}. {_CORRECT_IT}")
        # Who has Airbyte has the connectors' configs there.
        is_complete = bool(content) or is_airbytes(told.get(LISTEN))
        if not is_complete or not isinstance(content, dict) or not all(isinstance(of, dict) for of in content.values()):
            raise ConnectionFileError(f"{path} does not hold settings below the name of each connector. {_CORRECT_IT}")
        return cls(
            path,
            content,
            _addresses(path, told.get(NOTIFY)),
            _language(path, told.get(NOTIFY_LANGUAGE)),
            told.get(SCHEDULE),
            told.get(LISTEN),
            told.get(AIRBYTE),
        )

    @property
    def connectors(self) -> tuple[str, ...]:
        """The connectors that there are settings of."""
        return tuple(name for name in CONNECTORS if name in self._configs)

    def config(self, connector: str) -> dict[str, Any]:
        """The config of a connector, with what the environment has in place of each `${VARIABLE}`.

        Null stands for the default, as if nothing were there. A destination that has no decisions of its own gets those
        of the connection.

        Args:
            connector: Its name.

        Raises:
            ConnectionFileError: When there is none, or a variable is not set, or the decisions of the connection cannot
                be read or understood.
        """
        if connector not in self._configs:
            raise ConnectionFileError(
                f"{self.path} has no settings of {connector}, which a sync in this direction runs. {_CORRECT_IT}"
            )
        entered = self._configs[connector].items()
        config = {name: self._with_variables(value, connector) for name, value in entered if value is not None}
        if connector in DESTINATIONS and _is_blank(config.get(SETTING)):
            text = self.decisions.read()
            return config if text is None else config | {SETTING: text}
        return config

    @property
    def decisions(self) -> DecisionsFile:
        """What an administrator decided, for both directions."""
        return DecisionsFile(self.path.with_name(DECISIONS))

    @property
    def decide_by_themselves(self) -> tuple[str, ...]:
        """The destinations for which `connection.yaml` itself says what was decided."""
        return tuple(name for name in DESTINATIONS if not _is_blank(self._configs.get(name, {}).get(SETTING)))

    def mode(self, destination: str) -> str:
        """Whether syncs to a destination write: `sync`, or `preview`, which is the default."""
        return str(self._configs.get(destination, {}).get("mode") or "preview")

    @property
    def notify(self) -> tuple[str, ...]:
        """The addresses that are told the result of a sync, with what the environment has in place of `${VARIABLE}`.

        Raises:
            ConnectionFileError: When a variable is not set, or one can be no address.
        """
        from connector_base.telling.addresses import addresses_in, without_a_kind  # noqa: PLC0415  it takes a second

        addresses = addresses_in("\n".join(self._with_variables(text, NOTIFY) for text in self._notify))
        if wrong := without_a_kind(addresses):
            raise ConnectionFileError(f"{self.path}, {NOTIFY}: {wrong}. {_CORRECT_IT}")
        return addresses

    @property
    def tells_somebody(self) -> bool:
        """Whether anybody is told the result of a sync, whoever that is."""
        return bool(self._notify)

    @property
    def schedule(self) -> str | None:
        """How often everybody is synced while webhooks are taken, as it was entered; None for never.

        Raises:
            ConnectionFileError: When it is no text, or a variable is not set.
        """
        entered = self._with_variables(self._schedule, SCHEDULE)
        if entered is None:
            return None
        if not isinstance(entered, str):
            raise self.mistaken(SCHEDULE, "it must be text, as 6h, or as the line of a crontab between quotation marks")
        return entered.strip()

    @property
    def listen(self) -> ListenSettings | None:
        """How webhooks are taken; None where the file does not say that any are.

        Raises:
            ConnectionFileError: When the settings are of no use, or a variable is not set.
        """
        if self._listen is None:
            return None
        try:
            elsewhere = None if self._airbyte is None else lambda: self.airbyte.login
            return listen_settings(self._with_variables(self._listen, LISTEN), elsewhere)
        except SettingsError as error:
            raise ConnectionFileError(f"{self.path}: {error}. {_CORRECT_LISTENING}") from None

    @property
    def airbyte(self) -> AirbyteSettings:
        """What is to be set up in Airbyte, and in which one.

        Raises:
            ConnectionFileError: When the file does not say, the settings are of no use, or a variable is not set.
        """
        try:
            return airbyte_settings(self._with_variables(self._airbyte, AIRBYTE))
        except SettingsError as error:
            raise self.not_to_be_set_up(str(error)) from None

    def not_to_be_set_up(self, why: str) -> ConnectionFileError:
        """What is wrong with what is to be set up in Airbyte.

        Args:
            why: What is wrong, in words that no value is in.
        """
        return ConnectionFileError(f"{self.path}: {why}. {_CORRECT_SETTING_UP}")

    @property
    def listens_by_itself(self) -> bool:
        """Whether the file says that webhooks are taken, and that this program brings whomever they name."""
        return self._listen is not None and not is_airbytes(self._listen)

    @property
    def writes(self) -> bool:
        """Whether syncs from Huma to Xledger write, and do not only look."""
        return self.mode(TO_XLEDGER.destination) == "sync"

    def mistaken(self, key: str, why: str) -> ConnectionFileError:
        """What is wrong with what says how webhooks are taken.

        Args:
            key: The key.
            why: What is wrong, in words that no value is in.
        """
        return ConnectionFileError(f"{self.path}, {key}: {why}. {_CORRECT_LISTENING}")

    @property
    def tell_by_themselves(self) -> tuple[str, ...]:
        """The destinations that have addresses of their own."""
        return tuple(name for name in DESTINATIONS if not _is_blank(self._configs.get(name, {}).get(NOTIFY)))

    def is_open_to_others(self) -> bool:
        """Whether others on this machine can read it."""
        return bool(self.path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))

    def keeps_reports_apart(self) -> bool:
        """Whether both destinations leave their reports in different places, and nothing was decided for both.

        Decisions may be beside the reports as well: those in one place do not count in the other.
        """
        if self.decisions.path.exists():
            return False
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


def _popped(content: Any, names: Iterable[str]) -> dict[str, Any]:
    """What stands under some names, which is not there afterwards."""
    return {name: content.pop(name) for name in names if name in content} if isinstance(content, dict) else {}


def _addresses(path: Path, entered: Any) -> tuple[str, ...]:
    texts = [entered] if isinstance(entered, str) else entered or []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ConnectionFileError(f"{path} holds no address, or no list of them, under {NOTIFY}. {_CORRECT_IT}")
    return tuple(texts)


def _language(path: Path, entered: Any) -> Language:
    for language in LANGUAGES:
        if entered in (None, language):
            return language
    raise ConnectionFileError(f"{path} must have {' or '.join(LANGUAGES)} under {NOTIFY_LANGUAGE}. {_CORRECT_IT}")


def _is_blank(entered: Any) -> bool:
    return entered is None or (isinstance(entered, str) and not entered.strip())


class _Loader(yaml.SafeLoader):
    """What is written like a date stays text, which is what a config has."""

    yaml_implicit_resolvers = {  # noqa: RUF012  as in the class above
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
