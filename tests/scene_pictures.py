"""Pictures of the panel's scenes for people to look at: pages in their window, dialogs alone.

    xvfb-run -a .venv/bin/python tests/scene_pictures.py OUT [--theme light] [--size 1280x720] [SCENE...]

`make pictures` makes those of a large studio's cluster in dark and light.
A scene's name may end with `*`; without names the pictures of clusters are made, those with a thousand nodes included.
Every picture is made of fakes: nothing is asked of anybody.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "app")]
os.environ.setdefault("QT_API", "pyside6")

import qasync  # noqa: E402  after the paths are known

from page_stand import FakePanel  # noqa: E402
from tiepoint.ui.application import make_application  # noqa: E402
from tiepoint.ui.pages.page import Page  # noqa: E402
from tiepoint.ui.pages_of_panel import rail_entries  # noqa: E402
from tiepoint.ui.shell.extras import add_extras  # noqa: E402
from tiepoint.ui.shell.window import MainWindow  # noqa: E402
from tiepoint.ui.theme import fonts  # noqa: E402
from ui.scenes import SCENES  # noqa: E402
from ui.studio_scenes import STUDIO_SCENES  # noqa: E402

SETTLED_S = 0.7
USUAL = ("studio*", "nodes*", "jobs, on a cluster*", "photos, run on*", "host key*", "own cluster*", "path doctor*")


async def pictures(folder: Path, names: list[str], theme: str, size: tuple[int, int]) -> None:
    """Make a picture of each scene whose name fits."""
    scenes: dict[str, Callable[[], Any]] = {**SCENES, **STUDIO_SCENES}
    for name, scene in scenes.items():
        if any(fnmatch(name, wanted) for wanted in names):
            async with scene() as shown:
                file = folder / f"{name.replace(', ', '-').replace(' ', '_')}-{theme}-{size[0]}x{size[1]}.png"
                await _picture(shown, file, size)
                print(file)  # noqa: T201  a tool for the command line


async def _picture(shown: Any, file: Path, size: tuple[int, int]) -> None:
    if not isinstance(shown, Page):
        await asyncio.sleep(SETTLED_S)
        shown.grab().save(str(file))
        return
    page = type(shown).__name__.removesuffix("Page").lower()
    window = MainWindow(rail_entries())
    window.resize(*size)
    window.set_pages({page: lambda: shown})
    window.show_page(page)
    add_extras(window, PANELS[-1].panel)
    window.dock.set_folded(True)
    window.show()
    await asyncio.sleep(SETTLED_S)
    window.grab().save(str(file))
    shown.setParent(None)
    window.close_for_good()
    window.deleteLater()


PANELS: list[FakePanel] = []


def _remember_panels() -> None:
    """Know the panel of the scene that stands, for what the window shows around its page."""
    begin = FakePanel.__init__

    def remembering(self: FakePanel, *parts: Any) -> None:
        begin(self, *parts)
        PANELS.append(self)

    FakePanel.__init__ = remembering  # type: ignore[method-assign]


def main() -> None:
    """Read the command line and make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("scenes", nargs="*", default=USUAL)
    parser.add_argument("--theme", default="dark", choices=("dark", "light"))
    parser.add_argument("--size", default="1480x920")
    asked = parser.parse_intermixed_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    width, height = map(int, asked.size.split("x"))
    application = make_application(asked.theme)
    fonts.load_rest()
    application.setQuitOnLastWindowClosed(False)
    _remember_panels()
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application)) as runner:
        runner.run(pictures(asked.folder, list(asked.scenes), asked.theme, (width, height)))


if __name__ == "__main__":
    main()
