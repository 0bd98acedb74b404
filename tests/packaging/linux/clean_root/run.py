"""The Debian package and the single file in a clean Debian 12: installed, used as a person does, and taken away again.

Nothing but the base system and what the package asks for is inside; the screen stands outside. While the program runs
it has no network. Usage, as root:
python tests/packaging/linux/clean_root/run.py PACKAGE.deb SINGLE_FILE.run [--pictures FOLDER] [--kept FOLDER]
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

sys.path.append(str(Path(__file__).resolve().parents[4] / "packaging/linux"))
from needs import NOT_NEEDED
from root import PERSON, CleanRoot
from screen import Screen
from traces import differences, look
from use import check_commands, look_at_result, reconstruct, show_panel

_ROOT: Final = Path(__file__).resolve().parents[4]
_TOOLS: Final = ("debootstrap", "unshare", "setpriv", "chroot", "ip", "Xvfb", "xdotool", "import", "tar")
_REMOVE_REST: Final = "apt-get autoremove --purge -y -qq -o APT::AutoRemove::RecommendsImportant=false"
"""Also what a package of the base system recommends, as apt does certificates."""

_HOME: Final = f"home/{PERSON}/"
_OURS: Final = (
    ".local/share/tiepoint",
    ".config/tiepoint",
    ".cache/tiepoint",
    ".local/state/tiepoint",
    "out",
    "photos",
)
"""Where in a home the program keeps what is the person's."""


def main() -> int:
    """Try the packages and return the exit status."""
    parser = argparse.ArgumentParser(description="Try the packages for Linux in a clean Debian 12.")
    parser.add_argument("package", type=Path)
    parser.add_argument("single_file", type=Path, nargs="?", help="left out: not tried")
    parser.add_argument("--pictures", type=Path, default=_ROOT / "build/package/pictures")
    parser.add_argument("--kept", type=Path, default=_ROOT / "build/package")
    given = parser.parse_args()
    missing = [tool for tool in _TOOLS if not shutil.which(tool)]
    if os.geteuid() or missing:
        wanted = "Run it as root." if os.geteuid() else f"These programs are missing: {', '.join(missing)}"
        sys.stderr.write(f"test-package: a clean system cannot be made here. {wanted}\n")
        return 2
    given.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tiepoint-root-") as folder, Screen() as screen:
        root = CleanRoot(Path(folder), given.kept.resolve())
        _step("A clean Debian 12", root.make)
        before = look(root.folder)
        _try_package(root, screen, given.package, given.pictures)
        if given.single_file:
            _try_single_file(root, screen, given.single_file, given.pictures)
        _step("Dependencies removed", lambda: root.run(_REMOVE_REST))
        left = [line for line in differences(before, look(root.folder)) if not _is_of_person(line)]
        assert not left, "left behind or changed:\n" + "\n".join(left)
        said("Nothing is left but what the person made")
    return 0


def _try_package(root: CleanRoot, screen: Screen, package: Path, pictures: Path) -> None:
    inside = root.folder / "srv" / package.name
    shutil.copy(package, inside)
    command = f"apt-get install -y -qq -o Dpkg::Options::=--force-unsafe-io --no-install-recommends /srv/{package.name}"
    _step(f"Installed {package.name} with what it depends on", lambda: root.run(command, is_online=True))
    _step("Files are as packed", lambda: _expect(root.run("dpkg --verify tiepoint"), ""))
    _step("Every library finds its own", lambda: _check_libraries(root))
    _step("Commands", lambda: check_commands(root, "tiepoint"))
    _step("Window", lambda: show_panel(root, screen, "tiepoint-panel", pictures / "panel.png"))
    _step("Sample capture reconstructed", lambda: reconstruct(root, "tiepoint"))
    _step("Result in the window", lambda: look_at_result(root, screen, "tiepoint", pictures))
    _step("Updated, with an agent that still ran", lambda: _update(root, f"{command} --reinstall"))
    inside.unlink()
    _step("Purged, with an agent that still ran", lambda: _purge(root))


_AGENT: Final = f"""
running() {{
    ls -l /proc/[0-9]*/exe 2>/dev/null | grep -c /usr/lib/tiepoint/ || :
}}
log=/home/{PERSON}/.local/state/tiepoint/log/agent.log
rm -f $log
setpriv --reuid={PERSON} --regid={PERSON} --clear-groups \\
    env HOME=/home/{PERSON} tiepoint-agent run --idle-s 600 >/dev/null 2>&1 &
left=240
until grep -qs "the agent starts" $log || [ $left -eq 0 ]; do sleep 0.5; left=$((left - 1)); done
"""
_PURGE: Final = f"""{_AGENT}
running
apt-get purge -y -qq tiepoint >/dev/null 2>&1
running
"""


