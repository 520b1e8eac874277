"""Connections by chance: how an Xledger speaks, and what an administrator chose."""

from typing import Any, Final

from hypothesis import strategies as st

from integration_tests.field_examples import SET

DIALECTS: Final = (
    *("contract",) * 6,
    *("ignores_case", "ignores_case", "no_email_filter", "partial_success", "no_supplier_updates", "email_to_both"),
    *("lean_creation+flat_supplier_address", "suffixed+ignores_case", "no_introspection"),
)
"""How an Xledger may speak, as often as it is to come. Where genders are learned on the way, a gender that nobody was
read with is written by the second sync, and that is right; so those are not among them."""

BATCH_SIZES: Final = (1, 2, 3, 500)

FIELDS: Final = tuple(SET)

POLICIES: Final = ("no_unset", "fill_empty", "create_only", "read_only")
"""Those that every field may have."""

KEYS: Final = (["employmentId", "email"], ["employmentId"], ["email"], ["email", "employmentId"])

Chosen = dict[str, Any]
"""Settings of the destination."""


@st.composite
def chosen(draw: st.DrawFn) -> Chosen:
    """What an administrator may have chosen: mostly nothing, and else a few things at once."""
    settings: Chosen = {"batch_size": draw(st.sampled_from(BATCH_SIZES))}
    if draw(st.booleans()):
        return settings
    settings["match_on"] = draw(st.sampled_from(KEYS))
    settings["renumber_employees"] = draw(st.booleans())
    settings["new_users"] = draw(st.sampled_from(("create", "create", "skip")))
    settings["deactivated_users"] = draw(st.sampled_from(("update_existing", "skip", "sync")))
    policies = draw(st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(POLICIES), max_size=4))
    if settings["new_users"] == "create" and policies.get("employmentId") == "read_only":
        del policies["employmentId"]  # nobody would find those again who are created
    settings["field_policies"] = [{"field": field, "policy": policy} for field, policy in policies.items()]
    return settings
