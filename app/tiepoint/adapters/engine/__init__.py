"""The engine's small services that need no job, each in a child process that speaks JSON lines."""
