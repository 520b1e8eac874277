"""`python -m destination_huma`, the same as the command `destination-huma`."""

from destination_huma.run import run

if __name__ == "__main__":
    run()
