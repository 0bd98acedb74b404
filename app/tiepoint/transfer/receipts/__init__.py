"""Receipts: what the server confirmed of a capture, as files for programs and for people, and checking them again."""
