"""An address is one value: nothing of one is lost when a line of it changes, and two are never mixed."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from integration_tests.conftest import Write
from integration_tests.records import a_user, as_employee, records
from integration_tests.sandbox import Sandbox

HOME = {"streetAddress": "Storgata 1", "zipCode": "0155", "place": "Oslo", "country": "NO", "state": "Oslo fylke"}
FILL = [{"field": "homeAddress", "policy": "fill_empty"}]


@pytest.fixture(params=["contract", "replaces_addresses", "replaces_addresses+flat_supplier_address"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """An Xledger that merges an address with the one there, or replaces it."""
    with Sandbox.running(people=0, burst_limit=None, dialect=request.param) as running:
        yield running


def somebody(sandbox: Sandbox, **lines: str | None) -> None:
    """The first user as an employee, with some lines of an address."""
    sandbox.xledger.add_employee(**as_employee(a_user(1), address=lines))


def moved(**lines: str | None) -> list[Any]:
    return records([a_user(1, homeAddress={**a_user(1)["homeAddress"], **lines})])


def addresses(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The addresses of the contact and of the subledger."""
    employee = sandbox.xledger.employee("E1")
    found = [employee[part]["address"] or {} for part in ("contact", "subledger")]
    return [
        {line: value["code"] if isinstance(value, Mapping) else value for line, value in address.items()}
        for address in found
    ]


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("line1", "streetAddress", "Lillegata 2"),
        ("postalCode", "zipCode", "0566"),
        ("city", "place", "Bergen"),
        ("country", "country", "SE"),
    ],
)
def test_where_one_line_changes_the_others_stay(
    line: str, key: str, value: str, write: Write, sandbox: Sandbox
) -> None:
    somebody(sandbox, **HOME)
    written = write(moved(**{line: value}))
    assert (written.error, written.summary["fields_changed"]) == (None, {"homeAddress": 1})
    for address in addresses(sandbox):
        assert {name: address[name] for name in HOME} == {**HOME, key: value}


def test_what_goes_along_is_no_change(write: Write, sandbox: Sandbox) -> None:
    somebody(sandbox, **{**HOME, "zipCode": "  0155 "})
    assert write(moved(city="Bergen"), mode="preview").summary["fields_changed"] == {"homeAddress": 1}
    write(moved(city="Bergen"))
    assert [address["zipCode"] for address in addresses(sandbox)] == ["  0155 "] * 2
    assert write(moved(city="Bergen")).summary["unchanged"] == 1


def test_a_line_that_is_empty_on_both_sides_is_not_sent(write: Write, sandbox: Sandbox) -> None:
    somebody(sandbox, streetAddress="Storgata 1", country="NO")
    write(moved(postalCode=None, city="Bergen"))
    sent = [entry["node"] for done in sandbox.xledger.writes for entry in done.variables["inputs"]]
    lines = [node.get("address", node) for node in sent]
    assert [("zipCode" in node, node["place"]) for node in lines] == [(False, "Bergen")] * 2


def test_a_line_that_stays_stays_as_it_was_written_before(write: Write, sandbox: Sandbox) -> None:
    somebody(sandbox, **HOME)
    write(moved(line1="Lillegata 2"))
    written = write(moved(line1="Lillegata 2", city="Bergen"))
    assert written.error is None
    assert [address["streetAddress"] for address in addresses(sandbox)] == ["Lillegata 2"] * 2


def test_two_addresses_are_never_mixed(write: Write, sandbox: Sandbox) -> None:
    somebody(sandbox, place="Bergen")
    written = write(moved(), field_policies=FILL)
    assert (written.summary["unchanged"], written.summary["conflicts"]) == (1, {"homeAddress": 1})
    assert [address["streetAddress"] for address in addresses(sandbox)] == [None, None]


def test_an_address_is_filled_in_where_there_is_none_and_then_stands(write: Write, sandbox: Sandbox) -> None:
    sandbox.xledger.add_employee(**as_employee(a_user(1), address={}))
    written = write(moved(), field_policies=FILL)
    assert (written.error, written.summary["fields_changed"]) == (None, {"homeAddress": 1})
    assert [address["streetAddress"] for address in addresses(sandbox)] == ["Storgata 1"] * 2
    assert write(moved(city="Bergen"), field_policies=FILL).summary["conflicts"] == {"homeAddress": 1}


def test_new_people_get_their_whole_address(write: Write, sandbox: Sandbox) -> None:
    assert write(moved(), field_policies=FILL).summary["created"] == 1
    assert [address["streetAddress"] for address in addresses(sandbox)] == ["Storgata 1"] * 2


def test_where_a_line_cannot_be_read_the_others_are_left_alone_or_written_one_by_one(
    write: Write, sandbox: Sandbox
) -> None:
    sandbox.xledger.lacks = frozenset({"Address.zipCode"})
    somebody(sandbox, **HOME)
    written = write(moved(city="Bergen"))
    assert (written.error, written.summary["warnings"]) == (None, {"partly_written": 1})
    assert [address["zipCode"] for address in addresses(sandbox)] == ["0155"] * 2
    assert [address["place"] for address in addresses(sandbox)] == ["Oslo", "Bergen"]
