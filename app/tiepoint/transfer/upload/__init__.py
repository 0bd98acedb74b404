"""Captures on their way up: compare, hash, send, confirm."""
