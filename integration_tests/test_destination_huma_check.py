"""What destination-huma says of a connection before anything is written: every problem in one answer."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import Status

from destination_huma.destination import DestinationHuma
from integration_tests.huma_people import company_of, hire
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.huma_rights import END_OF_EMPLOYMENT, Rights
from shared_mappings import user_schema

Check = Callable[..., "Checked"]


class Checked:
    """What a check said."""

    def __init__(self, status: Status, message: str, log: list[str]) -> None:
        self.succeeded = status is Status.SUCCEEDED
        self.message = message
        self.log = log

    @property
    def warnings(self) -> str:
        """All that was logged, in one text."""
        return "\n".join(self.log)


@pytest.fixture
def check(sandbox: Sandbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Checks a connection to the sandbox's Huma. Waiting takes no time."""
    monkeypatch.setattr("time.sleep", lambda _: None)

    def run(**config: Any) -> Checked:
        caplog.clear()
        with caplog.at_level(logging.INFO):
            status = DestinationHuma().check(
                logging.getLogger("airbyte.test"), sandbox.destination_huma_config(**config)
            )
        assert sandbox.huma.writes == []
        return Checked(status.status, status.message or "", [record.getMessage() for record in caplog.records])

    return run


@pytest.fixture
def people(sandbox: Sandbox) -> list[str]:
    """A few people in Huma."""
    return [hire(sandbox, number) for number in range(1, 4)]


@pytest.mark.usefixtures("people")
def test_a_connection_that_works_is_told_so(check: Check) -> None:
    checked = check()
    assert checked.succeeded, checked.message
    assert "Changed settings reach those who change from now on." in checked.warnings


@pytest.mark.usefixtures("people")
def test_a_host_is_told_which_account_it_is_and_whether_settings_have_changed(check: Check) -> None:
    def identity(**config: Any) -> dict[str, str]:
        (line,) = [line for line in check(**config).log if line.startswith("CONNECTION IDENTITY ")]
        told: dict[str, str] = json.loads(line.removeprefix("CONNECTION IDENTITY "))
        return told

    once = identity()
    assert once["account"]
    assert once["settings"]
    assert identity() == once
    assert identity(no_unset_fields=["phone"])["settings"] != once["settings"]
    assert identity(no_unset_fields=["phone"])["account"] == once["account"]


@pytest.mark.usefixtures("people")
def test_a_wrong_secret_is_told_without_being_shown(check: Check) -> None:
    checked = check(client_secret="another-secret-than-that")
    assert not checked.succeeded
    assert "Huma does not accept the client ID and client secret." in checked.message
    assert "another-secret" not in checked.message


@pytest.mark.usefixtures("people")
def test_a_key_that_may_not_list_people_is_told(check: Check, sandbox: Sandbox) -> None:
    sandbox.huma.faults.add(Fault.no_right("/users"))
    assert "no right to list users" in check().message


@pytest.mark.usefixtures("people")
def test_a_key_that_may_not_write_is_told_without_writing(check: Check, sandbox: Sandbox) -> None:
    sandbox.huma.rights = Rights(writes=False)
    assert "Huma's API key may read people, and write nothing of anybody." in check().message
    preview = check(mode="preview")
    assert preview.succeeded
    assert "write nothing of anybody" in preview.warnings


@pytest.mark.usefixtures("people")
def test_a_field_that_the_key_may_not_write_is_a_warning(check: Check, sandbox: Sandbox) -> None:
    sandbox.huma.rights = Rights(unwritable=frozenset({"phone"}), unseen=END_OF_EMPLOYMENT)
    checked = check()
    assert checked.succeeded
    assert "none of these fields of the first people it lists: phone, terminationNoticeDate, employmentEndDate." in (
        checked.warnings
    )
    assert "phone" not in check(read_only_fields=["phone"]).warnings.partition("it lists:")[2].partition(".")[0]


def test_a_field_of_one_person_that_another_integration_owns_says_nothing_of_the_key(
    check: Check, sandbox: Sandbox, people: list[str]
) -> None:
    sandbox.huma.own(people[0], "phone", integration="payroll")
    assert "it lists:" not in check().warnings


@pytest.mark.usefixtures("people")
def test_a_key_that_sees_no_employment_id_is_told(check: Check, sandbox: Sandbox) -> None:
    sandbox.huma.rights = Rights(unseen=frozenset({"employmentId"}))
    assert "does not show this API key anybody's employment ID" in check().message
    assert check(match_on=["email"]).succeeded


def test_where_there_is_nobody_the_first_sync_shows_what_the_key_may(check: Check) -> None:
    checked = check()
    assert checked.succeeded
    assert "There is nobody in Huma to try with." in checked.warnings


@pytest.mark.usefixtures("people")
def test_groups_that_exist_and_hold_a_company_are_enough(check: Check, sandbox: Sandbox) -> None:
    team = sandbox.huma.organisation.teams[0].id
    assert check(new_users="create", new_user_groups=[company_of(sandbox), team]).succeeded


