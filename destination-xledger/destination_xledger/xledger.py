"""What sentences call the system that is written to."""

from typing import Final

from connector_base.systems import System

XLEDGER: Final = System("Xledger", "a ledger", nulls_would="unset values in Xledger")
