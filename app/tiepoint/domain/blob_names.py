"""Names on their way to Blob storage and back: which are taken as they are, and which are refused, with the sentence.

The rules hold both ways, so that whatever went up comes down on every system. Names found in a container may have been
chosen to do harm. Must not look at any disk: where a file really lands is the business of who opens it. Pure; any
thread.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tiepoint.domain.errors import InputError
from tiepoint.domain.failure import Failure
from tiepoint.domain.photo import folded_path
from tiepoint.domain.plain_text import plain

LONGEST_NAME: Final = 1024
"""Characters of a blob's name, as UTF-16 counts them, the folders before it included.

https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
"""
MOST_SEGMENTS: Final = 254
"""Folders and file of a blob's name, from the same page."""
LONGEST_SEGMENT_BYTES: Final = 255
"""Of UTF-8: what ext4, XFS, Btrfs and APFS take; NTFS takes as many UTF-16 units, which are never more."""
LONGEST_PATH_BYTES: Final = 4095
"""Linux PATH_MAX without its closing zero: longer paths exist, but no program can open them by name."""

_PART_SUFFIX: Final = ".part"
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
"""Also the two characters that no XML holds, and so no listing."""
_NOT_ON_WINDOWS: Final = frozenset('<>:"|?*')
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file: with any extension, and superscript digits count.
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$) *(?:\.|$)", re.I)
_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class LocalName:
    """What becomes of one name found in a container.

    Args:
        name: As the container has it, below the folder that is fetched.
        path: Where it goes below the target, with forward slashes; None when it is refused.
        refusal: Why it is refused; None when it is not.
    """

    name: str
    path: str | None = None
    refusal: Failure | None = None


def blob_name(path: str) -> str:
    """Return a path as a blob is named by it: composed characters (NFC), whatever the file system has."""
    return unicodedata.normalize("NFC", path)


def fault_of(name: str) -> str | None:
    """Say what is wrong with a name by itself, whichever way it goes.

    Args:
        name: Relative path with forward slashes; the folders before it may be included.

    Returns:
        The end of a sentence that begins with the name, such as `holds a backslash`; None when nothing is wrong.
    """
    whole = _fault_of_whole(name)
    if whole is not None:
        return whole
    return next((fault for segment in name.split("/") if (fault := _fault_of_segment(segment)) is not None), None)


def check_names_up(paths: Iterable[str], prefix: str = "") -> None:
    """Refuse a set of paths, before anything is sent, that Blob storage or another computer would not keep apart.

    Args:
        paths: Paths inside the capture, with forward slashes, as the disk has them.
        prefix: What comes before each in the blob's name; counts for the length only.

    Raises:
        InputError: Some are refused; it names up to five with what is wrong with each, of a collision both.
    """
    found = list(_faults_up(list(paths), prefix))
    if not found:
        return
    more = len(found) - _MOST_NAMED
    tail = f"; and {more:,} more" if more > 0 else ""
    raise InputError(
        f"Nothing was sent, because of {'a name' if len(found) == 1 else f'{len(found):,} names'}: "
        f"{'; '.join(found[:_MOST_NAMED])}{tail}.",
        remedy="Rename what is named here, then upload again.",
        detail="\n".join(found[:1000]) if more > 0 else "",
    )


def local_names(names: Sequence[str], *, tag: str, folder_bytes: int = 0) -> list[LocalName]:
    """Decide for every name found in a container where it goes below the target, or why it stays away.

    Of names that collide the first is kept. A file that is also the folder of others is refused, the others are kept.

    Args:
        names: Names below the folder that is fetched; each once.
        tag: Of the transfer, see `part_name`: a name that would be taken for one of its part files is refused.
        folder_bytes: Length of the target's own path in bytes.

    Returns:
        One for each name, in the same order.
    """
    folders = _folders_of(name for name in names if fault_of(name) is None)
    parts = {folded_path(_beside(name, part_name(name.rpartition("/")[2], tag))) for name in names}
    seen: dict[str, str] = {}
    return [_local_name(name, folders, parts, seen, folder_bytes) for name in names]


def part_name(name: str, tag: str) -> str:
    """Name the file beside the target that holds what arrived so far.

    Args:
        name: The file's own name, without folders.
        tag: Eight hexadecimal digits of the transfer, so that a user's own `.part` file is never taken for ours.
    """
    made = f"{name}.{tag}{_PART_SUFFIX}"
    if len(made.encode("utf-8", "surrogatepass")) <= LONGEST_SEGMENT_BYTES:
        return made
    return f"{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.{tag}{_PART_SUFFIX}"


