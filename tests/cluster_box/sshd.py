"""Debian's sshd on a machine of the box: host keys and settings of its own, nothing of the system's.

One way in: the box's key. A jump box forwards and runs nothing; a scheduler runs commands and forwards nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from cluster_box.network import Network
from cluster_box.process import BoxProcess
from tiepoint.domain.route import Hop, HostKey, read_host_keys

SSHD = "/usr/sbin/sshd"
_COMMON = """
PidFile none
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UseDNS no
X11Forwarding no
PrintMotd no
PrintLastLog no
MaxStartups 100
LogLevel VERBOSE
"""


def why_not() -> str:
    """Return why sshd cannot run here; empty = it can."""
    if not os.path.exists(SSHD):
        return "openssh-server is not installed"
    try:
        shadow = Path("/etc/shadow").read_text()
    except OSError:
        return "accounts cannot be read"
    if any(line.startswith("root:!") for line in shadow.splitlines()):
        return "root's account is locked, and sshd would refuse it"
    return ""


class SshMachine:
    """sshd on one machine.

    Args:
        network: Of the box.
        name: Of the machine: `jump` or `scheduler`.
        folder: Of its own.
        authorized: Public key that is let in.
        setenv: What sessions see besides; only for machines that run commands.
        title: What it is called in a sentence.
    """

    def __init__(
        self,
        network: Network,
        name: str,
        folder: Path,
        authorized: str,
        *,
        setenv: Mapping[str, str] | None = None,
        title: str,
    ) -> None:
        self.network, self.name, self.folder, self.title = network, name, folder, title
        self.host, self.port = network.addresses[name], 22
        folder.mkdir(mode=0o755)
        self.log = folder / "sshd.log"
        (folder / "authorized_keys").write_text(f"{authorized}\n")
        self._make_key()
        (folder / "sshd_config").write_text(self._settings(setenv))
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)  # sshd insists on its own place for unprivileged parts
        command = network.command(name, [SSHD, "-D", "-e", "-f", str(folder / "sshd_config")])
        clean = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        self.process = BoxProcess(command, self.log, clean, self._is_up)

    def _settings(self, setenv: Mapping[str, str] | None) -> str:
        runs_commands = setenv is not None
        lines = [
            f"ListenAddress {self.host}:{self.port}",
            f"HostKey {self.folder / 'host_key'}",
            f"AuthorizedKeysFile {self.folder / 'authorized_keys'}",
            f"AllowTcpForwarding {'no' if runs_commands else 'local'}",
            f"PermitTTY {'yes' if runs_commands else 'no'}",
        ]
        if setenv is None:
            lines.append("ForceCommand /bin/false")
        else:
            lines.append("SetEnv " + " ".join(f'"{key}={value}"' for key, value in setenv.items()))
            lines.append("Subsystem sftp internal-sftp")
        return _COMMON + "\n".join(lines) + "\n"

    def _make_key(self) -> None:
        key = self.folder / "host_key"
        for each in (key, key.with_suffix(".pub")):
            each.unlink(missing_ok=True)
        make_key(key, self.name)
        (self.host_key,) = read_host_keys(key.with_suffix(".pub").read_text())

    host_key: HostKey
    """What it shows now."""

    @property
    def hop(self) -> Hop:
        """It on the way, with the key it shows now pinned."""
        return Hop(self.title, self.host, self.port, "root", (self.host_key,))

    @property
    def text(self) -> str:
        """Its log."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def logins(self) -> int:
        """How often somebody was let in."""
        return self.text.count("Accepted publickey")

    def start(self) -> None:
        """Begin to listen."""
        self._lines = self.text.count("Server listening on")
        self.process.start()

    _lines = 0

    def _is_up(self) -> bool:
        return self.text.count("Server listening on") > self._lines

    def stop(self) -> None:
        """End it and every connection; what sessions have started in sessions of its own lives on."""
        self.process.kill()

    def restart(self) -> None:
        """As after a restart of the machine: every connection is broken."""
        self.stop()
        self.start()

    def change_key(self) -> None:
        """Come back with another host key, as a machine that was made again, or another one in its place."""
        self.stop()
        self._make_key()
        self.start()

    def cut(self) -> None:
        """Pull its cable, on the panel's side."""
        self.network.cut(self.name)

    def mend(self) -> None:
        """Put it back."""
        self.network.mend(self.name)


def make_key(path: Path, remark: str) -> None:
    """Make a key pair without a passphrase."""
    tool = shutil.which("ssh-keygen") or "ssh-keygen"
    subprocess.run([tool, "-q", "-t", "ed25519", "-N", "", "-C", remark, "-f", str(path)], check=True)
