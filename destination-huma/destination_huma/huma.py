"""What sentences call the system that is written to."""

from typing import Final

from connector_base.systems import System

HUMA: Final = System("Huma", "an HR system", nulls_would="keep values from Huma")
