"""Material for support: what of this computer's files goes into one, and the zip that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from tiepoint.domain.redaction import Redactor


class SupportFiles(Protocol):
    """This computer's own part of a support file. Idempotent; cancel safe: an unfinished zip is removed."""

    def redactor(self) -> Redactor:
        """Return what takes out people and secrets; it knows who uses this computer."""

    async def write(self, file: Path, texts: Mapping[str, str], files: Mapping[str, Path], redactor: Redactor) -> int:
        """Write a zip of texts, files, and this program's logs and settings, everything redacted; return its bytes.

        Args:
            file: The zip; replaced only once the new one is whole.
            texts: By name in the zip.
            files: By name in the zip; redacted already.
            redactor: See `redactor`.

        Raises:
            SetupError: It cannot be written.
        """
