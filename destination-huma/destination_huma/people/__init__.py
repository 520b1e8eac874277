"""Who comes: records as people, and who they are in Huma."""
