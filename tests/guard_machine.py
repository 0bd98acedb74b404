"""A guard as a process of its own, on a machine whose uptime and load the test sets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guard_script import GUARD


@dataclass
class GuardMachine:
    """One machine.

    Args:
        folder: Of its own.
        configuration: What guard.json says besides places on this machine.
        changes: To the configuration, from now on.
    """

    folder: Path
    configuration: dict[str, Any]
    changes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        (self.folder / "run" / "tasks").mkdir(parents=True)
        self.python = sys.executable
        self.restart()

    def restart(self) -> None:
        self.boot = f"boot-{time.monotonic_ns()}"

    def task(self, content: str = "") -> Path:
        marker = self.folder / "run" / "tasks" / "task"
        marker.write_text(content)
        return marker

    def round(self, minutes: float, *, load: float = 0.0, cpu_minutes: float = 0.0, status: int = 0) -> str:
        """Run one round so many minutes after the machine's start; return what it says."""
        files = {
            "uptime": f"{minutes * 60:.2f} 0.00",
            "loadavg": f"{load} 0.1 0.1 1/99 7",
            "stat": f"cpu  {int(cpu_minutes * 60 * os.sysconf('SC_CLK_TCK'))} 0 0 0 0",
            "boot_id": self.boot,
        }
        for name, text in files.items():
            (self.folder / name).write_text(text)
        here = {
            "schema_version": 1,
            "state_folder": str(self.folder / "state"),
            "run_folder": str(self.folder / "run"),
            **{f"{name}_file": str(self.folder / name) for name in files},
        }
        config = self.folder / "guard.json"
        config.write_text(json.dumps({**here, **self.configuration, **self.changes}))
        done = subprocess.run(
            [self.python, "-I", str(GUARD), "--config", str(config)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PATH": str(self.folder / "bin"), "LANG": "C.UTF-8"},
        )
        assert (done.returncode, done.stderr) == (status, ""), done.stdout + done.stderr
        return done.stdout
