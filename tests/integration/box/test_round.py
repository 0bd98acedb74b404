"""The round on the cluster in a box: real photos up, a job on two nodes, a mesh back, with accidents in the middle.

Nothing is played: the program's own services, real sshd on the way, Blob with roles, a sign-in by a browser.
"""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from cluster_box.__main__ import add_words, write_settings
from cluster_box.box import ClusterBox
from cluster_box.cloud import PERSON, BoxCloud
from program import Program as Processes
from tiepoint.bootstrap import open_program
from tiepoint.domain.link import LinkState
from tiepoint.domain.remote_round import Round, RoundId, RoundState, RoundStep
from tiepoint.services.program import Program
from tiepoint.services.rounds import RoundRequest
from tiepoint.services.sites import Site
from tiepoint.ui.viewer.loading.reading import read_model
from tiepoint.ui.viewer.loading.source import Source

from .conftest import assert_quiet

REPOSITORY = Path(__file__).resolve().parents[3]
SAMPLE = REPOSITORY / "resources" / "sample" / "photos"
PLAY = REPOSITORY / "tests" / "browser_play.py"
PHOTOS = 6
LONG_S = 300

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def box() -> Iterator[ClusterBox]:
    with ClusterBox() as box:
        box.start()
        yield box
        assert_quiet(box)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A small set of real photos."""
    folder = tmp_path / "flight"
    folder.mkdir()
    for path in sorted(SAMPLE.glob("*.JPG"))[:PHOTOS]:
        shutil.copy(path, folder)
    return folder


class Browser:
    """A person who presses a button on the sign-in page.

    Args:
        cloud: Whose page it is.
    """

    def __init__(self, cloud: BoxCloud) -> None:
        self._cloud = cloud
        self._threads: list[threading.Thread] = []

    def open(self, address: str, new: int = 0, autoraise: bool = True) -> bool:
        self._threads.append(threading.Thread(target=self._cloud.double.browse, args=(address, PERSON)))
        self._threads[-1].start()
        return True

    def close(self) -> None:
        for thread in self._threads:
            thread.join()


@pytest_asyncio.fixture
async def program(box: ClusterBox, tiepoint_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Program]:
    """The program, signed in, in a home of its own."""
    assert box.cloud is not None
    write_settings(box, tiepoint_home)
    browser = Browser(box.cloud)
    monkeypatch.setenv("BROWSER", "played")
    monkeypatch.setattr(webbrowser, "get", lambda _name=None: browser)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    async with open_program() as program:
        await program.azure.sign_in.sign_in()
        browser.close()
        yield program
        await program.remote.rounds.stop()
        await program.remote.remote.stop()
    await asyncio.to_thread(Processes(tiepoint_home).stop)


class Watch:
    """Waits for what rounds and the scheduler tell.

    Args:
        program: Whose.
        site: Where the round runs.
    """

    def __init__(self, program: Program, site: Site) -> None:
        self._program, self._site = program, site
        self._news = asyncio.Event()
        self.links: list[LinkState] = []
        self.steps: list[RoundStep] = []
        self._ends = [
            program.remote.rounds.changed.subscribe(lambda _rounds: self._heard()),
            site.monitor.changed.subscribe(lambda _snapshot: self._heard()),
        ]

    def _heard(self) -> None:
        for kept, now in ((self.links, self._site.monitor.snapshot.link.state), (self.steps, self._step())):
            if now is not None and kept[-1:] != [now]:
                kept.append(now)  # type: ignore[arg-type]
        self._news.set()

    def _step(self) -> RoundStep | None:
        rounds = self._program.remote.rounds.all
        return rounds[0].step if rounds else None

    async def until(self, holds: Callable[[], object], timeout_s: float = LONG_S) -> None:
        async with asyncio.timeout(timeout_s):
            while not holds():
                self._news.clear()
                await self._news.wait()

    def end(self) -> None:
        for end in self._ends:
            end()


def _round(program: Program, round_id: RoundId) -> Round:
    return next(each for each in program.remote.rounds.all if each.id == round_id)


def _works_on(site: Site, node: str, stage: str) -> bool:
    found = site.monitor.snapshot.node(node)
    return found is not None and found.stage == stage and found.task is not None


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


async def test_a_mesh_comes_back_though_the_jump_box_restarts_and_a_worker_dies(
    box: ClusterBox, program: Program, photos: Path
) -> None:
    remote = program.remote
    site = await remote.remote.add(box.own_cluster())
    remote.remote.start()
    remote.rounds.start()
    site.monitor.start()
    watch = Watch(program, site)
    drop = await program.captures.scan_any([photos])
    begun = await remote.rounds.begin(drop, RoundRequest(site.id, "draft"))

    def now() -> Round:
        found = _round(program, begun.id)
        assert found.state not in (RoundState.FAILED, RoundState.CANCELED), found.failure
        return found

    await watch.until(lambda: now().job and site.monitor.job(now().job or ""))  # type: ignore[arg-type]
    await watch.until(lambda: now() and _works_on(site, "node-01", "features"))
    killed = await asyncio.to_thread(box.nodes["node-01"].kill_worker)
    await asyncio.to_thread(box.jump.restart)
    await watch.until(lambda: now() and LinkState.LOST in watch.links)
    await watch.until(lambda: now().state is RoundState.COMPLETED)
    watch.end()

    done = now()
    assert done.step is RoundStep.DONE
    assert watch.links[-1] is LinkState.CONNECTED
    _assert_steps_in_order(watch.steps)
    node = site.monitor.snapshot.node("node-01")
    assert node is not None
    assert node.retries >= 1
    assert killed not in box.nodes["node-01"].workers()

    here = _files(Path(done.folder) / "products")
    there = _files(box.work / "captures" / done.capture / "jobs" / str(done.job) / "products")
    assert here["model.glb"] == there["model.glb"]
    assert here == {name: there[name] for name in here}
    assert {"model.glb", "cloud.ply", "result.json", "report.html"} <= set(here)
    facts = await program.results.open_path(Path(done.folder) / "products")
    assert facts.faces > 1000
    assert read_model(Source(facts.model.path)).face_count == facts.faces
    assert facts.cameras_aligned == PHOTOS


@pytest.mark.long
def test_photos_are_handed_in_by_command(box: ClusterBox, photos: Path, tiepoint_home: Path) -> None:
    assert box.cloud is not None
    write_settings(box, tiepoint_home)
    here = Processes(tiepoint_home)
    browser = shlex.join([sys.executable, str(PLAY), PERSON, str(box.cloud.ca_file)])
    here.env.update(BROWSER=f"{browser} %s", DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
    try:
        assert here.run("cluster", "add", *add_words(box, "studio")).status == 0
        words = ["submit", str(photos), "--cluster", "studio", "--preset", "draft", "--detach", "--json"]
        refused = here.run(*words)
        assert (refused.status, refused.result["error"]["kind"]) == (4, "sign-in"), refused.stdout
        assert here.run("sign-in", "--plain-text-tokens").status == 0
        given = here.run(*words)
        assert given.status == 0, given.stdout
        assert given.result["state"] == "running"
        assert here.run("abort", given.result["job"], "--cluster", "studio").status == 0
    finally:
        here.stop()


def _assert_steps_in_order(steps: list[RoundStep]) -> None:
    order = list(RoundStep)
    assert steps == sorted(set(steps), key=order.index)
    assert steps[-1] is RoundStep.DONE
