"""What Huma says about a person. No I/O."""
