"""What a sync ends with is told as people speak."""

from datetime import datetime, timedelta, timezone

import pytest

from xledger_api.language.operations import Call, query
from xledger_api.language.schema import written_down
from xledger_api.sending.answers import Failure, Problem
from xledger_api.sending.endings import ending

NORWAY = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("resets_at", "told"),
    [
        (datetime(2026, 12, 2, 14, 1, 55, 576610, tzinfo=timezone.utc), "on 2 December 2026 at 14:02 UTC."),
        (datetime(2026, 12, 2, 14, 1, tzinfo=timezone.utc), "on 2 December 2026 at 14:01 UTC."),
        (datetime(2027, 1, 1, 0, 30, tzinfo=NORWAY), "on 31 December 2026 at 23:30 UTC."),
        (None, "at a time Xledger does not tell."),
    ],
)
def test_when_credits_come_back_is_told_as_people_tell_the_time(resets_at: datetime | None, told: str) -> None:
    operation = query(written_down(), Call("viewer", (("dbId",),)))
    failure = Failure(Problem.OUT_OF_CREDITS, "No credits.", resets_at)
    assert f"they come back {told}" in str(ending(operation, failure))
