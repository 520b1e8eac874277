"""What became of each person: counted, told by id, and kept in files, values and all."""
