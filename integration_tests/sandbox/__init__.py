"""A Huma and an Xledger on loopback, in memory, as strict as the real ones.

`Sandbox.running` serves both for a test; `python -m integration_tests.sandbox` serves them for a person.
"""

from integration_tests.sandbox.faults import Fault
from integration_tests.sandbox.running import Sandbox

__all__ = ["Fault", "Sandbox"]
