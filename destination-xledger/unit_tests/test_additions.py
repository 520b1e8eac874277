"""Nobody is added twice, and whoever is to be added is, whatever becomes of answers and of those beside them."""

import json
from itertools import pairwise
from typing import Any

from airbyte_cdk.sources.streams.call_rate import APIBudget
from hypothesis import given, settings
from hypothesis import strategies as st
from requests_mock import Mocker

from connector_base.people.person import Person
from connector_base.reporting.outcomes import Outcomes
from connector_base.reporting.report import NoReport
from connector_base.reporting.summary import Summary
from destination_xledger.people.planned import Planned
from destination_xledger.reporting.explanations import EXPLANATIONS
from destination_xledger.syncing.additions import LOOKS, UNDER_WAY, Additions
from destination_xledger.syncing.refusals import Refusals
from shared_mappings import Options, Policies, desired_from_user, field_table, plan_for_xledger
from xledger_api.employees.gateway import Gateway
from xledger_api.language.schema import written_down
from xledger_api.sending.client import XledgerClient

from .conftest import TOKEN, URL

TABLE = field_table()
SCHEMA = written_down()


Delays = list[float | None]
"""After how many seconds each input of an addition is carried out whose answer gets lost, in turn; None for never."""


class Xledger:
    """Adds whoever has an even number, and refuses the others beside them in words that nobody knows.

    Attributes:
        lost: Of each addition to come, the delays with which it is carried out after its answer got lost.
        seconds: What the clock shows.
        added: Codes of those who were added.
        sent: When additions came.
        look_ups: How many look-ups came.
    """

    def __init__(self, *lost: Delays) -> None:
        self.lost = list(lost)
        self.seconds = 1000.0
        self.added: list[str] = []
        self.sent: list[float] = []
        self.look_ups = 0
        self._under_way: list[tuple[float, str]] = []

    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    def now(self) -> float:
        return self.seconds

    def answer(self, request: Any, context: Any) -> str:
        body = json.loads(request.body)
        self.added += [code for due, code in sorted(self._under_way) if due <= self.seconds]
        self._under_way = [each for each in self._under_way if each[0] > self.seconds]
        if "addEmployees" in body["query"] and body["variables"].get("inputs"):
            self.sent.append(self.seconds)
        if "addEmployees" in body["query"] and self.lost:
            delays = self.lost.pop(0)
            for number, each in enumerate(body["variables"]["inputs"]):
                if (delay := delays[number % len(delays)]) is not None:
                    self._under_way.append((self.seconds + delay, each["node"]["code"]))
            context.status_code = 504
            return "<html>Gateway Time-out</html>"
        if "addEmployees" not in body["query"]:
            self.look_ups += 1
            wanted = set(body["variables"]["byCode_filter"]["code_in"])
            there = ((number, code) for number, code in enumerate(self.added) if code in wanted)
            edges = [{"cursor": str(number), "node": self._node(number)} for number, _ in there]
            page = {"edges": edges or None, "pageInfo": {"hasNextPage": False}}
            asked = [name.removesuffix("_filter") for name in body["variables"] if name.endswith("_filter")]
            return json.dumps({"data": dict.fromkeys(asked, page)})
        inputs = body["variables"].get("inputs", [])
        good = [each for each in inputs if int(each["node"]["code"]) % 2 == 0]
        first = len(self.added)
        self.added += [each["node"]["code"] for each in good]
        edges = [{"clientId": each["clientId"], "node": self._node(number)} for number, each in enumerate(good, first)]
        content: dict[str, Any] = {"data": {"addEmployees": {"edges": edges or None}}}
        return json.dumps(content if len(good) == len(inputs) else {"errors": [{"message": "No."}], **content})

    def _node(self, number: int) -> dict[str, Any]:
        code = self.added[number]
        return {"dbId": 1000 + number, "code": code, "contact": {"dbId": 1}, "subledger": {"dbId": 2}}


def new(number: int) -> Planned:
    record = {"id": str(number), "employmentId": str(number), "givenName": "Kari"}
    desired = desired_from_user(record, TABLE, Options())
    return Planned(
        Person(str(number), f"users {number}", desired, record),
        None,
        plan_for_xledger(desired, None, Policies(), TABLE),
    )


def added_to(xledger: Xledger, people: list[Planned], summary: Summary) -> list[str]:
    """Adds people, and gives back the identities of those who count as added."""
    client = XledgerClient(URL, TOKEN, budget=APIBudget(policies=[]), sleep=xledger.wait, clock=xledger.now)
    gateway = Gateway(client, TABLE, schemas={(client.url, client.token): SCHEMA})
    additions = Additions(
        gateway, Refusals(gateway), Outcomes(summary, NoReport(), EXPLANATIONS), xledger.wait, xledger.now
    )
    with Mocker() as requests:
        requests.post(URL, text=xledger.answer)
        return [item.identity for item, _ in additions.add(people, looked_up=xledger.now()).added]


def test_those_who_pass_beside_the_refused_show_that_it_is_not_xledger() -> None:
    xledger, summary = Xledger(), Summary("sync")
    people = [new(number) for number in range(50)]
    added = added_to(xledger, people, summary)
    assert sorted(map(int, added)) == list(range(0, len(people), 2))
    assert len(xledger.added) == len(set(xledger.added))
    assert summary.rejected == {"refused_by_xledger": len(people) // 2}


@settings(max_examples=25)
@given(
    lost=st.lists(st.lists(st.none() | st.floats(0, UNDER_WAY, exclude_max=True), min_size=1, max_size=5), max_size=3),
    size=st.integers(1, 8),
)
def test_whenever_lost_additions_are_carried_out_everybody_is_added_once(lost: list[Delays], size: int) -> None:
    xledger, summary = Xledger(*lost), Summary("sync")
    people = [new(2 * number) for number in range(size)]
    added = added_to(xledger, people, summary)
    assert sorted(added) == sorted(xledger.added) == sorted(item.identity for item in people)
    assert all(later - earlier >= UNDER_WAY for earlier, later in pairwise(xledger.sent))
    assert summary.rejected == {}


@settings(max_examples=25)
@given(delay=st.floats(UNDER_WAY, 2 * UNDER_WAY, exclude_max=True), again=st.none() | st.floats(0, UNDER_WAY))
def test_whoever_is_there_twice_after_all_is_told_or_was_added_later_still(delay: float, again: float | None) -> None:
    xledger, summary = Xledger([delay], [again]), Summary("sync")
    added = added_to(xledger, [new(2)], summary)
    twice = len(xledger.added) > 1
    assert (added, summary.rejected) == (([], {"ambiguous_match": 1}) if twice else (["2"], {}))


def test_an_addition_of_which_a_part_is_there_is_waited_for_until_the_rest_is() -> None:
    xledger = Xledger([5.0, 200.0, None])
    assert sorted(added_to(xledger, [new(2), new(4), new(6)], Summary("sync"))) == ["2", "4", "6"]
    assert sorted(xledger.added) == ["2", "4", "6"]
    assert xledger.sent == [1000.0, 1000.0 + UNDER_WAY]


def test_looks_come_at_growing_intervals_and_the_last_one_when_nothing_can_be_under_way() -> None:
    intervals = [later - earlier for earlier, later in pairwise((0.0, *LOOKS))]
    assert intervals == sorted(intervals)
    assert LOOKS[-1] == UNDER_WAY
