"""Which versions of which host are tried by every run, and which were tried once."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Tried:
    """What was tried of a host.

    Attributes:
        host: What the page calls it.
        package: Its package.
        page: The version that the page installs.
        others: Other versions that every run tries.
        by_hand: The lowest version with which a first and an idle sync were seen, once, by hand.
    """

    host: str
    package: str
    page: str
    others: tuple[str, ...]
    by_hand: str

    @property
    def every_run(self) -> tuple[str, ...]:
        """What every run tries."""
        return (self.page, *self.others)


TRIED: Final = (
    Tried("PyAirbyte", "airbyte", "0.71.3", ("0.50.0", "1.0.0rc37"), "0.20.0"),
    Tried("Meltano", "meltano", "4.4.1", (), "3.0.0"),
    Tried("airbyte-serverless", "airbyte-serverless", "0.37", ("0.30",), "0.30"),
    Tried("dlt", "dlt", "1.31.0", ("1.15.0",), "1.0.0"),
)


def tried(host: str) -> Tried:
    """What was tried of a host.

    Raises:
        StopIteration: When it is no host of the table.
    """
    return next(row for row in TRIED if row.host == host)


def newest_pyairbyte() -> str:
    """The newest PyAirbyte that is tried, released or not."""
    return tried("PyAirbyte").others[-1]
