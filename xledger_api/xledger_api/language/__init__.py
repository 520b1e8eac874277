"""What can be said to Xledger: its schema, the operations, and the accesses that they need."""
