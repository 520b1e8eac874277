"""Groups of settings, and what may stand in them."""
