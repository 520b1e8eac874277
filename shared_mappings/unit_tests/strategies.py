"""Every record, employee, user and choice of policies that laws are tried on."""

from typing import Any

from hypothesis import strategies as st

from shared_mappings import MISSING, Able, Employee, Policies, Policy, field_table, titles_by_name
from shared_mappings.employee import value_shown
from shared_mappings.normal_forms import as_text
from shared_mappings.states import State

from .conftest import ABLE, IN_XLEDGER, RECORD, SHOWN, TITLES

TABLE = field_table()

TEXTS = st.text() | st.sampled_from(
    ['O\'Brien "Obi"', "\\", "a\nb\tc", "🧑‍🚀", "A\u030ase", "{{ x }}", "${x}", "*****"]
)


def values_like(example: Any) -> st.SearchStrategy[Any]:
    """Values of the shape of an example, right or wrong, or null."""
    if isinstance(example, dict):
        return st.none() | st.fixed_dictionaries({}, optional={key: values_like(v) for key, v in example.items()})
    if isinstance(example, list):
        return st.none() | st.lists(values_like(example[0]).filter(lambda entry: entry is not None), max_size=3)
    if isinstance(example, bool):
        return st.booleans()
    return st.none() | st.just(example) | TEXTS


RECORDS = st.fixed_dictionaries(
    {"id": st.uuids().map(str)}, optional={key: values_like(value) for key, value in RECORD.items() if key != "id"}
)


FORMATS: dict[str, list[str]] = {
    "text": ["Storgata 1, 2. etg", "A, , B", "A,  B", "A, B, C, D", " A, B", "x" * 255, "x" * 256],
    "phone": ["0047 912 34 567", "91234567", "x" * 256],
    "email": ["KARI.NORDMANN@Example.com", " kari@bl\u00e5b\u00e6r.example"],
    "date": ["1990-01-02T00:00:00", "1990-02-30", "9999-12-31", "1753-01-01"],
    "country": ["no", "Norge", "Sverige", "SE", "Atlantis"],
    "gender": ["f", "M", "rather not say"],  # a code that is another one's spelling would be a setting gone wrong
    "bank_account": ["NO9386011117947", "8601.11.17947", "8601-11-17947", "SE4550000000058398257466", "5839-825746"],
    "social_security_number": ["151086*****", "******95088", "***********", "15108695088", "260588*****"],
}
"""Values as they may be written, by the name of the comparator."""


def states(example: State) -> st.SearchStrategy[State]:
    return st.none() | st.just(example) | TEXTS.filter(as_text) | st.just(MISSING)


def at_target(target: str) -> st.SearchStrategy[State]:
    """Values that Xledger may show at a target, as they are read."""
    rule = TABLE.rule_of.get(target)
    formats = FORMATS.get(rule.comparator, []) if rule else []
    entered = states(IN_XLEDGER[target]) | st.sampled_from([SHOWN[target], *formats])
    return entered.map(lambda value: value_shown(value, rule))


EMPLOYEES = st.fixed_dictionaries({target: at_target(target) for target in IN_XLEDGER}).map(
    lambda values: Employee({"updateEmployees": "11", "updateContacts": "12", "updateSuppliers": "13"}, values)
)

POLICIES = st.builds(
    Policies, fields=st.dictionaries(st.sampled_from(TABLE.fields), st.sampled_from(list(Policy)), max_size=8)
)

ABLES = st.builds(
    Able,
    position_id=st.sampled_from([None, MISSING, ABLE.position_id]),
    locked=st.frozensets(st.sampled_from(sorted(RECORD)), max_size=3),
    job_titles=st.sampled_from([{}, titles_by_name(TITLES.items())]),
)
