"""Frozen dataclasses and pure functions: the words the whole program shares. Standard library only, no I/O."""
