"""The open engine: photogrammetry stages as functions from files to files. Runs in worker processes only."""
