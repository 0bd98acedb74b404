"""Looking into photos through the engine's reader, in a child. On the loop's thread."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

from tiepoint.adapters.engine.children import Launch, child_lines
from tiepoint.domain.errors import EngineFailure
from tiepoint.domain.photo import PhotoFacts, SetFinding
from tiepoint.protocol.codec import MalformedMessage, from_json

T = TypeVar("T")


class ChildPhotoInspector:
    """Implements `ports.photo_inspector.PhotoInspector`; `launch` starts children."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch

    async def inspect(
        self, photos: Sequence[tuple[Path, str]], *, decode: bool
    ) -> AsyncGenerator[PhotoFacts | SetFinding, None]:
        """Look into each photo, in order."""
        request = {
            "level": "full" if decode else "facts",
            "photos": [{"path": str(file), "name": path} for file, path in photos],
        }
        async with aclosing(child_lines(self._launch, "inspect", [], request)) as lines:
            async for line in lines:
                if line.get("type") == "photo":
                    yield _read(PhotoFacts, line)
                elif line.get("type") == "finding":
                    yield _read(SetFinding, line)


def _read(kind: type[T], line: dict[str, Any]) -> T:
    try:
        return from_json(kind, line)
    except MalformedMessage as error:
        raise EngineFailure("The engine's answer cannot be read.", detail=str(error)) from error
