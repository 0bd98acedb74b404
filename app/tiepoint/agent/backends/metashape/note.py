"""What a job's folder remembers of its batch: `metashape.json`, so that the next agent finds it again. Blocking."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tiepoint.engine.job_folder import write_json
from tiepoint.protocol.codec import MalformedMessage, from_json

NAME = "metashape.json"


@dataclass(slots=True)
class BatchNote:
    """The batch of a job.

    Args:
        batch: Its number at Agisoft's server; 0 = none yet.
        tasks: Indices of the job's tasks that are in this batch, in order.
        done: Indices of those that are done, in this batch or an earlier one.
        priority: As asked.
        is_released: It was let go once; when it rests now, somebody wanted that.
        is_spent: It failed or was aborted: the next run makes another one of what is left.
    """

    batch: int = 0
    tasks: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    priority: int = 0
    is_released: bool = False
    is_spent: bool = False

    @classmethod
    def read(cls, root: Path) -> BatchNote:
        """Read it; an empty one where there is none or it is broken."""
        try:
            content: Any = json.loads((root / NAME).read_text(encoding="utf-8"))
            return from_json(cls, content, NAME)
        except (OSError, ValueError, MalformedMessage):
            return cls()

    def write(self, root: Path) -> None:
        """Keep it.

        Raises:
            OSError: It cannot be written.
        """
        write_json(root / NAME, asdict(self))
