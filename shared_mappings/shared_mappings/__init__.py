"""What Huma's people become in Xledger: record schemas, field table, comparators, policies and planner.

Everything here is pure: no I/O beyond the package's own data files, no clock, nothing of Airbyte.
"""

from shared_mappings.api_url import API_URL_PATTERN
from shared_mappings.codes import RejectionCode, SkipReason, WarningCode
from shared_mappings.converters import Options
from shared_mappings.decisions import NO_DECISIONS, DecisionCounts, Decisions, what_became_of
from shared_mappings.decisions_file import DecisionsError, parse_decisions
from shared_mappings.desired import Desired, FieldWarning, desired_from_employee, desired_from_user
from shared_mappings.employee import Employee
from shared_mappings.employee_schema import employee_schema
from shared_mappings.field_table import FieldTable, Route, Rule, Target, field_table
from shared_mappings.planner import (
    Action,
    Conflict,
    FieldChange,
    Plan,
    contradictions,
    is_somebody_else,
    plan,
    policy_in_force,
)
from shared_mappings.policies import DeactivatedUsers, NewUsers, Policies, Policy
from shared_mappings.record_schema import users_schema
from shared_mappings.rulings import NO_RULINGS, Rulings, Stands
from shared_mappings.states import MISSING, State, read_path
from shared_mappings.used_schema import used_of_employee, used_of_users, what_is_used

__all__ = [
    "API_URL_PATTERN",
    "MISSING",
    "NO_DECISIONS",
    "NO_RULINGS",
    "Action",
    "Conflict",
    "DeactivatedUsers",
    "DecisionCounts",
    "Decisions",
    "DecisionsError",
    "Desired",
    "Employee",
    "FieldChange",
    "FieldTable",
    "FieldWarning",
    "NewUsers",
    "Options",
    "Plan",
    "Policies",
    "Policy",
    "RejectionCode",
    "Route",
    "Rule",
    "Rulings",
    "SkipReason",
    "Stands",
    "State",
    "Target",
    "WarningCode",
    "contradictions",
    "desired_from_employee",
    "desired_from_user",
    "employee_schema",
    "field_table",
    "is_somebody_else",
    "parse_decisions",
    "plan",
    "policy_in_force",
    "read_path",
    "used_of_employee",
    "used_of_users",
    "users_schema",
    "what_became_of",
    "what_is_used",
]