@pytest.mark.parametrize(("sees", "told"), [(True, False), (False, True)])
def test_a_key_that_sees_nobody_deactivated_is_told_where_people_are_added(
    check: Check, sandbox: Sandbox, people: list[str], *, sees: bool, told: bool
) -> None:
    def requests_of(new_users: str) -> int:
        before = len(sandbox.huma.requests)
        checked = check(new_users=new_users, new_user_groups=[company_of(sandbox)])
        assert checked.succeeded
        warned = "could be added a second time. Let an administrator of Huma give the key" in checked.warnings
        assert warned == (told and new_users == "create")
        return len(sandbox.huma.requests) - before

    sandbox.huma.deactivate(people[0])
    sandbox.huma.rights = Rights(sees_deactivated=sees)
    assert requests_of("create") == requests_of("skip") + 1


@pytest.mark.usefixtures("people")
def test_a_field_that_is_never_written_to_huma_is_told_where_xledger_would_lose_it_in_turn(check: Check) -> None:
    told = "Never written to Huma, by these settings: phone. Of whoever gets an employment ID in Huma"
    assert told not in check().warnings
    checked = check(read_only_fields=["phone", "homeAddress", "jobTitle"])
    assert checked.succeeded
    assert told in checked.warnings


@pytest.mark.usefixtures("people")
def test_a_group_that_huma_does_not_have_is_told(check: Check, sandbox: Sandbox) -> None:
    wrong = "00000000-0000-4000-8000-000000000001"
    checked = check(new_users="create", new_user_groups=[company_of(sandbox), wrong])
    assert f"Huma has no group with the ID {wrong}." in checked.message


@pytest.mark.usefixtures("people")
@pytest.mark.usefixtures("people")
def test_groups_of_which_huma_has_none_are_one_problem(check: Check) -> None:
    checked = check(new_users="create", new_user_groups=["0b5f5c3e-6a1d-4f0e-9c57-2d8f4a7b1e90"])
    assert checked.message.startswith("Huma has no group with the ID 0b5f5c3e-6a1d-4f0e-9c57-2d8f4a7b1e90.")
    assert "company" not in checked.message


def test_groups_without_a_company_are_told(check: Check, sandbox: Sandbox) -> None:
    checked = check(new_users="create", new_user_groups=[sandbox.huma.organisation.teams[0].id])
    assert "is a company, and Huma adds nobody to none" in checked.message


@pytest.mark.usefixtures("people")
def test_job_titles_that_cannot_be_listed_are_a_warning(check: Check, sandbox: Sandbox) -> None:
    sandbox.huma.faults.add(Fault.no_right("/job-titles"))
    checked = check()
    assert checked.succeeded
    assert "Until then nobody's job title is written." in checked.warnings
    assert "job title is written" not in check(read_only_fields=["jobTitle"]).warnings


@pytest.mark.usefixtures("people")
def test_decisions_that_cannot_be_understood_are_told(check: Check, local: Any, folder: Path) -> None:
    folder.mkdir()
    (folder / "decisions.json").write_text('{"version": 9}', encoding="utf-8")
    assert "The decisions in" in check(object_storage_config=local).message


@pytest.mark.usefixtures("people")
def test_decisions_that_add_people_need_a_group(check: Check) -> None:
    decided = {
        "version": 1,
        "decidedAt": "2026-11-25T10:00:00Z",
        "key": "QUJDREVGR0hJSktMTU5PUA==",
        "fields": [],
        "people": [{"employee": "61000001", "action": "add"}],
    }
    assert "there is no group to add them to" in check(decisions=json.dumps(decided)).message


@pytest.mark.usefixtures("people")
def test_all_problems_are_in_one_answer(check: Check, sandbox: Sandbox) -> None:
    sandbox.huma.rights = Rights(writes=False)
    storage = {"storage_type": "Local", "path": "/proc/nowhere"}
    wrong = "00000000-0000-4000-8000-000000000001"
    checked = check(match_on=[], new_user_groups=[wrong], object_storage_config=storage)
    assert checked.message.startswith("There are ")
    for part in ("(match_on)", "write nothing of anybody", f"no group with the ID {wrong}", "The folder /proc/nowhere"):
        assert part in checked.message


@pytest.mark.usefixtures("people")
def test_genders_without_a_code_are_told(check: Check) -> None:
    assert "Gender codes (gender_codes) is empty" in check(gender_codes=[]).message
    assert check(gender_codes=[], read_only_fields=["gender"]).succeeded


def test_discover_declares_the_object_user_for_each_sync_mode() -> None:
    operations = DestinationHuma().discover().operations
    assert {operation.object_name for operation in operations} == {"user"}
    assert {operation.sync_mode.value for operation in operations} == {"append_dedup", "append", "update"}
    assert all(operation.json_schema == user_schema() for operation in operations)
    assert all(operation.matching_keys == [["employmentId"], ["email"]] for operation in operations)
