"""The guard of a Linux machine; it comes with the next change."""
