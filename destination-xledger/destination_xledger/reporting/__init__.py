"""What is said of people who are not written, and how reports name the two systems."""
