"""What takes Huma's webhooks, and says how things are."""
