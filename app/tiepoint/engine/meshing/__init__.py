"""From a dense cloud to a clean triangle mesh. Runs in a worker's child; knows nothing of jobs or tasks."""
