"""The pages that a preview and a sync leave: one file each, which asks nobody for anything."""
