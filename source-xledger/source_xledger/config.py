"""What an administrator sets up to read from Xledger."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import ConfigDict, Field, Secret, StrictBool, StrictInt

from connector_base.settings.addresses import address_setting, allowed_address
from connector_base.settings.parsing import form_of, parsed
from connector_base.settings.settings import Settings
from xledger_api.employees.requests import LARGEST_PAGE
from xledger_api.language.accesses import WHERE_TOKENS_ARE
from xledger_api.sending.client import PRODUCTION
from xledger_api.sending.tokens import WholeToken


class Config(Settings):
    """Reads the employees of an Xledger."""

    model_config = ConfigDict(title="Xledger Source Spec")

    api_token: Secret[WholeToken] = Field(
        title="API token",
        description=f"Token of an API user in Xledger ({WHERE_TOKENS_ARE}). It needs to read, and nothing more.",
        json_schema_extra={"airbyte_secret": True, "order": 0},
    )
    include_closed: StrictBool = Field(
        True,
        title="Include closed employees",
        description="Whether employees who are closed in Xledger are read as well. Leave it on to let the last day of "
        "somebody who left reach the destination: off, whoever is closed is simply read no longer.",
        json_schema_extra={"order": 1},
    )
    full_resync_interval_days: StrictInt = Field(
        7,
        title="Days between full syncs",
        description="An incremental sync emits who changed since the last one, and everybody again after this many "
        "days, so that what was changed by hand in the destination heals. 0 means never.",
        ge=0,
        le=365,
        json_schema_extra={"order": 2},
    )
    page_size: StrictInt = Field(
        1_000,
        title="Employees a request",
        description="How many employees are asked for in one request. More cost fewer requests; a request that takes "
        "Xledger too long is made smaller by itself.",
        ge=1,
        le=LARGEST_PAGE,
        json_schema_extra={"order": 3},
    )
    api_url: Annotated[str, allowed_address(PRODUCTION)] = address_setting(PRODUCTION, "Xledger's GraphQL API", order=4)

    @property
    def filters(self) -> dict[str, Any]:
        """The settings that decide who is read."""
        return {"include_closed": self.include_closed}

    @property
    def resync_interval(self) -> timedelta | None:
        """How long after everybody was emitted everybody is emitted again; None for never."""
        return timedelta(days=self.full_resync_interval_days) if self.full_resync_interval_days else None


def parse_config(config: Any) -> Config:
    """The config as values.

    Raises:
        ConnectorError: A config error that names every invalid setting, never its value.
    """
    return parsed(config, Config)


def connection_specification() -> dict[str, Any]:
    """The JSON Schema of the config, without references, as hosts draw forms from it."""
    return form_of(Config)
