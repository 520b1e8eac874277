"""A page for people who want to see what is in a system of the sandbox."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from integration_tests.sandbox.huma_store import Huma
    from integration_tests.sandbox.xledger import Xledger

MAINTENANCE = "<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>"
"""What answers instead of an API while the system is being looked after."""

FORBIDDEN = "<!doctype html><title>Forbidden</title><h1>Your request was stopped</h1>"
"""What a firewall answers to what it dislikes."""

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#222}table{border-collapse:collapse}"
    "th,td{padding:.25rem .75rem;text-align:left;border-bottom:1px solid #ddd;vertical-align:top;white-space:pre-wrap}"
    "th{position:sticky;top:0;background:#fff}"
)


def huma_page(huma: Huma) -> str:
    """Return the page of Huma: its people, and how often it was asked."""
    with huma.lock:
        rows = [
            (
                user["givenName"],
                user["familyName"],
                user.get("employmentId"),
                user.get("email"),
                user.get("phone"),
                user.get("jobTitle"),
                _address(user.get("homeAddress")),
                "active" if user["active"] else f"deactivated {user['deactivatedAt']}",
            )
            for user in huma.users.values()
        ]
    head = ("Given name", "Family name", "Employment ID", "E-mail", "Phone", "Job title", "Address", "Status")
    return _page("Huma", f"{len(rows)} people, {len(huma.requests)} requests so far", head, rows, "/_sandbox/users")


def xledger_page(xledger: Xledger) -> str:
    """Return the page of Xledger: its employees, and how often it was asked and written to."""
    rows = [
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
        for row in xledger.employees()
    ]
    head = ("dbId", "Code", "Description", "E-mail", "Phone", "Job title", "Address", "Bank account", "Closed")
    summary = f"{len(rows)} employees, {len(xledger.operations)} requests so far, {len(xledger.writes)} of them writes"
    return _page("Xledger", summary, head, rows, "/_sandbox/employees")


def _address(address: dict[str, Any] | None) -> str:
    """Return an address of either system on one line."""
    if not address:
        return ""
    names = ("line1", "line2", "line3", "streetAddress", "postalCode", "zipCode", "city", "place")
    parts = [address[name] for name in names if address.get(name)]
    country = address.get("country")
    parts.append(country["code"] if isinstance(country, dict) else country)
    return ", ".join(str(part) for part in parts if part)


def _page(title: str, summary: str, head: Iterable[str], rows: Iterable[Sequence[object]], link: str) -> str:
    heading = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' if cell is not None else '<td></td>' for cell in row)}</tr>\n"
        for row in rows
    )
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title} of the sandbox</title>"
        f"<style>{_STYLE}</style><h1>{title} of the sandbox</h1>"
        f"<p>{escape(summary)}. Everything: <a href='{link}'>{link}</a></p>"
        f"<table><thead><tr>{heading}</tr></thead><tbody>\n{body}</tbody></table></html>"
    )
