"""Both systems at once, up on loopback."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

from integration_tests.sandbox import huma_api, ledger, xledger_api
from integration_tests.sandbox.dialects import dialect_named
from integration_tests.sandbox.huma_store import Huma
from integration_tests.sandbox.server import bind, serving
from integration_tests.sandbox.xledger import Xledger

if TYPE_CHECKING:
    from collections.abc import Iterator

TODAY = dt.date(2026, 1, 15)
"""The day it is in a sandbox unless it is told another, so that the same seed means the same data for ever."""


class Sandbox:
    """A Huma full of people and an Xledger that knows some of them. Make one with `running`.

    Attributes:
        huma: The people, and what happens to them.
        xledger: The employees, and what was asked and written.
    """

    def __init__(self, huma: Huma, xledger: Xledger) -> None:
        self.huma = huma
        self.xledger = xledger
        self._employed = 0

    @classmethod
    @contextlib.contextmanager
    def running(
        cls,
        people: int = 300,
        seed: int = 7,
        *,
        employees: bool = True,
        today: dt.date = TODAY,
        burst_limit: int | None = 20,
        dialect: str = "contract",
        huma_port: int = 0,
        xledger_port: int = 0,
    ) -> Iterator[Sandbox]:
        """Serve a sandbox until the end of the block.

        Args:
            people: How many people there are in Huma; the awkward ones come first.
            seed: Where chance starts; the same seed gives the same people.
            employees: Whether some are in Xledger already; false for an empty Xledger.
            today: The day it is.
            burst_limit: Requests Xledger allows in five seconds; None for no limit.
            dialect: How Xledger speaks: one of `DIALECTS`, or several with a plus between them.
            huma_port: Port of Huma; 0 for any free one.
            xledger_port: Port of Xledger; 0 for any free one.

        Yields:
            The sandbox, with both systems answering.

        Raises:
            OSError: A port is taken.
            ValueError: There is no such dialect.
        """
        huma = Huma(people, seed, today)
        xledger = Xledger(seed, today, burst_limit, dialect_named(dialect))
        if employees:
            for entry in ledger.entries([user.facts for user in huma.users.values()], huma.awkward, seed):
                xledger.add_employee(**entry)
        with contextlib.ExitStack() as stack:
            listeners = [stack.enter_context(bind(port)) for port in (huma_port, xledger_port)]
            applications = [huma_api.application(huma), xledger_api.application(xledger)]
            huma.url, base = stack.enter_context(serving(dict(zip(listeners, applications, strict=True))))
            xledger.url, xledger.page_url = f"{base}/graphql", f"{base}/"
            stack.callback(huma.webhooks.close)
            stack.callback(huma.faults.clear)
            stack.callback(xledger.faults.clear)
            yield cls(huma, xledger)

    def employ(self, count: int = 3, *, closed: int = 0) -> list[int]:
        """Let Xledger have employees whom nobody in Huma is: plausible Norwegians.

        Args:
            count: How many.
            closed: How many of them, the last ones, left last year and are closed.

        Returns:
            Their dbIds.
        """
        numbers = range(self._employed + 1, self._employed + count + 1)
        self._employed += count
        entries = ledger.only_in_xledger(self.huma.stranger, self.huma.today, numbers, closed)
        return [self.xledger.add_employee(**entry) for entry in entries]

    def config_of(self, connector: str, **overrides: Any) -> dict[str, Any]:
        """Return a config for one of the four connectors, by its name, with these keys on top."""
        configs = {
            "source-huma": self.source_config,
            "source-xledger": self.source_xledger_config,
            "destination-huma": self.destination_huma_config,
            "destination-xledger": self.destination_config,
        }
        return configs[connector](**overrides)

    def source_config(self, **overrides: Any) -> dict[str, Any]:
        """Return a config for source-huma that reads this Huma, with these keys on top."""
        return {
            "client_id": self.huma.client_id,
            "client_secret": self.huma.client_secret,
            "api_url": self.huma.url,
            **overrides,
        }

    def destination_config(self, **overrides: Any) -> dict[str, Any]:
        """Return a config for destination-xledger that writes to this Xledger, with these keys on top."""
        return {
            "api_token": self.xledger.token,
            "api_url": self.xledger.url,
            "authority_confirmed": True,
            "mode": "sync",
            **overrides,
        }

    def source_xledger_config(self, **overrides: Any) -> dict[str, Any]:
        """Return a config for source-xledger that reads this Xledger, with these keys on top."""
        return {"api_token": self.xledger.token, "api_url": self.xledger.url, **overrides}

    def destination_huma_config(self, **overrides: Any) -> dict[str, Any]:
        """Return a config for destination-huma that writes to this Huma, with these keys on top."""
        return {**self.source_config(), "authority_confirmed": True, "mode": "sync", **overrides}
