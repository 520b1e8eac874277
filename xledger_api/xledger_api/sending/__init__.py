"""Saying it: requests, the limits and faults that are waited out, and what an answer means."""
