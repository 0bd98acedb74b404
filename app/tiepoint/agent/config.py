"""What an agent or a node of a cluster is told by its machine: a JSON file, named by `TIEPOINT_AGENT_CONFIG`.

Without one the agent serves this computer alone. Holds no secret: certificates and keys are files of their own.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tiepoint.domain.errors import SetupError
from tiepoint.protocol.codec import MalformedMessage, from_json

VARIABLE: Final = "TIEPOINT_AGENT_CONFIG"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files for TLS between scheduler and nodes: both sides show a certificate of the cluster's own authority."""

    ca: str
    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class MetashapeConfig:
    """How Agisoft's network processing is reached.

    Args:
        program: Command that runs a script in Agisoft's Python: `["/opt/metashape-pro/metashape.sh", "-r"]`.
        host: Of its server.
        port: Of its server.
        root: Its `--root` as seen from the agent's machine.
        poll_s: How often its server is asked.
    """

    program: tuple[str, ...] = ("/opt/metashape-pro/metashape.sh", "-r")
    host: str = "127.0.0.1"
    port: int = 5840
    root: str = "/work"
    poll_s: float = 1.0


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """What is told.

    Args:
        engine: `open` or `metashape`.
        work: Shared folder; captures lie in `captures/ID` below it. Empty = this computer alone.
        scheduler: Address of the dask scheduler: where the agent listens, and what nodes connect to
            (`tls://10.0.1.250:8786`). Empty = workers on this computer only.
        tls: For it.
        node: Of a node: its name, `node-03`; empty on the scheduler.
        slots: Of a node: tasks at a time; 0 = as its cores and memory carry.
        nodes: On the scheduler: names of the nodes there should be; others may join, too.
        identity: Base address of the metadata service that gives tokens and eviction notices.
        silent_s: A node unheard for so long is given up, and what it had goes to others.
        run_folder: Where running tasks say that they work, and where the guard says that none may begin; may be empty.
        metashape: For `metashape`.
        signatures: File with shared access signatures by container, for machines without an identity of Azure's; see
            `round.signatures`. Empty = the identity is used.
    """

    engine: str = "open"
    work: str = ""
    scheduler: str = ""
    tls: TlsFiles | None = None
    node: str = ""
    slots: int = 0
    nodes: tuple[str, ...] = ()
    identity: str = "http://169.254.169.254"
    silent_s: float = 30.0
    run_folder: str = ""
    metashape: MetashapeConfig = field(default_factory=MetashapeConfig)
    signatures: str = ""


def agent_config() -> AgentConfig:
    """Read the file that the environment names; the usual values where it names none.

    Raises:
        SetupError: It cannot be read, or makes no sense.
    """
    named = os.environ.get(VARIABLE, "")
    if not named:
        return AgentConfig()
    try:
        content: Any = json.loads(Path(named).read_text(encoding="utf-8"))
        config = from_json(AgentConfig, content, "agent")
    except (OSError, ValueError, MalformedMessage) as error:
        raise SetupError(
            f"The agent's settings in {named} cannot be read.",
            remedy="Set the machine up again: tiepoint cluster deploy, or by its set-up script.",
            detail=str(error),
        ) from error
    if config.engine not in ("open", "metashape"):
        raise SetupError(f"“{config.engine}” is no engine.", remedy="Say open or metashape in the agent's settings.")
    return config
