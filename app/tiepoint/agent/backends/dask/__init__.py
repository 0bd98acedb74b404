"""The open engine on dask.distributed, its scheduler in the agent's process.

On this computer workers are children of the agent (`backend`, `cluster`, `executor`); on a cluster they are children
of each machine's supervisor (`nodes_*`, `machines`, `node_link`; the other end is `agent.node`). The only part of the
agent that may import the engine and distributed; distributed is imported with the first job, or with a cluster's
scheduler.
"""
