"""Why somebody is rejected, in the same words whichever system is written to."""

from collections.abc import Sequence

from connector_base.people.claims import Claims
from connector_base.people.person import Person
from shared_mappings import Plan, RejectionCode


def code_came_before(claims: Claims, person: Person) -> Plan | None:
    """Rejects whoever has the employment ID of somebody who came before; None where nobody has."""
    other = claims.first_with_code(person)
    return duplicate(f"The employment ID of this person came with {other} before.") if other else None


def code_alike_came_before(claims: Claims, person: Person) -> Plan | None:
    """The same for an employment ID in other letters, small or capital."""
    other = claims.first_with_code_alike(person)
    if other is None:
        return None
    return Plan.reject(
        RejectionCode.AMBIGUOUS_MATCH,
        f"The employment ID of this person differs only in capital letters from that of {other}, who came before.",
    )


def address_came_before(claims: Claims, person: Person) -> Plan | None:
    """The same for the e-mail address."""
    other = claims.first_with_address(person)
    return duplicate(f"The e-mail address of this person came with {other} before.") if other else None


def duplicate(detail: str) -> Plan:
    """Rejects somebody who leads to whom another one has led before."""
    return Plan.reject(RejectionCode.DUPLICATE_KEY, detail)


def conflict(detail: str, lifted_by: str | None = None) -> Plan:
    """Rejects somebody who may be somebody else than they seem to be.

    Args:
        detail: Who they seem to be, in a sentence.
        lifted_by: The field about which a decision lifts that; None where none does.
    """
    return Plan.reject(RejectionCode.CODE_CONFLICT, detail, lifted_by)


def contradicted(named: str, differs: Sequence[str]) -> Plan:
    """Rejects somebody of whom values for life differ.

    Args:
        named: Who they seem to be, in a sentence.
        differs: Names of the record's fields.
    """
    return conflict(f"{named} The person is somebody else, or one of the two is wrong: {', '.join(differs)} differs.")
