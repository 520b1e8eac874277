"""Settings that take more than a line: what may stand in them, and how a form draws them."""
