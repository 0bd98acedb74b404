"""The open engine on dask.distributed: scheduler in the agent's process, workers as children of the agent.

The only part of the agent that may import the engine and distributed; distributed is imported with the first job.
"""
