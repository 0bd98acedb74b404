"""The Help page: how to begin, keys, how to take photos, where things are, and versions to copy."""
