"""What holds whatever happens. Each law says what broke it; it knows both systems, and nothing of the connector."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from airbyte_cdk.models import FailureType

from integration_tests.field_examples import EXAMPLES
from integration_tests.fuzzing.populations import REFUSED, TRACES
from integration_tests.fuzzing.running import Picture, Run, Values, World
from integration_tests.records import Record
from integration_tests.sandbox.xledger_store import REACH
from shared_mappings.normal_forms import normalised_key

_SEEN_AT: Final = {"contact.gender": "contact.gender.dbSubId", "socialSecurityMasked": "socialSec"}
"""Where a world shows what a target holds, if it is not there."""

TARGETS: Final[Mapping[str, tuple[str, ...]]] = {
    field: tuple(_SEEN_AT.get(path, path) for path in (target.removeprefix("employee.") for target in targets))
    for field, targets in ((field, example.get("becomes", example["xledger"])) for field, example in EXAMPLES.items())
}
"""Where each field lives in Xledger, by its example."""

NEVER_UNSET: Final = ("email", "employmentId", "givenName", "familyName", "homeAddress", "identifications")
READ_ONLY: Final = "bankAccount.country"

Look = list[tuple[str, str]]
"""An employee as they can be compared between two worlds: paths and values, without what differs between any runs."""

PASSING: Final = re.compile(r"(.*\.)?(dbId|contactDbId|createdAt|modifiedAt)")
"""Paths of what differs between any two runs."""

WAITING: Final = ("code_conflict", "ambiguous_match", "duplicate_key")
"""Rejections of people who may get their turn in the next sync, once somebody else has given a key away."""

NAMES_IN_OBJECTS: Final = {
    "employmentId": "code",
    "givenName": "firstName",
    "familyName": "lastName",
    "birthDate": "birthday",
    "homeAddress": "address",
    "employmentStartDate": "employmentFrom",
    "probationEndDate": "trialTo",
    "terminationNoticeDate": "noticeDate",
    "employmentEndDate": "employmentTo",
}


# ---- of every run


def hold_of_every_run(run: Run) -> None:
    """The laws of a single sync or preview, however it ended."""
    it_tells_no_value(run)
    it_ends_in_words(run)
    nobody_is_there_twice(run)
    never_unset_values_stay(run)
    read_only_is_never_written(run)
    policies_are_kept(run)
    what_is_unknown_stays(run)
    nobody_else_is_touched(run)
    states_are_passed_on_in_order(run)
    the_report_tells_what_changed(run)
    the_page_tells_what_the_lines_do(run)
    if run.went_well:
        the_parts_of_the_summary_add_up(run)
        the_summary_counts_who_was_created(run)


def it_tells_no_value(run: Run) -> None:
    """No value of a record, and no secret, in any line of the log or in the error."""
    told = run.told.lower()
    assert [trace for trace in TRACES if trace in told] == []


def it_ends_in_words(run: Run) -> None:
    """A sync that cannot go on says so in words of its own, and says what kind of failure it is."""
    if run.error is not None:
        kind = run.error.failure_type
        assert kind in (FailureType.config_error, FailureType.transient_error), run.error.message
        assert run.error.message


def nobody_is_there_twice(run: Run) -> None:
    """Nobody is added under a code that is taken, in any spelling by which somebody could have asked for it.

    Where filters mind case and white space, who stands in Xledger in another spelling cannot be found.
    """
    spelled = str.casefold if run.ignores_case else str
    new = [_plain(now["code"]) for db_id, now in run.after.items() if db_id not in run.before]
    old = [was["code"] or "" for was in run.before.values() if was["ownerDbId"] in REACH]
    found = [code for code in old if unicodedata.normalize("NFC", code) == _plain(code)]
    taken = Counter(spelled(_plain(code)) for code in (*new, *found))
    assert [code for code in new if taken[spelled(code)] > 1] == []


def never_unset_values_stay(run: Run) -> None:
    """What the field table says is never unset stays set, and what is closed or opened is not."""
    for db_id, was in run.before.items():
        now = run.after[db_id]
        for field in NEVER_UNSET:
            assert [path for path in TARGETS[field] if _visible(was.get(path)) and not _visible(now.get(path))] == []
        assert (was["dateTo"], was["dateFrom"], was["ownerDbId"]) == (now["dateTo"], now["dateFrom"], now["ownerDbId"])


def read_only_is_never_written(run: Run) -> None:
    """The country of a bank account's company is left alone, and its key in no input."""
    for db_id, was in run.before.items():
        assert _at(was, READ_ONLY) == _at(run.after[db_id], READ_ONLY)
    assert not any("company" in str(write.variables) for write in run.writes)


