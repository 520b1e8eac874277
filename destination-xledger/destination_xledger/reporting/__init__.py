"""What became of people: counted, told by id, and kept where an administrator wants it."""
