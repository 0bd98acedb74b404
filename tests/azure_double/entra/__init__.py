"""Entra: sign-in pages, codes and tokens."""
