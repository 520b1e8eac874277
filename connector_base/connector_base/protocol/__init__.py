"""The host's side of a connector: messages, the lines they travel in, state on its way through, and files."""
