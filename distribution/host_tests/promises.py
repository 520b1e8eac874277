"""What holds of every host that brings people to Xledger."""

from collections.abc import Callable
from typing import Any

from distribution.host_tests.folder import Folder
from integration_tests.sandbox import Fault, Sandbox
from integration_tests.sandbox.huma_store import HumaUser

Sync = Callable[[], object]


def writes_nothing(sandbox: Sandbox, sync: Sync) -> None:
    """Holds a sync to writing nothing."""
    before = len(sandbox.xledger.writes)
    sync()
    assert len(sandbox.xledger.writes) == before


def begins(folder: Folder, sync: Sync) -> None:
    """A preview writes nothing and passes no state on: the first sync brings everybody, the second one nobody."""
    writes_nothing(folder.sandbox, sync)
    brings_everybody_once(folder, sync)


def brings_everybody_once(folder: Folder, sync: Sync) -> None:
    """The first sync brings everybody, and one without changes writes nothing."""
    folder.settings(mode="sync")
    sync()
    assert folder.sandbox.xledger.writes
    codes = [employee["code"] for employee in folder.sandbox.xledger.employees() if employee["code"]]
    assert len(codes) == len(set(codes)) > len(folder.sandbox.huma.users) // 2
    writes_nothing(folder.sandbox, sync)


def keeps_three_states(folder: Folder, sync: Sync) -> None:
    """A new value arrives, what was unset is unset, and what nobody may see any more stays."""
    set_for, unset_for, withheld_for = ordinary(folder.sandbox)[:3]
    stays = _phone(folder.sandbox, withheld_for)
    assert stays
    huma = folder.sandbox.huma
    huma.change_many({set_for.id: {"phone": "+47 911 11 111"}, unset_for.id: {"phone": None}})
    huma.withhold(withheld_for.id, "phone")
    huma.change(withheld_for.id, jobTitle="Director")
    sync()
    phones = [_phone(folder.sandbox, user) for user in (set_for, unset_for, withheld_for)]
    assert [phone and phone.replace(" ", "") for phone in phones] == ["+4791111111", None, stays.replace(" ", "")]
    assert _employee(folder.sandbox, withheld_for)["contact"]["jobTitle"] == "Director"


def survives_being_killed(folder: Folder, command: str) -> None:
    """A sync that is killed while it writes is made good by the next one, and nobody is there twice."""
    xledger, changed = folder.sandbox.xledger, ordinary(folder.sandbox)[3:9]
    folder.settings(mode="sync", batch_size=2)
    folder.sandbox.huma.change_many({user.id: {"jobTitle": f"Head {user.id}"} for user in changed})
    before = len(xledger.employees())
    stalled = Fault.stall(root_field="updateContacts", after=1)
    xledger.faults.add(stalled)
    with folder.running(command):
        assert stalled.reached.wait(120), f"{command} never wrote anything."
    stalled.release()
    xledger.faults.clear()
    folder.run(command)
    assert [_employee(folder.sandbox, user)["contact"]["jobTitle"] for user in changed] == [
        f"Head {user.id}" for user in changed
    ]
    assert len(xledger.employees()) == before
    writes_nothing(folder.sandbox, lambda: folder.run(command))


def ordinary(sandbox: Sandbox) -> list[HumaUser]:
    """People of whom nothing is out of the ordinary, and who have a phone number."""
    awkward = set(sandbox.huma.awkward.values())
    return [
        user
        for user in sandbox.huma.users.values()
        if user.id not in awkward and user.get("active") and user.get("employmentId") and user.get("phone")
    ]


def _employee(sandbox: Sandbox, user: HumaUser) -> Any:
    return sandbox.xledger.employee(user["employmentId"])


def _phone(sandbox: Sandbox, user: HumaUser) -> str | None:
    phone: str | None = _employee(sandbox, user)["contact"]["phone"]
    return phone
