"""Tries Xledger out: token and address, the schema, and every access. Five requests when all is well."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from connector_base.incremental.identity import tell_identity
from connector_base.settings.decisions import as_settings
from connector_base.settings.modes import Mode
from destination_xledger.checking.findings import Finding
from destination_xledger.config import Config
from shared_mappings import NO_DECISIONS, Decisions, field_table
from xledger_api.language.accesses import (
    PROBES,
    WHERE_TO_GRANT,
    Access,
    Probe,
    accesses_tried_by,
    is_needed,
    quoted,
    speaks_of_access,
    tells_nothing_new,
)
from xledger_api.language.fitting import lacks
from xledger_api.language.operations import Call, Operation, mutation, query
from xledger_api.language.schema import Schema
from xledger_api.sending.answers import NO_SUCH_FIELD, Answer, Failure, Problem
from xledger_api.sending.client import XledgerClient
from xledger_api.sending.endings import schema_mismatch
from xledger_api.sending.learning import answer_to, schema_of

VIEWER: Final = Call("viewer", (("entity", "ownerDbId"),))
"""Whose token it is. Facts: seen. It would tell the entity's company as well, which takes an access of its own."""

Refusals = dict[Probe, Failure]


def probe_xledger(
    settings: Config, connect: Callable[[Config], XledgerClient], decisions: Decisions = NO_DECISIONS
) -> Iterator[Finding]:
    """Finds what a sync could not work with. Writes nothing.

    Args:
        settings: The settings.
        connect: Makes the client.
        decisions: Those that count, which decide what is written as settings do.

    Raises:
        AirbyteTracedException: When Xledger cannot be asked, or not any longer.
    """
    client = connect(settings)
    schema = schema_of(client)
    yield from (Finding(lack.sentence, lack.blocks) for lack in lacks(field_table(), schema))
    owner = _owner_of_the_token(client, schema)
    entity = None if owner is None else _entity(owner)
    # Ids of two installations of Xledger may be alike, such as those of the demo.
    tell_identity(entity and [settings.api_url, entity], settings.what_is_written | as_settings(decisions))
    known = owner is not None
    probes = [probe for probe in PROBES if probe.fits(schema)]
    refusals: Refusals = {}
    try:
        for writes in (False, True):
            _try([probe for probe in probes if probe.writes is writes], client, schema, refusals)
    finally:  # what was found counts, even when Xledger goes away in the middle
        if not known and _all_refused_alike(probes, refusals):
            yield _token_may_be_wrong(refusals)
        else:
            yield from _lacking_accesses(refusals, settings.mode)
            yield from _other_refusals(refusals, schema, settings.mode)


def _owner_of_the_token(client: XledgerClient, schema: Schema) -> Answer | None:
    """Whose token it is. None where Xledger does not tell, which may mean that an access is lacking for that.

    Raises:
        AirbyteTracedException: When it tells that it does not take the token, or cannot be asked.
    """
    if schema.learned and VIEWER.root not in schema.queries:
        return None
    answer = answer_to(query(schema, VIEWER), client)
    return answer if isinstance(answer, Answer) else None


def _entity(owner: Answer) -> str | None:
    """The dbId of the token's entity. Facts: it arrives as a number or as a text of digits."""
    match owner.data.get(VIEWER.root):
        case {"entity": {"ownerDbId": str() | int() as db_id}}:
            return str(db_id)
    return None


# ------------------------------------------------------------------ the accesses


def _try(tried: Sequence[Probe], client: XledgerClient, schema: Schema, refusals: Refusals) -> None:
    """Sends probes in one request; one by one when that is refused, to learn which of them are to blame."""
    if len(tried) > 1 and isinstance(answer_to(_operation(tried, schema), client), Answer):
        return
    for probe in tried:
        answer = answer_to(_operation([probe], schema), client)
        if isinstance(answer, Failure):
            refusals[probe] = answer


def _operation(probes: Sequence[Probe], schema: Schema) -> Operation:
    calls = [probe.call() for probe in probes]
    return mutation(schema, *calls) if probes[0].writes else query(schema, *calls)


def _all_refused_alike(tried: Iterable[Probe], refusals: Refusals) -> bool:
    """Whether nothing was carried out, and for a reason that has nothing to do with what was asked."""
    words = {_alike(probe, refusals[probe]) if probe in refusals else None for probe in tried}
    return len(words) == 1 and None not in words


def _alike(probe: Probe, failure: Failure) -> str | None:
    """What Xledger says besides what it was asked for; None when that is known to be about something else."""
    return failure.words.replace(probe.root, "") if failure.problem is Problem.UNRECOGNISED else None


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
        if not _may_be_about_access(probe, failure):
            continue
        if tells_nothing_new(probe, refusals):
            unclear |= dict.fromkeys(accesses_tried_by(probe))
            continue
        said = failure.words.removeprefix(f"{probe.root}: ")
        for access in accesses_tried_by(probe):
            told = needed if _is_needed(probe, mode) else others
            told[access].append(f"{probe.root}: {said}")
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
        sentences.append(
            f"Check {quoted(unclear)} there as well: {'it' if len(unclear) == 1 else 'they'} could not be tried "
            "without the access above."
        )
    return " ".join(sentences)


def _is_needed(probe: Probe, mode: Mode) -> bool:
    return is_needed(probe) and not (probe.writes and mode is Mode.PREVIEW)


def _may_be_about_access(probe: Probe, failure: Failure) -> bool:
    """Whether a refusal may mean that an access is lacking.

    A mutation with nothing in it may be refused for just that, so there the words have to say so. Facts: that Xledger
    takes an empty one is assumed.
    """
    return failure.problem is Problem.UNRECOGNISED and (not probe.writes or speaks_of_access(failure.original))


def _is_absent(probe: Probe, failure: Failure) -> bool:
    """Whether Xledger does not have what was tried; what is wrong with an empty list of inputs is not that."""
    mismatch = failure.problem is Problem.SCHEMA_MISMATCH
    return mismatch and (not probe.writes or failure.original.startswith(NO_SUCH_FIELD))


def _other_refusals(refusals: Refusals, schema: Schema, mode: Mode) -> Iterator[Finding]:
    """What was refused for another reason than an access."""
    for probe, failure in refusals.items():
        if _may_be_about_access(probe, failure):
            continue
        if _is_absent(probe, failure) and not schema.learned:
            told = schema_mismatch(_operation([probe], schema), failure)
            yield Finding(told.message or "", blocks=_is_needed(probe, mode))
        else:
            yield Finding(
                f"Whether the API token has {quoted(accesses_tried_by(probe))} could not be tried with "
                f"{probe.root}: {failure.words or failure.problem.value}. A sync will show it.",
                blocks=False,
            )
