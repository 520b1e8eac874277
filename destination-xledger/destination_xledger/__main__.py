"""`python -m destination_xledger`, the same as the command `destination-xledger`."""

from destination_xledger.run import run

if __name__ == "__main__":
    run()
