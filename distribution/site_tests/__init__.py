"""The site as it was built, tried by `make docs`."""
