"""What the agent may ask a node: end workers, look at a path, try a folder, show its log, end itself. Loop's thread."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from tiepoint.agent.backends.dask.worker_process import WorkerProcess
from tiepoint.agent.job_log import tail
from tiepoint.agent.paths import look_at, probe_path
from tiepoint.domain.errors import FolderSilent
from tiepoint.protocol.codec import to_json
from tiepoint.runtime import folders
from tiepoint.runtime.folder_calls import ask_folder

_log = logging.getLogger(__name__)

LOG_NAME: Final = "node"
_ANSWER_S: Final = 8.0
"""Sooner than the agent loses patience (`nodes_reach`)."""
Answer: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]


class Answers:
    """Answers calls; a call never raises, what went wrong is in its answer.

    Args:
        workers: The node's.
        stop: Ends the supervisor.
    """

    def __init__(self, workers: Sequence[WorkerProcess], stop: Callable[[], None]) -> None:
        self._workers = workers
        self._stop = stop
        self._known: dict[str, Answer] = {
            "free": self._free,
            "look": self._look,
            "probe": self._probe,
            "tail": self._tail,
            "quit": self._quit,
        }

    async def to(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one call."""
        answer = self._known.get(method)
        if answer is None:
            return {"problem": f"this node does not know {method}"}
        try:
            return await answer(params)
        except FolderSilent as error:
            return {"problem": f"{error.summary} {error.remedy}"}
        except Exception as error:  # noqa: BLE001 - whatever it is, the agent waits for an answer
            _log.warning("%s failed: %s", method, error)
            return {"problem": f"{type(error).__name__}: {error}"}

    async def _free(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Kill workers by the names of their processes; others take their places."""
        names = set(params["workers"])
        for worker in self._workers:
            if worker.name in names:
                worker.failed_starts = 0  # its end says nothing against it
                worker.kill()
        return {}

    async def _look(self, params: Mapping[str, Any]) -> dict[str, Any]:
        path = str(params["path"])
        stat, file_system = await look_at(path, _ANSWER_S)
        return {"stat": to_json(stat), "file_system": file_system}

    async def _probe(self, params: Mapping[str, Any]) -> dict[str, Any]:
        path, written = str(params["path"]), str(params["written"])
        problem, sees = await ask_folder(
            Path(path), lambda: (probe_path(path), _is_seen(written) if written else None), within_s=_ANSWER_S
        )
        return {"error": to_json(problem), "sees_agent": sees}

    async def _tail(self, params: Mapping[str, Any]) -> dict[str, Any]:
        path = folders.user_log_file(LOG_NAME)
        found = await asyncio.to_thread(tail, path, int(params["lines"]), params["before"], params["after"])
        return {"lines": to_json(found)}

    async def _quit(self, _params: Mapping[str, Any]) -> dict[str, Any]:
        # The answer goes first: ending closes the link.
        asyncio.get_running_loop().call_later(0.2, self._stop)
        return {}


def _is_seen(written: str) -> bool:
    """Look for a file; a folder that a network file system remembers from before is read anew first."""
    path = Path(written)
    try:
        with os.scandir(path.parent) as found:
            return any(each.name == path.name for each in found)
    except OSError:
        return False
