"""Scenarios by chance, and the laws that hold in all of them.

The same few hundred with every run of the tests; `make fuzz` tries as many new ones as are wanted.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from integration_tests.fuzzing import laws
from integration_tests.fuzzing.between import Death, Firewall
from integration_tests.fuzzing.connections import BATCH_SIZES, DIALECTS, Chosen, chosen
from integration_tests.fuzzing.mishaps import MUTATIONS, Mishap, faults, interferences, mishaps
from integration_tests.fuzzing.populations import (
    EDITINGS,
    ODDITIES,
    PEOPLE,
    REFUSABLE,
    REFUSED,
    Oddity,
    User,
    distinct_users,
    entries,
    users,
)
from integration_tests.fuzzing.running import Arena, Beginning, Run, World
from integration_tests.sandbox import Fault
from shared_mappings.normal_forms import normalised_key

pytestmark = pytest.mark.slow

SCENARIOS = int(os.environ.get("FUZZ_SCENARIOS", "0"))
"""How many new scenarios each test is to try; 0 for a few, the same every time."""


def scenarios(few: int) -> settings:
    """How many scenarios a test tries, and which."""
    return settings(
        max_examples=SCENARIOS or few,
        derandomize=not SCENARIOS,
        database=DirectoryBasedExampleDatabase(".hypothesis/fuzzing") if SCENARIOS else None,
        phases=tuple(Phase) if SCENARIOS else (Phase.generate,),  # `make fuzz` looks for the smallest
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    with Arena.open() as arena:
        yield arena


def synced(world: World, people: Sequence[User], **how: Any) -> Run:
    """A sync in which every law of a single run holds."""
    run = world.sync(people, **how)
    laws.hold_of_every_run(run)
    return run


def succeeded(world: World, people: Sequence[User], **how: Any) -> Run:
    """The same, of a sync that has no reason to fail."""
    run = synced(world, people, **how)
    assert run.error is None, run.error.message
    return run


def until_nothing_changes(world: World, people: Sequence[User], **how: Any) -> None:
    """Syncs until whoever had to wait for somebody else's key has had their turn."""
    for _ in range(len(people) + 2):
        run = succeeded(world, people, **how)
        if not laws.changes(run.before, run.after):
            return
    raise AssertionError("Sync after sync, something is written.")


def apart(beginning: Beginning) -> Beginning:
    """The same Xledger, where nobody shares anything."""
    return replace(beginning, there=[replace(entry, shares=None) for entry in beginning.there])


beginnings = st.builds(Beginning, entries(), st.sampled_from(DIALECTS))


@scenarios(40)
@given(people=users(), beginning=beginnings, settings=chosen(), objects=st.booleans())
def test_a_second_sync_writes_nothing(
    people: list[User], beginning: Beginning, settings: Chosen, objects: bool, arena: Arena
) -> None:
    # In two batches, of two records of one person, the first is written as well, and again each time.
    people = list({person.number: person for person in people}.values())
    if objects:
        people = list({normalised_key(str(person.record.get("employmentId"))): person for person in people}.values())
    world = World.of(arena, beginning, object_stream=objects)
    first = succeeded(world, people, reports=True, **settings)
    second = succeeded(world, people, reports=True, **settings)
    laws.a_second_run_writes_nothing(first, second)


@scenarios(28)
@given(
    orders=distinct_users().flatmap(lambda people: st.tuples(st.just(people), st.permutations(people))),
    beginning=beginnings,
    settings=chosen(),
    size=st.sampled_from(BATCH_SIZES),
)
def test_neither_order_nor_batch_size_decides_who_is_who_or_what_is_written(
    orders: tuple[list[User], list[User]],
    beginning: Beginning,
    settings: Chosen,
    size: int,
    arena: Arena,
) -> None:
    settings = {**settings, "renumber_employees": False}  # it gives an employee away before their own code has come
    one, other = (World.of(arena, apart(beginning)) for _ in range(2))  # of two who share, the later is rejected
    until_nothing_changes(one, orders[0], **settings)
    until_nothing_changes(other, orders[1], **{**settings, "batch_size": size})
    laws.both_are_the_same(one, other)


@scenarios(28)
@given(people=users(), beginning=beginnings, settings=chosen(), objects=st.booleans())
def test_a_preview_is_what_the_sync_then_does(
    people: list[User], beginning: Beginning, settings: Chosen, objects: bool, arena: Arena
) -> None:
    world = World.of(arena, apart(beginning), object_stream=objects)  # what two share changes with either
    preview = succeeded(world, people, reports=True, **{**settings, "mode": "preview"})
    laws.left_out_carry_nothing_to_write(preview)
    sync = succeeded(world, people, reports=True, **settings)
    if not laws.anything_refused(sync) and laws.nobody_comes_twice(sync):
        laws.a_preview_is_what_the_sync_does(preview, sync)


