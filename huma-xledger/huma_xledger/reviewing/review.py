"""A review of a connection: what goes on, what was decided, and what to do next, whoever asks and whatever ends it."""

import hashlib
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from huma_xledger import child
from huma_xledger.clock import utc_now
from huma_xledger.connection_file import ConnectionFile, ConnectionFileError
from huma_xledger.direction import TO_HUMA, TO_XLEDGER
from huma_xledger.environment import make_private, no_room
from huma_xledger.lock import held
from huma_xledger.private_file import replace_at_once
from huma_xledger.reviewing import journal as following
from huma_xledger.reviewing.journal import Journal
from huma_xledger.reviewing.kept import Kept, for_another_look, keep
from huma_xledger.reviewing.messages import MESSAGE, TASK, Task, as_line
from huma_xledger.reviewing.status import Doing, Phase, RefusedError, Status, System, in_utc

if TYPE_CHECKING:
    import subprocess

CHANGES: Final = "changes.jsonl"
"""What the report of a sync calls the file with each value that was written, and what stood there before."""

WORKER: Final = child.command("huma_xledger.reviewing.worker")
"""How the process is started that runs the connectors."""

ANOTHER_WINDOW: Final = (
    "Something else was decided in another window meanwhile. Load the page again to see what is decided."
)

ANOTHER_REVIEW: Final = (
    "A review of this connection is running already: open the address that it told when it was started, or end it "
    "there (Ctrl+C). What was decided is kept."
)

_JOURNALS: Final = TypeAdapter(Journal)
_KEPT: Final = TypeAdapter(Kept)
_Content = TypeVar("_Content")


