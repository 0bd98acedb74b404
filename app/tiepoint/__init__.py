"""Tiepoint: a control panel for photogrammetry clusters, this computer included."""

__version__ = "0.1.0"
