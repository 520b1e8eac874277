"""Who is added although somebody beside them is refused."""

import json
from typing import Any

import pytest
from requests_mock import Mocker

from destination_xledger.people.person import Person, Planned
from destination_xledger.reporting.outcomes import Outcomes
from destination_xledger.reporting.report import NoReport
from destination_xledger.reporting.summary import Summary
from destination_xledger.syncing.additions import Additions
from destination_xledger.syncing.refusals import IN_A_ROW, Refusals
from shared_mappings import Options, Policies, desired_from_user, field_table, plan
from xledger_api.employees.gateway import Gateway
from xledger_api.language.schema import written_down
from xledger_api.sending.client import XledgerClient

from .conftest import URL

TABLE = field_table()


class Xledger:
    """Adds whoever has an even number, and refuses the others beside them in words that nobody knows.

    Attributes:
        added: Codes of those who were added.
        look_ups: How many look-ups came.
    """

    def __init__(self) -> None:
        self.added: list[str] = []
        self.look_ups = 0

    def answer(self, request: Any, _context: Any) -> str:
        body = json.loads(request.body)
        if "addEmployees" not in body["query"]:
            self.look_ups += 1
            wanted = set(body["variables"]["byCode_filter"]["code_in"])
            edges = [{"cursor": code, "node": self._node(code)} for code in self.added if code in wanted]
            page = {"edges": edges or None, "pageInfo": {"hasNextPage": False}}
            asked = [name.removesuffix("_filter") for name in body["variables"] if name.endswith("_filter")]
            return json.dumps({"data": dict.fromkeys(asked, page)})
        inputs = body["variables"].get("inputs", [])
        good = [each for each in inputs if int(each["node"]["code"]) % 2 == 0]
        self.added += [each["node"]["code"] for each in good]
        edges = [{"clientId": each["clientId"], "node": self._node(each["node"]["code"])} for each in good]
        content: dict[str, Any] = {"data": {"addEmployees": {"edges": edges or None}}}
        return json.dumps(content if len(good) == len(inputs) else {"errors": [{"message": "No."}], **content})

    def _node(self, code: str) -> dict[str, Any]:
        return {"dbId": int(code) + 1000, "code": code, "contact": {"dbId": 1}, "subledger": {"dbId": 2}}


def new(number: int) -> Planned:
    record = {"id": str(number), "employmentId": str(number), "givenName": "Kari"}
    desired = desired_from_user(record, TABLE, Options())
    return Planned(
        Person(str(number), f"users {number}", desired, record), None, plan(desired, None, Policies(), TABLE)
    )


@pytest.fixture
def xledger(requests_mock: Mocker) -> Xledger:
    stub = Xledger()
    requests_mock.post(URL, text=stub.answer)
    return stub


def test_those_who_pass_beside_the_refused_show_that_it_is_not_xledger(client: XledgerClient, xledger: Xledger) -> None:
    gateway = Gateway(client, TABLE, schemas={(client.url, client.token): written_down()})
    summary = Summary("sync")
    additions = Additions(gateway, Refusals(gateway), Outcomes(summary, NoReport()), client.sleep, lambda: 0.0)
    people = [new(number) for number in range(2 * IN_A_ROW + 10)]
    added = additions.add(people, looked_up=0.0).added
    assert sorted(int(item.identity) for item, _ in added) == list(range(0, len(people), 2))
    assert len(xledger.added) == len(set(xledger.added))
    assert summary.rejected == {"refused_by_xledger": len(people) // 2}
