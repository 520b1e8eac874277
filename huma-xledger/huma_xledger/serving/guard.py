"""What stands before every route: only this machine, only whoever has the address, and only from our own page."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huma_xledger.serving.keys import Keys

_LOOKING: Final = frozenset({"GET", "HEAD"})
"""The methods that change nothing."""

_OURS: Final = "same-origin"
"""What browsers say of a request that a page of this server makes. Some say nothing, and no page can say it."""

STRANGERS: Final = """\
Open the address that was printed where this was started.
Åpne adressen som ble skrevet ut der dette ble startet.
"""
"""What everybody is told who has no key, whatever they asked for."""

_FROM_ELSEWHERE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>…</title></html>
"""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The content security policy of whatever does not bring its own."""

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Lets a request through, or says nothing of what is behind.

    - `Host` has to be the address that is listened on. A name of somebody else's that leads here is none.
    - A token in the address is taken for a cookie once, and is not in the address any more.
    - Without the cookie every answer is the same.
    - A request that changes something has to come from a page of this server, and hold JSON: no form can, and no
      script of another page may without being asked for first, which is refused.
    """

    def __init__(self, app: ASGIApp, keys: Keys, port: int) -> None:
        self._app = app
        self._keys = keys
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or has it answered."""
        if scope["type"] != "http":
            return  # nothing else is served, and closes by itself

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", POLICY)
                headers.update(_HEADERS)
            await send(message)

        refusal = self._refusal(Request(scope))
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, request: Request) -> Response | None:
        """The answer to a request that goes no further; None for one that does."""
        headers = request.headers
        host = _only(headers, "host")
        if host not in self._hosts:
            return _stranger()
        if not self._keys.knows(request.cookies.get(self._keys.cookie_name)):
            return self._at_the_door(request)
        if request.method in _LOOKING:
            return RedirectResponse("/", 303) if request.url.path == "/" and "token" in request.query_params else None
        if _only(headers, "origin") != f"http://{host}" or headers.get("sec-fetch-site", _OURS) != _OURS:
            return _stranger()
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return PlainTextResponse("JSON is taken, and nothing else.", 415)
        return None

    def _at_the_door(self, request: Request) -> Response:
        """The answer to somebody without a cookie, who may have a token in the address."""
        token = request.query_params.get("token", "")
        if request.method != "GET" or request.url.path != "/" or not self._keys.opens(token):
            return _stranger()
        # Whoever follows a link from another page does not bring a strict cookie to where that leads on to. Where the
        # page leads on by itself, they do.
        elsewhere = request.headers.get("sec-fetch-site", _OURS) not in {"none", _OURS}
        answer = HTMLResponse(_FROM_ELSEWHERE) if elsewhere else RedirectResponse("/", 303)
        answer.set_cookie(self._keys.cookie_name, self._keys.cookie, httponly=True, samesite="strict", path="/")
        return answer


def _stranger() -> Response:
    return PlainTextResponse(STRANGERS, 403)


def _only(headers: Headers, name: str) -> str | None:
    """A header that is there once; None where it is not, or more often."""
    values = headers.getlist(name)
    return values[0] if len(values) == 1 else None
