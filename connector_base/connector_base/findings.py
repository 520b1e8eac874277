"""What a check finds, and what it comes to."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from airbyte_cdk.models import AirbyteConnectionStatus, Status
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

from connector_base.failures import ConnectorError

logger = logging.getLogger(f"airbyte.{__name__}")


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


def concluded(findings: Iterable[Finding]) -> AirbyteConnectionStatus:
    """What a check comes to: it fails over what blocks, in one message without secrets. The rest is told in the log."""
    problems = []
    for finding in findings:
        if finding.blocks:
            problems.append(finding.sentence)
        else:
            logger.warning(finding.sentence)
    if problems:
        return AirbyteConnectionStatus(status=Status.FAILED, message=filter_secrets(_in_one_message(problems)))
    return AirbyteConnectionStatus(status=Status.SUCCEEDED)


def _in_one_message(problems: Sequence[str]) -> str:
    """Problems as one message, numbered when there are several."""
    if len(problems) == 1:
        return problems[0]
    numbered = (f"({number}) {problem}" for number, problem in enumerate(problems, start=1))
    return f"There are {len(problems)} problems. {' '.join(numbered)}"
