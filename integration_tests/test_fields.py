"""Each field goes from Huma to Xledger and back, once, through the connectors in this process.

The host's tests are slower.
"""

from huma_xledger.direction import TO_HUMA
from integration_tests.conftest import Write
from integration_tests.field_examples import EXAMPLES, SET, UNSET, expected, shown
from integration_tests.sandbox import Sandbox
from integration_tests.without_a_host import InThisProcess
from shared_mappings import Policy, field_table

WON = [field for field, example in EXAMPLES.items() if example.get("huma", {}).get("rule") == Policy.NO_UNSET.value]
"""The fields in which an administrator may let Xledger win."""


def everybody(sandbox: Sandbox, write: Write) -> int:
    """Writes everybody in Huma to Xledger, and returns how many mutations that took."""
    before = len(sandbox.xledger.writes)
    summary = InThisProcess(sandbox, write, settings={"renumber_employees": True}).sync().summary
    assert summary["rejected"] == summary["warnings"] == {}
    return len(sandbox.xledger.writes) - before


def test_each_field_of_the_table_has_an_example() -> None:
    assert set(EXAMPLES) == set(field_table().fields)
    targets = {target for example in EXAMPLES.values() for target in example["xledger"]}
    assert targets == set(field_table().targets)


def test_a_field_that_changes_in_huma_changes_in_xledger_and_then_nothing_does(sandbox: Sandbox, write: Write) -> None:
    """Somebody else for each field: added with what they have, then given the new value, then none where it may be."""
    had = {field: {"employmentId": f"E-{field}", field: EXAMPLES[field]["record"]} for field in SET}
    people = {field: sandbox.huma.hire(**values) for field, values in had.items()}
    assert everybody(sandbox, write) > 0
    db_ids = {field: sandbox.xledger.employee(values["employmentId"])["dbId"] for field, values in had.items()}
    for changed in (SET, dict.fromkeys(UNSET)):
        for field, value in changed.items():
            sandbox.huma.change(people[field], **{field: value})
        assert everybody(sandbox, write) > 0
        assert everybody(sandbox, write) == 0
        employees = {employee["dbId"]: employee for employee in sandbox.xledger.employees()}
        there = {field: shown(employees[db_ids[field]], field) for field in changed}
        assert there == {
            field: dict.fromkeys(there[field]) if value is None else expected(field) for field, value in changed.items()
        }


def test_a_field_in_which_xledger_wins_goes_back_to_huma_and_then_neither_system_is_written(
    sandbox: Sandbox, write: Write, write_to_huma: Write
) -> None:
    """Somebody else for each field: it goes to Xledger, and is then another one in Huma."""
    had = {field: EXAMPLES[field]["record"] for field in WON}
    people = {field: sandbox.huma.hire(**{"employmentId": f"E-{field}", field: had[field]}) for field in WON}
    everybody(sandbox, write)
    sandbox.huma.add_job_title(had["jobTitle"])
    for field, user_id in people.items():
        sandbox.huma.change(user_id, **{field: SET[field]})
    for differing in (len(people), 0):
        back = InThisProcess(sandbox, write_to_huma, settings={"no_unset_fields": WON}, direction=TO_HUMA)
        summary = back.sync().summary
        assert (summary["updated"], summary["rejected"], summary["warnings"]) == (differing, {}, {})
    assert everybody(sandbox, write) == 0
