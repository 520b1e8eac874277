"""How what became of people is told of Huma."""
