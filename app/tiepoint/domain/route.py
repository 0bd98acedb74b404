"""The way to a cluster's scheduler by SSH: through which machines, whose keys are pinned, and with whose key.

Must not open anything. A client's key is a secret: it is shown nowhere and kept in memory only. Pure; any thread.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

CONNECT_COMMAND: Final = "/opt/tiepoint/connect"
"""On the scheduler: joins standard input and output to the agent, whoever the agent runs as."""
WINDOWS_CONNECT_COMMAND: Final = r"C:\Tiepoint\connect.cmd"


@dataclass(frozen=True, slots=True)
class HostKey:
    """A machine's public key, as `/etc/ssh/ssh_host_*_key.pub` has it.

    Args:
        kind: `ssh-ed25519`, `ecdsa-sha2-nistp256`, `rsa`, …
        data: Base64, as in the file.
    """

    kind: str
    data: str

    @property
    def fingerprint(self) -> str:
        """`SHA256:…`, as `ssh-keygen -l` says it.

        Raises:
            ValueError: The data is not base64.
        """
        digest = hashlib.sha256(base64.b64decode(self.data, validate=True)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    @property
    def line(self) -> str:
        """The key as one line of a `.pub` file, without a remark."""
        return f"{self.kind} {self.data}"


@dataclass(frozen=True, slots=True)
class Hop:
    """One machine on the way.

    Args:
        title: What it is called in a sentence: `jump box`, `scheduler`.
        host: Name or address, as the machine before it on the way (or this computer) can reach it.
        port: Of its SSH server.
        user: Account there.
        keys: Its pinned public keys; none = they are not known, and it is not connected to.
    """

    title: str
    host: str
    port: int = 22
    user: str = "azureuser"
    keys: tuple[HostKey, ...] = ()


@dataclass(frozen=True, slots=True)
class BastionTunnel:
    """Azure Bastion's native tunnel, in place of a jump box.

    Args:
        endpoint: Bastion's own name: `bst-….bastion.azure.com`.
        target: Resource id of the machine at its end.
        port: Its port there.
    """

    endpoint: str
    target: str
    port: int = 22


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """How we prove who we are. Tried in this order: `private_key`, agent, files.

    Args:
        private_key: OpenSSH text of a key that is kept in a vault; empty = none. Never shown or written.
        uses_agent: Whether to ask the user's SSH agent.
        files: Private key files; none = the usual ones in `~/.ssh`.
    """

    private_key: str = field(default="", repr=False)
    uses_agent: bool = True
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """The whole way.

    Args:
        site: Id of the site it leads to (`services.sites`).
        target: The scheduler.
        jumps: Machines in between, the first one first.
        bastion: Tunnel to the target instead of jumps; None = none.
        keys: Ours.
        command: What joins the agent there.
        is_windows: Whether the scheduler is a Windows machine.
    """

    site: str
    target: Hop
    jumps: tuple[Hop, ...] = ()
    bastion: BastionTunnel | None = None
    keys: ClientKeys = ClientKeys()
    command: str = CONNECT_COMMAND
    is_windows: bool = False


def read_host_keys(text: str) -> tuple[HostKey, ...]:
    """Read `.pub` or `known_hosts` lines; what is no key is passed over."""
    found = []
    for line in text.splitlines():
        words = line.split()
        for place, word in enumerate(words[:-1]):
            if word.startswith(("ssh-", "ecdsa-sha2-", "sk-")) and _is_base64(words[place + 1]):
                found.append(HostKey(word, words[place + 1]))
                break
    return tuple(dict.fromkeys(found))


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False