@scenarios(40)
@given(
    people=distinct_users(),
    beginning=beginnings,
    settings=chosen(),
    death=st.builds(Death, st.integers(0, 100), st.booleans()),
    states_after=st.sets(st.integers(1, PEOPLE)),
)
def test_killed_at_any_request_and_run_again_it_ends_the_same(
    people: list[User],
    beginning: Beginning,
    settings: Chosen,
    death: Death,
    states_after: set[int],
    arena: Arena,
) -> None:
    undisturbed, killed = (World.of(arena, beginning) for _ in range(2))
    runs = [succeeded(undisturbed, people, **settings)]
    death = replace(death, at=1 + death.at % max(len(runs[0].operations), 1))
    runs.append(synced(killed, people, interferences=[death], states_after=states_after, **settings))
    rest = people[max(runs[-1].states, default=0) :]
    runs.append(succeeded(killed, rest, afresh=True, **settings))
    if any(map(laws.who_waits, runs)):
        until_nothing_changes(undisturbed, people, **settings)
        until_nothing_changes(killed, people, **settings)
    laws.both_are_the_same(undisturbed, killed)


@scenarios(34)
@given(people=distinct_users(), beginning=beginnings, settings=chosen(), mishaps=mishaps())
def test_what_passes_by_itself_changes_nothing_in_the_end(
    people: list[User], beginning: Beginning, settings: Chosen, mishaps: list[Mishap], arena: Arena
) -> None:
    undisturbed, disturbed = (World.of(arena, beginning) for _ in range(2))
    runs = [succeeded(undisturbed, people, **settings)]
    happening = {"faults": faults(mishaps), "interferences": interferences(mishaps)}
    runs.append(synced(disturbed, people, afresh=True, reports=True, **happening, **settings))
    laws.it_passes(runs[-1])
    if runs[-1].error is not None:
        runs.append(succeeded(disturbed, people, **settings))
    if any(map(laws.who_waits, runs)):
        until_nothing_changes(undisturbed, people, **settings)
        until_nothing_changes(disturbed, people, **settings)
    laws.both_are_the_same(undisturbed, disturbed)


@scenarios(30)
@given(
    people=distinct_users(),
    beginning=beginnings,
    size=st.sampled_from(BATCH_SIZES),
    refused=st.tuples(st.sampled_from(sorted(REFUSABLE)), st.sampled_from(("quoted", "not quoted", "by a firewall"))),
    which=st.integers(0, PEOPLE),
)
def test_what_is_refused_of_one_person_is_no_harm_to_others(
    people: list[User],
    beginning: Beginning,
    size: int,
    refused: tuple[str, str],
    which: int,
    arena: Arena,
) -> None:
    who = which % len(people)
    field, how = refused
    people = [user.but((field, REFUSED)) if place == who else user for place, user in enumerate(people)]
    undisturbed, disturbed = (World.of(arena, beginning) for _ in range(2))
    before = undisturbed.picture()
    until_nothing_changes(undisturbed, people, batch_size=size)
    refusals = [
        Fault.refuse_value(root_field=mutation, path=REFUSABLE[field], value=REFUSED, quoted=how == "quoted")
        for mutation in MUTATIONS
    ]
    happening = {"interferences": [Firewall(REFUSED)]} if how == "by a firewall" else {"faults": refusals}
    until_nothing_changes(disturbed, people, batch_size=size, **happening)
    laws.only_those_refused_differ(before, undisturbed, disturbed)


class Years(RuleBasedStateMachine):
    """What happens to both systems over the years, with a sync now and then.

    Attributes:
        arena: Where it happens.
        people: Who is in Huma, by number.
        world: Xledger.
    """

    arena: Arena
    people: dict[int, User]
    world: World

    @initialize(people=distinct_users(), beginning=beginnings, objects=st.booleans())
    def begin(self, people: list[User], beginning: Beginning, objects: bool) -> None:
        self.people = {user.number: user for user in people}
        self.world = World.of(self.arena, beginning, object_stream=objects)

    @rule(number=st.integers(1, PEOPLE), oddity=st.sampled_from(ODDITIES))
    def somebody_is_hired_or_changes(self, number: int, oddity: Oddity) -> None:
        self.people[number] = self.people.get(number, User(number)).but(oddity)

    @rule(which=st.integers(0, PEOPLE), editing=st.sampled_from(EDITINGS))
    def somebody_edits_an_employee(self, which: int, editing: Oddity) -> None:
        if there := sorted(self.world.picture()):
            self.world.change(there[which % len(there)], *editing)

    @rule(settings=chosen())
    def a_sync_and_another(self, settings: Chosen) -> None:
        people = [*self.people.values()]
        first = succeeded(self.world, people, **settings)
        laws.a_second_run_writes_nothing(first, succeeded(self.world, people, **settings))

    @rule(settings=chosen(), mishaps=mishaps())
    def a_sync_in_bad_weather(self, settings: Chosen, mishaps: list[Mishap]) -> None:
        happening = {"faults": faults(mishaps), "interferences": interferences(mishaps)}
        laws.it_passes(synced(self.world, [*self.people.values()], reports=True, **happening, **settings))

    @rule(settings=chosen(), at=st.integers(1, 12), carried_out=st.booleans())
    def a_sync_that_is_killed(self, settings: Chosen, at: int, carried_out: bool) -> None:
        synced(self.world, [*self.people.values()], interferences=[Death(at, carried_out)], **settings)


def test_whatever_happens_over_the_years_the_laws_hold(arena: Arena) -> None:
    years: type[RuleBasedStateMachine] = type("Years", (Years,), {"arena": arena})
    run_state_machine_as_test(years, settings=settings(scenarios(12), stateful_step_count=8))
