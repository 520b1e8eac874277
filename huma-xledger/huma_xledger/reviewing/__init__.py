"""The review of a connection: both systems are read, an administrator decides, and both are synchronised."""
