"""What of Xledger is relied on, as data, and whether it holds in an account, as far as reading tells."""
