"""What a check finds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from connector_base.failures import ConnectorError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an administrator should know.

    Attributes:
        sentence: What it is, and what to do.
        blocks: Whether the check fails over it: a sync would fail too, or do what is hardly ever meant. What does not
            block is a warning in the log.
    """

    sentence: str
    blocks: bool = True

    @classmethod
    def of(cls, error: ConnectorError) -> "Finding":
        """What an error says, as a finding."""
        return cls(error.message or "")


def findings_of(probe: Iterable[Finding]) -> Iterator[Finding]:
    """What a probe finds. The error with which it ends early is a finding too, so that other probes are still tried."""
    try:
        yield from probe
    except ConnectorError as error:
        yield Finding.of(error)


def in_one_message(problems: Sequence[str]) -> str:
    """Problems as one message, numbered when there are several."""
    if len(problems) == 1:
        return problems[0]
    numbered = (f"({number}) {problem}" for number, problem in enumerate(problems, start=1))
    return f"There are {len(problems)} problems. {' '.join(numbered)}"
