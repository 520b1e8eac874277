"""The storage an administrator configures for files that hold values of records."""
