"""Tries Xledger out: token and address, the schema, and every access. Four requests when all is well."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from destination_xledger.checking.findings import Finding
from destination_xledger.config import Config, Mode
from shared_mappings import field_table
from xledger_api.language.accesses import WHERE_TO_GRANT, Access, accesses_for, accesses_tried_by, is_needed, quoted
from xledger_api.language.operations import Operation, combined, operations, probes, schema
from xledger_api.language.schema_parts import (
    INTROSPECTION,
    Part,
    declared,
    missing,
    parts_of,
    parts_written,
    told,
    types_of,
)
from xledger_api.sending.answers import Answer, Failure, Problem
from xledger_api.sending.client import XledgerClient
from xledger_api.sending.endings import schema_mismatch, unreachable

FIRST: Final = "MayReadEmployees"
"""The probe that tells at the same time whether token and address are right."""

Refusals = dict[Operation, Failure]


def probe_xledger(settings: Config, connect: Callable[[Config], XledgerClient]) -> Iterator[Finding]:
    """Finds what a sync could not work with. Writes nothing.

    Raises:
        AirbyteTracedException: When Xledger cannot be asked, or not any longer.
    """
    client = connect(settings)
    refusals: Refusals = {}
    first = probes()[FIRST]
    _try([first], client, refusals)
    there = _schema(client)
    yield from _missing_parts(there)
    others = [probe for probe in probes().values() if probe != first and _fits(probe, there)]
    try:
        for writes in (False, True):
            _try([probe for probe in others if probe.writes is writes], client, refusals)
    finally:  # what was found counts, even when Xledger goes away in the middle
        if _all_refused_alike((first, *others), refusals):
            yield _token_may_be_wrong(refusals)
        else:
            yield from _lacking_accesses(refusals, settings.mode)
        yield from _other_refusals(refusals, there, settings.mode)


def _refusal(operation: Operation, client: XledgerClient) -> Failure | None:
    answer = client.ask(operation, {})
    if isinstance(answer, Answer):
        return None
    gone = unreachable(answer)
    if gone is not None:
        raise gone
    return answer


# ------------------------------------------------------------------ the schema


def _schema(client: XledgerClient) -> frozenset[Part] | Failure:
    """The parts that Xledger's schema has, or why it does not tell."""
    answer = client.ask(INTROSPECTION, {})
    if isinstance(answer, Failure):
        return answer
    whole = told(answer.data)
    return declared(whole) if whole else Failure(Problem.UNRECOGNISED, "its answer is no schema")


def _missing_parts(there: frozenset[Part] | Failure) -> Iterator[Finding]:
    if isinstance(there, Failure):
        yield Finding(
            "Xledger does not tell its schema, so whether it has all that this connector uses can only show in a sync. "
            f"Xledger says: {there.words or there.problem.value}",
            blocks=False,
        )
        return
    needed = parts_written(field_table()).union(*(parts_of(operation) for operation in operations().values()))
    if absent := missing(needed, there):
        yield Finding(
            f"Xledger's schema lacks what this connector uses, as type.field: {', '.join(absent)}. It may have "
            "changed: look for a newer version of this connector, or report this to its makers."
        )
    types = types_of(needed)
    known = {part for part in declared(schema()) if part[0] in types}.union(*map(parts_of, probes().values()))
    if absent := missing(known - needed, there):
        yield Finding(
            f"Xledger's schema lacks, as type.field: {', '.join(absent)}. Nothing in a sync needs it yet.", blocks=False
        )


def _fits(probe: Operation, there: frozenset[Part] | Failure) -> bool:
    """Whether it makes sense to ask: of what is known to be missing, nothing new can be learnt."""
    return isinstance(there, Failure) or parts_of(probe) <= there


# ------------------------------------------------------------------ the accesses


def _try(tried: Sequence[Operation], client: XledgerClient, refusals: Refusals) -> None:
    """Sends probes in one request; one by one when that is refused, to learn which of them are to blame."""
    if len(tried) > 1 and _refusal(combined(tried), client) is None:
        return
    for probe in tried:
        failure = _refusal(probe, client)
        if failure is not None:
            refusals[probe] = failure


