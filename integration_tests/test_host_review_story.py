"""A review from its start to its end on two real systems: as was decided, so both are afterwards, and stay."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer

from destination_huma.destination import DestinationHuma
from destination_xledger.destination import DestinationXledger
from huma_xledger.connection_file import DECISIONS, NAME, ConnectionFile
from huma_xledger.direction import TO_HUMA
from huma_xledger.reviewing.review import Review
from huma_xledger.reviewing.status import Phase, Status
from integration_tests.conftest import a_stream
from integration_tests.decided import add, decisions, leave, stands
from integration_tests.huma_people import company_of
from integration_tests.reading import read_source
from integration_tests.reading_employees import read_employees
from integration_tests.records import records
from integration_tests.sandbox import Sandbox
from integration_tests.test_host import recognisable_values

pytestmark = pytest.mark.slow

PATIENCE = 120.0

IN_XLEDGER = "+47 911 11 111"
"""A phone number that stands in Xledger, while Huma has another one."""


def at_rest(review: Review) -> Status:
    """How far a review is when nothing runs any more."""
    status = review.status()
    while status.phase in (Phase.READING, Phase.SYNCHRONISING):
        seen = status.version
        status = review.wait(seen, PATIENCE)
        assert status.version > seen
    return status


def sync_everybody_both_ways(sandbox: Sandbox, decided: str) -> list[int]:
    """Syncs in this process, as was decided. Returns how many people each direction was about."""
    to_huma = records(read_employees(sandbox).records.values(), TO_HUMA.stream)
    to_xledger = records(read_source(sandbox).records.values())
    for _ in DestinationHuma(today=lambda: sandbox.huma.today).write(
        sandbox.destination_huma_config(decisions=decided, new_user_groups=[company_of(sandbox)]),
        ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream(TO_HUMA.stream)]}),
        to_huma,
    ):
        pass
    for _ in DestinationXledger().write(
        sandbox.destination_config(decisions=decided),
        ConfiguredAirbyteCatalogSerializer.load({"streams": [a_stream()]}),
        to_xledger,
    ):
        pass
    return [len(to_huma), len(to_xledger)]


@dataclass(frozen=True)
class Story:
    """A review, what was decided in it, and another sync of everybody in both directions.

    Attributes:
        read: How far it was when both were read.
        wrote_while_reading: How much was written by then.
        done: How far it was in the end.
        again: How many people that one was about, in either direction.
        phones: The phone numbers in Huma and Xledger of those for whom each system stands, or none of them yet.
        before: What they were before.
        left_out: Whether Xledger has who was to be left out.
        added: How many came to Huma of the two whom only Xledger had, and of whom one was decided to be added.
        wrote_again: How much that one wrote.
        results: The pages with what was done.
        kept: What is in the folder of the program's own that is neither a page nor part of a report.
        values: Values of people and secrets.
    """

    read: Status
    wrote_while_reading: int
    done: Status
    again: list[int]
    phones: dict[str, tuple[Any, Any]]
    before: dict[str, tuple[Any, Any]]
    left_out: bool
    added: int
    wrote_again: int
    results: list[bool]
    kept: str
    values: set[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder, states = tmp_path_factory.mktemp("connection"), tmp_path_factory.mktemp("states")
    with Sandbox.running(people=40, burst_limit=None) as sandbox:
        only_there = sandbox.employ(2)
        codes = {employee["code"] for employee in sandbox.xledger.employees()}
        ordinary = [
            user
            for user in sandbox.huma.users.values()
            if user["active"] and user.id not in sandbox.huma.awkward.values() and user["phone"]
        ]
        there = [user for user in ordinary if user["employmentId"] in codes]
        (stays_out, *_) = [user for user in ordinary if user["employmentId"] and user["employmentId"] not in codes]
        people = dict(zip(("xledger", "huma", "later"), there, strict=False))
        for user in people.values():
            sandbox.xledger.edit(sandbox.xledger.employee(user["employmentId"])["dbId"], phone=IN_XLEDGER)

        def phones() -> dict[str, tuple[Any, Any]]:
            return {
                whose: (
                    sandbox.huma.users[user.id]["phone"],
                    sandbox.xledger.employee(user["employmentId"])["contact"]["phone"],
                )
                for whose, user in people.items()
            }

        def writes() -> int:
            return len(sandbox.huma.writes) + len(sandbox.xledger.writes)

        before, users = phones(), len(sandbox.huma.users)
        configs = {
            "source-huma": sandbox.source_config(),
            "destination-xledger": sandbox.destination_config(mode="preview"),
            "source-xledger": sandbox.source_xledger_config(),
            "destination-huma": sandbox.destination_huma_config(
                mode="preview", new_users="skip", new_user_groups=[company_of(sandbox)]
            ),
        }
        (folder / NAME).write_text(json.dumps(configs), encoding="utf-8")
        text = decisions(
            *(stands(dict(user), "phone", whose) for whose, user in people.items()),
            leave(dict(stays_out)),
            add(only_there[0]),
        )
        review = Review(ConnectionFile.read(folder), states)
        review.start()
        try:
            read, wrote = at_rest(review), writes()
            assert read.onto, read
            review.decide(text, "", read.onto)
            review.synchronise()
            done = at_rest(review)
            results = [review.result(to) is not None for to in ("huma", "xledger")]
            after, written = phones(), writes()
            assert (folder / DECISIONS).read_text() == text
        finally:
            review.close()
        again = sync_everybody_both_ways(sandbox, text)
        return Story(
            read,
            wrote,
            done,
            again,
            after,
            before,
            any(each["code"] == stays_out["employmentId"] for each in sandbox.xledger.employees()),
            len(sandbox.huma.users) - users,
            writes() - written,
            results,
            "".join(path.read_text() for path in states.rglob("*.json") if "xledger" not in path.parts[-3:-1]),
            recognisable_values(sandbox),
        )


def test_reading_writes_nothing(story: Story) -> None:
    assert story.read.phase is Phase.DECIDING
    assert story.wrote_while_reading == 0
    assert [step.count for step in story.read.steps] == [40, story.read.steps[1].count]


def test_what_was_decided_is_done_in_both_systems(story: Story) -> None:
    assert story.done.phase is Phase.DONE, story.done.problem
    huma = story.before["huma"][0]
    assert story.phones == {
        "xledger": (IN_XLEDGER, IN_XLEDGER),
        "huma": (huma, huma),
        "later": story.before["later"],
    }
    assert not story.left_out
    assert story.added == 1


def test_each_direction_leaves_a_page_with_what_was_done(story: Story) -> None:
    assert story.results == [True, True]


def test_another_sync_of_everybody_in_both_directions_writes_nothing(story: Story) -> None:
    assert min(story.again) >= 20
    assert story.wrote_again == 0


def test_no_value_and_no_secret_is_in_what_a_review_remembers_or_tells(story: Story) -> None:
    told = f"{story.read} {story.done} {story.kept}"
    assert '"phase"' in story.kept
    assert sorted(value for value in story.values if value in told) == []