def policies_are_kept(run: Run) -> None:
    """A stricter policy of a field holds for everybody who was there, and `read_only` for those who come as well."""
    policies = {entry["field"]: entry["policy"] for entry in run.settings.get("field_policies", ())}
    for field, policy in policies.items():
        for db_id, now in run.after.items():
            was = run.before.get(db_id)
            if was is not None:
                _keeps(policy, field, was, now)
            elif policy == "read_only" and field != READ_ONLY:
                assert not any(_visible(value) for value in _at(now, field)), f"{field} of somebody new"


def _keeps(policy: str, field: str, was: Values, now: Values) -> None:
    pairs = list(zip(_at(was, field), _at(now, field), strict=True))
    set_before = [pair for pair in pairs if _visible(pair[0])]
    match policy:
        case "read_only":
            assert all(old == new for old, new in pairs), field
        case "create_only" if _visible(was.get("contact.email")):
            assert all(old == new for old, new in pairs), field
        case "create_only" | "fill_empty":
            assert all(old == new for old, new in set_before), field
            if field == "homeAddress":
                _address_is_left_alone(was, now)
        case "no_unset":
            assert all(_visible(new) for _, new in set_before), field


def _address_is_left_alone(was: Values, now: Values) -> None:
    """An address is one value: where any line of it is set, no other one is filled in."""
    for child in ("contact", "subledger"):
        paths = [path for path in TARGETS["homeAddress"] if path.startswith(child)]
        if any(_visible(was.get(path)) for path in paths):
            assert [was.get(path) for path in paths] == [now.get(path) for path in paths], "homeAddress"


def what_is_unknown_stays(run: Run) -> None:
    """A field that nobody's record knows is written of nobody who was there."""
    names = NAMES_IN_OBJECTS if any("code" in record for record in run.sent) else {}
    for field, paths in TARGETS.items():
        key = names.get(field, field).partition(".")[0]
        if any(key in record for record in run.sent):
            continue
        for db_id, was in run.before.items():
            assert [path for path in paths if was.get(path) != run.after[db_id].get(path)] == [], field


def nobody_else_is_touched(run: Run) -> None:
    """Who is not meant by anybody's code or e-mail address is left as they were; so is who belongs to others.

    A contact or a subledger that two employees share is touched with either of them.
    """
    keys = {_key(record.get(name)) for record in run.sent for name in ("employmentId", "code", "email")} - {""}
    holders = Counter(was[f"{child}.dbId"] for was in run.before.values() for child in ("contact", "subledger"))
    for db_id, was in run.before.items():
        shared = tuple(f"{child}." for child in ("contact", "subledger") if holders[was[f"{child}.dbId"]] > 1)
        theirs = {_key(was["code"]), _key(was["contact.email"]), _key(was["subledger.email"])}
        if (not shared and not theirs & keys) or was["ownerDbId"] not in REACH:
            now = run.after[db_id]
            assert [path for path in was if was[path] != now[path] and not path.startswith(shared)] == []


def states_are_passed_on_in_order(run: Run) -> None:
    """Each state comes once, in order; a preview passes none on."""
    assert list(run.states) == sorted(set(run.states))
    if run.settings.get("mode") == "preview":
        assert run.states == []


def the_parts_of_the_summary_add_up(run: Run) -> None:
    """Everybody who came became something; of the same person twice in a batch, the later record counts."""
    summary = run.summary
    parts = sum(summary[part] for part in ("created", "updated", "unchanged"))
    parts += sum(summary["skipped"].values()) + sum(summary["rejected"].values())
    assert summary["received"] == len(run.sent)
    assert len(_identities(run.sent)) <= parts <= len(run.sent)


def the_summary_counts_who_was_created(run: Run) -> None:
    """As many are new in Xledger as the summary says; in a preview nothing is."""
    if run.settings.get("mode") == "preview":
        assert run.before == run.after
        assert run.writes == []
    else:
        assert run.summary["created"] == len(run.after) - len(run.before)


