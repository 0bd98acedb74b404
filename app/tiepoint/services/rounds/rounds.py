"""All rounds: begun, kept, told, and gone on with. On the loop's thread."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.capture import Drop, require_enough
from tiepoint.domain.errors import UsageError
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.job import Job
from tiepoint.domain.presets import parameters_for
from tiepoint.domain.remote_round import Round, RoundId, RoundState, RoundStep
from tiepoint.ports.round_store import RoundStore
from tiepoint.ports.token_source import TokenSource
from tiepoint.services.event import Event
from tiepoint.services.pace import Pace
from tiepoint.services.rounds.keeping import RoundKeeper
from tiepoint.services.rounds.kit import RoundKit
from tiepoint.services.rounds.moving import job_here
from tiepoint.services.rounds.request import RoundRequest, key_of
from tiepoint.services.rounds.runner import RoundRunner
from tiepoint.services.rounds.working import no_place


class Rounds:
    """All rounds.

    Args:
        store: Where they are kept.
        kit: What their steps work with.
    """

    def __init__(self, store: RoundStore, kit: RoundKit) -> None:
        self.changed: Event[tuple[Round, ...]] = Event()
        """All rounds, newest first; at most ten times a second."""
        self.finished: Event[Round] = Event()
        """A round is complete: its products lie in `Round.folder`."""
        self._store, self._kit, self._keeper = store, kit, RoundKeeper(store)
        self._runners: dict[RoundId, RoundRunner] = {}
        self._is_read = self._is_started = False
        self._beginning = asyncio.Lock()
        self._pace = Pace(lambda: self.changed.emit(self.all))

    @property
    def all(self) -> tuple[Round, ...]:
        """Newest first."""
        self._read()
        return tuple(sorted((each.round for each in self._runners.values()), key=lambda each: each.begun, reverse=True))

    def of_job(self, site: str, job: str) -> Round | None:
        """The round a job belongs to."""
        return next((each for each in self.all if each.site == site and each.job == job), None)

    def results(self) -> tuple[Job, ...]:
        """Jobs whose products came down, as if this computer had done them."""
        return tuple(job_here(each) for each in self.all if each.state is RoundState.COMPLETED and each.folder)

    def start(self) -> None:
        """Go on with what was left in the middle; idempotent."""
        self._read()
        self._is_started = True
        for runner in self._runners.values():
            if not runner.round.is_over:
                runner.start()

    async def stop(self) -> None:
        """Follow no more; transfers and clusters go on."""
        self._is_started = False
        for runner in self._runners.values():
            await runner.stop()
        await self._keeper.written()
        self._pace.stop()

    def places(self, site: str) -> tuple[BlobPlace, BlobPlace] | None:
        """Containers for captures and products of a site; None = none, photos cannot be sent there."""
        return self._kit.places.of(site)

    async def begin(
        self, drop: Drop, request: RoundRequest, *, given: Sequence[Path] = (), capture: CaptureId | None = None
    ) -> Round:
        """Begin a round; returns once the worker has taken the photos' names.

        The same photos and wishes as those of a round under way are that round.

        Args:
            drop: The photos.
            request: What is wanted.
            given: See `TransferService.sendable`.
            capture: The capture kept here that the photos may be.

        Raises:
            InputError: Too few photos, or names that Blob would not take.
            UsageError: The site has no place for photos, or preset or parameter make no sense.
            SignInNeeded: The container's right is missing.
            TiepointError: The transfer worker cannot be reached.
        """
        parameters_for(request.preset, request.changes)
        require_enough(drop.photos, drop.skipped)
        places = self._kit.places.of(request.site)
        if places is None:
            raise no_place(request.site)
        if request.output is not None:
            await self._kit.products.prepare_folder(request.output)
        key = key_of(drop, request, places[0])
        async with self._beginning:
            known = next((each for each in self.all if each.key == key and not each.is_over), None)
            return known or await self._begun(drop, request, key, given=given, capture=capture)

    async def _begun(
        self, drop: Drop, request: RoundRequest, key: str, *, given: Sequence[Path], capture: CaptureId | None
    ) -> Round:
        place = self._kit.places.of(request.site)
        if place is None:
            raise no_place(request.site)
        transfer = await self._kit.transfers.upload_drop(
            drop, request.name, place[0], self._kit.places.source(place[0]), given=given, capture=capture
        )
        round_ = Round(
            id=RoundId(secrets.token_hex(8)),
            name=request.name or drop.name,
            site=request.site,
            capture=transfer.capture or CaptureId(""),
            step=RoundStep.UPLOAD,
            state=RoundState.RUNNING,
            begun=self._kit.now(),
            preset=request.preset,
            changes=dict(request.changes),
            products=request.products,
            key=key,
            upload=transfer.id,
            output=str(request.output) if request.output is not None else "",
            priority=request.priority,
        )
        await asyncio.to_thread(self._store.put, round_)
        self._runner(round_).start()
        self._pace.touch()
        return round_

    async def cancel(self, round_id: RoundId) -> None:
        """Stop it for good: transfer and job are stopped, too; what is there stays there.

        Raises:
            TiepointError: Worker or cluster cannot be reached; the round goes on.
        """
        runner = self._known(round_id)
        if not runner.round.is_over:
            await runner.cancel()

    async def retry(self, round_id: RoundId) -> None:
        """Go on with one that failed, was stopped or waits, at the step where it stands.

        Raises:
            TiepointError: It cannot go on; the round stays as it is.
        """
        runner = self._known(round_id)
        if runner.round.state is not RoundState.COMPLETED:
            await runner.retry()

    async def give(self, round_id: RoundId, source: TokenSource) -> None:
        """Give the right to the container that a round waits for.

        Raises:
            SignInNeeded: The source has nothing to give.
        """
        places = self._kit.places.of(self._known(round_id).round.site)
        for place in places or ():
            await self._kit.transfers.sign_in(place, source)

    def remove(self, round_id: RoundId) -> None:
        """Forget one that is over; job and products stay.

        Raises:
            UsageError: It is not over.
        """
        runner = self._known(round_id)
        if not runner.round.is_over:
            raise UsageError(f"{runner.round.name} is under way.", remedy="Cancel it first.")
        del self._runners[round_id]
        self._keeper.remove(round_id)
        self._pace.touch()

    def _read(self) -> None:
        if not self._is_read:
            self._is_read = True
            for round_ in self._store.all():
                self._runner(round_)

    def _runner(self, round_: Round) -> RoundRunner:
        runner = RoundRunner(round_, self._kit, self._put)
        self._runners[round_.id] = runner
        return runner

    def _put(self, round_: Round, is_kept: bool) -> None:  # noqa: FBT001 - a listener's arguments
        if is_kept:
            self._keeper.put(round_)
        self._pace.touch()
        if is_kept and round_.state is RoundState.COMPLETED:
            self.finished.emit(round_)

    def _known(self, round_id: RoundId) -> RoundRunner:
        self._read()
        found = self._runners.get(round_id)
        if found is None:
            raise UsageError("There is no such round (any more).")
        return found
