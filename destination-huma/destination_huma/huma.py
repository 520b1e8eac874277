"""The system that is written to: what sentences call it, and what one request writes there."""

from typing import Final

from connector_base.systems import System
from shared_mappings import HumaObject

HUMA: Final = System("Huma", "an HR system", nulls_would="keep values from Huma")

USER: Final[HumaObject] = "user"
POSITION: Final[HumaObject] = "position"
