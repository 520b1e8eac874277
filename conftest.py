"""Settings that every test shares."""

import os

from hypothesis import settings

# The folder shared_mappings/ is named like the package inside it. pytest names test modules by their folders, and
# would take the folder for the package if the package were not known by then.
import shared_mappings  # noqa: F401

# A slow machine is not a broken promise. CI tries the same examples every time; everybody else looks for new ones.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