def transfer_tag(transfer: str) -> str:
    """Return the eight digits that mark the part files of a transfer."""
    return hashlib.sha256(transfer.encode()).hexdigest()[:8]


def _faults_up(paths: Sequence[str], prefix: str) -> Iterable[str]:
    taken: dict[str, str] = {}
    folders = _folders_of(paths)
    before = f"{prefix}/" if prefix else ""
    for path in paths:
        fault = fault_of(blob_name(path)) or _fault_of_whole(before + blob_name(path))
        folded = folded_path(path)
        if fault is not None:
            yield f"{_quoted(path)} {fault}"
        elif folded in taken:
            yield f"{_quoted(taken[folded])} and {_quoted(path)} differ only in {_difference(taken[folded], path)}"
        elif folded in folders:
            yield f"{_quoted(path)} is a file, but other files lie in a folder of that name"
        taken.setdefault(folded, path)


def _fault_of_whole(name: str) -> str | None:
    if _SURROGATE.search(name):
        return "is not written in UTF-8"
    if _CONTROL.search(name):
        return "holds a control character"
    if "\\" in name:
        return "holds a backslash"
    if name.startswith("/"):
        return "begins at the root of a disk"
    if len(name.encode("utf-16-le")) // 2 > LONGEST_NAME:
        return f"is longer than the {LONGEST_NAME:,} characters that Blob storage takes"
    if name.count("/") >= MOST_SEGMENTS:
        return f"lies deeper than the {MOST_SEGMENTS} folders that Blob storage takes"
    return None


def _fault_of_segment(segment: str) -> str | None:
    if not segment:
        return "has a folder or file without a name"
    if segment in (".", ".."):
        return f"holds the folder {segment!r}, which leads elsewhere"
    if segment[-1] in ". ":
        return f"has a part that ends with a {'dot' if segment[-1] == '.' else 'space'}, which is lost on Windows"
    wrong = next((sign for sign in segment if sign in _NOT_ON_WINDOWS), None)
    if wrong is not None:
        return f"holds the character {wrong}, which Windows does not take"
    if _DEVICE.match(segment):
        return f"holds {_quoted(segment)}, which is a device on Windows"
    if len(segment.encode()) > LONGEST_SEGMENT_BYTES:
        return f"has a part longer than the {LONGEST_SEGMENT_BYTES} bytes that file systems take"
    return None


def _local_name(
    name: str, folders: dict[str, str], parts: set[str], seen: dict[str, str], folder_bytes: int
) -> LocalName:
    fault = fault_of(name)
    if fault is not None:
        return _refused(name, fault)
    folded = folded_path(name)
    if folded in folders:
        return _refused(name, f"is also the folder that holds {_quoted(folders[folded])}")
    if folded in seen:
        difference = _difference(seen[folded], name)
        return _refused(name, f"differs from {_quoted(seen[folded])}, which comes down, only in {difference}")
    if any(each in parts for each in (folded, *_parents(folded))):
        return _refused(name, "has the name under which another file is kept while it comes down")
    if folder_bytes + 1 + len(name.encode()) + len(_PART_SUFFIX) + 9 > LONGEST_PATH_BYTES:
        return _refused(name, "makes a path here that is too long for programs to open")
    seen[folded] = name
    return LocalName(name, name)


def _refused(name: str, fault: str) -> LocalName:
    failure = Failure(
        "input",
        f"{_quoted(name)} {fault}: it was left in Blob storage.",
        "If you need this file, give it another name there, then download again.",
    )
    return LocalName(name, None, failure)


def _folders_of(names: Iterable[str]) -> dict[str, str]:
    """Return every folder, folded, with one of the names that lie in it."""
    found: dict[str, str] = {}
    for name in names:
        for folder in _parents(folded_path(name)):
            if folder in found:
                break
            found[folder] = name
    return found


def _parents(name: str) -> Iterable[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _beside(name: str, other: str) -> str:
    folder, slash, _ = name.rpartition("/")
    return f"{folder}{slash}{other}"


def _difference(one: str, other: str) -> str:
    if blob_name(one) == blob_name(other):
        return "how their characters are composed, which some systems ignore"
    return "upper and lower case, which some systems ignore"


def _quoted(name: str) -> str:
    shown = plain(name)
    return f"'{shown}'" if len(shown) <= 120 else f"'{shown[:60]}…{shown[-50:]}'"
