"""Writing to Huma, and what has to be known of it before that."""
