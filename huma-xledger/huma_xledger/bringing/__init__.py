"""What brings those to Xledger of whom Huma told."""
