"""A batch of people at a time: looked up, planned, written."""
