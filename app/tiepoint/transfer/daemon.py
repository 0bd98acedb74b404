"""Start of the transfer worker's process: one per user, under a lock held for its whole life."""

from __future__ import annotations

from collections.abc import Sequence

from tiepoint.daemon.process import run_daemon
from tiepoint.runtime import folders
from tiepoint.runtime.endpoint import TRANSFERS
from tiepoint.transfer.desk import Desk
from tiepoint.transfer.server import TransferServer
from tiepoint.transfer.tuning import Tuning, read_tuning


def main(args: Sequence[str]) -> int:
    """Be the transfer worker.

    Args:
        args: `--idle-s SECONDS`: end after so long without clients and without anything that moves, 0 = never.

    Returns:
        The exit status; 0 also when another one already runs.
    """
    tuning = read_tuning()
    return run_daemon(TRANSFERS, lambda idle_s: _server(idle_s, tuning), args)


def _server(idle_s: float, tuning: Tuning) -> TransferServer:
    return TransferServer(folders.data_folder(), idle_s=idle_s, desk=lambda folder: Desk(folder, tuning))
