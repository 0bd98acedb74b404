"""A clean Debian 12 in a folder, entered by namespaces of its own: what runs or is mounted there ends with them.

Needs root, debootstrap, unshare and chroot. The packages that were fetched once are kept beside the packed root.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

SUITE: Final = "bookworm"
PERSON: Final = "mila"
_ARCHIVE: Final = "TIEPOINT_DEBIAN"
"""Names Debian's archive where this computer's own apt knows none of this suite."""
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
        root, kept = shlex.quote(str(self.folder)), shlex.quote(str(self._kept))
        mounts = (
            f"mount -t proc proc {root}/proc",
            f"mount --bind /dev {root}/dev",
            f"mkdir -p {kept}/archives {root}/tmp/.X11-unix",
            f"mount --bind /tmp/.X11-unix {root}/tmp/.X11-unix",
            f"mount --bind {kept}/archives {root}/var/cache/apt/archives",
            f"mount -t tmpfs -o mode=1777 tmpfs {root}/dev/shm",
        )
        inside = ["sh", "-c", script]
        if as_person:
            inside = ["setpriv", f"--reuid={PERSON}", f"--regid={PERSON}", "--init-groups", "env", *_OF_PERSON, *inside]
        online = [] if is_online else ["ip link set lo up"]
        last = f"exec chroot {root} {shlex.join(inside)}"
        return [*_ENTER, *([] if is_online else ["--net"]), "sh", "-ec", "\n".join([*mounts, *online, last])]

    def _make_first(self, packed: Path) -> None:
        made = Path(tempfile.mkdtemp(prefix="tiepoint-debian-"))  # debootstrap bears no blank in a path
        made.chmod(0o755)
        try:
            sources = _sources()
            archive = next(line.split()[1] for line in sources if line.split()[2] == SUITE)
            subprocess.run(
                ["debootstrap", "--variant=minbase", SUITE, str(made), archive], check=True, stdout=subprocess.DEVNULL
            )
            (made / "etc/apt/sources.list").write_text("\n".join(sources) + "\n", encoding="utf-8")
            (made / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
            (made / "usr/sbin/policy-rc.d").chmod(0o755)
            fresh = CleanRoot(made, self._kept)
            shutil.copy("/etc/resolv.conf", made / "etc/resolv.conf")
            # Up to date, so that nothing that is installed later brings a newer version of what is there.
            fresh.run("apt-get update -qq && apt-get dist-upgrade -y -qq", is_online=True)
            fresh.run(f"useradd --create-home --shell /bin/sh {PERSON}")
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


def _sources() -> list[str]:
    """Return where apt gets this suite from: as this computer does, or as somebody says."""
    named = os.environ.get(_ARCHIVE, "")
    if named:
        return [f"deb {named} {SUITE} main"]
    command = ["apt-get", "indextargets", "Created-By: Packages", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split("\n")
    found = [each.split() for each in told if each]
    ours = [f"deb {place} {release} main" for place, release, part in found if _is_ours(release, part)]
    assert any(line.split()[2] == SUITE for line in ours), (
        f"This computer's apt knows no Debian {SUITE}: name its archive in {_ARCHIVE}."
    )
    return sorted(set(ours))


def _is_ours(release: str, part: str) -> bool:
    return part == "main" and release in {SUITE, f"{SUITE}-updates", f"{SUITE}-security"}
