"""Whether a connection can work: every problem in one answer, and nothing written."""
