"""Copying a file to a machine: beside its place first, then in one step. On the loop; the disk is read in threads."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

import asyncssh

from tiepoint.adapters.ssh.failures import address_of
from tiepoint.adapters.ssh.way import Way
from tiepoint.domain.errors import NoSpace, OperationFailed, SetupError

_BLOCK_BYTES: Final = 256 * 1024


async def copy(way: Way, file: Path, remote: str, report: Callable[[int, int], None] | None) -> None:
    """Copy it.

    Raises:
        SetupError: The file cannot be read.
        NoSpace: The disk there is full.
        OperationFailed: It cannot be written there.
        OSError, asyncssh.Error: The connection broke.
    """
    part = f"{remote}.part"
    try:
        opened = await asyncio.to_thread(file.open, "rb")
        total = os.fstat(opened.fileno()).st_size
    except OSError as error:
        raise SetupError(f"{file} cannot be read.", remedy="Install Tiepoint again.", detail=str(error)) from error
    try:
        async with way.scheduler.start_sftp_client() as sftp:
            try:
                await _written(sftp, opened, part, total, report)
                await _moved(sftp, part, remote)
            except asyncssh.SFTPError as error:
                with contextlib.suppress(asyncssh.Error, OSError):
                    await sftp.remove(part)
                raise _refused(way, remote, error) from error
    finally:
        await asyncio.to_thread(opened.close)


async def _written(
    sftp: asyncssh.SFTPClient, opened: IO[bytes], part: str, total: int, report: Callable[[int, int], None] | None
) -> None:
    done = 0
    async with sftp.open(part, "wb") as there:
        while block := await asyncio.to_thread(opened.read, _BLOCK_BYTES):
            await there.write(block)
            done += len(block)
            if report is not None:
                report(done, max(total, done))


async def _moved(sftp: asyncssh.SFTPClient, part: str, remote: str) -> None:
    """Put it in its place, in one step where the server can (OpenSSH's posix-rename; Windows' has it, too)."""
    try:
        await sftp.posix_rename(part, remote)
    except asyncssh.SFTPOpUnsupported:
        with contextlib.suppress(asyncssh.SFTPNoSuchFile):
            await sftp.remove(remote)
        await sftp.rename(part, remote)


def _refused(way: Way, remote: str, error: asyncssh.SFTPError) -> OperationFailed:
    where = f"the {way.route.target.title} ({address_of(way.route.target)})"
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, asyncssh.SFTPNoSpaceOnFilesystem | asyncssh.SFTPQuotaExceeded):
        return NoSpace(f"The disk of {where} is full.", remedy="Free some space there.", retryable=True, detail=detail)
    return OperationFailed(
        f"{remote} cannot be written on {where}: {error.reason or type(error).__name__}",
        remedy="Look whose folder it is.",
        detail=detail,
    )
