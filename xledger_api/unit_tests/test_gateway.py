"""Nobody is taken for missing over an answer: refused, blocked, cut, or of another shape."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from zlib import crc32

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from requests_mock import Mocker

from connector_base.people.directory import Directory, MatchingKey
from shared_mappings import Options, desired_from_user, field_table
from xledger_api.employees.gateway import Gateway, Keys
from xledger_api.language.schema import written_down
from xledger_api.sending.client import BEFORE_JUDGING, RefusedError, XledgerClient

from .conftest import URL

MATCH_ON = (MatchingKey.EMPLOYMENT_ID, MatchingKey.EMAIL)
DEADLOCK = {"errors": [{"message": "Transaction (Process ID 61) was deadlocked."}], "data": None}
NO_ACCESS = {"errors": [{"message": "Access denied."}], "data": None}
INVALID = {"errors": [{"message": "filter: Invalid value.", "extensions": {"code": "INVALID_VALUE"}}], "data": None}

Reply = tuple[int, str]


class Xledger:
    """Finds everybody of whom somebody asks, in the letters of their code.

    Attributes:
        asked: The variables of every request.
        replies: What is answered in place of that, once each, in order.
        objects: Answers in place of that where it has something to say about the variables, every time.
    """

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.replies: Iterator[Reply] = iter(())
        self.objects: Callable[[str], Reply | None] = lambda _: None

    def answer(self, request: Any, context: Any) -> str:
        variables = json.loads(request.body)["variables"]
        self.asked.append(variables)
        reply = next(self.replies, None) or self.objects(json.dumps(variables))
        if reply is not None:
            context.status_code = reply[0]
            return reply[1]
        aliases = [name.removesuffix("_first") for name in variables if name.endswith("_first")]
        return json.dumps({"data": {alias: self._page(alias, variables) for alias in aliases}})

    def _page(self, alias: str, variables: dict[str, Any]) -> dict[str, Any]:
        given = variables.get(f"{alias}_filter", {}) if alias != "byCodeInOtherCase" else {}
        keys = [key for keys in given.values() for key in keys if key not in ("0", "nobody@example.com")]
        return page([somebody(crc32(str(key).partition("@")[0].encode()), str(key)) for key in keys])


def somebody(db_id: Any, key: str = "E1") -> dict[str, Any]:
    return {"dbId": db_id, "code": key.partition("@")[0], "contact": {"dbId": 5, "email": key}, "subledger": None}


def page(nodes: list[Any], *, more: bool = False) -> dict[str, Any]:
    edges = [{"cursor": f"at {number}", "node": node} for number, node in enumerate(nodes)]
    return {"edges": edges or None, "pageInfo": {"hasNextPage": more}}


def replying(*answers: Any) -> Iterator[Reply]:
    return iter([(200, json.dumps(answer)) for answer in answers])


def told(connection: Any) -> dict[str, Any]:
    """An answer with this in place of each page."""
    nobody = {"byCodeInOtherCase": {"edges": None, "pageInfo": {"hasNextPage": False}}}
    return {"data": {**dict.fromkeys(("byCode", "byEmail", "byDbId", "inTheEntity"), connection), **nobody}}


@pytest.fixture
def xledger(requests_mock: Mocker) -> Xledger:
    stub = Xledger()
    requests_mock.post(URL, text=stub.answer)
    return stub


@pytest.fixture
def gateway(client: XledgerClient) -> Gateway:
    return Gateway(client, field_table(), schemas={(client.url, client.token): written_down()})


def keys(*numbers: int) -> list[Keys]:
    return [Keys(f"E{number}", f"E{number}@example.com") for number in numbers]


def in_doubt(directory: Directory, numbers: range) -> list[int]:
    """The numbers of those of whom it is not known who they are."""
    people = {
        number: desired_from_user(
            {"id": str(number), "employmentId": f"E{number}", "email": f"E{number}@example.com"},
            field_table(),
            Options(),
        )
        for number in numbers
    }
    return [number for number, desired in people.items() if directory.is_in_doubt(desired, MATCH_ON)]


# ------------------------------------------------------------------ refused look-ups


def test_a_look_up_that_is_refused_in_unknown_words_is_sent_once_more_after_a_pause(
    gateway: Gateway, xledger: Xledger, slept: list[float]
) -> None:
    xledger.replies = replying(DEADLOCK)
    assert set(gateway.look_up(keys(1, 2)).by_code) == {"E1", "E2"}
    assert slept == [BEFORE_JUDGING]
    assert len(xledger.asked) == 2
    assert gateway.client.traffic.retries == 1


@pytest.mark.parametrize("answer", [DEADLOCK, NO_ACCESS, INVALID])
def test_a_look_up_that_was_answered_before_lacks_no_access(answer: Any, gateway: Gateway, xledger: Xledger) -> None:
    gateway.look_up(keys(1))
    xledger.objects = lambda _: (200, json.dumps(answer))
    with pytest.raises(AirbyteTracedException, match="whatever is asked for") as raised:
        gateway.look_up(keys(*range(500)), with_doubts=True)
    assert raised.value.failure_type is FailureType.transient_error
    assert "probably lacks" not in str(raised.value)
    assert len(xledger.asked) <= 5


@pytest.mark.parametrize(
    ("answer", "failure_type", "sentence"),
    [
        (NO_ACCESS, FailureType.config_error, "probably lacks one of these accesses: .*Contact: read/write"),
        (DEADLOCK, FailureType.transient_error, "whatever is asked for: .* Try again in an hour"),
        (INVALID, FailureType.transient_error, "whatever is asked for"),
    ],
)
def test_a_first_look_up_that_is_refused_is_told_by_what_it_speaks_of(
    answer: Any, failure_type: FailureType, sentence: str, gateway: Gateway, xledger: Xledger
) -> None:
    xledger.objects = lambda _: (200, json.dumps(answer))
    with pytest.raises(AirbyteTracedException, match=sentence) as raised:
        gateway.look_up(keys(1))
    assert raised.value.failure_type is failure_type


@pytest.mark.parametrize("reply", [(403, "<html>No</html>"), (406, ""), (200, json.dumps(INVALID))])
@pytest.mark.parametrize("first", [True, False])
def test_a_key_that_is_disliked_leaves_nobody_in_doubt_but_whom_it_belongs_to(
    reply: Reply, gateway: Gateway, xledger: Xledger, *, first: bool
) -> None:
    if not first:
        gateway.look_up(keys(1000))
    xledger.objects = lambda said: reply if '"E77"' in said else None
    directory = gateway.look_up(keys(*range(500)), with_doubts=True)
    assert in_doubt(directory, range(500)) == [77]
    assert set(directory.by_code) == {f"E{number}" for number in range(500)} - {"E77"}
    assert directory.why
    assert len(xledger.asked) <= 30


def test_an_address_that_is_disliked_leaves_nobody_in_doubt_who_is_found_by_code(
    gateway: Gateway, xledger: Xledger
) -> None:
    xledger.objects = lambda said: (403, "") if "e3@" in said.lower() else None
    assert in_doubt(gateway.look_up(keys(*range(9)), with_doubts=True), range(9)) == []
    directory = gateway.look_up([Keys(None, "E3@example.com")], with_doubts=True)
    nobodys_code = desired_from_user({"id": "3", "email": "e3@example.com"}, field_table(), Options())
    assert directory.is_in_doubt(nobodys_code, MATCH_ON)
    assert directory.candidates(nobodys_code, MATCH_ON) == frozenset()


def test_many_keys_that_are_disliked_cost_a_bounded_number_of_requests(gateway: Gateway, xledger: Xledger) -> None:
    xledger.objects = lambda said: (403, "") if '"E' in said else None
    directory = gateway.look_up(keys(*range(500)), with_doubts=True)
    assert in_doubt(directory, range(500)) == [*range(500)]
    assert len(xledger.asked) <= 200


def test_who_does_not_ask_for_doubts_gets_an_error_and_nobody_missing(gateway: Gateway, xledger: Xledger) -> None:
    xledger.objects = lambda said: (403, "") if '"E3"' in said else None
    with pytest.raises(AirbyteTracedException, match="such as a firewall") as raised:
        gateway.look_up(keys(*range(9)))
    assert raised.value.failure_type is FailureType.transient_error


@pytest.mark.parametrize(
    ("status", "failure_type", "sentence"),
    [
        (403, FailureType.config_error, r"does not let requests through \(HTTP 403\)"),
        (407, FailureType.config_error, "A proxy on the way"),
        (413, FailureType.config_error, "because it is too large"),
        (404, FailureType.config_error, r"does not answer like Xledger's GraphQL API \(HTTP 404\)"),
    ],
)
def test_an_address_that_lets_nothing_through_is_told(
    status: int, failure_type: FailureType, sentence: str, gateway: Gateway, xledger: Xledger, slept: list[float]
) -> None:
    xledger.objects = lambda _: (status, "<html>No</html>")
    with pytest.raises(AirbyteTracedException, match=sentence) as raised:
        gateway.look_up(keys(1, 2, 3))
    assert raised.value.failure_type is failure_type
    assert slept == []


@pytest.mark.parametrize("status", [413, 414, 431])
def test_a_look_up_that_is_too_large_is_asked_in_parts(status: int, gateway: Gateway, xledger: Xledger) -> None:
    xledger.objects = lambda said: (status, "<html>Too large</html>") if len(said) > 2000 else None
    assert len(gateway.look_up(keys(*range(300))).by_code) == 300


def test_a_mutation_that_something_on_the_way_dislikes_is_for_the_batch_to_sort_out(
    gateway: Gateway, xledger: Xledger
) -> None:
    gateway.look_up(keys(1))
    xledger.objects = lambda said: (403, "<html>No</html>") if "<script>" in said else None
    with pytest.raises(RefusedError) as raised:
        gateway.update("updateContacts", {"a": {"dbId": 1, "jobTitle": "<script>"}}, ["employee.contact.jobTitle"])
    assert "such as a firewall" in raised.value.failure.words
    assert "script" not in str(raised.value)


# ------------------------------------------------------------------ pages


@pytest.mark.parametrize(
    "connection",
    [
        None,
        "text",
        [],
        5,
        {},
        {"edges": None},
        {"edges": None, "pageInfo": None},
        {"edges": None, "pageInfo": {}},
        {"edges": None, "pageInfo": {"hasNextPage": None}},
        {"edges": None, "pageInfo": {"hasNextPage": "false"}},
        {"edges": "text", "pageInfo": {"hasNextPage": False}},
        {"edges": {}, "pageInfo": {"hasNextPage": False}},
        {"edges": [None], "pageInfo": {"hasNextPage": False}},
        {"edges": ["text"], "pageInfo": {"hasNextPage": False}},
        *(
            page([node])
            for node in (
                None,
                "text",
                5,
                [],
                {},
                {"code": "E1"},
                somebody(None),
                somebody("text"),
                somebody(1.5),
                somebody(True),
                somebody([]),
                {**somebody(1), "code": ["E1"]},
                {**somebody(1), "contact": "text"},
                {**somebody(1), "contact": ["text"]},
                {**somebody(1), "contact": {"dbId": 1, "gender": "F"}},
                {**somebody(1), "code": {"code": "E1"}},
                {**somebody(1), "contact": {"dbId": "text"}},
                {**somebody(1), "contact": {"dbId": 1, "firstName": []}},
            )
        ),
        {"edges": None, "pageInfo": {"hasNextPage": True}},
        {"edges": [], "pageInfo": {"hasNextPage": True}},
        {"edges": [{"cursor": None, "node": somebody(1)}], "pageInfo": {"hasNextPage": True}},
        {"edges": [{"cursor": 5, "node": somebody(1)}], "pageInfo": {"hasNextPage": True}},
        {"edges": [{"cursor": "", "node": somebody(1)}], "pageInfo": {"hasNextPage": True}},
        {"edges": [{"node": somebody(1)}], "pageInfo": {"hasNextPage": True}},
    ],
    ids=lambda connection: json.dumps(connection)[:60],
)
def test_a_list_that_cannot_be_read_is_an_error_in_a_sentence(
    connection: Any, gateway: Gateway, xledger: Xledger
) -> None:
    xledger.replies = replying(told(connection))
    with pytest.raises(AirbyteTracedException, match="so that nobody is taken for missing") as raised:
        gateway.look_up(keys(1))
    assert raised.value.failure_type is FailureType.system_error


@pytest.mark.parametrize("edges", [None, []])
def test_a_list_of_nobody_is_empty(edges: Any, gateway: Gateway, xledger: Xledger) -> None:
    xledger.replies = replying(told({"edges": edges, "pageInfo": {"hasNextPage": False}}))
    assert gateway.look_up(keys(1)).by_code == {}


@pytest.mark.parametrize("cursor", ["at 0", "new each time"])
def test_the_same_page_again_is_an_error_and_asked_for_twice_at_most(
    cursor: str, gateway: Gateway, xledger: Xledger
) -> None:
    def again(_: str) -> Reply:
        connection = page([somebody(1)], more=True)
        connection["edges"][0]["cursor"] = cursor if cursor == "at 0" else f"at {len(xledger.asked)}"
        return 200, json.dumps(told(connection))

    xledger.objects = again
    with pytest.raises(AirbyteTracedException, match="the same page again and again") as raised:
        gateway.look_up(keys(1))
    assert raised.value.failure_type is FailureType.system_error
    assert len(xledger.asked) == 2


def test_pages_that_overlap_are_read_to_their_end(gateway: Gateway, xledger: Xledger) -> None:
    xledger.replies = replying(
        told(page([somebody(1, "E1"), somebody(2, "E2")], more=True)),
        told(page([somebody(2, "E2"), somebody(3, "E3")])),
    )
    assert set(gateway.look_up(keys(1, 2, 3)).by_code) == {"E1", "E2", "E3"}


def test_who_is_shown_without_a_key_is_nobody_elses(gateway: Gateway, xledger: Xledger) -> None:
    xledger.replies = replying(told(page([{**somebody(1), "code": None, "contact": {"dbId": 1, "email": None}}])))
    directory = gateway.look_up([*keys(1), Keys("None", None)])
    for record in ({"id": "1", "employmentId": "None"}, {"id": "2", "email": ""}, {"id": "3"}):
        desired = desired_from_user(record, field_table(), Options())
        assert directory.candidates(desired, MATCH_ON) == frozenset()


# ------------------------------------------------------------------ answers to mutations


@pytest.mark.parametrize(
    "result",
    [
        None,
        "text",
        [],
        5,
        {"edges": None},
        {"edges": 5},
        {"edges": "text"},
        {"edges": {"a": 1}},
        {"edges": [None]},
        {"edges": [{"clientId": "a", "node": None}]},
        {"edges": [{"clientId": "a", "node": "text"}]},
        {"edges": [{"clientId": "a", "node": {"dbId": [1]}}]},
        {"edges": [{"clientId": None, "node": somebody(1)}]},
    ],
)
@pytest.mark.parametrize("mutation", ["addEmployees", "updateContacts"])
def test_a_mutation_of_which_nothing_can_be_read_is_an_error_in_a_sentence(
    mutation: str, result: Any, gateway: Gateway, xledger: Xledger
) -> None:
    xledger.replies = replying({"data": {mutation: result}})
    inputs = {"a": {"dbId": 1}}
    with pytest.raises(
        AirbyteTracedException, match="does not tell what became of each person that was sent"
    ) as raised:
        gateway.add(inputs) if mutation == "addEmployees" else gateway.update(mutation, inputs, [])
    assert raised.value.failure_type is FailureType.system_error


def test_somebody_added_without_a_db_id_is_an_error(gateway: Gateway, xledger: Xledger) -> None:
    xledger.replies = replying({"data": {"addEmployees": {"edges": [{"clientId": "a", "node": {"code": "E1"}}]}}})
    with pytest.raises(AirbyteTracedException, match="does not tell what became of each person that was sent"):
        gateway.add({"a": {"code": "E1"}})
