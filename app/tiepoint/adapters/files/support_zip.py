"""The zip for support: logs, settings and whatever else is given, line by line redacted. Files in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tiepoint.domain.errors import SetupError
from tiepoint.domain.redaction import Redactor

_MOST_OF_A_LOG: Final = 8 * 1024 * 1024
_LONGEST_LINE: Final = 20_000


class ZipSupportFiles:
    """Implements `ports.support.SupportFiles`.

    Args:
        logs: Folder of the log files.
        settings: Files of settings; those that are not there are left out.
        masked: Masks secrets.
        machines: Returns names of machines and of people that log in there, as `machine` and `person@machine`.
    """

    def __init__(
        self,
        logs: Path,
        settings: Sequence[Path],
        masked: Callable[[str], str],
        machines: Callable[[], Iterable[str]] = lambda: (),
    ) -> None:
        self._logs, self._settings, self._masked, self._machines = logs, settings, masked, machines

    def redactor(self) -> Redactor:
        """Return a redactor that knows this computer, its user, and those that were named."""
        import getpass  # rarely needed, and every start would pay for it
        import socket

        names: list[str] = []
        with contextlib.suppress(OSError, KeyError, ImportError):
            names.append(getpass.getuser())
        machines = [each.rpartition("@") for each in self._machines()]
        redactor = Redactor([*names, *(user for user, _, _ in machines)], self._masked, [str(Path.home())])
        own = socket.gethostname()
        redactor.learn_hosts([own, own.partition(".")[0], *(host for _, _, host in machines)])
        return redactor

    async def write(self, file: Path, texts: Mapping[str, str], files: Mapping[str, Path], redactor: Redactor) -> int:
        """Write the zip."""
        try:
            return await asyncio.to_thread(self._write, file, texts, files, redactor)
        except OSError as error:
            raise SetupError(
                f"The file for support cannot be written: {error.strerror or error}.",
                remedy="Choose another folder, or free some space.",
                retryable=True,
                detail=str(error),
            ) from error

    def _write(self, file: Path, texts: Mapping[str, str], files: Mapping[str, Path], redactor: Redactor) -> int:
        import zipfile  # rarely needed, and every start would pay for it

        beside = file.with_name(f".{file.name}.{os.getpid()}.part")
        try:
            with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as packed:
                for name, text in texts.items():
                    packed.writestr(name, redactor.text(text))
                for name, given in files.items():
                    packed.write(given, name)
                for path in (*self._settings, *sorted(self._logs.glob("*.log*"))):
                    if path.is_file():
                        packed.writestr(f"{path.parent.name}/{path.name}", "".join(_redacted(path, redactor)))
            beside.replace(file)
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        return file.stat().st_size


def _redacted(path: Path, redactor: Redactor) -> Iterator[str]:
    """Return the end of a file, redacted."""
    with path.open("rb") as read:
        size = read.seek(0, os.SEEK_END)
        read.seek(max(0, size - _MOST_OF_A_LOG))
        for line in read:
            yield redactor.text(line[:_LONGEST_LINE].decode("utf-8", "backslashreplace"))
