"""The server of a review, which only this machine reaches, and only whoever has its address."""
