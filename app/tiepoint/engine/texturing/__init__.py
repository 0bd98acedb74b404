"""Texturing a mesh from its oriented photos. Runs in a worker's child; knows nothing of jobs or tasks."""
