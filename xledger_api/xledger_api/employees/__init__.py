"""Employees in Xledger's terms: looked up by key, added, updated."""
