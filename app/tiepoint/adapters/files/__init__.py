"""Captures, products and settings as files of this computer."""
