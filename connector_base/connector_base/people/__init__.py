"""From records to people, and who of them is whom in the system that is written to."""
