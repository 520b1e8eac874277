"""What Huma's people become in Xledger, and what of that goes back: record schemas, field table, planner, decisions.

Everything here is pure: no I/O beyond the package's own data files, no clock, nothing of Airbyte.
"""

from shared_mappings.able import Able, titles_by_name
from shared_mappings.api_url import API_URL_PATTERN
from shared_mappings.codes import OF_HUMA, OF_XLEDGER, NotWritten, RejectionCode, SkipReason, WarningCode
from shared_mappings.converters import Options
from shared_mappings.decisions import NO_DECISIONS, Decisions, nothing_decided
from shared_mappings.decisions_file import DecisionsError, parse_decisions
from shared_mappings.desired import Desired, FieldWarning, desired_from_employee, desired_from_user
from shared_mappings.direction import Direction, to_huma, to_xledger
from shared_mappings.employee import Employee
from shared_mappings.employee_record import employee_record
from shared_mappings.employee_schema import employee_schema, employees_schema
from shared_mappings.explained import NAMES, Explained, called, explained, explanations, refusal
from shared_mappings.fates import Fate, Fates, Seen, numbers_by_fate, parse_seen, what_became_of
from shared_mappings.field_table import FieldTable, HumaObject, InHuma, Route, Rule, Side, Target, field_table
from shared_mappings.languages import LANGUAGES, Language
from shared_mappings.planning.bodies import bodies_for_huma
from shared_mappings.planning.deciding import policy_in_force
from shared_mappings.planning.for_huma import plan_for_huma
from shared_mappings.planning.for_xledger import plan_for_xledger
from shared_mappings.planning.plans import Action, Conflict, FieldChange, Plan
from shared_mappings.planning.who_is_who import Present, contradictions, has_nothing_of, is_somebody_else
from shared_mappings.policies import DeactivatedUsers, NewUsers, Policies, Policy
from shared_mappings.record_schema import users_schema
from shared_mappings.rulings import NO_RULINGS, About, Rulings, Stands
from shared_mappings.states import MISSING, State, read_path
from shared_mappings.used_schema import used_of_employee, used_of_employees, used_of_user, used_of_users, what_is_used
from shared_mappings.user import User
from shared_mappings.user_schema import user_schema

__all__ = [
    "API_URL_PATTERN",
    "LANGUAGES",
    "MISSING",
    "NAMES",
    "NO_DECISIONS",
    "NO_RULINGS",
    "OF_HUMA",
    "OF_XLEDGER",
    "Able",
    "About",
    "Action",
    "Conflict",
    "DeactivatedUsers",
    "Decisions",
    "DecisionsError",
    "Desired",
    "Direction",
    "Employee",
    "Explained",
    "Fate",
    "Fates",
    "FieldChange",
    "FieldTable",
    "FieldWarning",
    "HumaObject",
    "InHuma",
    "Language",
    "NewUsers",
    "NotWritten",
    "Options",
    "Plan",
    "Policies",
    "Policy",
    "Present",
    "RejectionCode",
    "Route",
    "Rule",
    "Rulings",
    "Seen",
    "Side",
    "SkipReason",
    "Stands",
    "State",
    "Target",
    "User",
    "WarningCode",
    "bodies_for_huma",
    "called",
    "contradictions",
    "desired_from_employee",
    "desired_from_user",
    "employee_record",
    "employee_schema",
    "employees_schema",
    "explained",
    "explanations",
    "field_table",
    "has_nothing_of",
    "is_somebody_else",
    "nothing_decided",
    "numbers_by_fate",
    "parse_decisions",
    "parse_seen",
    "plan_for_huma",
    "plan_for_xledger",
    "policy_in_force",
    "read_path",
    "refusal",
    "titles_by_name",
    "to_huma",
    "to_xledger",
    "used_of_employee",
    "used_of_employees",
    "used_of_user",
    "used_of_users",
    "user_schema",
    "users_schema",
    "what_became_of",
    "what_is_used",
]
