"""Which addresses credentials and personal data may be sent to."""

import re
from typing import Any

from pydantic import AfterValidator, Field

from shared_mappings import API_URL_PATTERN


def allowed_address(usual: str, *, or_none: bool = False) -> AfterValidator:
    """Accepts an address with https, or with http to this machine.

    Args:
        usual: What the complaint names as an address that would do.
        or_none: Whether an empty text stands for no address.
    """

    def check(url: str) -> str:
        if not (or_none and not url) and not re.fullmatch(API_URL_PATTERN, url):
            raise ValueError(
                "the address must begin with https:// (or http:// and this machine), and go on with a host name, a "
                "port (1 to 65535) if need be, and a path: without a user name, a query, white space or an invisible "
                f"character; the usual one is {usual}"
            )
        return url

    return AfterValidator(check)


def address_setting(usual: str, api: str, order: int) -> Any:
    """How a form asks for the address of an API.

    Args:
        usual: The address that hardly anybody changes.
        api: What it is the address of, in a sentence.
        order: Its place in the form.
    """
    return Field(
        usual,
        title="API address",
        description=f"Address of {api}: https, or http to this machine.",
        json_schema_extra={"order": order, "pattern": API_URL_PATTERN, "pattern_descriptor": usual},
    )
