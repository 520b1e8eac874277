"""Airbyte's standard tests of a destination."""

from airbyte_cdk.test.standard_tests import DestinationTestSuiteBase

from integration_tests.standards import Standards


class DestinationStandards(Standards, DestinationTestSuiteBase):
    """The standard tests of a destination."""

    commands = {"test_config_matches_spec": "spec", "test_check": "check"}  # noqa: RUF012  a class variable above
