"""The steps `upload` and `download`: one transfer each, found again by its place. On the loop's thread."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tiepoint.domain.blob_place import read_place
from tiepoint.domain.errors import SignInNeeded, TiepointError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.remote_round import Round, RoundState, RoundStep
from tiepoint.domain.transfer import Transfer, TransferId, TransferState
from tiepoint.services.rounds import words
from tiepoint.services.rounds.kit import Board, RoundKit


class Moving:
    """Both steps of one round.

    Args:
        kit: What to work with.
        board: The round.
    """

    def __init__(self, kit: RoundKit, board: Board) -> None:
        self._kit, self._board = kit, board
        self._asked: str = ""

    async def upload(self) -> bool:
        """Look how the upload is; True once the round is a step further."""
        transfer = self._found(self._board.round.upload, "upload")
        if transfer is not None and transfer.capture is not None:
            self._board.put(capture=transfer.capture, source=transfer.place.url)
        if transfer is None or not await self._is_there(transfer):
            return False
        self._board.put(step=RoundStep.SUBMIT, progress=None, failure=None, state=RoundState.RUNNING)
        return True

    async def download(self) -> bool:
        """Look how the download is, or begin it; True once the round is over."""
        round_ = self._board.round
        if round_.download is None:
            await self._begin_download()
            return False
        transfer = self._found(round_.download, "download")
        if transfer is None or not await self._is_there(transfer):
            return False
        if not await asyncio.to_thread(Path(round_.folder, "job.json").is_file):
            self._board.put(state=RoundState.FAILED, failure=words.products_missing())
            return True
        if round_.output:
            await self._deliver(round_)
        self._board.put(
            step=RoundStep.DONE,
            state=RoundState.COMPLETED,
            finished=self._kit.now(),
            failure=None,
            progress=None,
        )
        return True

    async def go_on(self) -> None:
        """Let the step's transfer go on that failed, was stopped or paused; one that is gone is begun anew."""
        round_ = self._board.round
        if round_.step is RoundStep.DOWNLOAD and round_.download is None:
            return
        transfer_id = round_.upload if round_.step is RoundStep.UPLOAD else round_.download
        transfers = self._kit.transfers
        transfers.start()
        known = {each.id: each for each in await transfers.transfers()}
        transfer = known.get(transfer_id) if transfer_id else None
        if transfer is None and round_.step is RoundStep.UPLOAD:
            raise UsageError(
                "The upload was removed from the transfers, so the round cannot go on.",
                remedy="Begin it again with the same photos; what is in Blob storage is not sent again.",
            )
        if transfer is None:
            self._board.put(download=None)
        elif transfer.state is TransferState.PAUSED:
            await transfers.resume(transfer.id)
        elif transfer.state in (TransferState.FAILED, TransferState.CANCELED):
            await transfers.retry(transfer.id)
        self._asked = ""

    async def stop(self) -> None:
        """Stop the step's transfer for good; one that is over or gone is no error."""
        round_ = self._board.round
        transfer_id = {RoundStep.UPLOAD: round_.upload, RoundStep.DOWNLOAD: round_.download}.get(round_.step)
        transfer = next((each for each in await self._kit.transfers.transfers() if each.id == transfer_id), None)
        if transfer is not None and not transfer.state.is_over:
            await self._kit.transfers.cancel(transfer.id)

    def _found(self, transfer_id: TransferId | None, what: str) -> Transfer | None:
        transfers = self._kit.transfers
        transfers.start()
        snapshot = transfers.snapshot
        found = snapshot.transfer(transfer_id or "")
        if found is None and snapshot.is_connected:
            self._board.put(state=RoundState.FAILED, failure=words.transfer_gone(what), progress=None)
        elif found is None and snapshot.problem is not None:
            self._board.put(state=RoundState.WAITING, failure=snapshot.problem)
        return found

    async def _is_there(self, transfer: Transfer) -> bool:
        """Say whether a transfer is complete, and tell how it is otherwise."""
        if transfer.state is TransferState.COMPLETED:
            return True
        if transfer.state.is_over:
            self._board.put(state=RoundState.FAILED, failure=words.end_of(transfer), progress=None)
            return False
        if transfer.state is TransferState.NEEDS_SIGN_IN and await self._signed_in(transfer):
            return False
        waits = words.waits_of(transfer)
        progress = OperationProgress(
            self._board.round.step.value, transfer.done_bytes, transfer.bytes_total or None, "bytes"
        )
        state = RoundState.RUNNING if waits is None else RoundState.WAITING
        self._board.put(state=state, failure=waits, progress=progress)
        return False

    async def _signed_in(self, transfer: Transfer) -> bool:
        """Give the right by the sign-in where there is one; once for every time it is wanted."""
        source = self._kit.places.source(transfer.place)
        trouble = f"{transfer.state} {transfer.trouble}"
        if source is None or self._asked == trouble:
            return False
        self._asked = trouble
        try:
            await self._kit.transfers.sign_in(transfer.place, source)
        except SignInNeeded as error:
            self._board.put(state=RoundState.WAITING, failure=Failure.of(error))
        return True

    async def _begin_download(self) -> None:
        round_ = self._board.round
        place, _ = read_place(round_.published)
        folder = round_.folder or str(self._kit.captures() / round_.capture / "jobs" / (round_.job or ""))
        self._board.put(folder=folder)
        try:
            transfer = await self._kit.transfers.download(
                place, Path(folder), self._kit.places.source(place), name=round_.name, replaces=True
            )
        except SignInNeeded as error:
            if self._kit.transfers.can_use(place):
                raise
            self._board.put(state=RoundState.WAITING, failure=Failure.of(error))
            return
        self._board.put(download=transfer.id, state=RoundState.RUNNING, failure=None)

    async def _deliver(self, round_: Round) -> None:
        await self._kit.products.deliver(job_here(round_), Path(round_.output), round_.products).wait()


def job_here(round_: Round) -> Job:
    """Return a round's job as if this computer had done it: its products lie here."""
    return Job(
        id=JobId(round_.job or ""),
        name=round_.name,
        capture=str(Path(round_.folder).parent.parent),
        state=JobState.COMPLETED,
        submitted=round_.begun,
        started=round_.begun,
        finished=round_.finished,
        folder=round_.folder,
        preset=round_.preset,
    )


def failure_of(error: TiepointError) -> dict[str, object]:
    """Return the changes of a round that an error ended."""
    return {"state": RoundState.FAILED, "failure": Failure.of(error), "progress": None}
