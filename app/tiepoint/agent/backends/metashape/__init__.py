"""Agisoft's network processing behind the agent, PhotoScan 1.4 to Metashape 2.3: a child in Agisoft's Python."""
