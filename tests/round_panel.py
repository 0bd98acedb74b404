"""The panel's part of rounds as a program of its own, to be killed: real transfer worker, direct stream to the agent.

`round_panel.py SETTINGS` goes on with the rounds that are kept; with `photos` in the settings it begins one first. It
says every change as a line of JSON and ends when all rounds are over.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from fakes.keeping import keeping_locked
from patience import PATIENCE_S
from tiepoint.adapters.conversation.streams import PairStream
from tiepoint.adapters.files.capture_store import FolderCaptureStore
from tiepoint.adapters.files.local_paths import FolderPaths
from tiepoint.adapters.files.product_store import FolderProductStore
from tiepoint.adapters.files.round_store import FileRoundStore
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.adapters.transfer.client import ProtocolTransferWorker
from tiepoint.connections import open_running_worker_stream, open_worker_stream
from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.domain.capture import Drop
from tiepoint.domain.errors import ConnectionLost, SignInNeeded
from tiepoint.domain.failure import Failure
from tiepoint.domain.remote_round import Round
from tiepoint.ports.token_source import Credential, TokenSource
from tiepoint.runtime import folders
from tiepoint.services.estimates import Estimates
from tiepoint.services.jobs import JobService
from tiepoint.services.monitor import JobMonitor
from tiepoint.services.operations import Operations
from tiepoint.services.path_doctor import PathDoctor
from tiepoint.services.products import ProductService
from tiepoint.services.rounds import RoundRequest, Rounds
from tiepoint.services.rounds.kit import RoundKit
from tiepoint.services.sites import COMPUTER, Site, SiteKind, Sites
from tiepoint.services.transfers import TransferService

SITE = "own/box"


@dataclass
class PanelSettings:
    """What the panel is told.

    Args:
        socket: The agent's endpoint.
        captures: Container.
        products: Container.
        token: The person's right to both; empty = nobody is signed in.
        ca_file: Certificates to believe.
        photos: Folder to begin a round with; empty = go on with those kept.
        output: See `RoundRequest`.
        wanted: See `RoundRequest.products`.
        name: See `RoundRequest`.
    """

    socket: str
    captures: str
    products: str
    token: str
    ca_file: str
    photos: str = ""
    output: str = ""
    wanted: list[str] = field(default_factory=list)
    name: str = ""


@dataclass
class Given:
    """A right that is there, or nobody's."""

    settings: PanelSettings

    async def credential(self, place: BlobPlace) -> Credential:
        if not self.settings.token:
            raise SignInNeeded("Nobody is signed in.")
        return Credential("bearer", self.settings.token, ca_file=self.settings.ca_file)


class StandPlaces:
    """Where photos and products of the one cluster go; a test changes what Azure says of it."""

    def __init__(self, settings: PanelSettings) -> None:
        self.settings = settings
        self.asleep_for: Failure | None = None
        self.has_source = True
        self._told: list[Callable[[], None]] = []

    def of(self, site: str) -> tuple[BlobPlace, BlobPlace] | None:
        if site != SITE:
            return None
        return read_place(self.settings.captures)[0], read_place(self.settings.products)[0]

    def source(self, place: BlobPlace) -> TokenSource | None:
        return Given(self.settings) if self.has_source else None

    def asleep(self, site: str) -> Failure | None:
        return self.asleep_for

    def is_gone(self, site: str) -> bool:
        return False

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        self._told.append(told)
        return lambda: self._told.remove(told)

    def tell(self) -> None:
        for told in self._told:
            told()


class NoImport:
    """A cluster without Lustre."""

    async def bring(self, site: str, place: BlobPlace) -> None:
        """Nothing."""


