"""What may be said of a thing that is relied on, from what was seen. No I/O."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from destination_xledger.verifying.observed import Judgement, Look, Node, Observed, Verdict
from shared_mappings import Route, field_table
from shared_mappings.normal_forms import MASK, normalised_email, normalised_key, normalised_word
from xledger_api.employees.requests import can_filter
from xledger_api.language.fitting import ADD, fitted
from xledger_api.language.introspection import EMPLOYEES, INPUTS
from xledger_api.language.schema import NODE, Schema, named
from xledger_api.sending.answers import Problem

Judge = Callable[[Observed], Judgement]

NOT_SEEN: Final = Judgement(Verdict.CANNOT_BE_SEEN)
_HOLDS: Final = Judgement(Verdict.HOLDS)


def cannot_be_seen(_: Observed) -> Judgement:
    """The judge of what only shows in writing, or when something goes wrong."""
    return NOT_SEEN


def _judged(holds: bool, detail: str = "") -> Judgement:
    return Judgement(Verdict.HOLDS if holds else Verdict.DOES_NOT_HOLD, "" if holds else detail)


def _of_all(lacking: Iterable[str]) -> Judgement:
    """Holds when nothing is lacking."""
    absent = list(dict.fromkeys(lacking))
    return _judged(not absent, f"there is no {', '.join(absent)}")


def _told(judge: Callable[[Schema], Judgement]) -> Judge:
    """A judge of what only a schema that was learned can tell."""

    def judged(seen: Observed) -> Judgement:
        return judge(seen.schema) if seen.schema.learned else NOT_SEEN

    return judged


# ------------------------------------------------------------------ token and schema


def token_is_taken(seen: Observed) -> Judgement:
    """Whether anything was answered to the token."""
    return _HOLDS if seen.schema.learned or seen.viewer_tells or seen.pages else NOT_SEEN


def token_is_base64url(seen: Observed) -> Judgement:
    """Whether the token has the form that tokens have."""
    return _judged(seen.token_is_base64url, "the token in the settings has another form")


def viewer_tells(seen: Observed) -> Judgement:
    """Whether Xledger tells whose token it is."""
    return _judged(seen.viewer_tells, "there is no viewer, or it does not answer")


def schema_is_told(seen: Observed) -> Judgement:
    """Whether introspection is answered."""
    return _judged(seen.schema.learned, "introspection is refused")


def names_fit(seen: Observed) -> Judgement:
    """Whether types are called as requests say: as was learned, or else as is written down."""
    filtered = (Look.CODE, Look.EMAIL, Look.DB_ID, Look.NOBODY)
    if seen.schema.learned or any(look in seen.pages for look in filtered):
        return _HOLDS
    return next(filter(None, (_refused(seen, look) for look in filtered)), NOT_SEEN)


def has_roots(*names: str) -> Judge:
    """Judges whether there are such queries and mutations."""

    def judge(schema: Schema) -> Judgement:
        return _of_all(name for name in names if name not in schema.queries and name not in schema.mutations)

    return _told(judge)


# ------------------------------------------------------------------ what employees show


def parts_can_be_read(seen: Observed) -> Judgement:
    """Whether that of an employee can be read without which nothing works."""
    if not seen.schema.learned or EMPLOYEES not in seen.schema.queries:
        return _listed(seen)
    answer = named(seen.schema.queries[EMPLOYEES].answer)
    paths = (("code",), *field_table().db_id_keys.values())
    return _of_all(filter(None, (seen.schema.missing(answer, (*NODE, *path)) for path in paths)))


def employees_are_listed(seen: Observed) -> Judgement:
    """Whether the token may list employees with all that is read of them."""
    return _listed(seen)


def targets_can_be_read(seen: Observed) -> Judgement:
    """Whether each place of the field table can be read."""
    if not seen.schema.learned or EMPLOYEES not in seen.schema.queries:
        return _listed(seen)
    table = fitted(field_table(), seen.schema)
    return _of_all(name for name, target in table.targets.items() if not target.readable)


def contact_and_subledger_are_there(seen: Observed) -> Judgement:
    """Whether every employee has a contact and a subledger."""
    without = [node for node in seen.employees if not all(_db_id(node.get(part)) for part in ("contact", "subledger"))]
    return _of_those(seen.employees, without, "have no contact or no subledger with a dbId")


def db_ids_are_numeric(seen: Observed) -> Judgement:
    """Whether dbIds are numbers or numeric texts."""
    ids = [_db_id(part) for node in seen.employees for part in (node, node.get("contact"), node.get("subledger"))]
    odd = [each for each in ids if each is not None and not each.isdecimal()]
    return _of_those(seen.employees, odd, "have another dbId")


def codes_are_unique(seen: Observed) -> Judgement:
    """Whether no two of the employees share a code."""
    codes = Counter(normalised_key(str(node["code"])) for node in seen.employees if node.get("code"))
    shared = [code for code, number in codes.items() if number > 1]
    return _of_those(tuple(codes), shared, "codes are shared by several employees")


def numbers_are_masked(seen: Observed) -> Judgement:
    """Whether social security numbers are shown with masked digits."""
    numbers = [str(node["socialSecurityMasked"]) for node in seen.employees if node.get("socialSecurityMasked")]
    return _of_those(numbers, [number for number in numbers if MASK not in number], "are shown in full")


def genders_have_codes(seen: Observed) -> Judgement:
    """Whether the genders that employees have are known by a code."""
    genders = _genders(seen)
    return _of_those(genders, [gender for gender in genders if not gender.get("code")], "genders have no code")


def genders_are_in_the_settings(seen: Observed) -> Judgement:
    """Whether the settings name each gender that employees have, by its code or by its name."""
    named_so = {normalised_word(code) for code in seen.gender_codes}
    genders = _genders(seen)
    strange = [
        gender
        for gender in genders
        if named_so.isdisjoint(normalised_word(str(gender.get(key) or "")) for key in ("code", "name"))
    ]
    return _of_those(genders, strange, "genders are not in Gender codes (gender_codes)")


def _genders(seen: Observed) -> list[Mapping[str, Any]]:
    """The genders, each once."""
    found = ((node.get("contact") or {}).get("gender") for node in seen.employees)
    return list({str(sorted(gender.items(), key=str)): gender for gender in found if gender}.values())


def _of_those(all_of_them: Iterable[Any], odd: Iterable[Any], what: str) -> Judgement:
    """Holds when none of those that were seen is odd; of none at all, nothing can be said."""
    total, strange = len(list(all_of_them)), len(list(odd))
    return _judged(not strange, f"{strange} of {total} {what}") if total else NOT_SEEN


def _db_id(part: Any) -> str | None:
    there = part.get("dbId") if isinstance(part, Mapping) else None
    return None if there is None else str(there)


def _listed(seen: Observed) -> Judgement:
    if Look.EMPLOYEES in seen.pages:
        return _HOLDS
    return _refused(seen, Look.EMPLOYEES) or NOT_SEEN


def _refused(seen: Observed, look: Look) -> Judgement | None:
    """What a refusal says; None where there is none."""
    refusal = seen.refused.get(look)
    if refusal is None:
        return None
    too_slow = refusal.problem is Problem.TIMED_OUT
    return Judgement(Verdict.CANNOT_BE_SEEN if too_slow else Verdict.DOES_NOT_HOLD, refusal.words)


# ------------------------------------------------------------------ lists and filters


_KEY_OF: Final[Mapping[str, Callable[[Node], str]]] = {
    "code_in": lambda node: normalised_word(str(node.get("code") or "")),
    "email_in": lambda node: normalised_email(str((node.get("contact") or {}).get("email") or "")),
    "dbId_in": lambda node: str(node["dbId"]),
}


def finds(filter_name: str, look: Look) -> Judge:
    """Judges whether a filter is there, and finds whom it should and nobody else."""

    def judge(seen: Observed) -> Judgement:
        there = EMPLOYEES in seen.schema.queries
        if there and seen.schema.learned and not can_filter(seen.schema, filter_name):
            return _judged(False, f"there is no {filter_name}")
        if look not in seen.pages:
            return _refused(seen, look) or NOT_SEEN
        sought, found, key = seen.sought[look], seen.pages[look].nodes, _KEY_OF[filter_name]
        if any(key(node) != key(sought) for node in found):
            return _judged(False, f"{filter_name} finds others")
        return _judged(_is_among(sought, found), f"{filter_name} does not find somebody who was listed")

    return judge


def ignores_case(plain: Look, *others: Look) -> Judge:
    """Judges whether somebody who is found by a key is found by it in other letters as well."""

    def judge(seen: Observed) -> Judgement:
        tried = [look for look in others if look in seen.pages]
        if not tried or plain not in seen.pages or not _is_among(seen.sought[plain], seen.pages[plain].nodes):
            return NOT_SEEN
        return _judged(all(_is_among(seen.sought[look], seen.pages[look].nodes) for look in tried), "case counts")

    return judge


def takes(argument: str, choice: str) -> Judge:
    """Judges whether the list of employees takes an argument with a value."""

    def judge(seen: Observed) -> Judgement:
        if not seen.schema.learned:
            return _HOLDS if Look.EMPLOYEES in seen.pages else NOT_SEEN
        if EMPLOYEES not in seen.schema.queries:
            return NOT_SEEN
        there = seen.schema.choice(seen.schema.queries[EMPLOYEES], argument, choice) is not None
        return _judged(there, f"there is no {argument}: {choice}")

    return judge


def cursors_lead_on(seen: Observed) -> Judgement:
    """Whether the employee after a cursor is the one who follows."""
    if Look.FOLLOWING not in seen.pages:
        return _refused(seen, Look.FOLLOWING) or NOT_SEEN
    following = seen.pages[Look.FOLLOWING].nodes
    if Look.FOLLOWING not in seen.sought:
        return _judged(not following, "the only employee follows again")
    return _judged(
        bool(following) and _db_id(following[0]) == _db_id(seen.sought[Look.FOLLOWING]), "somebody else follows"
    )


def is_answered(look: Look) -> Judge:
    """Judges whether a look is answered."""

    def judge(seen: Observed) -> Judgement:
        return _HOLDS if look in seen.pages else _refused(seen, look) or NOT_SEEN

    return judge


def nobody_is_null(seen: Observed) -> Judgement:
    """Whether an empty list is none at all."""
    pages = [seen.pages[look] for look in (Look.NOBODY, Look.MOST_KEYS) if look in seen.pages]
    if not pages or any(page.nodes for page in pages):
        return NOT_SEEN
    return _judged(all(page.is_null for page in pages), "it is an empty list")


def _is_among(sought: Node, found: Iterable[Node]) -> bool:
    return _db_id(sought) in {_db_id(node) for node in found}


# ------------------------------------------------------------------ what can be written


def _creation_takes_all(schema: Schema) -> Judgement:
    table = fitted(field_table(), schema)
    keys = ((key, table.targets[name]) for name, target in field_table().targets.items() for key in target.creation)
    return _of_all(f"{ADD}.{key}" for key, there in keys if key not in there.creation)


def _every_target_can_be_written(schema: Schema) -> Judgement:
    table, whole = fitted(field_table(), schema), field_table()
    return _of_all(f"way to write {name}" for name in whole.targets if _routes(name) and not table.targets[name].routes)


def _routes(name: str) -> tuple[Route, ...]:
    return field_table().targets[name].routes


def has_routes(belongs: Callable[[Route], bool]) -> Judge:
    """Judges whether those of the table's routes are there that belong to what is relied on."""

    def judge(schema: Schema) -> Judgement:
        there = {str(route) for target in fitted(field_table(), schema).targets.values() for route in target.routes}
        wanted = (route for target in field_table().targets.values() for route in target.routes if belongs(route))
        return _of_all(str(route) for route in wanted if str(route) not in there)

    return _told(judge)


def _countries_are_texts(schema: Schema) -> Judgement:
    mutations = [name for name in ("updateContacts", "updateSuppliers") if name in schema.mutations]
    path = ("node", "address", "country")
    types = {
        name: schema.at_the_end(named(schema.mutations[name].arguments[INPUTS]), path)
        for name in mutations
        if INPUTS in schema.mutations[name].arguments
    }
    known = {name: each for name, each in types.items() if each is not None}
    if not known:
        return NOT_SEEN
    references = [name for name, each in known.items() if each in schema.composite]
    return _judged(not references, f"it is a reference in {', '.join(references)}")


creation_takes_all: Final = _told(_creation_takes_all)
"""Judges whether creation takes all that the field table gives it."""

every_target_can_be_written: Final = _told(_every_target_can_be_written)
"""Judges whether each place of the field table has a route."""

countries_are_texts: Final = _told(_countries_are_texts)
"""Judges whether the country of a nested address is a text."""
