"""What is read of Huma before the first batch is written: everybody, and the job titles. Nothing when nobody comes."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from airbyte_cdk.models import FailureType

from connector_base.failures import ConnectorError, config_error
from connector_base.people.claims import Claims
from destination_huma.config import Config
from destination_huma.connection import Connection
from destination_huma.huma import USER
from destination_huma.keys import JOB_TITLE, fields_to_write
from destination_huma.settings.field_policies import BACK
from destination_huma.syncing.additions import Additions
from destination_huma.syncing.done import Done
from destination_huma.syncing.everybody import Everybody
from destination_huma.syncing.matcher import Matcher
from destination_huma.syncing.rights import Rights
from destination_huma.syncing.updates import Updates
from destination_huma.syncing.writer import Begun
from shared_mappings import Decisions, User, titles_by_name

logger = logging.getLogger(f"airbyte.{__name__}")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What it takes to write to Huma.

    Attributes:
        settings: The settings.
        connection: Reaches Huma.
        decisions: What the administrator decided for single people.
        claims: Knows who came.
        done: Notes what was written.
        sleep: Waits that many seconds.
    """

    settings: Config
    connection: Connection
    decisions: Decisions
    claims: Claims
    done: Done
    sleep: Callable[[float], None]

    def begin(self) -> Begun:
        """Reads what has to be known of Huma, and gives what writes to it.

        Raises:
            ConnectorError: When Huma cannot be read, or a setting cannot work after all.
        """
        settings, huma, options = self.settings, self.connection.huma, self.settings.options
        self._refuse_to_add_nowhere()
        logger.info("Reading everybody in Huma.")
        records = self.connection.everybody()
        everybody = Everybody.of(User.from_record(record, BACK.table, options) for record in records)
        to_write = fields_to_write(BACK, settings.policies, USER)
        rights = Rights(huma, settings.mode, to_write, self._job_titles())
        matcher = Matcher(
            everybody,
            BACK.table,
            settings.policies,
            options,
            settings.match_on,
            self.decisions,
            rights.of_anybody,
            self.claims,
        )
        updates = Updates(huma, matcher, rights, BACK, options, settings.mode, self.done)
        additions = Additions(huma, updates, settings.new_user_groups, self.sleep, self.done)
        return Begun(matcher, additions, updates)

    def _refuse_to_add_nowhere(self) -> None:
        """Ends a sync before anything is written whose decisions add people to no group.

        Raises:
            ConnectorError: A config error.
        """
        if self.decisions.as_setting["add"] and not self.settings.new_user_groups:
            raise config_error(
                "The decisions add people to Huma, and there is no group to add them to. Enter the ID of a company "
                f"under {Config.titled('new_user_groups')}. Nothing was written."
            )

    def _job_titles(self) -> Mapping[str, str] | None:
        """The ids of job titles by name; None where the key may not list them."""
        if JOB_TITLE not in fields_to_write(BACK, self.settings.policies):
            return {}
        try:
            return titles_by_name((title.name, title.id) for title in self.connection.huma.job_titles())
        except ConnectorError as error:
            if error.failure_type is not FailureType.config_error:
                raise
            logger.warning("%s In this sync nobody's job title is written.", error.message)
            return None
