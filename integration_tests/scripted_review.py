"""A review that is where a test says, for whoever shows one, and a server of it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from huma_xledger.loopback import Server, listener
from huma_xledger.reviewing.status import Phase, RefusedError, Status
from huma_xledger.serving.application import application
from huma_xledger.serving.keys import Keys, Known
from huma_xledger.serving.news import News

SECRET = bytes(range(32))


@dataclass
class ScriptedReview:
    """A review.

    Attributes:
        pages: The files that it has: `review`, `huma` and `xledger`.
        now: Where it is.
        kept: Text and draft of each time that something was decided.
        pressed: The buttons that were pressed.
        refusal: Why the next button is refused; None for not at all.
    """

    pages: dict[str, Path] = field(default_factory=dict)
    now: Status = field(
        default_factory=lambda: Status(
            version=1, phase=Phase.DECIDING, steps=(), both=True, mode="preview", to_huma_mode="preview", onto="0"
        )
    )
    kept: list[tuple[str, str]] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    refusal: str | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def begins_again(self, pages: dict[str, Path]) -> None:
        """Has it be as if nothing had happened, with these files."""
        self.kept, self.pressed, self.refusal, self.pages = [], [], None, pages
        self.becomes(phase=Phase.DECIDING, onto="0")

    def becomes(self, **now: Any) -> None:
        """Has it be elsewhere."""
        with self._changed:
            self.now = replace(self.now, version=self.now.version + 1, **now)
            self._changed.notify_all()

    def status(self) -> Status:
        """Where it is."""
        return self.now

    def wait(self, seen: int, timeout: float) -> Status:
        """Where it is, once that is something else."""
        with self._changed:
            self._changed.wait_for(lambda: self.now.version != seen, timeout)
            return self.now

    def draft(self) -> str | None:
        """What was kept last."""
        return self.kept[-1][1] if self.kept else None

    def decide(self, text: str, draft: str, onto: str) -> str:
        """Keeps decisions, onto those that were kept last."""
        if onto != self.now.onto:
            raise RefusedError("Something else was decided.")
        self.kept.append((text, draft))
        self.becomes(onto=str(len(self.kept)), saved=False)
        return str(len(self.kept))

    def save(self, onto: str | None) -> None:
        """Is pressed."""
        self._press_by("save", onto)

    def synchronise(self, onto: str | None) -> None:
        """Is pressed."""
        self._press_by("synchronise", onto)

    def again(self) -> None:
        """Is pressed."""
        self._press("again")

    def retry(self) -> None:
        """Is pressed."""
        self._press("retry")

    def page(self) -> Path | None:
        """The file."""
        return self.pages.get("review")

    def result(self, to: Literal["huma", "xledger"]) -> Path | None:
        """The file."""
        return self.pages.get(to)

    def _press_by(self, button: str, onto: str | None) -> None:
        if onto != self.now.onto:
            raise RefusedError("Something else was decided in another window meanwhile.")
        self._press(button)

    def _press(self, button: str) -> None:
        if self.refusal is not None:
            raise RefusedError(self.refusal)
        self.pressed.append(button)


@dataclass(frozen=True)
class Served:
    """A review that is served.

    Attributes:
        review: The review.
        keys: Who may come in.
        base: The address, without a slash at the end.
    """

    review: ScriptedReview
    keys: Keys
    base: str

    @property
    def address(self) -> str:
        """What people are told."""
        return f"{self.base}/?token={self.keys.token}"


@contextmanager
def serving(review: ScriptedReview, port: int = 0, secret: bytes = SECRET) -> Iterator[Served]:
    """Serves a review to the end of the block, in a thread."""
    with listener(port) as listening:
        port = listening.getsockname()[1]
        keys, news = Keys(Known(secret, port)), News(review)
        server = Server(application(review, news, keys, port, "fjord"), news.end)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield Served(review, keys, f"http://127.0.0.1:{port}")
        finally:
            server.should_exit = True
            thread.join()
            review.becomes()  # whoever waits for news of it hears that nobody asks any more
