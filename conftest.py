"""Settings that every test shares."""

# The folder shared_mappings/ is named like the package inside it. pytest names test modules by their folders, and
# would take the folder for the package if the package were not known by then.
import shared_mappings  # noqa: F401
