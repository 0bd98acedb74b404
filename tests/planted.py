"""Looking for planted secrets where none may be: files of a home, and what processes show of themselves."""

from __future__ import annotations

import base64
import threading
import urllib.parse
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

_LEAST = 6
"""A secret shorter than this would be found by chance."""


def forms_of(secret: str) -> tuple[bytes, ...]:
    """Return the bytes in which a secret may be found: as it is, for addresses, as UTF-16, and as base64."""
    plain = secret.encode()
    packed = [base64.b64encode(b"\0" * shift + plain)[_skipped(shift) : -4] for shift in range(3)]
    quoted = urllib.parse.quote(secret, safe="").encode()
    found = (plain, quoted, secret.encode("utf-16-le"), *(each for each in packed if len(each) >= 2 * _LEAST))
    return tuple(dict.fromkeys(found))


def find_planted(folder: Path, secrets: Iterable[str], *, may_hold: Sequence[str] = ()) -> list[str]:
    """Return the files below a folder that hold a secret, each with which one by its number, never the secret itself.

    Args:
        folder: Logs, journals, crash files, databases, settings: everything in it is read.
        secrets: What to look for.
        may_hold: Patterns of files (`Path.match`) in which secrets are at home, such as a keyring's.
    """
    sought = [(number, forms_of(secret)) for number, secret in enumerate(secrets) if len(secret) >= _LEAST]
    found = []
    for path in sorted(folder.rglob("*")):
        if any(path.match(pattern) for pattern in may_hold) or not path.is_file() or path.is_symlink():
            continue
        try:
            content = path.read_bytes()
        except OSError:
            continue
        found += [f"{path}: secret {number}" for number, forms in sought if any(form in content for form in forms)]
    return found


class ProcessWatch:
    """Looks at the command lines and the environment of all processes while it is entered.

    Args:
        secrets: Returns what to look for; asked at every look, for secrets come up as tests go on.
        pause_s: Between two looks.
        may_hold: Names of variables in which a secret is at home.
    """

    def __init__(self, secrets: Any, pause_s: float = 0.2, may_hold: Sequence[str] = ()) -> None:
        self._secrets, self._pause_s, self._may_hold = secrets, pause_s, frozenset(may_hold)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._seen: set[tuple[int, float]] = set()
        self.looks = 0
        self.found: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()
        self._seen.clear()
        self.look()

    def look(self) -> None:
        """Look once at every process that is new."""
        secrets = [secret for secret in self._secrets() if len(secret) >= _LEAST]
        self.looks += 1
        for process in psutil.process_iter():
            try:
                key = (process.pid, process.create_time())
                if key in self._seen:
                    continue
                shown = "\0".join(process.cmdline())
                kept = {name: value for name, value in process.environ().items() if name not in self._may_hold}
            except (psutil.Error, OSError):
                continue
            self._seen.add(key)
            shown += "\0" + "\0".join(kept.values())
            self.found += [f"process {process.pid}" for secret in secrets if secret in shown]

    def _run(self) -> None:
        while not self._end.wait(self._pause_s):
            self.look()


@contextmanager
def tokens_of(sessions: Any) -> Iterator[list[str]]:
    """Collect every token that the double's sign-in hands out.

    Args:
        sessions: `azure_double.entra.sessions.Sessions`.
    """
    collected: list[str] = []
    hand_out = sessions.handed_out

    def handed_out(*args: Any) -> dict[str, Any]:
        answer: dict[str, Any] = hand_out(*args)
        collected.extend(str(answer[name]) for name in ("access_token", "refresh_token", "id_token"))
        return answer

    sessions.handed_out = handed_out
    try:
        yield collected
    finally:
        sessions.handed_out = hand_out


def _skipped(shift: int) -> int:
    """How many signs of base64 depend on the bytes before, too."""
    return (0, 2, 3)[shift]
