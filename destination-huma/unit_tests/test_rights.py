"""A key that may not write is told from a person whom nobody may write."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from connector_base.settings.modes import Mode
from destination_huma.keys import fields_to_write
from destination_huma.settings.field_policies import BACK
from destination_huma.syncing.rights import ENOUGH, Rights
from destination_huma.syncing.unwritten import Said, Unwritten
from huma_api.people.fresh_user import FreshUser
from huma_api.writing.outcomes import Reason
from shared_mappings import FieldChange, Policies, Policy

if TYPE_CHECKING:
    from huma_api.writing.huma import Huma

FIELDS = ("phone", "gender")
PHONE = FieldChange("phone", "phone", None, "+47 900 00 001")
TITLES = {"controller": "t"}


class Others:
    """A Huma that shows these people."""

    def __init__(self, *people: FreshUser) -> None:
        self.people = people
        self.asked = 0

    def some_people(self, most: int) -> Iterable[FreshUser]:
        """Shows them."""
        self.asked += 1
        return self.people[:most]


def a_user(*not_editable: str, owned: frozenset[str] = frozenset()) -> FreshUser:
    record: dict[str, Any] = {"id": "u", "active": True, "phone": None, "gender": None}
    return FreshUser("u", record, None, frozenset(not_editable), owned)


def rights(others: Others, mode: Mode = Mode.SYNC, titles: dict[str, str] | None = TITLES) -> Rights:
    return Rights(cast("Huma", others), mode, FIELDS, titles)


def test_somebody_of_whom_a_part_may_be_written_tells_that_the_key_may_write() -> None:
    others = Others()
    judged = rights(others)
    assert judged.able(a_user("phone")).locked == {"phone"}
    assert judged.able(a_user("phone", "gender")).locked == {"phone", "gender"}
    assert others.asked == 0


def test_somebody_of_whom_nothing_may_be_written_is_compared_with_others_once() -> None:
    others = Others(a_user(), a_user("phone", "gender"))
    judged = rights(others)
    for _ in range(3):
        assert judged.able(a_user("phone", "gender")).locked == {"phone", "gender"}
    assert others.asked == 1


def test_a_sync_ends_where_nothing_of_anybody_may_be_written() -> None:
    with pytest.raises(AirbyteTracedException, match="write nothing of anybody"):
        rights(Others(a_user("phone", "gender"))).able(a_user("phone", "gender"))


def test_a_preview_goes_on_with_what_no_other_integration_owns(caplog: pytest.LogCaptureFixture) -> None:
    judged = rights(Others(a_user("phone", "gender")), Mode.PREVIEW)
    for _ in range(2):
        able = judged.able(a_user("phone", "gender", owned=frozenset({"gender"})))
        assert able.locked == {"gender"}
    assert caplog.text.count("goes on as if it had that right") == 1


def test_where_nothing_may_have_to_be_written_no_right_is_missing() -> None:
    judged = Rights(cast("Huma", Others()), Mode.SYNC, (), TITLES)
    assert judged.able(a_user("phone", "gender")).locked == {"phone", "gender"}


def test_without_the_titles_nobodys_title_is_written() -> None:
    assert rights(Others(), titles=None).of_anybody.locked == {"jobTitle"}
    assert rights(Others()).of_anybody.job_titles == TITLES


def forbidden(*changes: FieldChange) -> list[Unwritten]:
    return [Unwritten(changes, Said("No.", "No."), Reason.NOT_ALLOWED)]


def test_a_few_of_whom_everything_is_forbidden_tell_of_the_key_unless_somebody_was_written() -> None:
    judged = rights(Others())
    for _ in range(ENOUGH - 1):
        judged.tried([PHONE], forbidden(PHONE))
    with pytest.raises(AirbyteTracedException, match="write nothing of anybody"):
        judged.tried([PHONE], forbidden(PHONE))
    judged = rights(Others())
    judged.tried([PHONE], [])
    for _ in range(5 * ENOUGH):
        judged.tried([PHONE], forbidden(PHONE))


def test_a_key_that_may_add_nobody_is_told_unless_somebody_was_added() -> None:
    judged = rights(Others())
    judged.may_not_add(Reason.VALUE)
    with pytest.raises(AirbyteTracedException, match="no right to add people"):
        judged.may_not_add(Reason.NOT_ALLOWED)
    judged.added()
    judged.may_not_add(Reason.NOT_ALLOWED)


def test_only_what_may_have_to_be_written_tells_of_the_key() -> None:
    of_users = fields_to_write(BACK, Policies(), "user")
    assert "identifications" not in of_users
    assert "jobTitle" not in of_users
    assert "jobTitle" in fields_to_write(BACK, Policies())
    assert "phone" not in fields_to_write(BACK, Policies({"phone": Policy.READ_ONLY}))