@dataclass
class Panel:
    """Everything of the panel that rounds need."""

    settings: PanelSettings
    rounds: Rounds
    doctor: PathDoctor
    sites: Sites
    transfers: TransferService
    places: StandPlaces
    store: FolderCaptureStore
    products: ProductService

    async def drop(self, photos: Path) -> Drop:
        return await self.store.scan([photos])

    def request(self, **more: object) -> RoundRequest:
        output = Path(self.settings.output) if self.settings.output else None
        wanted = tuple(self.settings.wanted)
        values = {"output": output, "products": wanted, "name": self.settings.name, **more}
        return RoundRequest(SITE, "draft", **values)  # type: ignore[arg-type]

    async def until(self, when: Callable[[Round], bool], round_id: str, *, most_s: float = PATIENCE_S) -> Round:
        """Wait until a round is as wanted."""
        news = asyncio.Event()
        end = self.rounds.changed.subscribe(lambda _: news.set())
        try:
            async with asyncio.timeout(most_s):
                while True:
                    found = next(each for each in self.rounds.all if each.id == round_id)
                    if when(found):
                        return found
                    await news.wait()
                    news.clear()
        except TimeoutError:
            raise AssertionError(f"it did not come so far: {found}") from None
        finally:
            end()


def _now() -> datetime:
    return datetime.now(UTC)


async def quick_sleep(seconds: float) -> None:
    """Wait a tenth of what the program would."""
    await asyncio.sleep(seconds / 10)


@contextlib.asynccontextmanager
async def open_panel(settings: PanelSettings) -> AsyncIterator[Panel]:
    """Put the panel's parts together around the home in the environment."""

    async def open_agent() -> PairStream:
        try:
            return PairStream(*await asyncio.open_unix_connection(settings.socket, limit=1 << 20))
        except OSError as error:
            raise ConnectionLost("The scheduler does not answer.", retryable=True, detail=str(error)) from error

    captures = folders.data_folder() / "captures"
    store = FolderCaptureStore(captures, _now)
    operations = Operations()
    products = ProductService(FolderProductStore(), operations)
    worker = ProtocolTransferWorker(open_worker_stream, open_running_worker_stream, "test")
    transfers = TransferService(worker, store, folders.transfer_journal().exists)
    places = StandPlaces(settings)
    computer, cluster = _site(COMPUTER, open_agent), _site(SITE, open_agent)
    sites = Sites(computer)
    sites.add(cluster)
    kit = RoundKit(sites, transfers, places, NoImport(), products, lambda: captures, _now, quick_sleep)
    rounds = Rounds(FileRoundStore(folders.data_folder() / "rounds.json", keeping_locked(_now)), kit)
    doctor = PathDoctor(sites, transfers, places, FolderPaths(), lambda: captures)
    try:
        yield Panel(settings, rounds, doctor, sites, transfers, places, store, products)
    finally:
        await rounds.stop()
        await sites.stop()
        await transfers.stop()
        await worker.close()
        await operations.stop()
        await computer.scheduler.close()


def _site(site_id: str, open_agent: Callable[[], object]) -> Site:
    scheduler = ProtocolScheduler(open_agent, "test")  # type: ignore[arg-type]
    monitor = JobMonitor(scheduler, _now, quick_sleep)
    kind = SiteKind.COMPUTER if site_id == COMPUTER else SiteKind.OWN
    jobs = JobService(scheduler, lambda: "key")
    return Site(site_id, site_id, kind, scheduler, jobs, monitor, Estimates(scheduler, monitor))


async def _main(settings: PanelSettings) -> None:
    async with open_panel(settings) as panel:
        said: list[object] = []

        def say(rounds: tuple[Round, ...]) -> None:
            for each in rounds:
                line = {"step": each.step, "state": each.state, "job": each.job, "failure": each.failure}
                if line not in said:
                    said.append(line)
                    failure = each.failure and asdict(each.failure)
                    sys.stdout.write(json.dumps({**line, "failure": failure}) + "\n")
                    sys.stdout.flush()

        panel.rounds.changed.subscribe(say)
        panel.rounds.start()
        if settings.photos:
            await panel.rounds.begin(await panel.drop(Path(settings.photos)), panel.request())
        say(panel.rounds.all)
        for each in panel.rounds.all:
            await panel.until(lambda round_: round_.is_over, each.id, most_s=120)
        say(panel.rounds.all)


if __name__ == "__main__":
    asyncio.run(_main(PanelSettings(**json.loads(sys.argv[1]))))
