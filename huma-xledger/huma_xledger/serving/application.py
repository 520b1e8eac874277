"""What is served: the shell, the pages of reports in it, and what its buttons do."""

import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from huma_xledger.reviewing.status import RefusedError
from huma_xledger.serving.engine import Engine
from huma_xledger.serving.guard import Guard
from huma_xledger.serving.keys import Keys
from huma_xledger.serving.news import News

MOST_BYTES: Final = 64 << 20
"""Of decisions, as JSON: every field of 10,000 people comes to half of it."""

PATIENCE: Final = 25.0
"""Seconds after which a window that waits for news is answered without any: nothing on the way takes it for dead."""

FAILED: Final = "This did not work. Load the page again: nothing that was kept is lost. If it comes back, report it."
"""What is told of an error that nobody thought of."""

_SHELL: Final = Path(__file__).parent / "shell"

_SHARED: Final = {"palette.css": "palette.css", **{name: f"js/{name}" for name in ("dom.js", "words.js", "kept.js")}}

_MOST_BYTES_OF_A_BUTTON: Final = 1 << 10

_FRAMED: Final = {
    "Content-Security-Policy": (
        "connect-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
}
"""The page of a report has a policy of its own. This one comes on top of it."""

_Answer = Callable[[Request], Awaitable[Response]]


def application(engine: Engine, news: News, keys: Keys, port: int, name: str) -> ASGIApp:
    """The server of a review.

    Args:
        engine: The review.
        news: Where it is.
        keys: Who may come in.
        port: Where it is going to be served.
        name: What the connection is called, for people.
    """
    behind = Starlette(
        routes=[
            Route("/", _shell),
            Mount("/shell", StaticFiles(directory=_SHELL)),
            Route("/page/{name:str}", _shared),
            Route("/review", _framed(lambda _: engine.page())),
            Route("/result/huma", _framed(lambda _: engine.result("huma"))),
            Route("/result/xledger", _framed(lambda _: engine.result("xledger"))),
            Route("/api/status", _status(engine, news, name)),
            Route("/api/draft", _draft(engine)),
            Route("/api/decisions", _decisions(engine), methods=["PUT"]),
            Route("/api/save", _by_what_is_seen(engine.save), methods=["POST"]),
            Route("/api/synchronise", _by_what_is_seen(engine.synchronise), methods=["POST"]),
            Route("/api/again", _button(engine.again), methods=["POST"]),
            Route("/api/retry", _button(engine.retry), methods=["POST"]),
        ],
        exception_handlers={RefusedError: _refused, HTTPException: _not_so, Exception: _failed},
    )
    return Guard(behind, keys, port)


async def _shell(_: Request) -> Response:
    return FileResponse(_SHELL / "shell.html")


async def _shared(request: Request) -> Response:
    """What the shell has in common with the pages of reports: their colours, and how their scripts make texts."""
    path = _SHARED.get(request.path_params["name"])
    if path is None:
        raise HTTPException(404)
    media_type, _ = guess_type(path)
    return Response(files("connector_base.pages").joinpath(path).read_bytes(), media_type=media_type)


def _framed(page: Callable[[Request], Path | None]) -> _Answer:
    """A page of a report, as it is."""

    async def answer(request: Request) -> Response:
        path = await run_in_threadpool(page, request)
        if path is None:
            raise HTTPException(404, "There is no such page yet.")
        return FileResponse(path, media_type="text/html", headers=_FRAMED)

    return answer


def _status(engine: Engine, news: News, name: str) -> _Answer:
    """Where the review is. With `?seen=` it comes when that is not what was seen any more."""

    async def answer(request: Request) -> Response:
        seen = request.query_params.get("seen", "")
        status = await (news.after(int(seen), PATIENCE) if seen.isdecimal() else run_in_threadpool(engine.status))
        return JSONResponse({"name": name, **asdict(status)})

    return answer


def _draft(engine: Engine) -> _Answer:
    """What was kept last. What is decided onto it is refused if something else is kept while this is read."""

    def kept() -> dict[str, str | None]:
        onto = engine.status().onto
        return {"onto": onto, "draft": engine.draft()}

    async def answer(_: Request) -> Response:
        return JSONResponse(await run_in_threadpool(kept))

    return answer


def _decisions(engine: Engine) -> _Answer:
    """Keeps decisions."""

    async def answer(request: Request) -> Response:
        match await _content(request, MOST_BYTES):
            case {"text": str(text), "draft": str(draft), "onto": str(onto)}:
                return JSONResponse({"onto": await run_in_threadpool(engine.decide, text, draft, onto)})
        raise HTTPException(400, "These are no decisions.")

    return answer


def _by_what_is_seen(does: Callable[[str | None], None]) -> _Answer:
    """A button that goes by the decisions: those that the window shows in which it is pressed."""

    async def answer(request: Request) -> Response:
        match await _content(request, _MOST_BYTES_OF_A_BUTTON):
            case {"onto": str() | None as onto}:
                await run_in_threadpool(does, onto)
                return JSONResponse({})
        raise HTTPException(400, "Press the button in the page.")

    return answer


def _button(does: Callable[[], None]) -> _Answer:
    async def answer(request: Request) -> Response:
        await _content(request, _MOST_BYTES_OF_A_BUTTON)
        await run_in_threadpool(does)
        return JSONResponse({})

    return answer


async def _content(request: Request, most: int) -> Any:
    """What a request brings.

    Args:
        request: The request.
        most: How many bytes it may have.

    Raises:
        HTTPException: When it has more, or is no JSON.
    """
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > most:
            raise HTTPException(413, "This is too much.")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise HTTPException(400, "This is no JSON.") from None


async def _refused(_: Request, error: Exception) -> Response:
    return JSONResponse({"problem": str(error)}, 409)


async def _not_so(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  for mypy
    return JSONResponse({"problem": error.detail}, error.status_code)


async def _failed(_: Request, error: Exception) -> Response:
    """Says nothing of the error but where it was, and that in the terminal: its text may quote a value."""
    from connector_base.failures import types_and_places  # noqa: PLC0415  this loads the CDK, which takes seconds

    print("; ".join(types_and_places(error)), file=sys.stderr)
    return JSONResponse({"problem": FAILED}, 500)
