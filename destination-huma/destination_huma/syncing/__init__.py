"""Who is who in Huma, what is to be done about each, and doing it."""
