"""Path Doctor: one file or folder as panel, Blob, scheduler and every node see it, and where it breaks first.

On the loop's thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Callable
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Final, Protocol

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.path_causes import Seen, disk_trouble, node_trouble, probe_trouble, scheduler_trouble
from tiepoint.domain.path_view import PathReport, PathView, ViewerKind
from tiepoint.ports.local_paths import LocalPaths
from tiepoint.ports.token_source import TokenSource
from tiepoint.protocol.methods import LookResult, NodeProbe, NodeStat, PathStat
from tiepoint.services.sites import Site, Sites
from tiepoint.services.transfers import TransferService

_MOST_S: Final = 30.0
_MANIFEST: Final = "capture.json"


class _Places(Protocol):
    def of(self, site: str) -> tuple[BlobPlace, BlobPlace] | None:
        """Containers for captures and products; None = none."""

    def source(self, place: BlobPlace) -> TokenSource | None:
        """Who gives the right to a container by itself; None = a person must."""


class PathDoctor:
    """Looks; keeps nothing.

    Args:
        sites: Where jobs run.
        transfers: Looks into Blob.
        places: Where captures lie there.
        local: Looks at this computer.
        captures: Folder of all captures on this computer.
    """

    def __init__(
        self,
        sites: Sites,
        transfers: TransferService,
        places: _Places,
        local: LocalPaths,
        captures: Callable[[], Path],
    ) -> None:
        self._sites, self._transfers, self._places = sites, transfers, places
        self._local, self._captures = local, captures

    async def examine(self, site: str, capture: str = "", path: str = "") -> AsyncGenerator[PathReport, None]:
        """Look at a capture (its manifest and folder), or at a path below the shared folder; empty = that folder.

        Yields:
            The report, more of it each time; the last one `is_whole`. A failure of one viewer is in its view, never
            raised.

        Args:
            site: Id of the site.
            capture: Id of a capture.
            path: Relative to the shared folder.
        """
        views: tuple[PathView, ...] = ()
        if capture:
            views = (await self._panel(capture),)
            yield PathReport(views)
            blob = await self._blob(site, capture)
            views = (*views, *([blob] if blob is not None else []))
            yield PathReport(views)
        found = self._sites.get(site)
        if found is None:
            failure = Failure("connection", f"The cluster {site} is not known here.", "Sign in, or add it again.")
            yield PathReport((*views, PathView(ViewerKind.SCHEDULER, site, path, failure=failure)), is_whole=True)
            return
        cluster = _Cluster(found, capture, path)
        views = (*views, *await cluster.look())
        yield PathReport(views)
        yield PathReport(await cluster.probed(views), is_whole=True)

    async def _panel(self, capture: str) -> PathView:
        """What lies here: a capture need not, for photos may go up from wherever they are."""
        folder = self._captures() / capture
        seen = await self._local.look(folder / _MANIFEST)
        root = await self._local.look(self._captures())
        can_write = await self._local.probe(self._captures()) if root.is_there else None
        trouble = disk_trouble("this computer", dataclasses.replace(root, is_writable=can_write is not False))
        return PathView(
            ViewerKind.PANEL,
            "this computer",
            str(folder / _MANIFEST),
            is_there=seen.is_there,
            size_bytes=seen.size_bytes if seen.is_there else None,
            can_write=can_write,
            free_bytes=seen.free_bytes,
            failure=trouble,
        )

    async def _blob(self, site: str, capture: str) -> PathView | None:
        places = self._places.of(site)
        if places is None:
            return None
        place = places[0].below(capture)
        view = PathView(ViewerKind.BLOB, place.container_url, place.url)
        try:
            async with asyncio.timeout(_MOST_S):
                verdict = await self._transfers.verify(place=place, source=self._places.source(place))
        except TiepointError as error:
            is_there = False if error.kind == "input" else None
            return dataclasses.replace(view, is_there=is_there, failure=Failure.of(error))
        except TimeoutError:
            return dataclasses.replace(view, failure=_slow(place.container_url))
        if verdict.is_whole:
            return dataclasses.replace(view, is_there=True)
        first = verdict.differences[0].path if verdict.differences else ""
        count = verdict.photos_total - verdict.photos_verified
        summary = f"{count} of {verdict.photos_total} photos are not in Blob storage as they were sent: {first}, …"
        failure = Failure("missing", summary, "Send the photos again; what is there is not sent twice.", retryable=True)
        return dataclasses.replace(view, is_there=True, failure=failure)


class _Cluster:
    """Scheduler and nodes of a site, looking at one path."""

    def __init__(self, site: Site, capture: str, path: str) -> None:
        self._site, self._capture, self._path = site, capture, path
        self._folder = ""
        self._seen: dict[str, Seen] = {}

    async def look(self) -> tuple[PathView, ...]:
        """Return their views before anything is written."""
        try:
            async with asyncio.timeout(_MOST_S):
                return await self._look()
        except TiepointError as error:
            return (self._scheduler_view(failure=Failure.of(error)),)
        except TimeoutError:
            return (self._scheduler_view(failure=_slow(self._site.name)),)

    async def probed(self, views: tuple[PathView, ...]) -> tuple[PathView, ...]:
        """Let every node write into the folder, and return the views with what came of it."""
        if not self._folder:
            return views
        try:
            async with asyncio.timeout(_MOST_S):
                probes = (await self._site.scheduler.probe(self._folder)).nodes
        except TiepointError as error:
            return self._with_failure(views, Failure.of(error))
        except TimeoutError:
            return self._with_failure(views, _slow(self._site.name))
        by_node = {str(probe.node): probe for probe in probes}
        return tuple(self._with_probe(view, by_node) for view in views)

    async def _look(self) -> tuple[PathView, ...]:
        scheduler = self._site.scheduler
        work = _pure((await scheduler.hello()).work)
        if work is None:
            failure = Failure(
                "setup",
                f"The agent of {self._site.name} names no shared folder.",
                "Set `work` in its settings on the scheduler.",
            )
            return (self._scheduler_view(failure=failure),)
        target = work / "captures" / self._capture / _MANIFEST if self._capture else work / self._path
        found, root = await scheduler.look(str(target)), await scheduler.look(str(work))
        folder = await self._nearest(target, work, found, root)
        self._folder = folder.here.path if folder.here.kind == "folder" else ""
        here = _seen(found.here, found.file_system)
        trouble = scheduler_trouble(
            here,
            _seen(folder.here, folder.file_system),
            other_case="" if here.is_there else await self._other_case(target),
            has_work=root.here.kind != "missing",
        )
        roots = {each.node: each.stat is not None and each.stat.kind != "missing" for each in root.nodes}
        self._seen = {each.node: _seen(each.stat, each.file_system) for each in folder.nodes if each.stat is not None}
        nodes = sorted(found.nodes, key=lambda each: each.node)
        return (
            self._scheduler_view(here, trouble),
            *(_node_view(each, here, str(target), roots.get(each.node)) for each in nodes),
        )

    async def _nearest(self, target: PurePath, work: PurePath, found: LookResult, root: LookResult) -> LookResult:
        """Look at the folder to write into: the path itself, or the nearest one above it that is there."""
        place, seen = target, found
        while seen.here.kind != "folder" and place != work:
            place = place.parent
            seen = root if place == work else await self._site.scheduler.look(str(place))
        return seen

    async def _other_case(self, target: PurePath) -> str:
        """The same path in other letters, if that is there."""
        for name in dict.fromkeys((target.name.lower(), target.name.upper(), target.name.title())):
            other = target.with_name(name) if name and name != target.name else target
            if other != target and (await self._site.scheduler.look(str(other))).here.kind != "missing":
                return str(other)
        return ""

    def _scheduler_view(self, seen: Seen | None = None, failure: Failure | None = None) -> PathView:
        if seen is None:
            path = self._path or (f"captures/{self._capture}" if self._capture else "")
            return PathView(ViewerKind.SCHEDULER, self._site.name, path, failure=failure)
        return _view(ViewerKind.SCHEDULER, self._site.name, seen, failure)

    def _with_failure(self, views: tuple[PathView, ...], failure: Failure) -> tuple[PathView, ...]:
        return tuple(
            dataclasses.replace(view, failure=view.failure or failure) if view.viewer is ViewerKind.SCHEDULER else view
            for view in views
        )

    def _with_probe(self, view: PathView, probes: dict[str, NodeProbe]) -> PathView:
        probe = probes.get(view.name)
        if view.viewer is not ViewerKind.NODE or probe is None:
            return view
        folder = self._seen.get(view.name, Seen(self._folder, "folder", is_writable=True))
        said = None if probe.ok else probe.error or Failure("failed", f"{view.name} could not write {self._folder}.")
        trouble = probe_trouble(view.name, folder, said, probe.sees_agent)
        return dataclasses.replace(
            view, can_write=probe.ok, sees_probe=probe.sees_agent, failure=view.failure or trouble
        )


def _node_view(stat: NodeStat, here: Seen, path: str, has_work: bool | None) -> PathView:  # noqa: FBT001
    if stat.stat is None:
        failure = stat.error or Failure("failed", f"{stat.node} could not be asked.", retryable=True)
        return PathView(ViewerKind.NODE, stat.node, path, failure=failure)
    seen = _seen(stat.stat, stat.file_system)
    return _view(ViewerKind.NODE, stat.node, seen, node_trouble(stat.node, here, seen, has_work=has_work))


def _view(viewer: ViewerKind, name: str, seen: Seen, failure: Failure | None) -> PathView:
    return PathView(
        viewer,
        name,
        seen.path,
        is_there=seen.is_there,
        size_bytes=seen.size_bytes if seen.kind == "file" else None,
        can_write=seen.is_writable if viewer is ViewerKind.SCHEDULER and seen.is_there else None,
        free_bytes=seen.free_bytes,
        file_system=seen.file_system,
        failure=failure,
    )


def _seen(stat: PathStat, file_system: str) -> Seen:
    return Seen(stat.path, stat.kind, stat.bytes, stat.is_writable, stat.free_bytes, file_system)


def _pure(work: str) -> PurePath | None:
    if not work:
        return None
    return PureWindowsPath(work) if "\\" in work or work[1:2] == ":" else PurePosixPath(work)


def _slow(who: str) -> Failure:
    return Failure("connection", f"{who} did not answer in {_MOST_S:.0f} seconds.", "Look again.", retryable=True)