def the_report_tells_what_changed(run: Run) -> None:
    """Every value that is another one now is a line of the report, with what was there before; and no other is.

    Of employees who share a contact or a subledger with somebody, and of those who were added without an answer, nobody
    knows.
    """
    if "changes.jsonl" not in run.report or run.killed:
        return
    told: defaultdict[tuple[int, str], list[Any]] = defaultdict(list)
    for line in run.report["changes.jsonl"]:
        told[int(line["employee"]), line["target"].removeprefix("employee.")].append(line)
    shared = Counter(now[f"{child}.dbId"] for now in run.after.values() for child in ("contact", "subledger"))
    for db_id, now in run.after.items():
        was = run.before.get(db_id, {})
        alone = all(shared[now[f"{child}.dbId"]] == 1 for child in ("contact", "subledger"))
        for path in _WRITTEN if alone and (was or run.error is None) else ():
            lines = told.pop((db_id, path), [])
            if _letters(_there(was, path)) != _letters(_there(now, path)):
                assert lines, f"{path} of {db_id} has changed"
                _is_told(lines, was, now, path)
            else:
                sure = [line for line in lines if "unconfirmed" not in line]
                assert not sure or _letters(sure[0]["before"]) == _letters(sure[-1]["after"]), f"{path} has not changed"
    assert {db_id for db_id, _ in told} <= run.after.keys()


def _is_told(lines: Sequence[Any], was: Values, now: Values, path: str) -> None:
    """What was there first, and what is there in the end; what is known by a number, or masked, is not looked at."""
    if path in ("contact.gender", "socialSecurityMasked"):
        return
    first, last = lines[0]["before"], lines[-1]
    assert first is None or _letters(first) == _letters(_there(was, path)), path
    assert "unconfirmed" in last or _letters(last["after"]) == _letters(_there(now, path)), path


def _there(values: Values, path: str) -> Any:
    return values.get("contact.gender.dbSubId") if path == "contact.gender" else values.get(path)


def _letters(value: Any) -> str:
    """A value without the marks in it, and without days that stand for none."""
    text = "" if value is None else "".join(filter(str.isalnum, unicodedata.normalize("NFC", str(value))))
    return "" if text in ("00010101", "17530101", "99991231") else text


_WRITTEN: Final = tuple(
    dict.fromkeys(
        {"contact.gender.dbSubId": "contact.gender", "socialSec": "socialSecurityMasked"}.get(path, path)
        for field, paths in TARGETS.items()
        for path in paths
        if field != READ_ONLY
    )
)
"""The places that are written, as the report names them."""


# ---- of several runs


def a_second_run_writes_nothing(first: Run, second: Run) -> None:
    """Nobody is written anew but who was rejected the first time and gets their turn now."""
    assert second.went_well
    if who_waits(first):
        return
    assert changes(second.before, second.after) == {}
    if nobody_comes_twice(first) and not anything_refused(first):  # what was refused is tried again
        assert [write.outcome for write in second.writes if write.outcome == "carried_out"] == []
        assert (second.summary["created"], second.summary["updated"]) == (0, 0)


def both_are_the_same(one: World, other: World) -> None:
    """Two worlds look the same to whoever opens Xledger."""
    assert looks(one.picture()) == looks(other.picture())


def a_preview_is_what_the_sync_does(preview: Run, sync: Run) -> None:
    """The preview's numbers are those of the sync, and its plan is what changes in Xledger."""
    foreseen = {key: value for key, value in preview.summary.items() if key in _FORESEEN}
    assert foreseen == {key: value for key, value in sync.summary.items() if key in _FORESEEN}
    planned = {
        int(entry["employee"]): {row["target"] for row in entry["fields"] if "write" in row}
        for entry in preview.report["plan.jsonl"]
        if entry["action"] == "update"
    }
    changed = changes(sync.before, sync.after).keys() & sync.before.keys()
    assert {db_id for db_id, targets in planned.items() if targets} == changed
    assert _left(preview) == _left(sync)
    _the_page_foresees_it(preview, sync)


def _the_page_foresees_it(preview: Run, sync: Run) -> None:
    """The page of the preview shows each value that the sync then writes, and says so of none that it does not."""
    written: defaultdict[str, set[str]] = defaultdict(set)
    for line in sync.report["changes.jsonl"]:
        written[line["employee"]].add(line["field"])
    updated = [entry for entry in preview.report["review.html"] if entry["action"] in ("update", "unchanged")]
    shown = {
        entry["employee"]: {value["field"]: value["then"] for value in entry.get("values", ())} for entry in updated
    }
    for employee, values in shown.items():
        assert written[employee] <= values.keys()
        assert {field for field, then in values.items() if then.startswith("xledger_")} <= written[employee]


def the_page_tells_what_the_lines_do(run: Run) -> None:
    """The page of a sync has every change, and every reason, that the other files have."""
    if "result.html" not in run.report:
        return
    people = run.report["result.html"]
    changes_told = [change for entry in people for change in entry.get("changes", ())]
    assert sorted(map(_change, changes_told)) == sorted(map(_change, run.report["changes.jsonl"]))
    told = {(entry["user"], reason["code"]) for entry in people for reason in entry.get("told", ())}
    assert told == {(_id_of(line), line["code"]) for line in run.report["rejected.jsonl"]}


