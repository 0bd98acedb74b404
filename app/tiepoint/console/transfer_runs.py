"""The commands that follow a transfer to its end: `upload` and `download`.

Each returns an exit code and leaves every word to the outlet. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.console.outcomes import EXIT_OK
from tiepoint.console.outlet import Outlet, OutputLost, stderr_line
from tiepoint.console.requests import full_path
from tiepoint.console.text import plain
from tiepoint.console.transfer_access import WAYS, AccessOptions, or_sign_in, read_address, source_of
from tiepoint.console.transfer_outcomes import (
    exit_code,
    failed_error,
    refusal_facts,
    sign_in_error,
    transfer_facts,
    transfer_text,
    transfer_warnings,
    unchecked_warnings,
)
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.capture import skipped_warnings
from tiepoint.domain.errors import Canceled, TiepointError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Direction, Transfer, TransferState
from tiepoint.ports.token_source import TokenSource
from tiepoint.services.program import Program

_PAUSE_WAIT_S: Final = 10.0
_SIGN_IN_WAIT_S: Final = 3.0
"""So long a new credential may take to be tried before the command gives up."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to do it, as typed.

    Args:
        access: Where the right comes from.
        replaces: Replace other content under the same names.
        is_first: Before all others.
        is_detached: Leave it to the worker and end at once.
    """

    access: AccessOptions
    replaces: bool = False
    is_first: bool = False
    is_detached: bool = False


class _Troubles:
    """Tells what the transfer meets on its way, each thing once."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._told: set[str] = set()

    def tell(self, trouble: Failure | None) -> None:
        """Tell it, unless it was told before."""
        if trouble is not None and trouble.summary not in self._told:
            self._told.add(trouble.summary)
            self._outlet.warning(trouble)


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Where something lies, where the right to it comes from, and its name as far as it is known."""

    place: BlobPlace
    source: TokenSource | None
    name: str = ""


@dataclass(slots=True)
class _Run:
    """What is known of the transfer a command is about."""

    transfer: Transfer | None = None


async def upload(
    program: Program, outlet: Outlet, photos: Sequence[Path], capture: str, address: str, options: RunOptions
) -> int:
    """Send photos as a capture and follow them to their end.

    Args:
        program: The use cases.
        outlet: Takes what there is to say.
        photos: Files and folders.
        capture: Name of the capture, or its id; empty = the photos' folder.
        address: The container.
        options: As typed.
    """

    async def begin() -> Transfer:
        place, typed = read_address(address, options.access, outlet)
        source = await or_sign_in(program, place, typed)
        paths = await asyncio.to_thread(lambda: [full_path(path) for path in photos])
        drop = await program.transfers.sendable(await program.captures.scan_any(paths), paths)
        for warning in skipped_warnings(drop.skipped):
            outlet.warning(warning)
        return await program.transfers.upload_drop(
            drop, capture, place, source, given=paths, replaces=options.replaces, is_first=options.is_first
        )

    return await _followed(program, outlet, begin, options)


async def download(
    program: Program,
    outlet: Outlet,
    what: str,
    folder: Path,
    container: str,
    is_products_only: bool,
    options: RunOptions,
) -> int:
    """Fetch a capture, a folder of it or one file, and follow it to its end.

    Args:
        program: The use cases.
        outlet: Takes what there is to say.
        what: Address, or a capture that this computer sent or that lies in `container`.
        folder: Where to.
        container: Address of the container; empty = it is known.
        is_products_only: Leave the photos out.
        options: As typed.
    """

    async def begin() -> Transfer:
        found = await find_place(program, outlet, what, container, options.access)
        target = await asyncio.to_thread(full_path, folder)
        transfer = await program.transfers.download(
            found.place,
            target,
            found.source,
            name=found.name,
            replaces=options.replaces,
            is_products_only=is_products_only,
        )
        return await program.transfers.prioritise(transfer.id) if options.is_first else transfer

    return await _followed(program, outlet, begin, options)


async def find_place(program: Program, outlet: Outlet, what: str, container: str, access: AccessOptions) -> FoundPlace:
    """Find where something lies: by its address, in a container that was named, or by the transfer that took it there.

    Raises:
        UsageError: Nothing of that name is known here.
    """
    if "://" in what:
        place, source = read_address(what, access, outlet)
        return FoundPlace(place, await or_sign_in(program, place, source))
    if container:
        place, source = read_address(container, access, outlet)
        return FoundPlace(place.below(what.strip("/")), await or_sign_in(program, place, source))
    try:
        known = await program.transfers.find(what)
    except UsageError as error:
        raise UsageError(
            f"Nothing called “{what}” was sent from this computer.",
            remedy="Give its address, or its container: --from URL",
        ) from error
    return FoundPlace(known.place, await or_sign_in(program, known.place, source_of(access)), known.name)


async def _followed(
    program: Program, outlet: Outlet, begin: Callable[[], Awaitable[Transfer]], options: RunOptions
) -> int:
    """Begin a transfer and show it; turn its end, a failure or Ctrl-C into a last word and an exit code."""
    run = _Run()
    try:
        run.transfer = await begin()
        if options.is_detached:
            return _detached(outlet, run.transfer)
        await _to_rest(program, outlet, run)
        return await _ended(program, outlet, run.transfer)
    except asyncio.CancelledError:
        return await _stopped(program, outlet, run.transfer)
    except TiepointError as error:
        return _failed(outlet, run.transfer, error)
    except OutputLost:
        if run.transfer is not None and not run.transfer.state.is_over:
            with contextlib.suppress(OutputLost):
                stderr_line("The output is no longer read; the transfer goes on. See: tiepoint transfers list")
        raise


async def _to_rest(program: Program, outlet: Outlet, run: _Run) -> None:
    """Show the transfer until it is over.

    Raises:
        SignInNeeded: It waits for a right that nobody here can give.
    """
    assert run.transfer is not None
    troubles = _Troubles(outlet)
    unsubscribe = program.transfers.changed.subscribe(lambda snapshot: troubles.tell(snapshot.problem))
    try:
        async with aclosing(program.transfers.follow(run.transfer.id)) as followed:
            while True:
                is_waiting = run.transfer.state is TransferState.NEEDS_SIGN_IN
                try:
                    run.transfer = await asyncio.wait_for(anext(followed), _SIGN_IN_WAIT_S if is_waiting else None)
                except StopAsyncIteration:
                    return
                outlet.transfer(run.transfer)
                troubles.tell(run.transfer.trouble if run.transfer.state is TransferState.WAITING else None)
    except TimeoutError:
        raise sign_in_error(run.transfer, WAYS) from None
    finally:
        unsubscribe()


async def _ended(program: Program, outlet: Outlet, transfer: Transfer) -> int:
    outlet.close()
    failed = await program.transfers.failed_files(transfer.id)
    for warning in transfer_warnings(transfer, failed):
        outlet.warning(warning)
    if transfer.direction is Direction.DOWN:
        for warning in unchecked_warnings(await program.transfers.unchecked_files(transfer.id)):
            outlet.warning(warning)
    if transfer.state is not TransferState.COMPLETED:
        outlet.error(failed_error(transfer))
    outlet.result(transfer_facts(transfer, failed), transfer_text(transfer))
    return exit_code(transfer)


def _detached(outlet: Outlet, transfer: Transfer) -> int:
    facts = {**transfer_facts(transfer), "exit_code": EXIT_OK}
    outlet.result(facts, f"Transfer {transfer.id} runs by itself. See: tiepoint transfers list")
    return EXIT_OK


async def _stopped(program: Program, outlet: Outlet, transfer: Transfer | None) -> int:
    """Pause after Ctrl-C, so that nothing goes on that a person stopped."""
    if transfer is None:
        return _failed(outlet, None, Canceled("Stopped before the transfer began."))
    go_on = f"Go on with the same command, or with: tiepoint transfers resume {plain(transfer.id)}"
    try:
        async with asyncio.timeout(_PAUSE_WAIT_S):
            paused = await program.transfers.pause(transfer.id)
    except (TiepointError, TimeoutError):
        error = Canceled("The transfer worker did not answer; the transfer may go on.", remedy=go_on)
        return _failed(outlet, transfer, error)
    error = Canceled("Paused; what has arrived stays there.", remedy=go_on, retryable=True)
    return _failed(outlet, paused, error)


def _failed(outlet: Outlet, transfer: Transfer | None, error: TiepointError) -> int:
    _log.info("ended: %s", error.detail or error.summary)
    outlet.error(Failure.of(error))
    outlet.result(transfer_facts(transfer, (), error) if transfer is not None else refusal_facts(error), "")
    return error.exit_code