def _all_refused_alike(tried: Iterable[Operation], refusals: Refusals) -> bool:
    """Whether nothing was carried out, and for a reason that has nothing to do with what was asked."""
    words = {_alike(probe, refusals[probe]) if probe in refusals else None for probe in tried}
    return len(words) == 1 and None not in words


def _alike(probe: Operation, failure: Failure) -> str | None:
    """What Xledger says besides what it was asked for; None when that is known to be about something else."""
    return failure.words.replace(probe.root_field, "") if failure.problem is Problem.UNRECOGNISED else None


def _token_may_be_wrong(refusals: Refusals) -> Finding:
    accesses = dict.fromkeys(access for probe in refusals for access in accesses_tried_by(probe))
    words = next(iter(refusals.values())).words
    return Finding(
        "Xledger refuses everything in the same words, so the API token itself may be wrong or expired: make a new one "
        f"{WHERE_TO_GRANT}, or paste the present one again, whole and without spaces. If it is the right one, grant it "
        f"there {quoted(accesses)}. Xledger says: {words}"
    )


def _lacking_accesses(refusals: Refusals, mode: Mode) -> Iterator[Finding]:
    """One sentence for all accesses that a sync needs, and one for the others."""
    needed: dict[Access, list[str]] = defaultdict(list)
    others: dict[Access, list[str]] = defaultdict(list)
    unclear: dict[Access, None] = {}
    for probe, failure in refusals.items():
        if failure.problem is not Problem.UNRECOGNISED:
            continue
        if _says_nothing_new(probe, refusals):
            unclear |= dict.fromkeys(accesses_tried_by(probe))
            continue
        said = failure.words.removeprefix(f"{probe.root_field}: ")
        for access in accesses_tried_by(probe):
            told = needed if _is_needed(probe, mode) else others
            told[access].append(f"{probe.root_field}: {said}")
    if needed:
        yield Finding(_lacking(needed, [access for access in unclear if access not in needed]))
    others = {access: refused for access, refused in others.items() if access not in needed}
    if others:
        yield Finding(f"{_lacking(others, [])} A sync with these settings does without.", blocks=False)


def _lacking(refused: Mapping[Access, Sequence[str]], unclear: Sequence[Access]) -> str:
    named = ", ".join(f"{quoted([access])} (Xledger says: {' '.join(said)})" for access, said in refused.items())
    one = len(refused) == 1
    sentences = [
        f"The API token probably lacks {'the access' if one else 'these accesses:'} {named}.",
        f"Grant {'it' if one else 'them'} {WHERE_TO_GRANT}.",
    ]
    if unclear:
        sentences.append(f"Look there after {quoted(unclear)} too, which could not be tried without the former.")
    return " ".join(sentences)


def _says_nothing_new(probe: Operation, refusals: Refusals) -> bool:
    """Whether a refused query reads something whose own probe was refused as well."""
    refused = {other.name for other in refusals if other is not probe}
    return not probe.writes and any(access.reads in refused for access in accesses_for(probe))


def _is_needed(probe: Operation, mode: Mode) -> bool:
    return is_needed(probe) and not (probe.writes and mode is Mode.PREVIEW)


def _other_refusals(refusals: Refusals, there: frozenset[Part] | Failure, mode: Mode) -> Iterator[Finding]:
    """What was refused for another reason than an access."""
    for probe, failure in refusals.items():
        if failure.problem is Problem.UNRECOGNISED:
            continue
        if failure.problem is Problem.SCHEMA_MISMATCH and isinstance(there, Failure):
            yield Finding(schema_mismatch(probe, failure).message or "", blocks=_is_needed(probe, mode))
        else:
            yield Finding(
                f"Whether the API token has {quoted(accesses_tried_by(probe))} could not be tried with "
                f"{probe.root_field}: {failure.words or failure.problem.value}. A sync will show it.",
                blocks=False,
            )
