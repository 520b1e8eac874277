"""Requests to Huma: the access token, the bounds of a run, and what every answer means."""