def _change(change: Any) -> tuple[str, ...]:
    return tuple(repr(change.get(key)) for key in ("field", "target", "before", "after", "unconfirmed"))


def _id_of(line: Any) -> str | None:
    return line["id"] if isinstance(line["id"], str) else None


def _left(run: Run) -> list[tuple[str, ...]]:
    """What a report tells of conflicts and of values that were left out, but for whom nobody has created yet."""
    lines = [{key: line[key] for key in line if key != "employee"} for line in run.report["conflicts.jsonl"]]
    return sorted(tuple(f"{key}: {line[key]!r}" for key in sorted(line)) for line in lines)


def left_out_carry_nothing_to_write(preview: Run) -> None:
    """Whoever is skipped or rejected has nothing in the plan that would be written."""
    for entry in preview.report["plan.jsonl"]:
        if entry["action"] in ("skip", "reject"):
            assert not any("write" in row for row in entry["fields"])


_FORESEEN: Final = (
    *("created", "updated", "unchanged", "skipped", "rejected", "warnings", "fields_changed", "fields_unset"),
    "conflicts",
)


def it_passes(run: Run) -> None:
    """What passes by itself ends a sync as something that passes, if at all."""
    assert run.error is None or run.error.failure_type is FailureType.transient_error, run.error.message


def only_those_refused_differ(before: Picture, undisturbed: World, disturbed: World) -> None:
    """Whoever has nothing that is refused is the same in both worlds.

    Args:
        before: Both, before the first sync.
        undisturbed: The world in which nothing is refused.
        disturbed: The other one.
    """
    one, other = (_by_name(world.picture(), before) for world in (undisturbed, disturbed))
    refused = {name for name, look in one.items() if any(REFUSED in value for _, value in look)}
    assert {name for name in {*one, *other} if one.get(name) != other.get(name)} <= refused


def who_waits(run: Run) -> bool:
    """Whether somebody was rejected who may get their turn once somebody else has given a key away."""
    return any(code in WAITING for codes in run.rejected.values() for code in codes)


# ---- what they look at


def looks(picture: Picture) -> list[Look]:
    """What an Xledger looks like, without what differs between any two runs."""
    return sorted(map(_look, picture.values()))


def _look(values: Values) -> Look:
    return sorted((path, repr(value)) for path, value in values.items() if not PASSING.fullmatch(path))


def changes(before: Picture, after: Picture) -> dict[int, dict[str, tuple[Any, Any]]]:
    """What is not as it was: of each employee the paths, with what was there and what is."""
    found: dict[int, dict[str, tuple[Any, Any]]] = {}
    for db_id, now in after.items():
        was = before.get(db_id, {})
        paths = {path for path in {*was, *now} if not PASSING.fullmatch(path) and was.get(path) != now.get(path)}
        if paths:
            found[db_id] = {path: (was.get(path), now.get(path)) for path in paths}
    return found


def anything_refused(run: Run) -> bool:
    """Whether Xledger refused something, or did not take it."""
    return "refused_by_xledger" in run.summary["rejected"] or "partly_written" in run.summary["warnings"]


def nobody_comes_twice(run: Run) -> bool:
    """Whether every record is of somebody else."""
    return len(_identities(run.sent)) == len(run.sent)


def _by_name(picture: Picture, before: Picture) -> dict[Any, Look]:
    """What each employee looks like, by the dbId of those who were there, and by the code of the others."""
    return {db_id if db_id in before else now["code"]: _look(now) for db_id, now in picture.items()}


def _at(values: Values, field: str) -> list[Any]:
    return [values.get(path) for path in TARGETS[field]]


def _visible(value: Any) -> bool:
    return value is not None and _plain(str(value)) != ""


def _plain(text: str) -> str:
    """A text without what nobody sees: in Unicode's composed form, without controls, white space around it."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(character for character in composed if unicodedata.category(character) not in _UNSEEN).strip()


_UNSEEN: Final = ("Cf", "Cc", "Cn", "Co")


def _key(value: Any) -> str:
    """A key as a person reads it: whatever differs in spelling alone is the same."""
    return _plain(value).casefold() if isinstance(value, str) else ""


def _identities(sent: Sequence[Record]) -> set[Any]:
    """Who is in a list of records; whoever has no id or code is somebody of their own."""
    known = (record.get("id", record.get("code")) for record in sent)
    texts = (normalised_key(str(identity)) if isinstance(identity, str | int) else "" for identity in known)
    return {text or place for place, text in enumerate(texts)}
