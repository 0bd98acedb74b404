"""The small files beside the program: what the packages say about it, with its version and the studio's own words.

Standard library only. Run by itself it says the version as dpkg spells it. A build may set in its environment:
TIEPOINT_MAINTAINER ("Name <address>"), who is asked about the package; TIEPOINT_SITE (https://…), the program's home
page, below which `pictures/NAME` are the screenshots that software centres show; SOURCE_DATE_EPOCH, the date of
the build.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

ROOT: Final = Path(__file__).resolve().parents[2]
SHARE: Final = Path(__file__).resolve().parent / "share"
APPLICATION_ID: Final = "app.tiepoint.Tiepoint"
"""The same as the bundle's on macOS."""

_NOBODY: Final = "The Tiepoint developers <tiepoint@packages.invalid>"
_MAINTAINER: Final = re.compile(r"[^<>\n]+ <[^<>@\s]+@[^<>@\s]+>")
_PICTURES: Final = (
    ("panel-result.jpg", "The sample capture as a measured model"),
    ("panel-photos.jpg", "Photos with their checks, map and presets"),
    ("panel-job.jpg", "A job on this computer"),
    ("panel-cluster-running.jpg", "A cluster on Azure with its meter"),
)


@dataclass(frozen=True, slots=True)
class Edition:
    """What is told about this build.

    Args:
        version: The program's, as Python spells it.
        moment_s: Its date, seconds since 1970.
        maintainer: Whom to ask about the package.
        site: The home page; empty = none.
    """

    version: str
    moment_s: int
    maintainer: str = _NOBODY
    site: str = ""

    @property
    def date(self) -> str:
        """The day, YYYY-MM-DD."""
        return datetime.fromtimestamp(self.moment_s, UTC).strftime("%Y-%m-%d")

    @property
    def debian_version(self) -> str:
        """The version as dpkg orders it: what comes before a release is lower than the release."""
        return re.sub(r"\.?(dev|a|b|rc)(?=\d)", r"~\1", self.version)

    def fill(self, name: str) -> str:
        """Return the text of a file of `share`, with our words in it."""
        words = {
            "VERSION": self.version,
            "DATE": self.date,
            "APPLICATION_ID": APPLICATION_ID,
            "SITE": self._about_site(),
        }
        text = (SHARE / name).read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        return text

    def changelog(self) -> str:
        """Return Debian's changelog of the package."""
        when = datetime.fromtimestamp(self.moment_s, UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
        head = f"tiepoint ({self.debian_version}) unstable; urgency=medium"
        return f"{head}\n\n  * Tiepoint {self.version}.\n\n -- {self.maintainer}  {when}\n"

    def _about_site(self) -> str:
        if not self.site:
            return ""
        site = escape(self.site.rstrip("/"))
        shots = "".join(
            f"\n    <screenshot{' type=' + chr(34) + 'default' + chr(34) if number == 0 else ''}>"
            f"<caption>{escape(caption)}</caption><image>{site}/pictures/{name}</image></screenshot>"
            for number, (name, caption) in enumerate(_PICTURES)
        )
        return f'<url type="homepage">{site}</url>\n  <screenshots>{shots}\n  </screenshots>'


def edition() -> Edition:
    """Return what this checkout and the environment say.

    Raises:
        ValueError: A variable makes no sense.
    """
    maintainer = os.environ.get("TIEPOINT_MAINTAINER") or _NOBODY
    if not _MAINTAINER.fullmatch(maintainer):
        raise ValueError(f"TIEPOINT_MAINTAINER is {maintainer!r}; write it as: Name <name@studio.example>")
    site = os.environ.get("TIEPOINT_SITE", "")
    if site and (urlsplit(site).scheme != "https" or not urlsplit(site).netloc):
        raise ValueError(f"TIEPOINT_SITE is {site!r}; it has to be an https address")
    return Edition(program_version(), _moment(), maintainer, site)


def program_version() -> str:
    """Return the version that the sources name."""
    text = (ROOT / "app/tiepoint/__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise ValueError("app/tiepoint/__init__.py names no version")
    return found[1]


def _moment() -> int:
    """Return the date of the build: the one given, else the last commit's, else now."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given:
        return int(given)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:  # no git: a source archive
        told = ""
    return int(told) if told.isdigit() else int(time.time())


if __name__ == "__main__":
    sys.stdout.write(f"{Edition(program_version(), 0).debian_version}\n")
