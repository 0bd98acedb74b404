"""One module per stage: `plan` lists its tasks, the other public functions are those tasks."""
