"""Settings as somebody entered them, one at a time: each mistake is a sentence that names the key, and no value."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared_mappings import API_URL_PATTERN

_MOST: Final = (1 << 16) - 1


class SettingsError(Exception):
    """Settings that are of no use; the message names the key, and no value."""


@dataclass(frozen=True, slots=True)
class Given:
    """Some settings, and where they stand. Null stands for the default, as if nothing were there.

    Attributes:
        content: The settings.
        where: The key that they stand below, as sentences name it.
    """

    content: Mapping[str, Any] = field(repr=False)
    where: str

    @classmethod
    def of(cls, entered: Any, where: str, names: Iterable[str]) -> "Given":
        """What was entered below a key.

        Args:
            entered: What stands there.
            where: The key.
            names: The settings that there are.

        Raises:
            SettingsError: When there are none, or one that is none of these.
        """
        if not isinstance(entered, Mapping):
            raise SettingsError(f"{where} must have settings below it: {', '.join(names)}")
        for name in entered:
            if name not in names:
                raise SettingsError(f"{where} has a setting {name}, which is none of {', '.join(names)}")
        return cls({name: value for name, value in entered.items() if value is not None}, where)

    def key(self, name: str) -> str:
        """A setting, as sentences name it."""
        return f"{self.where}.{name}"

    def has(self, name: str) -> bool:
        """Whether it is there."""
        return name in self.content

    def text(self, name: str, default: str | None = None) -> str:
        """A text, without the white space around it.

        Args:
            name: The setting.
            default: What it is where it is not there; None where it has to be.

        Raises:
            SettingsError: When it is missing, empty or no text.
        """
        if not self.has(name):
            if default is not None:
                return default
            raise SettingsError(f"{self.key(name)} is missing")
        value = self.content[name]
        if not isinstance(value, str):
            raise SettingsError(f"{self.key(name)} must be text: put it between quotation marks")
        if not value.strip():
            raise SettingsError(f"{self.key(name)} is empty")
        return value.strip()

    def address(self, name: str) -> str:
        """The address of an API, without a slash at its end.

        Raises:
            SettingsError: When it is none that secrets may travel to.
        """
        address = self.text(name)
        if not re.match(API_URL_PATTERN, address):
            raise SettingsError(
                f"{self.key(name)} must be an address that begins with https://; only on this machine may it begin "
                "with http://"
            )
        return address.rstrip("/")

    def port(self, name: str) -> int:
        """A port, be it text that the environment had.

        Raises:
            SettingsError: When it is none.
        """
        value = self.content[name]
        number = int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,5}", value.strip()) else value
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= _MOST:
            raise SettingsError(f"{self.key(name)} must be a port, a number from 1 to {_MOST}")
        return number
