"""What Huma's people become in Xledger: record schemas, field table, comparators, policies and planner.

Everything here is pure: no I/O beyond the package's own data files, no clock, nothing of Airbyte.
"""

from shared_mappings.api_url import API_URL_PATTERN
from shared_mappings.codes import RejectionCode, SkipReason, WarningCode
from shared_mappings.converters import Options
from shared_mappings.desired import Desired, FieldWarning, desired_from_employee, desired_from_user
from shared_mappings.employee import Employee
from shared_mappings.employee_record import employee_record, shown_as
from shared_mappings.employee_schema import employee_schema, employees_schema
from shared_mappings.field_table import FieldTable, Route, Rule, Target, field_table
from shared_mappings.planner import Action, Conflict, FieldChange, Plan, contradictions, is_somebody_else, plan
from shared_mappings.policies import DeactivatedUsers, NewUsers, Policies, Policy
from shared_mappings.record_schema import users_schema
from shared_mappings.states import MISSING, State, read_path
from shared_mappings.used_schema import used_of_employee, used_of_users, what_is_used

__all__ = [
    "API_URL_PATTERN",
    "MISSING",
    "Action",
    "Conflict",
    "DeactivatedUsers",
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
    "SkipReason",
    "State",
    "Target",
    "WarningCode",
    "contradictions",
    "desired_from_employee",
    "desired_from_user",
    "employee_record",
    "employee_schema",
    "employees_schema",
    "field_table",
    "is_somebody_else",
    "plan",
    "read_path",
    "shown_as",
    "used_of_employee",
    "used_of_users",
    "users_schema",
    "what_is_used",
]
