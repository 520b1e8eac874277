"""The decision: what to do about one person, in either direction."""
