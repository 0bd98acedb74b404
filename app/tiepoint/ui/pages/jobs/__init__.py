"""The Jobs page: all jobs of the scheduler, and the one that is open."""
