"""The images as they were built, run as hosts run them, and tried by `make images-test`."""
