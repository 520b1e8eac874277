"""Who comes to Xledger: what streams may carry, and people with the employee they are."""
