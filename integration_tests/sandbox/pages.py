"""A page for people who want to see what is in a system of the sandbox."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from integration_tests.sandbox.huma_store import Huma, HumaUser
    from integration_tests.sandbox.xledger import Xledger

MAINTENANCE = "<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>"
"""What answers instead of an API while the system is being looked after."""

FORBIDDEN = "<!doctype html><title>Forbidden</title><h1>Your request was stopped</h1>"
"""What a firewall answers to what it dislikes."""

_TAKEN = 200

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#222}table{border-collapse:collapse}"
    "th,td{padding:.25rem .75rem;text-align:left;border-bottom:1px solid #ddd;vertical-align:top;white-space:pre-wrap}"
    "th{position:sticky;top:0;background:#fff}tr:target{background:#ffc}"
    ".next{position:sticky;bottom:0;background:#eef;padding:.5rem}button{margin-right:.25rem}"
)


EDITABLE = {"email": "E-mail", "phone": "Phone", "jobTitle": "Job title", "employmentEndDate": "Last day"}
"""What the page of Huma changes of a person, by the names of the `users` record."""

OF_A_NEW_HIRE = {"givenName": "Given name", "familyName": "Family name", "email": "E-mail", "phone": "Phone"}
"""What it asks of somebody new; what is left empty is made up."""

SAVE, DEACTIVATE, ACTIVATE = "save", "deactivate", "activate"
"""What it does with a person."""


def as_typed(value: object) -> str:
    """Return a value as a browser sends it back from a field that nobody has touched: on one line."""
    return "" if value is None else str(value).replace("\r", "").replace("\n", "")


def huma_page(huma: Huma) -> str:
    """Return the page of Huma: its people, how often it was asked, and forms to change them."""
    with huma.lock:
        rows = [_person(user) for user in huma.users.values()]
    head = ("Name", "Employment ID", *EDITABLE.values(), "Address", "Status", "")
    summary = f"{len(rows)} people, {len(huma.requests)} requests so far"
    hire = "".join(_field(name, "", "hire", title) for name, title in OF_A_NEW_HIRE.items())
    above = (
        f"<form id='hire' method='post' action='/_sandbox/people'>Somebody new: {hire} <button>Hire</button> "
        "What is left empty is made up.</form>"
    )
    if huma.webhooks.registered:
        above += _webhooks(huma)
    if huma.next_command:
        above += f"<p class='next'>To see a change come through: <code>{escape(huma.next_command)}</code></p>"
    return _page("Huma", summary, head, "".join(rows), "/_sandbox/users", above)


def _webhooks(huma: Huma) -> str:
    came = huma.webhooks.delivered
    taken = sum(delivery.status == _TAKEN for delivery in came)
    where = ", ".join(webhook.url for webhook in huma.webhooks.registered)
    return (
        f"<form id='export' method='post' action='/_sandbox/export'>Webhooks go to {escape(where)}: {len(came)} so "
        f"far, {taken} of them answered {_TAKEN}. <button>Export</button> That tells of everybody.</form>"
    )


def _person(user: HumaUser) -> str:
    form = f"change-{user.id}"
    status = "active" if user["active"] else f"deactivated {user['deactivatedAt']}"
    other = (DEACTIVATE, "Deactivate") if user["active"] else (ACTIVATE, "Activate")
    buttons = "".join(f"<button name='do' value='{do}'>{title}</button>" for do, title in ((SAVE, "Save"), other))
    cells = (
        _cell(f"{user['givenName']} {user['familyName']}"),
        _cell(user.get("employmentId")),
        *(
            f"<td>{_field(name, as_typed(user[name]), form, title)}</td>" if name in user else _cell("withheld")
            for name, title in EDITABLE.items()
        ),
        _cell(_address(user.get("homeAddress"))),
        _cell(status),
        f"<td><form id='{form}' method='post' action='/_sandbox/people/{escape(user.id)}'>{buttons}</form></td>",
    )
    return f"<tr id='{escape(user.id)}'>{''.join(cells)}</tr>\n"


def _field(name: str, value: str, form: str, title: str) -> str:
    kind = "date" if name.endswith("Date") else "text"
    label = f"aria-label='{escape(title)}' placeholder='{escape(title)}'"
    return f"<input type='{kind}' name='{name}' value='{escape(value)}' form='{form}' {label}>"


def xledger_page(xledger: Xledger) -> str:
    """Return the page of Xledger: its employees, and how often it was asked and written to."""
    employees = xledger.employees()
    rows = (
        (
            row["dbId"],
            row["code"],
            row["description"],
            row["contact"]["email"],
            row["contact"]["phone"],
            row["contact"]["jobTitle"],
            _address(row["contact"]["address"]),
            row["subledger"]["bankAccount"],
            row["dateTo"],
        )
        for row in employees
    )
    head = ("dbId", "Code", "Description", "E-mail", "Phone", "Job title", "Address", "Bank account", "Closed")
    summary = (
        f"{len(employees)} employees, {len(xledger.operations)} requests so far, {len(xledger.writes)} of them writes"
    )
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in rows)
    return _page("Xledger", summary, head, body, "/_sandbox/employees")


def _address(address: dict[str, Any] | None) -> str:
    """Return an address of either system on one line."""
    if not address:
        return ""
    names = ("line1", "line2", "line3", "streetAddress", "postalCode", "zipCode", "city", "place")
    parts = [address[name] for name in names if address.get(name)]
    country = address.get("country")
    parts.append(country["code"] if isinstance(country, dict) else country)
    return ", ".join(str(part) for part in parts if part)


def _cell(value: object) -> str:
    return f"<td>{escape(str(value))}</td>" if value is not None else "<td></td>"


def _page(title: str, summary: str, head: Iterable[str], body: str, link: str, above: str = "") -> str:
    heading = "".join(f"<th>{escape(name)}</th>" for name in head)
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title} of the sandbox</title>"
        "<link rel='icon' href='data:,'>"  # or else a browser asks for one, and that is counted
        f"<style>{_STYLE}</style><h1>{title} of the sandbox</h1>"
        f"<p>{escape(summary)}. Everything: <a href='{link}'>{link}</a></p>{above}"
        f"<table><thead><tr>{heading}</tr></thead><tbody>\n{body}</tbody></table></html>"
    )
