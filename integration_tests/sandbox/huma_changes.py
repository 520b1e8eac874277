"""What somebody changes on the page of Huma. The forms are those of `pages`; nobody else's page may send them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from integration_tests.sandbox.pages import ACTIVATE, DEACTIVATE, EDITABLE, OF_A_NEW_HIRE, SAVE, as_typed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from starlette.requests import Request
    from starlette.responses import Response

    from integration_tests.sandbox.huma_store import Huma, HumaUser

_MOST_BYTES = 10_000


async def change(huma: Huma, request: Request) -> Response:
    """Answer the form of a person: what was typed anew is changed, what was emptied is unset, all else stays."""
    user_id = request.path_params["id"]
    form = await _form(huma, request, {"do", *EDITABLE})
    if user_id not in huma.users:
        raise HTTPException(404, "There is no such person.")
    do = form.pop("do", SAVE)
    if do not in {SAVE, DEACTIVATE, ACTIVATE}:
        raise HTTPException(400, "The form asks for something that the page does not do.")
    _check_dates(form)
    user = huma.users[user_id]
    changed = {name: text or None for name, text in form.items() if name in user and text != as_typed(user[name])}
    _check_texts(text for text in changed.values() if text)
    huma.change(user_id, **changed)
    if do == DEACTIVATE:
        huma.deactivate(user_id)
    elif do == ACTIVATE:
        huma.change(user_id, active=True, deactivatedAt=None)
    done = [*changed, *({"active"} if do != SAVE else ())]
    huma.announce(f"Huma: {', '.join(done) or 'nothing'} of {_who(user)} has changed.")
    return RedirectResponse(f"/#{user_id}", 303)


async def export(huma: Huma, request: Request) -> Response:
    """Answer the form that has webhooks tell of everybody."""
    await _form(huma, request, ())
    huma.export()
    huma.announce("Huma: everybody was exported.")
    return RedirectResponse("/", 303)


async def hire(huma: Huma, request: Request) -> Response:
    """Answer the form of somebody new; what is left empty is made up."""
    form = await _form(huma, request, OF_A_NEW_HIRE)
    _check_texts(form.values())
    user_id = huma.hire(**{name: text for name, text in form.items() if text})
    huma.announce(f"Huma: {_who(huma.users[user_id])} was hired.")
    return RedirectResponse(f"/#{user_id}", 303)


async def _form(huma: Huma, request: Request, names: Collection[str]) -> dict[str, str]:
    """Return the fields of a form of our own page.

    Raises:
        HTTPException: It came from another page, is no form, or has other fields.
    """
    # A page on the internet can make a browser send a form here, under our address or under a name of its own.
    port = urlsplit(huma.url).port
    host, origin = request.headers.get("host"), request.headers.get("origin")
    if host not in {f"127.0.0.1:{port}", f"localhost:{port}"} or origin not in {None, f"http://{host}"}:
        raise HTTPException(403, "Only the page of this sandbox changes anything in it.")
    body = await request.body()
    try:
        fields = parse_qs(body[:_MOST_BYTES].decode(), keep_blank_values=True, strict_parsing=bool(body))
    except ValueError:
        raise HTTPException(400, "This is no form.") from None
    if len(body) > _MOST_BYTES or not set(fields) <= set(names) or any(len(values) > 1 for values in fields.values()):
        raise HTTPException(400, "The form has more in it than the page asks for.")
    return {name: values[0] for name, values in fields.items()}


def _check_dates(form: dict[str, str]) -> None:
    for name, text in form.items():
        if name.endswith("Date") and text:
            try:
                date = dt.date.fromisoformat(text).isoformat()
            except ValueError:
                date = ""
            if date != text:
                raise HTTPException(400, f"{name} is not a date such as 2026-01-31.")


def _check_texts(texts: Iterable[str]) -> None:
    if any(unicodedata.category(character) == "Cc" for text in texts for character in text):
        raise HTTPException(400, "A field of the page takes no control characters.")


def _who(user: HumaUser) -> str:
    """Return whom a sentence is about: people of the sandbox are made up, and a terminal may show their names."""
    name = f"{user['givenName']} {user['familyName']}"
    return f"{''.join(each if each.isprintable() else '?' for each in name)} ({user.id})"
