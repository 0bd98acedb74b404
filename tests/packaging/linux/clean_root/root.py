"""A clean Debian 12 in a folder, entered by namespaces of its own: what runs or is mounted there ends with them.

Needs root, debootstrap, unshare and chroot. The packages that were fetched once are kept beside the packed root.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Final

SUITE: Final = "bookworm"
PERSON: Final = "mila"
_MIRROR: Final = "http://deb.debian.org/debian"
_SOURCES: Final = (
    f"deb {_MIRROR} {SUITE} main",
    f"deb {_MIRROR} {SUITE}-updates main",
    f"deb {_MIRROR}-security {SUITE}-security main",
)
_ENTER: Final = ("unshare", "--mount", "--pid", "--fork", "--kill-child")


class CleanRoot:
    """One clean system.

    Args:
        folder: Its root folder, new.
        kept: Where packed systems and packages are kept between runs.
    """

    def __init__(self, folder: Path, kept: Path) -> None:
        self.folder = folder
        self._kept = kept

    def make(self) -> None:
        """Unpack the system, or make it the first time."""
        packed = self._kept / f"debian-{SUITE}.tar"
        self._kept.mkdir(parents=True, exist_ok=True)
        if not packed.is_file():
            self._make_first(packed)
        subprocess.run(["tar", "-xpf", str(packed), "-C", str(self.folder)], check=True)
        shutil.copy("/etc/resolv.conf", self.folder / "etc/resolv.conf")

    def run(self, script: str, *, as_person: bool = False, is_online: bool = False, check: bool = True) -> str:
        """Run a shell script inside, to its end, and return what it said on both outputs.

        Args:
            script: For sh.
            as_person: As a plain user in an environment of the user's own, else as root.
            is_online: It may use the network; else it has a loopback of its own alone.
            check: A status other than 0 is an error.

        Raises:
            AssertionError: It failed.
        """
        command = self.command(script, as_person=as_person, is_online=is_online)
        ended = subprocess.run(
            command,
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said = ended.stdout.decode("utf-8", "replace")
        assert not check or ended.returncode == 0, f"ended with {ended.returncode}: {script}\n{said}"
        return said

    def command(self, script: str, *, as_person: bool = False, is_online: bool = False) -> list[str]:
        """Return the command that runs a script inside; ending it ends everything it started there."""
        mounts = (
            f"mount -t proc proc {self.folder}/proc",
            f"mount --bind /dev {self.folder}/dev",
            f"mkdir -p {self._kept}/archives {self.folder}/tmp/.X11-unix",
            f"mount --bind /tmp/.X11-unix {self.folder}/tmp/.X11-unix",
            f"mount --bind {self._kept}/archives {self.folder}/var/cache/apt/archives",
            "mount -t tmpfs -o mode=1777 tmpfs " + f"{self.folder}/dev/shm",
        )
        inside = ["sh", "-c", script]
        if as_person:
            inside = ["setpriv", f"--reuid={PERSON}", f"--regid={PERSON}", "--init-groups", "env", *_OF_PERSON, *inside]
        online = [] if is_online else ["ip link set lo up"]
        last = f"exec chroot {self.folder} {shlex.join(inside)}"
        return [*_ENTER, *([] if is_online else ["--net"]), "sh", "-ec", "\n".join([*mounts, *online, last])]

    def _make_first(self, packed: Path) -> None:
        made = self._kept / "making"
        shutil.rmtree(made, ignore_errors=True)
        try:
            subprocess.run(
                ["debootstrap", "--variant=minbase", SUITE, str(made), _MIRROR], check=True, stdout=subprocess.DEVNULL
            )
            (made / "etc/apt/sources.list").write_text("\n".join(_SOURCES) + "\n", encoding="utf-8")
            (made / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
            (made / "usr/sbin/policy-rc.d").chmod(0o755)
            fresh = CleanRoot(made, self._kept)
            shutil.copy("/etc/resolv.conf", made / "etc/resolv.conf")
            fresh.run(f"apt-get update -qq && useradd --create-home --shell /bin/sh {PERSON}", is_online=True)
            partial = packed.with_suffix(".part")
            subprocess.run(["tar", "-cpf", str(partial), "-C", str(made), "."], check=True)
            partial.replace(packed)
        finally:
            shutil.rmtree(made, ignore_errors=True)


_ENVIRONMENT: Final = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
    "HOME": "/root",
    **({"DISPLAY": os.environ["DISPLAY"]} if "DISPLAY" in os.environ else {}),
}
_OF_PERSON: Final = (
    f"HOME=/home/{PERSON}",
    f"USER={PERSON}",
    f"LOGNAME={PERSON}",
    "PATH=/usr/local/bin:/usr/bin:/bin",
    f"PWD=/home/{PERSON}",
)
