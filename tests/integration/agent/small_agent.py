"""An agent with little memory for its workers and a short patience: `small_agent.py MEMORY_BYTES REST_S`."""

import asyncio
import sys

from tiepoint.agent import agent
from tiepoint.agent.backends.dask.backend import DaskBackend
from tiepoint.agent.backends.dask.sizing import Sizing
from tiepoint.runtime import folders

if __name__ == "__main__":
    agent._REST_AFTER_S = float(sys.argv[2])
    backend = DaskBackend(Sizing(1, int(sys.argv[1])))
    asyncio.run(agent.Agent(folders.data_folder() / "jobs.db", backend).serve())
