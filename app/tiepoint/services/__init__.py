"""Use cases: verbs on one noun each. Async, on one thread, without any user interface and without any SDK."""
