"""A cluster on this computer for rounds: Azurite behind the double's roles, a real agent with the machine's right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cluster_box.cloud import PERSON, BoxCloud
from patience import PATIENCE_S
from program import Program
from round_panel import PanelSettings
from tiepoint.domain.blob_place import BlobPlace

QUICK = Path(__file__).with_name("round_agent.py")
STORAGE = "https://storage.azure.com"


class RoundCluster:
    """The cluster; a context manager.

    Args:
        cloud: Blob and identity.
        home: Of the agent; short enough for a socket below.
        is_real: Whether the engine is the real one instead of one of nothing (`round_agent.py`).
    """

    def __init__(self, cloud: BoxCloud, home: Path, *, is_real: bool = False) -> None:
        self.cloud, self.home = cloud, home
        self.work = home / "work"
        self.work.mkdir(parents=True)
        self._config = home / "agent.json"
        self.configure()
        self.env = {
            **os.environ,
            "TIEPOINT_HOME": str(home),
            "TIEPOINT_AGENT_CONFIG": str(self._config),
            "TIEPOINT_WORKERS": "2",
            "SSL_CERT_FILE": str(cloud.ca_file),
        }
        self._command = ["-P", "-m", "tiepoint", "--child", "agent"] if is_real else [str(QUICK)]
        self._process: subprocess.Popen[bytes] | None = None

    def configure(self, **changes: object) -> None:
        """Say what the agent is told from its next start on."""
        settings = {"engine": "open", "work": str(self.work), "identity": self.cloud.identity("scheduler"), **changes}
        self._config.write_text(json.dumps(settings))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        said = "\n".join(path.read_text(errors="replace") for path in (self.home / "log").glob("*.log"))
        if error is None:
            for noise in ("Warning:", "never retrieved", "never awaited", "Traceback", "eyJ"):
                assert noise not in said, said

    @property
    def socket(self) -> Path:
        """The agent's endpoint."""
        return self.home / "run" / "agent.sock"

    def start(self, **toys: dict[str, Any]) -> None:
        """Start the agent, and wait until it listens.

        Args:
            toys: What stages of the engine of nothing do.
        """
        self.env["TOY_STAGES"] = json.dumps(toys)
        self._process = subprocess.Popen(
            [sys.executable, *self._command],
            env=self.env,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        ends = time.monotonic() + 30
        while not self.socket.exists() and time.monotonic() < ends and self._process.poll() is None:
            time.sleep(0.02)

    def kill(self) -> None:
        """End the agent as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self.socket.unlink(missing_ok=True)

    def stop(self) -> None:
        """End it and everything it started."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=PATIENCE_S)
        Program(self.home).stop()

    def panel(self, **more: Any) -> PanelSettings:
        """What a panel is told."""
        return PanelSettings(
            socket=str(self.socket),
            captures=self.cloud.container("captures"),
            products=self.cloud.container("products"),
            token=self.cloud.double.token(PERSON, STORAGE),
            ca_file=str(self.cloud.ca_file),
            **more,
        )

    def blobs(self, container: str, prefix: str) -> dict[str, bytes]:
        """Content of all blobs below a prefix, without it."""
        client = self.cloud.witness().get_container_client(container)
        names = list(client.list_blob_names(name_starts_with=prefix))
        return {name.removeprefix(prefix): client.download_blob(name).readall() for name in names}

    def delete(self, container: str, prefix: str) -> None:
        """Delete all blobs below a prefix."""
        client = self.cloud.witness().get_container_client(container)
        for name in list(client.list_blob_names(name_starts_with=prefix)):
            client.delete_blob(name)

    def place(self, container: str) -> BlobPlace:
        """A container as a place."""
        return BlobPlace(self.cloud.endpoint, container)
