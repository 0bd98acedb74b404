"""A small file of the program's own that several of its processes read and change. Blocks; any thread.

Reading waits for nobody: files are replaced in one step. A change holds the file's lock from reading to writing, so
that what others have written meanwhile stays. See `ports.kept_files` for what happens to files that make no sense.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from tiepoint.adapters.files.errors import reading_failed, writing_failed
from tiepoint.adapters.files.json_file import object_of, text_of
from tiepoint.adapters.files.whole_file import read_whole, replace_text, set_aside
from tiepoint.domain.errors import SetupError
from tiepoint.domain.failure import Failure
from tiepoint.ports.kept_files import Keeping
from tiepoint.protocol.codec import MalformedMessage

T = TypeVar("T")
_SENSELESS: Final = (ValueError, KeyError, TypeError, AttributeError, RecursionError, MalformedMessage)
"""What reading content raises that makes no sense."""
_ABSENT: Final = (FileNotFoundError, NotADirectoryError)
"""For a change; where something else has the name of the folder, writing says so."""
_NO_LOCKS: Final = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What file systems say that know no locks, network ones above all (flock(2)); there the file is changed without."""
_log = logging.getLogger(__name__)


class NewerFile(Exception):
    """A later release of this program has written the file."""


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How content becomes bytes and back.

    Args:
        title: What the file is, as a sentence begins.
        empty: What a file that is not there holds.
        parse: Content of a file; raises `NewerFile`, or ValueError and its like where it makes no sense.
        render: The text of a file, given what it held before; None = it was not there.
        when_aside: What a person can do about a file that was set aside.
        kind: Family of the failures told of it.
    """

    title: str
    empty: T
    parse: Callable[[bytes], T]
    render: Callable[[T, bytes | None], str]
    when_aside: str
    kind: str = "setup"


def json_form(
    title: str, empty: T, *, version: int, parse: Callable[[Any], T], render: Callable[[T], Any], when_aside: str
) -> Form[T]:
    """Return the form of a JSON object with a `schema_version`.

    Args:
        title: See `Form`.
        empty: See `Form`.
        version: The newest that this program knows.
        parse: Makes content of the object.
        render: Makes the object of content, without its version.
        when_aside: See `Form`.
    """

    def content(raw: bytes) -> T:
        data = object_of(raw)
        told = data.get("schema_version", version)
        if isinstance(told, int) and told > version:
            raise NewerFile
        return parse(data)

    def text(value: T, before: bytes | None) -> str:
        return text_of({"schema_version": version, **render(value)})

    return Form(title, empty, content, text, when_aside)


class KeptFile(Generic[T]):
    """One file.

    Args:
        path: Where it is; its folder is made when it is first written. The lock lies beside it.
        form: What it holds.
        keeping: The clock, the lock, and who is told of what is wrong.
    """

    def __init__(self, path: Path, form: Form[T], keeping: Keeping) -> None:
        self._path, self._form, self._keeping = path, form, keeping
        self._threads = threading.Lock()
        self.aside: Path | None = None
        """Where this process has set a broken file aside to."""

    def read(self) -> T:
        """Return what it holds; what is broken is set aside and told, and counts as not there.

        Raises:
            SetupError: There is one, and it cannot be read, or is from a newer release.
        """
        try:
            return self._form.parse(read_whole(self._path))
        except FileNotFoundError:
            return self._form.empty
        except _SENSELESS:
            # Somebody may be mending it: only who has it alone may judge.
            with self._alone():
                return self._found()[0]
        except (OSError, NewerFile) as error:
            raise self._closed(error) from error

    def seen(self) -> T:
        """Return what it holds, as `read`; one that cannot be read is told, and counts as not there."""
        try:
            return self.read()
        except SetupError as error:
            self._keeping.tell(Failure.of(error))
            return self._form.empty

    def change(self, change: Callable[[T], T]) -> T:
        """Change what it holds; nothing is written where nothing changes.

        Args:
            change: Makes the new content of the one that is there; what it raises leaves the file as it was.

        Returns:
            The new content.

        Raises:
            SetupError: It cannot be read or written, or another process does not let go of it.
            NoSpace: The disk is full.
        """
        with self._alone():
            found, before = self._found()
            changed = change(found)
            if changed != found:
                try:
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                    # One that is a link, into a folder of a person's own settings say, stays one.
                    replace_text(Path(os.path.realpath(self._path)), self._form.render(changed, before))
                except OSError as error:
                    raise writing_failed(self._path.parent, error, kind=SetupError) from error
            return changed

    def _found(self) -> tuple[T, bytes | None]:
        """Return content and bytes while nobody else writes; what is broken is set aside."""
        try:
            raw = read_whole(self._path)
            return self._form.parse(raw), raw
        except _ABSENT:
            pass
        except _SENSELESS as error:
            self._put_aside(error)
        except (OSError, NewerFile) as error:
            raise self._closed(error) from error
        return self._form.empty, None

    def _put_aside(self, cause: Exception) -> None:
        try:
            self.aside = set_aside(self._path, self._keeping.now())
        except OSError as error:
            raise SetupError(
                f"{self._form.title} in {self._path} is broken and cannot be given another name: {_reason(error)}.",
                remedy="Rename the file, or give yourself the right to write in its folder.",
                detail=f"{cause}; {error}",
            ) from error
        _log.info("%s was broken (%s) and is kept as %s", self._path, cause, self.aside)
        summary = f"{self._form.title} was broken and begins anew; the old one is kept as {self.aside}."
        self._keeping.tell(Failure(self._form.kind, summary, self._form.when_aside, detail=str(cause)))

    def _closed(self, error: Exception) -> SetupError:
        if isinstance(error, OSError):
            return reading_failed(self._form.title, self._path, error)
        return SetupError(
            f"{self._form.title} in {self._path} was written by a newer Tiepoint.",
            remedy="Use the newer one, or move the file somewhere else to begin anew with this one.",
        )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep everybody else from changing the file."""
        with self._threads, contextlib.ExitStack() as held:
            try:
                held.enter_context(self._keeping.lock(self._path))
            except TimeoutError as error:
                raise SetupError(
                    f"{self._form.title} in {self._path} is being changed by another Tiepoint, which does not end.",
                    remedy="End the other one, and try again.",
                    retryable=True,
                    detail=str(error),
                ) from error
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise writing_failed(self._path.parent, error, kind=SetupError) from error
                _log.info("no locks are to be had beside %s: %s", self._path, error)
            yield


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
