"""What Huma told, kept until it is in Xledger."""