@dataclass(slots=True)
class Review:
    """A review. Whoever shows it asks from any thread; nothing here waits for a connector but `close`.

    Attributes:
        file: What `connection.yaml` says.
        states: The folder of this program's own with the states of the connection.
        worker: How the process is started that runs the connectors.
        now: The current time, with its zone.
    """

    file: ConnectionFile
    states: Path
    worker: Sequence[str] = WORKER
    now: Callable[[], datetime] = utc_now
    _changed: threading.Condition = field(default_factory=threading.Condition, init=False, repr=False)
    _alone: ExitStack = field(default_factory=ExitStack, init=False, repr=False)
    _version: int = field(default=0, init=False)
    _journal: Journal = field(init=False, repr=False)
    _kept: Kept = field(init=False, repr=False)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False, repr=False)
    _thread: threading.Thread | None = field(default=None, init=False, repr=False)
    _is_closing: bool = field(default=False, init=False)

    # -------------------------------------------------------------- from the start to the end

    def start(self) -> None:
        """Begins to read both systems, or goes on where the last review was ended.

        Raises:
            AlreadyRunningError: When another review of this connection is running.
            ConnectionFileError: When `connection.yaml` is of no use for a review.
            LockFileError: When the file that keeps another review from starting cannot be written.
            OSError: When there is no room for what is kept.
            RefusedError: Likewise.
        """
        _for_a_review(self.file)
        make_private(self._own)
        self._alone.enter_context(held(self._own / "lock", refusal=ANOTHER_REVIEW))
        with self._changed:
            self._version = time.time_ns() // 1_000  # above every version before, and exact in JavaScript
            left = _read(self._own / "journal.json", _JOURNALS)
            self._kept = _read(self._own / "kept.json", _KEPT) or Kept("")
            page = left and left.preview and Path(left.preview.page)
            match following.taken_up(left, page_is_there=bool(page and page.exists())):
                case Phase.READING:
                    self._read_anew(left)
                case Phase.SYNCHRONISING if left is not None:
                    self._run(following.left_to_do(left))
                case _ if left is not None:
                    self._journal = left

    def close(self) -> Doing | None:
        """Ends the connectors that run, and waits until they have. A new start goes on.

        Returns:
            What they were run for; None when none ran.
        """
        with self._changed:
            self._is_closing = True
            process, thread = self._process, self._thread
            doing = self._journal.doing if self._journal.is_running else None
            self._changed.notify_all()
        if process is not None:
            child.end(process)
        if thread is not None:
            thread.join()
        self._alone.close()
        return doing

    # -------------------------------------------------------------- what is asked

    def status(self) -> Status:
        """How far the review is."""
        with self._changed:
            return self._status()

    def wait(self, seen: int, timeout: float) -> Status:
        """How far the review is, as soon as that is not what somebody has seen.

        Args:
            seen: The version that they have seen.
            timeout: Seconds after which it is told all the same.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._version > seen or self._is_closing, timeout)
            return self._status()

    def draft(self) -> str | None:
        """What the page wants back that was kept for it; None for nothing."""
        with self._changed:
            return self._kept.draft if self._is_decided_about(self._kept) else None

    def page(self) -> Path | None:
        """The page on which is decided; None while there is none."""
        with self._changed:
            preview = self._journal.preview
            return _there(preview.page) if preview and self._journal.phase is not Phase.READING else None

    def result(self, to: System) -> Path | None:
        """The page with what was done in a direction; None while there is none."""
        with self._changed:
            return _there(self._journal.page(to))

    # -------------------------------------------------------------- what is decided

    def decide(self, text: str, draft: str, onto: str) -> str:
        """Keeps what was decided, so that nothing is lost; it does not count in a sync yet.

        Args:
            text: What would be saved: the whole text of `decisions.json`.
            draft: What the page wants back when it is opened again.
            onto: The token of what was decided before, as whoever decides has seen it.

        Returns:
            The token of what is decided now.

        Raises:
            RefusedError: When it cannot be kept.
        """
        with self._changed:
            self._only_in(Phase.DECIDING)
            kept = keep(self._kept_of_this, text, draft, onto, self.now())
            self._write("kept.json", _KEPT.dump_json(kept))
            self._kept = kept
            self._tell()
            return kept.token

    def save(self, onto: str | None) -> None:
        """Has what was decided count in every sync of the connection from now on.

        Args:
            onto: The token of what was decided, as whoever asks has seen it.

        Raises:
            RefusedError: When something else was decided, or it cannot be saved.
        """
        with self._changed:
            self._only_by_what_is_seen(onto)
            self._put(replace(self._journal, decided=self._saved()))

    def synchronise(self, onto: str | None) -> None:
        """Saves what was decided, and begins to do it.

        Args:
            onto: The token of what was decided, as whoever asks has seen it.

        Raises:
            RefusedError: When something else was decided, or it cannot be begun.
        """
        with self._changed:
            self._only_by_what_is_seen(onto)
            decided = self._saved()
            self._run(following.synchronising(self._journal, _a_name(), both=self._both, decided=decided))

    def again(self) -> None:
        """Reads both systems anew. What was decided and not saved yet is shown as decided.

        Raises:
            RefusedError: When something runs.
        """
        with self._changed:
            self._only_in(Phase.DECIDING, Phase.DONE, Phase.FAILED)
            self._read_anew(self._journal)

    def retry(self) -> None:
        """Does once more what failed: reads anew, or syncs what is left.

        Raises:
            RefusedError: When nothing has failed.
        """
        with self._changed:
            self._only_in(Phase.FAILED)
            if self._journal.doing is Doing.PREVIEW:
                self._read_anew(self._journal)
            else:
                self._run(following.left_to_do(self._journal))

    # -------------------------------------------------------------- what is run

    def _read_anew(self, before: Journal | None) -> None:
        """Begins previews. What was decided and not saved counts in them, unless other decisions were saved since."""
        digest = _digest(self._decisions)
        text = self._kept.text
        is_unsaved = before is not None and before.decided == digest and text is not None and not self._is_saved
        handed = for_another_look(text, self._decided_before()).encode() if is_unsaved and text else None
        self._write("handed.json", handed)
        self._run(following.reading(_a_name(), both=self._both, decided=digest, before=before))

    def _run(self, journal: Journal) -> None:
        """Begins what is to be run, in a thread.

        Raises:
            RefusedError: When it cannot be written down.
        """
        if not journal.left:  # a kill came after the last of it was done
            self._put(following.ended(journal, self.now()))
            return
        self._put(journal)
        self._thread = threading.Thread(target=self._work, args=(self._task(journal),), daemon=True)
        self._thread.start()

    def _task(self, journal: Journal) -> Task:
        is_sync = journal.doing is Doing.SYNC
        decisions = self._own / ("decided.json" if is_sync else "handed.json")
        return Task(
            doing=journal.doing,
            folder=str(self.file.path.parent.absolute()),
            states=str(self.states.absolute()),
            reports=str((self._own / journal.run).absolute()),
            to=journal.left,
            begun=journal.begun,
            accounts=journal.preview.accounts if is_sync and journal.preview else None,
            decisions=str(decisions.absolute()) if decisions.exists() else None,
        )

    def _work(self, task: Task) -> None:
        """Has a task done, and follows it; then sees what is next."""
        problem = None
        try:
            with self._started() as process:
                child.give(process, as_line(TASK, task))
                for line in process.stdout or ():
                    self._heard(line)
        except OSError as error:
            problem = no_room(error)
        except ValidationError:  # it is of another version than this: huma-xledger was updated meanwhile
            problem = following.GONE
        with self._changed:
            self._process = None
            if self._is_closing:  # what is written down is what was before: a new start goes on from there
                return
            if problem is not None:
                self._put_or_fail(following.failed(self._journal, problem, self.now()))
                return
            self._put_or_fail(following.ended(self._journal, self.now()))
            if self._journal.phase is Phase.DECIDING:
                self._forget_the_last_one()

    def _started(self) -> "subprocess.Popen[bytes]":
        """The process that runs the connectors."""
        with self._changed:
            self._process = process = child.started(self.worker)
            if self._is_closing:
                child.end(process)
            return process

    def _heard(self, line: bytes) -> None:
        message = MESSAGE.validate_json(line)
        with self._changed:
            journal = following.heard(self._journal, message, self.now())
            if following.is_worth_writing_down(message):
                self._put_or_fail(journal)
            else:
                self._journal = journal
                self._tell()

    # -------------------------------------------------------------- what is kept

    @property
    def _own(self) -> Path:
        return self.states / "review"

    @property
    def _decisions(self) -> Path:
        return self.file.decisions.path

    def _decided_before(self) -> str | None:
        """The decisions of the connection; None for none, or where a preview says what is wrong with them."""
        try:
            return self.file.decisions.read()
        except ConnectionFileError:
            return None

    @property
    def _both(self) -> bool:
        return all(name in self.file.connectors for name in TO_HUMA.connectors)

    @property
    def _kept_of_this(self) -> Kept:
        """What was decided about the preview that there is."""
        preview = self._journal.preview
        return self._kept if self._is_decided_about(self._kept) or preview is None else Kept(preview.name)

    @property
    def _is_saved(self) -> bool:
        """Whether what was decided last is what the connection has."""
        return self._kept.text is not None and _digest(self._decisions) == _digest_of(self._kept.text.encode())

    def _is_decided_about(self, kept: Kept) -> bool:
        preview = self._journal.preview
        return preview is not None and kept.review == preview.name

    def _saved(self) -> str | None:
        """Saves what was decided for the connection, and gives the digest of what it has by then.

        Raises:
            RefusedError: When it cannot be written, or somebody else has written something else there.
        """
        kept, found = self._kept_of_this, _digest(self._decisions)
        text = kept.text
        self._write("decided.json", None if text is None else text.encode())
        if text is None:
            return found
        wanted = _digest_of(text.encode())
        if found not in (wanted, self._journal.decided):
            raise RefusedError(
                f"{self._decisions} is not what it was when both systems were read: other decisions were put there. "
                "Read again to decide from those, or put back what was there."
            )
        try:
            self.file.decisions.write(text)
        except ConnectionFileError as error:
            raise RefusedError(str(error)) from None
        return wanted

    def _put(self, journal: Journal) -> None:
        """Goes on from another journal, which is written down first.

        Raises:
            RefusedError: When it cannot be.
        """
        self._write("journal.json", _JOURNALS.dump_json(journal))
        self._journal = journal
        self._tell()

    def _put_or_fail(self, journal: Journal) -> None:
        try:
            self._put(journal)
        except RefusedError as error:  # a new start would go on from an earlier point, which does no harm
            self._journal = journal if journal.is_running else following.failed(journal, str(error), self.now())
            self._tell()

    def _write(self, name: str, content: bytes | None) -> None:
        """Replaces a file of this review's own, or removes it.

        Raises:
            RefusedError: When it cannot be.
        """
        try:
            if content is None:
                (self._own / name).unlink(missing_ok=True)
            else:
                replace_at_once(self._own / name, content)
        except OSError as error:
            raise RefusedError(no_room(error)) from None

    def _forget_the_last_one(self) -> None:
        """Removes what earlier previews left. It holds values of people, and the next preview is whole.

        The report of a sync stays that has no other place: nothing else says what stood where something was written.
        """
        for folder in self._own.iterdir():
            has_report = any(folder.glob(f"*/*/{CHANGES}"))
            if folder.is_dir() and folder.name != self._journal.run and not has_report:
                shutil.rmtree(folder, ignore_errors=True)

    # -------------------------------------------------------------- what is told

    def _only_by_what_is_seen(self, onto: str | None) -> None:
        """Refuses what goes by decisions that whoever asks has not seen."""
        self._only_in(Phase.DECIDING)
        if onto != self._kept_of_this.token:
            raise RefusedError(ANOTHER_WINDOW)

    def _only_in(self, *phases: Phase) -> None:
        """Refuses what cannot be done in another phase."""
        if self._journal.phase not in phases or self._is_closing:
            raise RefusedError(_NOT_NOW[self._journal.phase])

    def _tell(self) -> None:
        self._version += 1
        self._changed.notify_all()

    def _status(self) -> Status:
        journal, preview = self._journal, self._journal.preview
        kept = self._kept_of_this
        has_failed = journal.phase is Phase.FAILED
        is_deciding = journal.phase is Phase.DECIDING
        return Status(
            version=self._version,
            phase=journal.phase,
            steps=tuple(leg.step for leg in journal.legs),
            both=self._both,
            mode=self.file.mode(TO_XLEDGER.destination),
            to_huma_mode=self.file.mode(TO_HUMA.destination) if self._both else None,
            review=preview.name if preview else None,
            read_at=in_utc(preview.at) if preview else None,
            is_old=following.is_old(preview, self.now()),
            onto=kept.token if is_deciding else None,
            kept_at=in_utc(kept.at) if kept.at else None,
            saved=kept.text is not None and journal.decided == _digest_of(kept.text.encode()),
            failed_in=journal.doing if has_failed else None,
            problem=journal.problem if has_failed else None,
            told="sending" if journal.is_telling else journal.told,
            told_problem=journal.told_problem,
        )


_NOT_NOW: Final = {
    Phase.READING: "Both systems are being read. Wait until that is done.",
    Phase.DECIDING: "Nothing has failed that could be tried again.",
    Phase.SYNCHRONISING: "What was decided is being done. Wait until that is done.",
    Phase.DONE: "What was decided is done. Read again to decide something else.",
    Phase.FAILED: "The last run failed. Try again, or read again.",
}
"""Why something is refused, by the phase that the review is at."""


def _for_a_review(file: ConnectionFile) -> None:
    """Sees whether a connection can be reviewed.

    Raises:
        ConnectionFileError: When it cannot.
    """
    directions = (TO_XLEDGER, TO_HUMA) if set(TO_HUMA.connectors) <= set(file.connectors) else (TO_XLEDGER,)
    for name in (name for direction in directions for name in direction.connectors):
        file.config(name)
    _ = file.notify  # which says what is wrong with it, as the configs do
    for name in {direction.destination for direction in directions} & set(file.decide_by_themselves):
        raise ConnectionFileError(
            f"{name} has decisions of its own in {file.path}, so that what is decided in a review would not count for "
            f"it. Move them into the file {file.decisions.path} and remove the setting (decisions)."
        )


def _a_name() -> str:
    return secrets.token_hex(8)


def _there(path: str | None) -> Path | None:
    return Path(path) if path is not None and Path(path).exists() else None


def _read(path: Path, adapter: "TypeAdapter[_Content]") -> _Content | None:
    """What is in a file; None when there is none, or an earlier version of this program wrote it."""
    try:
        return adapter.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _digest(path: Path) -> str | None:
    """What tells the content of a file from others; None for no file."""
    try:
        return _digest_of(path.read_bytes())
    except OSError:
        return None


def _digest_of(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