def _update(root: CleanRoot, install: str) -> None:
    """Install the package over itself while an agent runs: it ends cleanly before files change, and that is told."""
    said = root.run(f"{_AGENT}\n{install}\necho processes: $(running)\ncat $log")
    for words in ("agent and transfers ended for the update", "tiepoint resume", "processes: 0", "the agent has ended"):
        assert words in said, f"the update did not say {words!r}: {said}"


def _purge(root: CleanRoot) -> None:
    """Purge the package while one of its daemons runs; only what the person made stays."""
    before, after = root.run(_PURGE).split()
    assert int(before) > 0, "no agent ran when the package was purged"
    assert int(after) == 0, "something of the program goes on after it was purged"
    left = root.run(_NAMED)
    assert not left.strip(), f"left after the purge: {left}"
    kept = root.run(f"ls -A /home/{PERSON}/.local/share/tiepoint /home/{PERSON}/out")
    assert "model.glb" in kept, f"what the person made is gone: {kept}"


_NAMED: Final = r"""
find / -xdev \( -path /proc -o -path /home -o -path /var/log -o -path /tmp \) -prune -o -iname '*tiepoint*' -print
"""
"""In /tmp lie folders of a session, and those of daemons that were ended with their namespace."""


def _try_single_file(root: CleanRoot, screen: Screen, file: Path, pictures: Path) -> None:
    inside = root.folder / "home" / PERSON / file.name
    shutil.copy(file, inside)
    before = look(root.folder / _HOME)
    program = f"/home/{PERSON}/.local/bin/tiepoint"
    refused = root.run(f"cd; sh ./{file.name} --quiet", as_person=True, check=False)
    assert "xz is missing" in refused, f"a bare system was not told what it lacks: {refused}"
    _step("xz, which every desktop has", lambda: root.run("apt-get install -y -qq xz-utils", is_online=True))
    _step("Single file installed by a person", lambda: root.run(f"cd; sh ./{file.name}", as_person=True))
    _step("Its commands", lambda: check_commands(root, program))
    _step("Its window", lambda: show_panel(root, screen, f"{program}-panel", pictures / "panel-single-file.png"))
    _step("Installed over itself", lambda: root.run(f"cd; sh ./{file.name} --quiet", as_person=True))
    _step("Taken away", lambda: root.run(f"cd; sh ./{file.name} --uninstall", as_person=True))
    left = differences(before, look(root.folder / _HOME))
    left = [line for line in left if not line.partition(": ")[2].startswith(_OURS)]
    assert not left, "the single file left behind or changed:\n" + "\n".join(left)
    inside.unlink()
    root.run("apt-get purge -y -qq xz-utils")


def _check_libraries(root: CleanRoot) -> None:
    """No library of the folder lacks another one, but those nobody needs."""
    script = (
        "export LD_LIBRARY_PATH=/usr/lib/tiepoint/_internal; cd /usr/lib/tiepoint; "
        "find . -name '*.so*' -type f | while read -r file; do ldd \"$file\" 2>/dev/null | "
        'sed -n "s|^\\s*\\(.*\\) => not found.*|$file: \\1|p"; done'
    )
    there = {path.name for path in (root.folder / "usr/lib/tiepoint").rglob("*.so*")} | set(NOT_NEEDED)
    lacking = [line for line in root.run(script).splitlines() if line.rpartition(": ")[2] not in there]
    assert not lacking, "libraries that nothing brings:\n" + "\n".join(lacking)


def _is_of_person(line: str) -> bool:
    path = line.partition(": ")[2]
    parents = {f"home/{PERSON}/.local", f"home/{PERSON}/.local/share", f"home/{PERSON}/.local/state"}
    parents |= {f"home/{PERSON}/.config", f"home/{PERSON}/.cache"}
    return path in parents or any(path.startswith(_HOME + each) for each in _OURS)


def _expect(found: str, wanted: str) -> None:
    assert found.strip() == wanted, f"{wanted!r} was expected: {found}"


def _step(name: str, work: Callable[[], object]) -> None:
    begun = time.monotonic()
    work()
    said(f"{name} ({time.monotonic() - begun:.0f} s)")


def said(text: str) -> None:
    """Tell how far it is."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _on_end(_number: int, _frame: object) -> None:
    """Told to end: what was made here goes first."""
    raise SystemExit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _on_end)
    try:
        sys.exit(main())
    except AssertionError as error:
        sys.stderr.write(f"test-package: {error}\n")
        sys.exit(1)
