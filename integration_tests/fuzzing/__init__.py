"""Scenarios by chance: people in both systems, settings and mishaps, and the laws that hold whatever happens."""

import pytest

pytest.register_assert_rewrite("integration_tests.fuzzing.laws")
