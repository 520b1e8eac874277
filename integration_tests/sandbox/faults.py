"""Switches for what goes wrong on the way to Huma or Xledger and back."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection

    from typing_extensions import Unpack


class FaultKind(Enum):
    """What happens to a request that meets a fault."""

    BURST_LIMIT = "burst_limit"
    CONCURRENCY_LIMIT = "concurrency_limit"
    OUT_OF_CREDITS = "out_of_credits"
    QUERY_TIMED_OUT = "query_timed_out"
    NO_ACCESS = "no_access"
    NO_RIGHT = "no_right"
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    MAINTENANCE_PAGE = "maintenance_page"
    FIREWALL = "firewall"
    NOT_JSON = "not_json"
    DROPPED_CONNECTION = "dropped_connection"
    LOST_ANSWER = "lost_answer"
    LATE = "late"
    STALL = "stall"
    MEANWHILE = "meanwhile"
    ERRORS_WITH_HTTP_400 = "errors_with_http_400"
    REFUSE_VALUE = "refuse_value"
    REFUSE_FIELD = "refuse_field"
    ERROR_AFTER = "error_after"
    ANSWER = "answer"


OF_XLEDGER_ONLY = frozenset(
    {
        FaultKind.BURST_LIMIT,
        FaultKind.CONCURRENCY_LIMIT,
        FaultKind.OUT_OF_CREDITS,
        FaultKind.QUERY_TIMED_OUT,
        FaultKind.NO_ACCESS,
        FaultKind.ERRORS_WITH_HTTP_400,
        FaultKind.REFUSE_VALUE,
        FaultKind.LATE,
        FaultKind.FIREWALL,
    }
)
"""Kinds that are answers of a GraphQL API, or of what stands before one, or what one does after its answer."""

OF_HUMA_ONLY = frozenset({FaultKind.NO_RIGHT, FaultKind.REFUSE_FIELD, FaultKind.ERROR_AFTER})
"""Kinds that are about the rights of an API key of Huma, or about what an HTTP request writes."""

_BESIDE_THE_ANSWER = frozenset(
    {
        FaultKind.LOST_ANSWER,
        FaultKind.STALL,
        FaultKind.MEANWHILE,
        FaultKind.ERRORS_WITH_HTTP_400,
        FaultKind.REFUSE_VALUE,
        FaultKind.ERROR_AFTER,
    }
)
"""Kinds that leave the request to be carried out; the others answer in its place."""


class When(TypedDict, total=False):
    """Which requests meet a fault.

    Attributes:
        root_field: Only Xledger requests with this root field, such as "addEmployees".
        path: Only Huma requests of this route, such as "/users" or "/users/{id}", or of this very path.
        method: Only Huma requests with this method, such as "PATCH".
        after: How many requests it would fit are let through first; 0 when not given.
        times: How often it happens; None means until it is removed. Once when not given.
    """

    root_field: str | None
    path: str | None
    method: str | None
    after: int
    times: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """One thing that goes wrong; build it with one of the methods and add it to `faults`.

    The methods take the keywords of `When` as well.
    """

    kind: FaultKind
    root_field: str | None = None
    path: str | None = None
    method: str | None = None
    type_name: str | None = None
    after: int = 0
    times: int | None = 1
    details: dict[str, Any] = field(default_factory=dict)
    reached: threading.Event = field(default_factory=threading.Event)
    """Set when a request has met this fault."""
    released: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def burst_limit(cls, **when: Unpack[When]) -> Fault:
        """Xledger: the 21st request in five seconds."""
        return cls(FaultKind.BURST_LIMIT, **when)

    @classmethod
    def concurrency_limit(cls, **when: Unpack[When]) -> Fault:
        """Xledger: too many requests at once."""
        return cls(FaultKind.CONCURRENCY_LIMIT, **when)

    @classmethod
    def out_of_credits(cls, reset_at: dt.datetime, **when: Unpack[When]) -> Fault:
        """Xledger: no credits until `reset_at` (an aware time)."""
        return cls(FaultKind.OUT_OF_CREDITS, details={"reset_at": reset_at.isoformat()}, **when)

    @classmethod
    def query_timed_out(cls, *, over: int = -1, **when: Unpack[When]) -> Fault:
        """Xledger: the query was too slow; with `over`, only when it asks for or sends more rows than that."""
        return cls(FaultKind.QUERY_TIMED_OUT, details={"over": over}, **when)

    @classmethod
    def no_access(cls, root_field: str) -> Fault:
        """Xledger: the token was not granted what this root field needs, until the fault is removed."""
        return cls(FaultKind.NO_ACCESS, root_field=root_field, times=None)

    @classmethod
    def unreadable(cls, type_name: str) -> Fault:
        """Xledger: the token may not read objects of this type, wherever they stand, until the fault is removed.

        Args:
            type_name: The contract's name of the type, whatever the dialect calls it.
        """
        return cls(FaultKind.NO_ACCESS, type_name=type_name, times=None)

    @classmethod
    def no_introspection(cls) -> Fault:
        """Xledger: it does not tell its schema, until the fault is removed."""
        return cls.no_access("__schema")

    @classmethod
    def errors_with_http_400(cls, root_field: str | None = None) -> Fault:
        """Xledger: errors arrive with HTTP 400 and the same body, until the fault is removed."""
        return cls(FaultKind.ERRORS_WITH_HTTP_400, root_field=root_field, times=None)

    @classmethod
    def refuse_value(cls, *, root_field: str, path: str, value: object, quoted: bool = True) -> Fault:
        """Xledger: refuses this value at this path of an input's node, until the fault is removed.

        Args:
            root_field: The mutation, such as "updateContacts".
            path: Key of the node, with dots: "phone", "address.place", "dbId".
            value: The value, as it travels in the variables.
            quoted: Whether the refusal quotes the value, as Xledger does.
        """
        details = {"path": path, "value": str(value), "quoted": quoted}
        return cls(FaultKind.REFUSE_VALUE, root_field=root_field, times=None, details=details)

    @classmethod
    def no_right(cls, path: str, method: str | None = None) -> Fault:
        """Huma: the API key was not granted what this route needs, HTTP 403, until the fault is removed."""
        return cls(FaultKind.NO_RIGHT, path=path, method=method, times=None)

    @classmethod
    def refuse_field(cls, name: str, **when: Unpack[When]) -> Fault:
        """Huma: a write that has this key is refused as one with a wrong value, until the fault is removed.

        Args:
            name: A key of the body, whatever its value.
            **when: Which requests meet it; `times` says how many of them.
        """
        when.setdefault("times", None)
        return cls(FaultKind.REFUSE_FIELD, details={"field": name}, **when)

    @classmethod
    def error_after(cls, status: int = 500, **when: Unpack[When]) -> Fault:
        """Huma: the request is carried out, and the answer is a 5xx all the same."""
        return cls(FaultKind.ERROR_AFTER, details={"status": status}, **when)

    @classmethod
    def too_many_requests(cls, retry_after: str | int | None = 1, **when: Unpack[When]) -> Fault:
        """HTTP 429, with `Retry-After` in seconds or as a date; None leaves the header out."""
        return cls(FaultKind.TOO_MANY_REQUESTS, details={"retry_after": retry_after}, **when)

    @classmethod
    def server_error(cls, status: int = 500, **when: Unpack[When]) -> Fault:
        """A 5xx in the shape of the system."""
        return cls(FaultKind.SERVER_ERROR, details={"status": status}, **when)

    @classmethod
    def maintenance_page(cls, status: int = 503, **when: Unpack[When]) -> Fault:
        """A page for people: of maintenance with HTTP 503, of something else that answers with another status."""
        return cls(FaultKind.MAINTENANCE_PAGE, details={"status": status}, **when)

    @classmethod
    def firewall(cls, text: str, status: int = 403) -> Fault:
        """Xledger: a firewall before it answers every request with this text in it, until the fault is removed."""
        return cls(FaultKind.FIREWALL, times=None, details={"text": text, "status": status})

    @classmethod
    def not_json(cls, **when: Unpack[When]) -> Fault:
        """HTTP 200 and `application/json` with a body that is neither."""
        return cls(FaultKind.NOT_JSON, **when)

    @classmethod
    def answer(cls, body: str, status: int = 200, **when: Unpack[When]) -> Fault:
        """This body as `application/json`, whatever it is: for words that nobody has seen yet."""
        return cls(FaultKind.ANSWER, details={"body": body, "status": status}, **when)

    @classmethod
    def dropped_connection(cls, **when: Unpack[When]) -> Fault:
        """The connection is gone before the request is carried out."""
        return cls(FaultKind.DROPPED_CONNECTION, **when)

    @classmethod
    def lost_answer(cls, *, partial: bool = False, **when: Unpack[When]) -> Fault:
        """The request is carried out and the answer is lost, or breaks off half-way when `partial`."""
        return cls(FaultKind.LOST_ANSWER, details={"partial": partial}, **when)

    @classmethod
    def late(cls, *seconds: float, status: int = 504, **when: Unpack[When]) -> Fault:
        """Xledger: a proxy gives up on the request with this status, and it is carried out so many seconds later.

        Args:
            *seconds: When, on the clock of the Xledger; of a mutation, one for each part of its inputs, which are
                dealt out in turn: with (15, 60), every second input is carried out after 60 seconds.
            status: What the proxy answers.
            **when: Which requests meet it.
        """
        return cls(FaultKind.LATE, details={"seconds": seconds, "status": status}, **when)

    @classmethod
    def stall(cls, *, carried_out: bool = False, **when: Unpack[When]) -> Fault:
        """The request waits until `release` is called: before it is carried out, or after, before its answer."""
        return cls(FaultKind.STALL, details={"carried_out": carried_out}, **when)

    @classmethod
    def meanwhile(cls, action: Callable[[], object], **when: Unpack[When]) -> Fault:
        """Something happens just before the request is carried out, such as a leaver between two pages of a list."""
        return cls(FaultKind.MEANWHILE, details={"action": action}, **when)

    def release(self) -> None:
        """Let requests that are stalled by this fault go on."""
        self.released.set()


class Faults:
    """The faults a system has been told of, in order.

    Args:
        impossible: Kinds that do not happen to this system.
    """

    def __init__(self, impossible: frozenset[FaultKind] = frozenset()) -> None:
        self._impossible = impossible
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._stalls: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Add a fault behind those already waiting, and return it.

        Raises:
            ValueError: It cannot happen to this system.
        """
        if fault.kind in self._impossible:
            raise ValueError(f"{fault.kind.value} does not happen to this system")
        with self._lock:
            self._waiting.append(_Waiting(fault, fault.after, fault.times))
            if fault.kind is FaultKind.STALL:
                self._stalls.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Take a fault away; nothing happens if it is used up."""
        with self._lock:
            self._waiting = [waiting for waiting in self._waiting if waiting.fault is not fault]
        fault.release()

    def clear(self) -> None:
        """Take all faults away, and let what is stalled go on."""
        with self._lock:
            self._waiting.clear()
            stalls, self._stalls = self._stalls, []
        for fault in stalls:
            fault.release()

    @property
    def waiting(self) -> list[Fault]:
        """The faults that are not used up."""
        with self._lock:
            return [waiting.fault for waiting in self._waiting]

    def met_by(
        self,
        targets: Collection[str],
        size: int = 0,
        text: str = "",
        *,
        method: str | None = None,
        keys: Collection[str] = (),
    ) -> list[Fault]:
        """Use and return the faults this request meets: those beside the answer, and at most one in its place.

        Args:
            targets: Root fields of an Xledger request and the types it reads, or the route and the path of a Huma
                request.
            size: Rows the request asks for or sends.
            text: What it says.
            method: The method of a Huma request.
            keys: The keys of what a Huma request writes.
        """
        met: list[Fault] = []
        with self._lock:
            for waiting in self._waiting:
                fault = waiting.fault
                only = fault.root_field or fault.type_name or fault.path
                if only is not None and only not in targets:
                    continue
                if fault.method not in (None, method) or fault.details.get("field") not in (None, *keys):
                    continue
                if size <= fault.details.get("over", -1) or fault.details.get("text", "") not in text:
                    continue
                replaces = fault.kind not in _BESIDE_THE_ANSWER
                if replaces and any(other.kind not in _BESIDE_THE_ANSWER for other in met):
                    continue
                if waiting.let_through > 0:
                    waiting.let_through -= 1
                    continue
                if waiting.left is not None:
                    waiting.left -= 1
                met.append(fault)
            self._waiting = [waiting for waiting in self._waiting if waiting.left != 0]
        for fault in met:
            fault.reached.set()
        return met


@dataclass(slots=True)
class _Waiting:
    fault: Fault
    let_through: int
    left: int | None


def answers_in_place(met: Collection[Fault]) -> Fault | None:
    """Return the fault among these that answers in place of the system, if there is one."""
    return next((fault for fault in met if fault.kind not in _BESIDE_THE_ANSWER), None)


def of_kind(met: Collection[Fault], kind: FaultKind) -> Fault | None:
    """Return the first fault of that kind among these, if there is one."""
    return next((fault for fault in met if fault.kind is kind), None)
