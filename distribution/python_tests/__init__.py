"""The wheels, tried on the lowest and the highest Python that is there: `make test-pythons`."""
